"""The paper on a phone whose line drops: nothing chosen is lost or kept twice, and the screen tells the truth."""

import datetime
import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page, expect

from people.models import Official
from quizzes.grading import submit_attempt
from quizzes.models import Answer, Attempt
from quizzes.starting import start_attempt
from tests.e2e.conftest import LAPTOP, PHONE
from tests.factories import make_course, make_module, make_official
from tests.quizzes.conftest import make_quiz, make_quiz_of_all_kinds, read_module

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
    says(page, "Lượt làm bài này đã nộp. Câu trả lời này được lưu lại nhưng không làm thay đổi kết quả.")
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


# --- One of each kind, and a situation with two questions -----------------------------------------------------------

STEPS = ["Soạn", "Trình ký", "Cấp số", "Phát hành"]
PAIRS = {"KT.": "Cấp phó ký thay", "TL.": "Ký thừa lệnh", "TUQ.": "Ký thừa ủy quyền"}
SIGN = (0.75, 0.2)  # within the place “Nút Ký số”


@pytest.fixture
def all_kinds(lan: Official) -> Attempt:
    module = make_module(make_course(), cards=1)
    make_quiz_of_all_kinds(module, review="full")
    return start_attempt(read_module(lan, module))


def item(page: Page, order: int) -> Any:
    return page.locator(f"[data-item='{order}']")


def submitted(page: Page) -> None:
    page.wait_for_url("**/ket-qua/")
    expect(page.locator(".verdict")).to_have_text("Đạt")
    expect(page.locator(".big")).to_contain_text("10/10")


def test_every_kind_is_answered_by_touch(open_browser, lan, all_kinds):
    page = open_paper(open_browser, lan, all_kinds)
    item(page, 1).get_by_text("Ký nháy").tap()
    for text in ("Họ tên", "Ngày sinh"):
        item(page, 2).get_by_text(text).tap()
    item(page, 3).get_by_text("Đúng").tap()
    rows = item(page, 4).locator("li")
    for place, text in enumerate(STEPS):
        row = rows.filter(has_text=text)
        while row.evaluate("row => [...row.parentNode.children].indexOf(row)") > place:
            row.locator("[data-by='-1']").tap()
    if not item(page, 4).locator(".placed").count():  # they happened to stand in order already
        rows.nth(0).locator("[data-by='1']").tap()
        rows.nth(1).locator("[data-by='-1']").tap()
    for left, right in PAIRS.items():
        item(page, 5).get_by_label(left).select_option(right)
    item(page, 6).get_by_label("Câu trả lời của anh/chị").fill("Chứng thực bản sao")
    item(page, 7).get_by_label("Câu trả lời của anh/chị").fill("3 321")
    picture = item(page, 8).locator("img")
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    page.touchscreen.tap(box["x"] + SIGN[0] * box["width"], box["y"] + SIGN[1] * box["height"])
    expect(item(page, 8).get_by_label("Vị trí đã đánh dấu trên hình")).to_be_checked()
    for order in (9, 10):
        item(page, order).get_by_text("Ký nháy").tap()
    expect(page.locator("[data-counter]")).to_have_text("Đã trả lời 10/10")
    says(page, "Đã lưu")
    page.get_by_role("button", name="Nộp bài").tap()
    submitted(page)


