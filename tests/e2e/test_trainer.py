"""The trainer's way from an empty course to a lesson with its quiz on an official's phone."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image as Picture
from playwright.sync_api import Page, expect

from courses.models import Course, Module
from quizzes.models import Quiz
from tests.courses.conftest import make_course, make_module
from tests.e2e.conftest import LAPTOP, PHONE
from tests.factories import Cast, enrol, make_basis, make_cast, text_card

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STEM = "Ai ký thay Chủ tịch xã khi được giao?"


@pytest.fixture
def people(transactional_db: None) -> Cast:
    make_basis("30/2020/NĐ-CP", "Nghị định về công tác văn thư")
    return make_cast()


def publish(page: Page) -> None:
    page.locator("footer .w-dropdown__toggle, footer [data-w-dropdown-target=toggle]").first.click()
    page.get_by_role("button", name="Xuất bản", exact=True).click()
    expect(page.locator(".messages .success")).to_contain_text("xuất bản")


def save(page: Page) -> None:
    page.locator("footer").get_by_role("button", name="Lưu", exact=True).click()
    expect(page.locator(".messages .success")).to_be_visible()


def write_course(page: Page) -> Course:
    page.goto("/quan-tri/")
    page.get_by_role("link", name="Khóa học mới").click()
    page.locator("#id_title").fill("Văn thư cấp xã")
    page.locator("#id_periods").fill("2")
    publish(page)
    return Course.objects.get(slug="van-thu-cap-xa")


def add_card(page: Page, kind: str, heading: str, **fields: str) -> None:
    """``fields``: the ends of the names of the card's inputs, such as ``steps_0_value``."""
    number = page.locator("input[name^='cards-'][name$='-value-heading']").count()
    page.get_by_role("button", name="Thêm thẻ hoặc mục").last.click()
    page.get_by_role("option", name=kind).click()
    page.locator(f"[name='cards-{number}-value-heading']").fill(heading)
    for name, text in fields.items():
        page.locator(f"[name='cards-{number}-value-{name.replace('_', '-')}']").fill(text)


def choose_picture(page: Page, file: Path) -> None:
    Picture.new("RGB", (1200, 700), "teal").save(file)
    page.get_by_role("button", name="Chọn hình").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("tab", name="Tải lên").click()
    dialog.locator("input[type=file]").set_input_files(file)
    title = dialog.locator("[name$=title]")
    expect(title).to_have_value(file.stem)  # filled from the file's name
    dialog.get_by_role("button", name="Tải lên").click()
    expect(dialog).to_be_hidden()
    page.locator("[name='cards-0-value-image_alt']").fill("Nút Ký số trên màn hình")


def cite(page: Page, number: str) -> None:
    page.get_by_role("button", name="Thêm căn cứ pháp lý").click()
    page.get_by_role("button", name="Chọn căn cứ pháp lý").last.click()
    page.get_by_role("dialog").get_by_label("Số hiệu hoặc tên gọi").fill("cong tac van thu")
    page.get_by_role("dialog").get_by_role("link", name=number).click()
    expect(page.get_by_role("dialog")).to_be_hidden()


def write_lesson(page: Page, course: Course, picture: Path) -> Module:
    page.goto(f"/quan-tri/pages/{course.pk}/add_subpage/")
    page.locator("#id_title").fill("Ký thay, ký thừa lệnh")
    add_card(page, "Nội dung", "Ba cách ký thay")
    page.locator(".public-DraftEditor-content").click()
    page.keyboard.type("Mỗi cách ký có một căn cứ.")
    choose_picture(page, picture)
    add_card(page, "Các bước đánh số", "Trình ký", steps_0_value="Soạn thảo", steps_1_value="Kiểm tra")
    add_card(page, "làm và không", "Khi ký", do_0_value="Ghi KT.", dont_0_value="Ký thay không được giao")
    add_card(page, "Tình huống thực tế", "Ở quầy", situation="Chủ tịch đi họp.", right="Phó Chủ tịch ký KT.")
    cite(page, "30/2020/NĐ-CP")
    see_preview(page)
    publish(page)
    return Module.objects.select_related("current_version").get(slug="ky-thay-ky-thua-lenh")


