"""Cards that need a real browser: spots placed by clicking, files put into a lesson, played and taken along."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image as Picture
from playwright.sync_api import Locator, Page, expect

from courses.models import Module
from tests.courses.conftest import make_course
from tests.e2e.conftest import LAPTOP, PHONE
from tests.e2e.test_trainer import publish
from tests.factories import Cast, enrol, make_cast
from tests.lib.test_filetypes import MP3

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people(transactional_db: None) -> Cast:
    return make_cast()


def begin_card(page: Page, kind: str) -> None:
    page.get_by_role("button", name="Thêm thẻ hoặc mục").last.click()
    page.get_by_role("option", name=kind).click()


def choose_picture(page: Page, file: Path, *, size: tuple[int, int], button: str = "Chọn hình") -> None:
    Picture.new("RGB", size, "teal").save(file)
    page.get_by_role("button", name=button).first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("tab", name="Tải lên").click()
    dialog.locator("input[type=file]").set_input_files(file)
    expect(dialog.locator("[name$=title]")).to_have_value(file.stem)
    dialog.get_by_role("button", name="Tải lên").click()
    expect(dialog).to_be_hidden()


def click_at(frame: Locator, x: float, y: float) -> None:
    """In per cent of the picture."""
    frame.scroll_into_view_if_needed()
    box = frame.locator("img").bounding_box()
    assert box
    frame.locator("img").click(
        position={"x": box["width"] * x / 100, "y": box["height"] * y / 100}, force=True
    )


def places(page: Page) -> list[tuple[str, str, str]]:
    """Text, x and y of each spot in the order of the list."""
    names = ["text", "x", "y"]
    fields = [
        page.locator(f"[name^='cards-0-value-spots-'][name$='-value-{name}']:visible") for name in names
    ]
    return list(zip(*([each.input_value() for each in field.all()] for field in fields), strict=True))


def test_spots_are_placed_by_clicking_and_found_on_the_phone(
    open_browser: Callable[..., Page], people: Cast, tmp_path: Path
):
    course = make_course()
    desk = open_browser(LAPTOP, as_user=people.trainer)
    desk.goto(f"/quan-tri/pages/{course.pk}/add_subpage/")
    desk.locator("#id_title").fill("Ký trên Cổng")
    begin_card(desk, "Màn hình có chú thích")
    stage = desk.locator(".spots-stage")
    expect(stage).to_contain_text("Trước hết hãy chọn hình")
    choose_picture(desk, tmp_path / "man-hinh.png", size=(1000, 500))
    desk.locator("[name='cards-0-value-heading']").fill("Nút nào?")
    desk.locator("[name='cards-0-value-image_alt']").fill("Màn hình ký số")
    frame, marks = stage.locator(".places-frame"), stage.locator(".spot-mark")
    expect(frame.locator("img")).to_be_visible()

    for number, (x, y) in enumerate([(10, 20), (50, 60), (90, 80)], start=1):
        click_at(frame, x, y)
        expect(marks).to_have_count(number)
        desk.keyboard.type(f"Nút {number}")  # the click leads to the spot's text
    assert places(desk) == [("Nút 1", "10", "20"), ("Nút 2", "50", "60"), ("Nút 3", "90", "80")]

    marks.nth(1).focus()
    desk.keyboard.press("ArrowLeft")
    desk.keyboard.press("Shift+ArrowDown")
    expect(marks.nth(1)).to_be_focused()
    assert places(desk)[1] == ("Nút 2", "49", "65")
    marks.nth(2).focus()
    box, held = frame.bounding_box(), marks.nth(2).bounding_box()
    assert box
    assert held
    desk.mouse.move(held["x"] + held["width"] / 2, held["y"] + held["height"] / 2)
    desk.mouse.down()
    desk.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + box["height"] * 0.4, steps=3)
    desk.mouse.up()
    expect(marks).to_have_count(3)
    assert places(desk)[2][1:] == ("70", "40")

    # Deleting and moving in the list: the numbers follow. Another picture keeps the places.
    desk.locator("[data-contentpath=spots] [data-streamfield-action=DELETE]").first.click()
    expect(marks).to_have_text(["1", "2"])
    left = desk.locator("[data-contentpath=spots] [data-streamfield-child]:not([aria-hidden])")
    left.first.locator("[data-streamfield-action=MOVE_DOWN]").click()
    expect(marks.first).to_have_attribute("aria-label", "Điểm 1 Nút 3")
    desk.locator("[data-contentpath=image] .w-dropdown__toggle").click()
    desk.screenshot(path="/tmp/shots-a/menu.png")
    print(
        desk.locator("button, a", has_text="hình khác").all_inner_texts(),
        desk.locator("[data-tippy-root]").all_inner_texts(),
    )
    choose_picture(desk, tmp_path / "khac.png", size=(1200, 900), button="Chọn hình khác")
    expect(frame.locator("img")).to_have_attribute(
        "src", desk.locator("[name='cards-0-value-image']").input_value().join(["/quan-tri/hinh/", "/"])
    )
    expect(marks).to_have_count(2)

    # A second card of the kind, put before the first one, has a picture and spots of its own.
    desk.get_by_role("button", name="Thêm thẻ hoặc mục").first.click()
    desk.get_by_role("option", name="Màn hình có chú thích").click()
    expect(stage).to_have_count(2)
    expect(stage.first.locator(".spot-mark")).to_have_count(0)
    expect(stage.last.locator(".spot-mark")).to_have_count(2)
    desk.locator("[data-streamfield-child]:has(.spots-stage) [data-streamfield-action=DELETE]").first.click()
    expect(stage.locator("visible=true")).to_have_count(1)

    publish(desk)
    module = Module.objects.get(live=True)
    (card,) = module.current_version.cards
    assert [spot["value"] for spot in card["value"]["spots"]] == [
        {"text": "Nút 3", "x": 70, "y": 40},
        {"text": "Nút 2", "x": 49, "y": 65},
    ]

    enrol(people.lan, course)
    phone = open_browser(PHONE, javascript=False, as_user=people.lan.user)
    phone.goto(f"/khoa-hoc/{course.slug}/{module.slug}/")
    picture = phone.get_by_role("img", name="Màn hình ký số").bounding_box()
    mark = phone.locator(".screen svg svg").first.bounding_box()
    assert picture
    assert mark
    centre = (mark["x"] + mark["width"] / 2 - picture["x"], mark["y"] + mark["height"] / 2 - picture["y"])
    assert centre == pytest.approx((picture["width"] * 0.7, picture["height"] * 0.4), abs=3)
    assert mark["width"] >= 24
    expect(phone.get_by_role("listitem").filter(has_text="Nút")).to_have_text(["Nút 3", "Nút 2"])
    assert phone.evaluate("document.documentElement.scrollWidth") == 360


def choose_file(page: Page, place: str, file: Path, data: bytes) -> None:
    """Upload inside the card; ``place``: the end of the name of its input."""
    file.write_bytes(data)
    page.locator(f"[data-contentpath={place}]").get_by_role("button", name="Chọn tài liệu").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("tab", name="Tải lên").click()
    expect(dialog).to_contain_text("tối đa 20 MB")
    dialog.locator("input[type=file]").set_input_files(file)
    expect(dialog.locator("[name$=title]")).to_have_value(file.stem)
    dialog.get_by_role("button", name="Tải lên").click()
    expect(dialog).to_be_hidden()


def test_a_recording_and_a_document_uploaded_in_the_card_reach_the_phone(
    open_browser: Callable[..., Page], people: Cast, tmp_path: Path
):
    course = make_course()
    desk = open_browser(LAPTOP, as_user=people.trainer)
    desk.goto(f"/quan-tri/pages/{course.pk}/add_subpage/")
    desk.locator("#id_title").fill("Nghe và tải")
    begin_card(desk, "Video hoặc âm thanh")
    desk.locator("[name='cards-0-value-heading']").fill("Nghe hướng dẫn")
    desk.locator("[name='cards-0-value-transcript']").fill("Xin chào anh/chị.")
    choose_file(desk, "media", tmp_path / "loi-noi.mp3", MP3 * 200)  # five seconds of silence
    begin_card(desk, "Tài liệu tải về")
    desk.locator("[name='cards-1-value-heading']").fill("Mẫu đơn")
    desk.locator("[name='cards-1-value-about']").fill("Dùng khi nộp hồ sơ.")
    choose_file(desk, "document", tmp_path / "mau-don.pdf", b"%PDF-1.7")
    publish(desk)
    module = Module.objects.get(live=True)

    enrol(people.lan, course)
    phone = open_browser(PHONE, as_user=people.lan.user)
    asked: list[tuple[str, str | None]] = []
    phone.on(
        "request",
        lambda each: asked.append((each.url, each.headers.get("range"))) if "/tep/" in each.url else None,
    )
    phone.goto(f"/khoa-hoc/{course.slug}/{module.slug}/")
    player = phone.locator("audio")
    expect(player).to_be_visible()
    assert asked == []  # nothing before it is played
    assert (
        player.evaluate(
            """audio => new Promise(done => {
            audio.ontimeupdate = () => {
                if (audio.currentTime > 3.9) { audio.pause(); done(Math.round(audio.duration)); }
                else if (audio.currentTime > 0 && !audio.seeking) audio.currentTime = 4;
            };
            audio.onerror = () => done(audio.error.message);
            audio.muted = true;
            audio.play();
        })"""
        )
        == 5
    )
    assert asked[0][1] == "bytes=0-"
    phone.get_by_text("Lời thoại").click()
    expect(phone.get_by_text("Xin chào anh/chị.")).to_be_visible()
    phone.get_by_role("link", name="Tiếp", exact=True).click()
    with phone.expect_download() as download:
        phone.get_by_role("link", name="Tải về").click()
    assert download.value.suggested_filename == "mau-don.pdf"
    assert download.value.path().read_bytes() == b"%PDF-1.7"
    assert phone.evaluate("document.documentElement.scrollWidth") == 360
