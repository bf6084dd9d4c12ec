"""A procedure changes: the trainer publishes and confirms it, a certified official learns only the change."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from taggit.models import Tag

from certificates.issuing import issue_certificate
from certificates.models import Certificate
from courses.models import Module
from quizzes.grading import submit_attempt
from quizzes.starting import start_attempt
from records.models import Completion, RenewalRound
from records.renewing import renew
from tests.courses.conftest import make_course, make_module
from tests.e2e.conftest import LAPTOP, PHONE
from tests.e2e.test_trainer import publish
from tests.factories import Cast, make_basis, make_cast
from tests.quizzes.conftest import make_question, make_quiz, read_module, responses

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NOTE = "Từ nay ký số trước, cấp số sau."


@pytest.fixture
def people(transactional_db: None) -> Cast:
    return make_cast()


@pytest.fixture
def module(people: Cast) -> Module:
    """Lan has completed it and holds certificate 1; one question of the bank is about what is to change."""
    module = make_module(make_course("Công tác văn thư"), cards=2)
    quiz = make_quiz(module, draw=2)
    attempt = start_attempt(read_module(people.lan, module))
    submit_attempt(attempt, responses(attempt, right=2))
    issue_certificate(Completion.objects.get().pk)
    question = make_question(quiz.bank, stem="Theo nghị định mới, ai ký trước?")
    question.tags.add("nd-123")
    question.save()
    quiz.delta_tag = Tag.objects.get()
    quiz.save()
    make_basis("123/2026/NĐ-CP", "Sửa đổi công tác văn thư")
    return Module.objects.get(pk=module.pk)


def change_and_confirm(desk: Page, module: Module) -> None:
    desk.goto(f"/quan-tri/pages/{module.pk}/edit/")
    desk.locator("[name='cards-1-value-heading']").fill("Ký số rồi mới cấp số")
    publish_expecting(desk, "Hãy cho biết thay đổi này là chỉnh sửa câu chữ hay thay đổi nội dung")
    desk.get_by_label("Thay đổi nội dung: quy trình đã khác").check()
    desk.get_by_label("Điều đã thay đổi, viết cho người học").fill(NOTE)
    desk.get_by_role("button", name="Chọn căn cứ pháp lý").last.click()
    desk.get_by_role("dialog").get_by_role("link", name="123/2026/NĐ-CP").click()
    expect(desk.get_by_role("dialog")).to_be_hidden()
    publish(desk)
    desk.get_by_role("link", name="Xem những ai liên quan").first.click()
    expect(desk.locator(".numbers li").first).to_contain_text("1")
    desk.get_by_role("button", name="Xác nhận: ghi danh và thông báo").click()
    expect(desk.get_by_text("Mọi người có 60 ngày để học.")).to_be_visible()
    renew(RenewalRound.objects.get().pk)  # what the worker does


def publish_expecting(page: Page, sentence: str) -> None:
    page.locator("footer .w-dropdown__toggle, footer [data-w-dropdown-target=toggle]").first.click()
    page.get_by_role("button", name="Xuất bản", exact=True).click()
    expect(page.get_by_text(sentence)).to_be_visible()


def test_a_material_change_leads_a_certified_official_to_the_delta_quiz_and_a_renewed_certificate(
    open_browser: Callable[..., Page], people: Cast, module: Module
):
    desk = open_browser(LAPTOP, as_user=people.trainer)
    change_and_confirm(desk, module)

    phone = open_browser(PHONE, javascript=False, as_user=people.lan.user)
    phone.goto("/")
    expect(phone.get_by_text(NOTE)).to_be_visible()
    phone.get_by_role("link", name="Xem phần thay đổi").click()
    expect(phone.get_by_role("heading", name="Ký số rồi mới cấp số")).to_be_visible()
    expect(phone.get_by_text("Mới hoặc đã sửa")).to_be_visible()
    phone.get_by_role("link", name="Đến câu hỏi về thay đổi").click()
    phone.get_by_role("button", name="Bắt đầu làm bài").click()
    expect(phone.get_by_text("Theo nghị định mới, ai ký trước?")).to_be_visible()
    phone.get_by_label("Ký nháy").check()
    phone.get_by_role("button", name="Nộp bài").click()
    expect(phone.get_by_text("Anh/chị đã học xong phần thay đổi.")).to_be_visible()

    issue_certificate(Completion.objects.get(enrolment__period=2).pk)  # what the worker does
    phone.goto("/giay-xac-nhan/")
    expect(phone.get_by_text("Đã được cập nhật bằng giấy số 000002/")).to_be_visible()
    old, new = Certificate.objects.order_by("number")
    anybody = open_browser(PHONE)
    anybody.goto(old.get_absolute_url())
    expect(anybody.get_by_text("đã được cập nhật bằng giấy số 000002/")).to_be_visible()
    anybody.get_by_role("link", name="Xem giấy xác nhận cập nhật số").click()
    expect(anybody.get_by_text("Cập nhật theo 123/2026/NĐ-CP; tiếp theo giấy số 000001/")).to_be_visible()
    assert new.renews == old