def test_every_kind_is_answered_by_keyboard_alone(open_browser, lan, all_kinds):
    page = open_browser(LAPTOP, as_user=lan.user)
    page.goto(f"/luot/{all_kinds.key}/")

    def tab_to(selector: str) -> None:
        for _step in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("what => document.activeElement.matches(what)", selector):
                return
        pytest.fail(f"the keyboard never came to {selector}")

    def choose(order: int, text: str) -> None:
        tab_to(f"[data-item='{order}'] [type=radio]")
        page.keyboard.press("Space")
        for _option in range(3):
            if not item(page, order).get_by_label(text).is_checked():
                page.keyboard.press("ArrowDown")

    choose(1, "Ký nháy")
    for _box in range(4):
        tab_to("[data-item='2'] [type=checkbox]")
        if page.evaluate("document.activeElement.parentNode.textContent") in ("Họ tên", "Ngày sinh"):
            page.keyboard.press("Space")
    choose(3, "Đúng")
    rows = item(page, 4).locator("li")
    place = "row => [...row.parentNode.children].indexOf(row)"
    rows.first.locator("[data-by='1']").focus()  # from here on the buttons themselves
    for _move in range(12):
        order = [row.locator("label").inner_text() for row in rows.all()]
        wrong = next((at for at in range(3) if STEPS.index(order[at]) > STEPS.index(order[at + 1])), None)
        if wrong is None:
            break
        rows.nth(wrong).locator("[data-by='1']").focus()
        page.keyboard.press("Enter")
    if not item(page, 4).locator(".placed").count():
        page.keyboard.press("Enter")
        page.keyboard.press("Shift+Tab")
        rows.nth(1).locator("[data-by='-1']").focus()
        page.keyboard.press("Enter")
    assert rows.nth(3).evaluate(place) == 3
    for _pair in PAIRS:
        tab_to("[data-item='5'] select")
        right = PAIRS[page.evaluate("document.activeElement.labels[0].textContent")]
        for _choice in range(4):
            if page.evaluate("document.activeElement.selectedOptions[0].text") != right:
                page.keyboard.press("ArrowDown")
    tab_to("[data-item='6'] [type=text]")
    page.keyboard.type("chung thuc*")  # wrong first: a typed asterisk is only an asterisk
    page.keyboard.press("Control+a")
    page.keyboard.type("chứng thực")
    tab_to("[data-item='7'] [type=text]")
    page.keyboard.type("3.321")
    tab_to("[data-spot]")
    for key, times in (("ArrowRight", 10), ("ArrowUp", 12)):
        for _press in range(times):
            page.keyboard.press(key)
    expect(page.locator("[data-moves]")).to_have_text(
        "Đã đánh dấu: cách mép trái 75 phần trăm, cách mép trên 20 phần trăm"
    )
    choose(9, "Ký nháy")
    choose(10, "Ký nháy")
    expect(page.locator("[data-counter]")).to_have_text("Đã trả lời 10/10")
    tab_to(".sticky button")
    page.keyboard.press("Enter")
    submitted(page)


def test_every_kind_is_answered_without_scripts(open_browser, lan, all_kinds):
    page = open_paper(open_browser, lan, all_kinds, javascript=False)
    item(page, 1).get_by_label("Ký nháy").check()
    for text in ("Họ tên", "Ngày sinh"):
        item(page, 2).get_by_label(text).check()
    item(page, 3).get_by_label("Đúng").check()
    for number, text in enumerate(STEPS, start=1):
        item(page, 4).get_by_label(text).select_option(str(number))
    for left, right in PAIRS.items():
        item(page, 5).get_by_label(left).select_option(right)
    item(page, 6).get_by_label("Câu trả lời của anh/chị").fill("sao y")
    item(page, 6).get_by_label("Câu trả lời của anh/chị").press("Enter")  # saves, and does not submit
    expect(page.locator("main")).to_contain_text("Đã lưu 6/10")
    expect(item(page, 6).get_by_label("Câu trả lời của anh/chị")).to_have_value("sao y")
    item(page, 6).get_by_label("Câu trả lời của anh/chị").fill("chứng thực chữ ký")
    item(page, 7).get_by_label("Câu trả lời của anh/chị").fill("3,321")
    item(page, 8).get_by_label("Nút Ký số").check()
    for order in (9, 10):
        item(page, order).get_by_label("Ký nháy").check()
    page.get_by_role("button", name="Nộp bài").click()
    submitted(page)


