"""A trainer writes a question of every kind; one goes to a reviewer, comes back, and is published."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from PIL import Image as Picture
from playwright.sync_api import Locator, Page, expect

from quizzes.models import Question, QuestionBank
from tests.e2e.conftest import LAPTOP, PHONE
from tests.factories import Cast, make_cast, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people(transactional_db: None) -> Cast:
    QuestionBank.objects.create(name="Văn thư")
    return make_cast()


def begin(page: Page, kind: str, stem: str) -> None:
    page.goto("/quan-tri/cau-hoi/add/")
    page.locator("#id_kind").select_option(kind)
    page.locator("#id_bank").select_option(label="Văn thư")
    page.locator("#id_stem").fill(stem)


def rows(page: Page) -> Locator:
    return page.locator("#id_options-FORMS > [data-inline-panel-child]:not(.deleted)")


def write(page: Page, number: int, **fields: str) -> None:
    if rows(page).count() <= number:
        page.locator("#id_options-ADD").click()
    for name, text in fields.items():
        rows(page).nth(number).locator(f"[name$='-{name}']").fill(text)


def mark(page: Page, number: int) -> None:
    rows(page).nth(number).locator("[name$='-correct']").check()


def press(page: Page, name: str) -> None:
    """A button of the menu at the foot of the editor."""
    page.locator("footer .w-dropdown__toggle, footer [data-w-dropdown-target=toggle]").first.click()
    page.get_by_role("button", name=name, exact=True).click()
    expect(page.locator(".messages .success")).to_be_visible()


def published(page: Page, stem: str) -> list[dict]:
    press(page, "Xuất bản")
    return Question.objects.get(stem=stem).current_version.options


def choose_picture(page: Page, file: Path) -> None:
    Picture.new("RGB", (1000, 500), "teal").save(file)
    page.get_by_role("button", name="Chọn hình").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("tab", name="Tải lên").click()
    dialog.locator("input[type=file]").set_input_files(file)
    expect(dialog.locator("[name$=title]")).to_have_value(file.stem)
    dialog.get_by_role("button", name="Tải lên").click()
    expect(dialog).to_be_hidden()
    page.locator("#id_image_alt").fill("Màn hình ký số")


def drag(page: Page, left: float, top: float, right: float, bottom: float) -> None:
    """From corner to corner, in shares of the picture."""
    frame = page.locator(".places-frame")
    frame.scroll_into_view_if_needed()
    expect(frame.locator("img")).to_have_js_property("complete", True)
    box = frame.locator("img").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + left * box["width"], box["y"] + top * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + right * box["width"], box["y"] + bottom * box["height"], steps=4)
    page.mouse.up()


def test_one_question_of_each_kind(open_browser: Callable[..., Page], people: Cast, tmp_path: Path):
    desk = open_browser(LAPTOP, as_user=people.trainer)

    begin(desk, "single", "Ai ký thay?")
    write(desk, 0, text="Phó Chủ tịch", feedback="Được giao phụ trách.")
    write(desk, 1, text="Văn thư")
    mark(desk, 1)
    mark(desk, 0)  # one right answer: the other mark goes
    options = published(desk, "Ai ký thay?")
    assert [(each["text"], each["correct"]) for each in options] == [
        ("Phó Chủ tịch", True),
        ("Văn thư", False),
    ]

    begin(desk, "multiple", "Hồ sơ gồm những gì?")
    for number, text in enumerate(["Tờ khai", "Bản chính", "Ảnh cưới"]):
        write(desk, number, text=text)
    mark(desk, 0)
    mark(desk, 1)
    desk.locator("#id_partial_credit").check()
    published(desk, "Hồ sơ gồm những gì?")
    assert Question.objects.get(kind="multiple").current_version.settings["partial"] is True

    begin(desk, "true-false", "Ký nháy là chữ ký số?")
    expect(rows(desk)).to_have_count(2)
    expect(rows(desk).nth(0).locator("[name$='-text']")).to_have_value("Đúng")
    mark(desk, 1)
    options = published(desk, "Ký nháy là chữ ký số?")
    assert [(each["text"], each["correct"]) for each in options] == [("Đúng", False), ("Sai", True)]

    begin(desk, "ordering", "Xếp các bước ban hành văn bản.")
    expect(rows(desk).nth(0).locator("[name$='-correct']")).to_be_hidden()
    for number, text in enumerate(["Soạn thảo", "Kiểm tra", "Ký", "Phát hành"]):
        write(desk, number, text=text)
    options = published(desk, "Xếp các bước ban hành văn bản.")
    assert [each["text"] for each in options] == ["Soạn thảo", "Kiểm tra", "Ký", "Phát hành"]

    begin(desk, "matching", "Ghép chữ viết tắt với nghĩa.")
    for number, (text, match) in enumerate([("KT.", "Ký thay"), ("TL.", "Ký thừa lệnh"), ("", "Ký nháy")]):
        write(desk, number, text=text, match=match)
    options = published(desk, "Ghép chữ viết tắt với nghĩa.")
    assert [each["match"] for each in options] == ["Ký thay", "Ký thừa lệnh", "Ký nháy"]

    begin(desk, "short", "Sao từ sổ gốc gọi là gì?")
    write(desk, 0, text="trích lục")
    mark(desk, 0)
    desk.locator("#id_ignore_diacritics").check()
    published(desk, "Sao từ sổ gốc gọi là gì?")

    begin(desk, "numeric", "Thời hạn mấy ngày?")
    write(desk, 0, text="ba")
    mark(desk, 0)
    desk.locator("footer .w-dropdown__toggle, footer [data-w-dropdown-target=toggle]").first.click()
    desk.get_by_role("button", name="Xuất bản", exact=True).click()
    expect(rows(desk).nth(0).locator(".error-message")).to_contain_text("ba")
    write(desk, 0, text="3", tolerance="0.5")
    published(desk, "Thời hạn mấy ngày?")

    begin(desk, "hotspot", "Bấm vào đâu để ký số?")
    choose_picture(desk, tmp_path / "man-hinh.png")
    drag(desk, 0.1, 0.2, 0.3, 0.6)
    write(desk, 0, text="Nút Ký số")
    mark(desk, 0)
    expect(desk.locator(".place.is-right")).to_have_count(1)
    drag(desk, 0.6, 0.2, 0.9, 0.6)
    write(desk, 1, text="Nút Trả lại")
    rows(desk).nth(1).locator("[name$='-area_x']").fill("650")  # the same from the keyboard
    first, second = published(desk, "Bấm vào đâu để ký số?")
    assert (first["text"], first["correct"], second["text"], second["area"][0]) == (
        "Nút Ký số",
        True,
        "Nút Trả lại",
        650,
    )
    assert all(abs(a - b) <= 4 for a, b in zip(first["area"], [100, 200, 200, 400], strict=True))
    assert Question.objects.filter(live=True).count() == 8


def test_a_question_goes_to_review_comes_back_and_is_published(
    open_browser: Callable[..., Page], people: Cast
):
    reviewer = make_user("nguoi-duyet", display_name="Người duyệt")
    reviewer.groups.add(Group.objects.get(name="Reviewers"))
    desk = open_browser(LAPTOP, as_user=people.trainer)
    begin(desk, "single", "Lệ phí do ai thu?")
    write(desk, 0, text="Bộ phận một cửa")
    write(desk, 1, text="Bảo vệ")
    mark(desk, 0)
    press(desk, "Gửi đi: Duyệt câu hỏi")
    question = Question.objects.get()
    assert (question.live, question.workflow_in_progress) == (False, True)

    other = open_browser(LAPTOP, as_user=reviewer)
    other.goto("/quan-tri/")
    other.get_by_role("link", name="Lệ phí do ai thu?").click()
    other.locator("footer .w-dropdown__toggle, footer [data-w-dropdown-target=toggle]").first.click()
    other.get_by_role("button", name="Yêu cầu sửa", exact=True).click()
    dialog = other.get_by_role("dialog")
    dialog.locator("textarea").fill("Ghi căn cứ pháp lý.")
    dialog.locator("button[type=submit], input[type=submit]").first.click()
    expect(other.locator(".messages .success, .messages .warning").first).to_be_visible()
    assert not Question.objects.get().workflow_in_progress

    desk.goto("/quan-tri/")
    expect(desk.get_by_text("Ghi căn cứ pháp lý.")).to_be_visible()
    desk.get_by_role("link", name="Lệ phí do ai thu?").click()
    desk.locator("#id_explanation").fill("Theo quy định về phí và lệ phí.")
    press(desk, "Gửi lại cho Đồng nghiệp duyệt câu hỏi")

    other.goto("/quan-tri/")
    other.get_by_role("link", name="Lệ phí do ai thu?").click()
    press(other, "Duyệt và xuất bản")
    question = Question.objects.get()
    assert (question.live, question.versions.count(), question.current_version.explanation) == (
        True,
        1,
        "Theo quy định về phí và lệ phí.",
    )


def test_the_list_and_the_editor_fit_a_phone(open_browser: Callable[..., Page], people: Cast):
    phone = open_browser(PHONE, as_user=people.trainer)
    for address in (
        "/quan-tri/cau-hoi/",
        "/quan-tri/cau-hoi/add/?kind=hotspot",
        "/quan-tri/bai-kiem-tra/add/",
    ):
        phone.goto(address)
        assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
