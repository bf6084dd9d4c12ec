"""Passkeys and devices in a real Chromium with a phone's authenticator that the browser plays."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Page, expect

from people.entry import create_entry_link
from people.models import Official
from tests.e2e.conftest import LAPTOP, PHONE
from tests.factories import PASSWORD, make_hr, make_official

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BY_PASSKEY = re.compile("vân tay, khuôn mặt")


def give_authenticator(page: Page) -> None:
    """The page's browser gets a phone's own authenticator, whose owner always unlocks it."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def sign_out(page: Page) -> None:
    page.goto("/ho-so/")
    page.get_by_role("main").get_by_role("button", name="Đăng xuất", exact=True).last.click()
    page.wait_for_url("**/tai-khoan/login/**")


def enter(page: Page, official: Official) -> None:
    _link, url = create_entry_link(official, by=None)
    page.goto(re.sub(r"^https?://[^/]+", "", url))
    page.get_by_role("button", name="mở bài học của tôi").click()
    page.wait_for_url("**/vao/xong/")


def test_a_learner_adds_a_passkey_at_the_first_entry_and_signs_in_by_it_until_it_is_removed(
    transactional_db: None, live_server: Any, open_browser: Callable[..., Page]
):
    lan = make_official("Nguyễn Thị Lan", account=False)
    phone = open_browser(PHONE)
    give_authenticator(phone)
    enter(phone, lan)
    phone.get_by_role("button", name="Thêm khóa truy cập").click()
    expect(phone.get_by_text("Đã thêm khóa truy cập")).to_be_visible()
    expect(phone).to_have_url(f"{live_server.url}/")

    sign_out(phone)
    phone.goto("/tai-khoan/login/?next=/giay-xac-nhan/")
    phone.get_by_role("button", name=BY_PASSKEY).click()
    phone.wait_for_url("**/giay-xac-nhan/")

    # The phone is lost: from another one, where a new link led, its session and its passkey end.
    lan.refresh_from_db()
    other = open_browser(PHONE)
    enter(other, lan)
    other.get_by_role("link", name="Để sau").click()
    other.goto("/ho-so/")
    devices = other.get_by_role("region", name="Đang đăng nhập ở đâu")
    expect(devices.get_by_role("listitem")).to_have_count(2)
    devices.get_by_role("button", name=re.compile("^Đăng xuất Máy")).click()
    expect(other.get_by_text("Đã đăng xuất thiết bị")).to_be_visible()
    expect(devices.get_by_role("listitem")).to_have_count(1)
    phone.goto("/ho-so/")
    phone.wait_for_url("**/tai-khoan/login/**")

    other.get_by_role("link", name=re.compile("^Xóa")).click()
    other.get_by_role("button", name="Xóa khóa truy cập").click()
    other.wait_for_url("**/ho-so/")
    phone.get_by_role("button", name=BY_PASSKEY).click()
    expect(phone.get_by_text("Khóa truy cập này không mở được tài khoản")).to_be_visible()
    phone.goto("/ho-so/")
    phone.wait_for_url("**/tai-khoan/login/**")


def test_hr_sets_up_a_passkey_in_place_of_an_app_and_is_in_with_it_alone(
    transactional_db: None, live_server: Any, open_browser: Callable[..., Page]
):
    hr = make_hr()
    laptop = open_browser(LAPTOP)
    give_authenticator(laptop)
    laptop.goto("/tai-khoan/login/")
    laptop.get_by_label("Mã cán bộ hoặc").fill(hr.username)
    laptop.get_by_label("Mật khẩu").fill(PASSWORD)
    laptop.get_by_role("button", name="Đăng nhập", exact=True).click()
    laptop.get_by_role("link", name="Dùng khóa truy cập").click()
    laptop.get_by_role("button", name="Thêm khóa truy cập").click()
    laptop.wait_for_url("**/2fa/recovery-codes/")
    sign_out(laptop)
    laptop.get_by_role("button", name=BY_PASSKEY).click()
    laptop.wait_for_url("**/quan-ly/")
    assert Authenticator.objects.filter(user=hr, type="webauthn").get().last_used_at

    # With the password it is the second step.
    sign_out(laptop)
    laptop.get_by_label("Mã cán bộ hoặc").fill(hr.username)
    laptop.get_by_label("Mật khẩu").fill(PASSWORD)
    laptop.get_by_role("button", name="Đăng nhập", exact=True).click()
    laptop.wait_for_url("**/2fa/authenticate/")
    laptop.get_by_role("button", name=BY_PASSKEY).click()
    laptop.wait_for_url("**/quan-ly/")


@pytest.mark.parametrize("javascript", [True, False], ids=["no-authenticator", "no-scripts"])
def test_without_passkeys_nothing_of_them_is_shown(
    transactional_db: None, live_server: Any, open_browser: Callable[..., Page], javascript: bool
):
    lan = make_official("Nguyễn Thị Lan", account=False)
    phone = open_browser(PHONE, javascript=javascript)
    if javascript:
        phone.add_init_script("delete window.PublicKeyCredential")
    phone.goto("/tai-khoan/login/")
    expect(phone.get_by_role("button", name="Đăng nhập", exact=True)).to_be_visible()
    expect(phone.get_by_role("button", name=BY_PASSKEY)).to_have_count(0)
    enter(phone, lan)
    expect(phone.get_by_role("button", name="Lưu và tiếp tục")).to_be_visible()
    expect(phone.get_by_role("button", name="Thêm khóa truy cập")).to_have_count(0)
    phone.goto("/tai-khoan/2fa/webauthn/add/")
    expect(phone.get_by_text("Trình duyệt này không dùng được khóa truy cập")).to_be_visible()