def test_what_is_typed_is_saved_when_the_fingers_rest_and_enter_does_not_submit(open_browser, lan, all_kinds):
    page = open_paper(open_browser, lan, all_kinds)
    field = item(page, 7).get_by_label("Câu trả lời của anh/chị")
    field.press_sequentially("5 ngày")
    says(page, "Đã lưu")
    field.press("Enter")
    complaint = item(page, 7).locator(".error")
    expect(complaint).to_have_text(
        "Hệ thống không đọc được số này. Hãy chỉ viết chữ số, ví dụ 1.250.000 hoặc 12,5."
    )
    expect(page.locator("[data-counter]")).to_have_text("Đã trả lời 0/10")
    field.fill("5")
    field.press("Tab")
    expect(complaint).to_be_hidden()
    expect(page.locator("[data-counter]")).to_have_text("Đã trả lời 1/10")
    says(page, "Đã lưu")
    assert kept(7) == [["5 ngày"], ["5"]]
    assert page.url.endswith(f"/luot/{all_kinds.key}/")


def test_a_place_on_the_picture_and_pairs_survive_a_reload(open_browser, lan, all_kinds):
    page = open_paper(open_browser, lan, all_kinds)
    page.route("**/tra-loi/", lambda route: route.abort("internetdisconnected"))
    item(page, 5).get_by_label("TL.").select_option("Ký thừa lệnh")
    item(page, 8).locator("[data-spot]").click()
    says(page, "Chưa gửi được – vẫn giữ trên máy")
    page.unroute_all()
    for _visit in range(2):  # kept on the phone, then kept by the server
        page.reload()
        says(page, "Đã lưu" if _visit == 0 else "")
        chosen = item(page, 5).get_by_label("TL.").evaluate("select => select.selectedOptions[0].text")
        assert chosen == "Ký thừa lệnh"
        expect(item(page, 8).get_by_label("Vị trí đã đánh dấu trên hình")).to_be_checked()
        expect(item(page, 8).locator(".pin")).to_be_visible()
    item(page, 8).locator("summary").click()
    item(page, 8).get_by_label("Nút Lưu").check()
    expect(item(page, 8).locator(".pin")).to_be_hidden()


def test_paper_and_review_have_no_fault_that_axe_finds(open_browser, lan, all_kinds):
    page = open_paper(open_browser, lan, all_kinds)
    item(page, 7).get_by_label("Câu trả lời của anh/chị").fill("năm")
    item(page, 8).locator("[data-spot]").click()
    says(page, "Đã lưu")
    found = [Axe().run(page)]
    submit_attempt(all_kinds)
    page.goto(f"/luot/{all_kinds.key}/ket-qua/")
    found.append(Axe().run(page))
    assert [each.response["violations"] for each in found] == [[], []]
    assert all(each.response["passes"] for each in found)


@pytest.fixture
def timed(lan: Official) -> Attempt:
    module = make_module(make_course(), cards=1)
    make_quiz(module, time_limit_minutes=20, shuffle_questions=False)
    return start_attempt(read_module(lan, module))


def test_the_clock_counts_by_the_servers_time_tells_the_end_and_submits(open_browser, lan, timed):
    """On a phone whose own clock is a day off. The page's time is the test's, the server's is real: so in time."""
    page = open_browser(PHONE, as_user=lan.user)
    page.clock.install(time=timezone.now() + datetime.timedelta(days=1))
    page.goto(f"/luot/{timed.key}/")
    clock, aloud = page.locator("[data-countdown]"), page.locator("[data-clock-says]")
    expect(clock).to_have_text(re.compile(r"^còn (20:00|19:\d\d)$"))
    expect(aloud).to_be_empty()
    page.locator("[data-item='1'] .option input").first.check()
    says(page, "Đã lưu")
    page.clock.fast_forward("15:01")
    expect(aloud).to_have_text("Còn 5 phút.")
    page.clock.fast_forward("04:00")
    expect(aloud).to_have_text("Còn một phút.")
    page.clock.fast_forward("01:00")
    page.wait_for_url(f"**/luot/{timed.key}/ket-qua/")
    timed.refresh_from_db()
    assert (timed.state, Answer.objects.filter(late=False).count()) == ("graded", 1)


def test_without_a_script_the_end_is_a_time_of_day(open_browser, lan, timed):
    page = open_browser(PHONE, as_user=lan.user, javascript=False)
    page.goto(f"/luot/{timed.key}/")
    end = timezone.localtime(timed.due_at).strftime("%H:%M")
    expect(page.locator("[data-clock]")).to_have_text(f"Hết giờ lúc {end}")