def see_preview(page: Page) -> None:
    """The phone beside the editor shows the draft."""
    page.locator("button[aria-label='Mở hoặc đóng xem trước']").click()
    frame = page.frame_locator("iframe[data-preview-iframe], .preview-panel iframe, iframe").last
    expect(frame.get_by_role("heading", name="Trình ký")).to_be_visible()
    expect(frame.get_by_text("Xem trước", exact=True)).to_be_visible()


def choose(page: Page, button: str, name: str) -> None:
    page.get_by_role("button", name=button).first.click()
    page.get_by_role("dialog").get_by_role("link", name=name).click()
    expect(page.get_by_role("dialog")).to_be_hidden()


def write_quiz(page: Page) -> None:
    page.goto("/quan-tri/kho-cau-hoi/add/")
    page.locator("#id_name").fill("Ngân hàng văn thư")
    save(page)
    page.goto("/quan-tri/cau-hoi/add/")
    page.locator("#id_bank").select_option(label="Ngân hàng văn thư")
    page.locator("#id_stem").fill(STEM)
    for number, text in enumerate(["Phó Chủ tịch", "Văn thư"]):
        page.locator(f"#id_options-{number}-text").fill(text)
    page.locator("#id_options-0-correct").check()
    publish(page)
    page.goto("/quan-tri/bai-kiem-tra/add/")
    choose(page, "Chọn một trang (Bài học)", "Ký thay, ký thừa lệnh")
    page.locator("#id_bank").select_option(label="Ngân hàng văn thư")
    page.locator("#id_draw").fill("1")
    save(page)


def test_trainer_writes_a_lesson_with_a_quiz_and_an_official_reads_it(
    open_browser: Callable[..., Page], people: Cast, tmp_path: Path
):
    desk = open_browser(LAPTOP, as_user=people.trainer)
    course = write_course(desk)
    module = write_lesson(desk, course, tmp_path / "man-hinh.png")
    assert module.current_version.published_by == people.trainer
    assert [basis["number"] for basis in module.current_version.legal_bases] == ["30/2020/NĐ-CP"]
    write_quiz(desk)
    quiz = Quiz.objects.get(module=module)
    module.refresh_from_db()
    assert (quiz.draw, module.current_version.number, module.current_version.quiz["draw"]) == (1, 2, 1)

    enrol(people.lan, course)
    phone = open_browser(PHONE, as_user=people.lan.user)
    phone.goto(f"/khoa-hoc/{course.slug}/{module.slug}/")
    for number, heading in enumerate(["Ba cách ký thay", "Trình ký", "Khi ký", "Ở quầy"], start=1):
        expect(phone.get_by_role("heading", level=1)).to_have_text(heading)
        if number == 1:
            picture = phone.get_by_role("img", name="Nút Ký số trên màn hình")
            expect(picture).to_be_visible()
            assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
        if number < 4:
            phone.get_by_role("link", name="Tiếp", exact=True).click()
    expect(phone.get_by_text("30/2020/NĐ-CP")).to_have_count(1)
    expect(phone.get_by_role("link", name="Đến bài kiểm tra")).to_be_visible()


def test_the_officials_phone_shows_the_old_text_until_the_trainer_publishes(
    open_browser: Callable[..., Page], people: Cast
):
    course = make_course()
    module = make_module(course, cards=1)
    enrol(people.lan, course)
    draft = module.get_latest_revision_as_object()
    draft.cards = [text_card("Thẻ mới")]
    draft.save_revision(user=people.trainer)
    phone = open_browser(PHONE, as_user=people.lan.user)
    phone.goto(f"/khoa-hoc/{course.slug}/{module.slug}/")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Thẻ 1")
    desk = open_browser(LAPTOP, as_user=people.trainer)
    desk.goto("/quan-tri/")
    desk.get_by_role("link", name=module.title).click()
    desk.locator("[name=change][value=editorial]").check()
    publish(desk)
    other = open_browser(PHONE, as_user=people.lan.user)
    other.goto(f"/khoa-hoc/{course.slug}/{module.slug}/")
    # The version with which she began stays hers; whoever begins now reads the new one.
    expect(other.get_by_role("heading", level=1)).to_have_text("Thẻ 1")
    assert Module.objects.get(pk=module.pk).current_version.cards[0]["value"]["heading"] == "Thẻ mới"
