"""A lesson's way between two colleagues: written and sent, returned with a comment, mended, approved."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import Page, expect

from courses.models import Module
from notifications.models import Message
from tests.courses.conftest import make_course
from tests.e2e.conftest import LAPTOP
from tests.e2e.test_trainer import add_card
from tests.factories import Cast, make_cast, make_official

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people(transactional_db: None) -> Cast:
    return make_cast()


def choose(page: Page, button: str) -> None:
    """A button of the menu below the editor."""
    page.locator("footer .w-dropdown__toggle, footer [data-w-dropdown-target=toggle]").first.click()
    page.locator("footer").get_by_role("button", name=button).first.click()


def test_a_lesson_is_returned_with_a_comment_mended_and_published_by_the_reviewer(
    open_browser: Callable[..., Page], people: Cast, settings
):
    settings.REVIEW_REQUIRED = True
    author, reviewer = make_official("Trần Thị Viết"), make_official("Lê Văn Duyệt")
    for official, group in ((author, "Trainers"), (reviewer, "Reviewers")):
        official.user.groups.add(Group.objects.get(name=group))
    course = make_course("Văn thư")

    desk = open_browser(LAPTOP, as_user=author.user)
    desk.goto(f"/quan-tri/pages/add/courses/module/{course.pk}/")
    desk.locator("#id_title").fill("Ký thay")
    add_card(desk, "Tình huống thực tế", "Ở quầy", situation="Chủ tịch đi họp.", right="Phó Chủ tịch ký KT.")
    choose(desk, "Gửi đi: Duyệt bài học")
    expect(desk.locator(".messages .success")).to_be_visible()
    module = Module.objects.get(slug="ky-thay")
    assert (module.live, module.workflow_in_progress) == (False, True)

    other = open_browser(LAPTOP, as_user=reviewer.user)
    other.goto("/quan-tri/")
    other.get_by_role("link", name="Ký thay").click()
    choose(other, "Yêu cầu sửa")
    other.get_by_role("dialog").locator("textarea").fill("Thiếu căn cứ pháp lý.")
    other.get_by_role("dialog").locator("button[type=submit], input[type=submit]").click()
    expect(other.locator(".messages .success")).to_be_visible()

    desk.goto("/quan-tri/")
    expect(desk.get_by_text("“Thiếu căn cứ pháp lý.”")).to_be_visible()
    desk.get_by_role("link", name="Ký thay").click()
    desk.locator("[name='cards-0-value-right']").fill("Phó Chủ tịch ký KT. theo Điều 13.")
    choose(desk, "Gửi lại")
    expect(desk.locator(".messages .success")).to_be_visible()

    other.goto(f"/quan-tri/pages/{module.pk}/edit/")
    choose(other, "Duyệt và xuất bản")
    expect(other.locator(".messages .success")).to_be_visible()
    module = Module.objects.select_related("current_version").get(pk=module.pk)
    assert module.current_version.published_by == reviewer.user
    assert "Điều 13" in module.current_version.cards[0]["value"]["right"]
    assert Message.objects.filter(official=author).count() == 2
    assert Message.objects.filter(official=reviewer).count() == 2
