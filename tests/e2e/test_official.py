"""The official's way from the personal link to the certificate in hand, on a phone."""

import io
import re
from collections.abc import Callable
from typing import Any

import pypdf
import pytest
from playwright.sync_api import Page, expect

from certificates.issuing import issue_certificate
from certificates.models import Certificate
from people.entry import create_entry_link
from people.models import Official
from quizzes.models import Attempt
from records.models import Completion
from tests.e2e.conftest import PHONE, in_days
from tests.factories import enrol, make_course, make_module, make_official
from tests.quizzes.conftest import make_quiz

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def learner(transactional_db: None) -> Official:
    """An official with a course of one module: three cards and a quiz of four kinds of question; no account yet."""
    official = make_official("Nguyễn Thị Thùy Dương", account=False)
    course = make_course("Chữ ký số và văn bản điện tử")
    module = make_module(course, "Ký số đúng thứ tự", cards=3)
    make_quiz(module, kinds=("single", "multiple", "true-false", "ordering"), draw=4, pass_percent=75)
    enrol(official, course, due_on=in_days(9))
    return official


def enter_by_link(page: Page, official: Official, base: str) -> None:
    _link, url = create_entry_link(official, by=None)
    page.goto(base + re.sub(r"^https?://[^/]+", "", url))
    expect(page.get_by_text("Nguyễn Thị Thùy Dương")).to_be_visible()
    page.get_by_role("button", name="mở bài học của tôi").click()
    page.get_by_role("link", name="Để sau").click()
    page.wait_for_url("**/")


def read_all_cards(page: Page) -> None:
    page.get_by_role("link", name="Bắt đầu học").click()
    for number in (1, 2, 3):
        expect(page.get_by_role("heading", level=1)).to_have_text(f"Thẻ {number}")
        if number < 3:
            page.get_by_role("link", name="Tiếp", exact=True).click()
    page.get_by_role("link", name="Đến bài kiểm tra").click()


def answer_all_right(page: Page) -> None:
    """Chooses the right options by the keys that only the server knows."""
    attempt = Attempt.objects.get(state=Attempt.State.IN_PROGRESS)
    for item in attempt.items.select_related("question_version"):
        version = item.question_version
        block = page.locator(f"[data-item='{item.order}']")
        if version.kind == "ordering":
            put_in_order(block, [option["key"] for option in version.options])
            continue
        for option in version.options:
            if option["correct"]:
                block.locator(f"input[value='{option['key']}']").check()


def put_in_order(block: Any, keys: list[str]) -> None:
    if block.locator("select").first.is_visible():
        for place, key in enumerate(keys, start=1):
            block.locator(f"select[data-key='{key}']").select_option(str(place))
        return
    for place, key in enumerate(keys):
        while True:
            shown = block.locator("select").evaluate_all("all => all.map(each => each.dataset.key)")
            if shown.index(key) <= place:
                break
            block.locator(f"li:has(select[data-key='{key}'])").get_by_role("button").first.click()


@pytest.mark.parametrize("javascript", [True, False], ids=["with-scripts", "without-scripts"])
def test_official_from_first_entry_to_certificate(
    learner: Official, live_server: Any, open_browser: Callable[..., Page], javascript: bool
):
    page = open_browser(PHONE, javascript=javascript)
    enter_by_link(page, learner, live_server.url)
    expect(page.get_by_role("heading", name="Bài học tiếp theo")).to_be_visible()
    read_all_cards(page)
    page.get_by_role("button", name="Bắt đầu").click()
    page.wait_for_url("**/luot/**")
    answer_all_right(page)
    page.get_by_role("button", name="Nộp bài").click()
    page.wait_for_url("**/ket-qua/")
    expect(page.locator(".verdict")).to_have_text("Đạt")

    completion = Completion.objects.get()
    assert (completion.official.full_name, completion.score) == ("Nguyễn Thị Thùy Dương", 10)
    issue_certificate(completion.pk)  # the worker's part; tests/certificates runs it in a real worker

    page.goto("/giay-xac-nhan/")
    with page.expect_download() as download:
        page.get_by_role("link", name="Tải").first.click()
    pdf = download.value.path().read_bytes()
    certificate = Certificate.objects.get()
    assert (
        download.value.suggested_filename == f"giay-xac-nhan-{certificate.number:06d}-{certificate.year}.pdf"
    )
    assert "NGUYỄN THỊ THÙY DƯƠNG" in pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text()


def test_an_entry_link_works_once(learner: Official, live_server: Any, open_browser: Callable[..., Page]):
    _link, url = create_entry_link(learner, by=None)
    path = re.sub(r"^https?://[^/]+", "", url)
    first = open_browser(PHONE)
    first.goto(path)
    first.get_by_role("button", name="mở bài học của tôi").click()
    first.wait_for_url("**/vao/xong/")
    second = open_browser(PHONE)
    second.goto(path)
    expect(second.get_by_role("button", name="mở bài học của tôi")).to_have_count(0)


def test_answers_survive_a_closed_page(
    learner: Official, live_server: Any, open_browser: Callable[..., Page]
):
    page = open_browser(PHONE)
    enter_by_link(page, learner, live_server.url)
    read_all_cards(page)
    page.get_by_role("button", name="Bắt đầu").click()
    page.wait_for_url("**/luot/**")
    choice = page.locator("input[type=radio]").first
    with page.expect_response(lambda response: "/tra-loi/" in response.url and response.ok):
        choice.check()
    value = choice.get_attribute("value")
    page.goto("/")
    page.get_by_role("link", name="Làm bài kiểm tra").first.click()
    page.get_by_role("link", name="Làm tiếp").click()
    expect(page.locator(f"input[value='{value}']")).to_be_checked()


def test_anyone_who_scans_the_code_sees_what_is_printed(
    learner: Official, live_server: Any, open_browser: Callable[..., Page]
):
    from django.utils import timezone

    from records.completing import finish_module
    from records.learning import open_module
    from records.models import ModuleProgress

    enrolment = learner.enrolments.get()
    module = enrolment.course.modules().get()
    progress = open_module(enrolment, module)
    ModuleProgress.objects.filter(pk=progress.pk).update(read_at=timezone.now())
    completion = finish_module(progress, score=None)
    assert completion is not None
    certificate = issue_certificate(completion.pk)
    page = open_browser(PHONE)
    page.goto(certificate.get_absolute_url())
    for text in ("Nguyễn Thị Thùy Dương", certificate.register_number, "Phường Cầu Ông Lãnh", "còn hiệu lực"):
        expect(page.get_by_text(text, exact=False).first).to_be_visible()
