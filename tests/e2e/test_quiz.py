"""The paper on a phone whose line drops: nothing chosen is lost or kept twice, and the screen tells the truth."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from people.models import Official
from quizzes.grading import submit_attempt
from quizzes.models import Answer, Attempt
from quizzes.starting import start_attempt
from tests.e2e.conftest import PHONE
from tests.factories import make_course, make_module, make_official
from tests.quizzes.conftest import make_quiz, read_module

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenBrowser = Callable[..., Page]


@pytest.fixture
def lan(transactional_db: None) -> Official:
    return make_official("Nguyễn Thị Lan")


@pytest.fixture
def attempt(lan: Official) -> Attempt:
    module = make_module(make_course(), cards=1)
    make_quiz(module, kinds=("single", "multiple", "ordering"), draw=3, shuffle_questions=False)
    return start_attempt(read_module(lan, module))


def open_paper(open_browser: OpenBrowser, lan: Official, attempt: Attempt, **options: Any) -> Page:
    page = open_browser(PHONE, as_user=lan.user, **options)
    page.goto(f"/luot/{attempt.key}/")
    return page


def says(page: Page, text: str) -> None:
    expect(page.locator("[data-status]")).to_have_text(text)


def kept(order: int) -> list[list[str]]:
    return list(Answer.objects.filter(item__order=order).order_by("pk").values_list("response", flat=True))


def test_choices_made_without_a_line_are_sent_once_when_it_is_back(open_browser, lan, attempt):
    page = open_paper(open_browser, lan, attempt)
    page.context.set_offline(True)
    choices = page.locator("[data-item='1'] .option input")
    choices.nth(0).check()
    choices.nth(1).check()
    says(page, "Chưa gửi được – vẫn giữ trên máy")
    expect(page.locator("[data-counter]")).to_have_text("Đã trả lời 1/3")
    page.locator(".sticky button").click()
    says(page, "Mất kết nối. Câu trả lời vẫn giữ trên máy; hãy nộp lại khi có mạng.")
    assert Answer.objects.count() == 0
    page.context.set_offline(False)
    says(page, "Đã lưu")
    assert kept(1) == [[choices.nth(1).get_attribute("value")]]


def test_a_reply_that_got_lost_does_not_double_the_answer(open_browser, lan, attempt):
    page = open_paper(open_browser, lan, attempt)
    lost = []

    def lose_the_first_reply(route: Any) -> None:
        if not lost:
            lost.append(route.fetch())  # the server has kept it, the phone never hears so
            route.abort("internetdisconnected")
        else:
            route.continue_()

    page.route("**/tra-loi/", lose_the_first_reply)
    page.locator("[data-item='2'] .option input").first.check()
    says(page, "Đã lưu")
    assert lost[0].ok
    assert len(kept(2)) == 1


def test_what_was_not_sent_survives_a_reload(open_browser, lan, attempt):
    page = open_paper(open_browser, lan, attempt)
    page.route("**/tra-loi/", lambda route: route.abort("internetdisconnected"))
    choice = page.locator("[data-item='1'] .option input").nth(2)
    choice.check()
    says(page, "Chưa gửi được – vẫn giữ trên máy")
    page.unroute_all()
    page.reload()
    expect(page.locator("[data-item='1'] .option input").nth(2)).to_be_checked()
    says(page, "Đã lưu")
    assert kept(1) == [[choice.get_attribute("value")]]


def test_steps_are_put_in_order_by_keyboard_and_said_aloud(open_browser, lan, attempt):
    page = open_paper(open_browser, lan, attempt)
    rows = page.locator("[data-item='3'] li")
    text = rows.first.locator("label").inner_text()
    down = rows.first.get_by_role("button", name=f"Chuyển xuống: {text}")
    down.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")  # the focus went along
    expect(page.locator("[data-moves]")).to_have_text(f"“{text}” chuyển thành bước 3")
    expect(rows.nth(2).locator("label")).to_have_text(text)
    says(page, "Đã lưu")
    order = rows.locator("select").evaluate_all("all => all.map(each => each.dataset.key)")
    assert kept(3)[-1] == order


def test_an_answer_after_grading_is_told_as_late(open_browser, lan, attempt):
    page = open_paper(open_browser, lan, attempt)
    submit_attempt(attempt)
    with page.expect_response("**/tra-loi/"):
        page.locator("[data-item='1'] .option input").first.check()
    says(page, "Lượt làm bài đã được chấm. Câu trả lời này được lưu lại nhưng không làm thay đổi kết quả.")
    assert Answer.objects.get().late


@pytest.mark.parametrize("javascript", [True, False], ids=["with-scripts", "without-scripts"])
def test_what_is_unanswered_is_asked_about_once(open_browser, lan, attempt, javascript):
    page = open_paper(open_browser, lan, attempt, javascript=javascript)
    page.locator("[data-item='1'] .option input").first.check()
    page.get_by_role("button", name="Nộp bài").click()
    expect(page.get_by_role("alert")).to_contain_text("Còn 2 câu chưa trả lời.")
    expect(page.locator("[data-item='1'] .option input").first).to_be_checked()
    page.get_by_role("button", name="Nộp luôn").click()
    page.wait_for_url("**/ket-qua/")
    expect(page.locator(".verdict")).to_have_text("Chưa đạt")
