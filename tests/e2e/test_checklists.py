"""A checklist on a phone whose line drops."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import LAPTOP, PHONE
from tests.factories import enrol, make_course, make_module, make_official, text_card

pytestmark = pytest.mark.browser

CHECKLIST = ("checklist", {"heading": "Trước khi ký", "intro": "", "tasks": ["Đúng bản", "Đúng người ký"]})


def test_every_tap_is_saved_at_once_and_one_without_a_line_as_soon_as_there_is_one(
    transactional_db, open_browser
):
    lan = make_official("Nguyễn Thị Lan")
    course = make_course()
    module = make_module(course, cards=[CHECKLIST, text_card("Thẻ hai")])
    enrol(lan, course)
    card = f"/khoa-hoc/{course.slug}/{module.slug}/the/1/"

    phone = open_browser(PHONE, as_user=lan.user)
    phone.goto(card)
    expect(phone.get_by_role("button", name="Lưu các mục đã đánh dấu")).to_be_hidden()
    phone.get_by_label("Đúng bản").check()
    expect(phone.get_by_text("Đã lưu.")).to_be_visible()
    phone.context.set_offline(True)
    phone.get_by_label("Đúng người ký").check()
    expect(phone.get_by_text("Chưa lưu được vì mất kết nối")).to_be_visible()
    phone.context.set_offline(False)
    expect(phone.get_by_text("Đã lưu.")).to_be_visible()

    laptop = open_browser(LAPTOP, javascript=False, as_user=lan.user)
    laptop.goto(card)
    expect(laptop.get_by_label("Đúng bản")).to_be_checked()
    laptop.get_by_label("Đúng người ký").uncheck()
    laptop.get_by_role("button", name="Tiếp").click()
    expect(laptop.get_by_role("heading", name="Thẻ hai")).to_be_visible()

    phone.reload()
    expect(phone.get_by_label("Đúng bản")).to_be_checked()
    expect(phone.get_by_label("Đúng người ký")).not_to_be_checked()
