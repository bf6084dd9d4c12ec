"""Passkeys: one more way in for learners, both steps in one for who sees other people's data."""

import datetime
import html
import json
import re
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client
from django.utils import timezone

from people import second_factor
from people.entry import create_entry_link
from people.models import Official, Scope, User
from tests.factories import PASSWORD, make_hr, make_official
from tests.people.authenticator import Phone
from tests.people.test_signin import check_page

LOGIN, ADD, BY_PASSKEY = "/tai-khoan/login/", "/tai-khoan/2fa/webauthn/add/", "/tai-khoan/2fa/webauthn/login/"
SHOW, SHOW_AGAIN = "/tai-khoan/2fa/authenticate/", "/tai-khoan/2fa/webauthn/reauthenticate/"
SET_UP = "/tai-khoan/2fa/totp/activate/"


@pytest.fixture
def mobile() -> Client:
    return Client(headers={"user-agent": "Mozilla/5.0 (Linux; Android 14) Chrome/130.0 Mobile Safari/537.36"})


@pytest.fixture
def lan(db: None) -> Official:
    return make_official("Nguyễn Thị Lan", account=False, staff_number="CB-7", email="lan@phuong.example")


def enter(mobile: Client, official: Official) -> None:
    mobile.post(create_entry_link(official, by=None)[1].removeprefix("http://127.0.0.1:8000"))


def options_on(page: Any) -> dict[str, Any]:
    """What the page's button hands to the browser."""
    found: dict[str, Any] = json.loads(html.unescape(re.search(r'data-options="([^"]*)"', page.text)[1]))
    return found


def add(mobile: Client, phone: Phone, page: str = ADD, **fields: str) -> Any:
    return mobile.post(ADD, {"credential": phone.make(options_on(mobile.get(page))), **fields})


def sign_in(mobile: Client, phone: Phone, **fields: str) -> Any:
    options = mobile.get(BY_PASSKEY, headers={"accept": "application/json"}).json()["request_options"]
    return mobile.post(BY_PASSKEY, {"credential": phone.sign(options), **fields})


def is_in(mobile: Client) -> bool:
    return "_auth_user_id" in mobile.session


# --- A learner ----------------------------------------------------------------------------------------------


def test_a_passkey_is_offered_after_the_first_entry_needs_no_password_and_signs_in(lan, mobile):
    enter(mobile, lan)
    phone = Phone()
    answer = add(mobile, phone, "/vao/xong/", next="/")
    assert answer.url == "/"
    [passkey] = Authenticator.objects.all()  # no recovery codes: nothing is locked by it
    assert str(passkey) == "Điện thoại Android, Chrome"
    assert [message.to for message in mail.outbox] == [["lan@phuong.example"]]

    fresh = Client()
    assert sign_in(fresh, phone).url == "/"
    assert is_in(fresh)
    assert sign_in(Client(), phone, next="/ho-so/").url == "/ho-so/"
    assert sign_in(Client(), phone, next="https://evil.example/").url == "/"


def test_other_ways_in_stay_open_to_a_learner_with_a_passkey(lan, mobile):
    """The phone is lost: a new link leads in, and takes the lost phone's passkey away."""
    enter(mobile, lan)
    lost = Phone()
    add(mobile, lost)
    other = Client()
    enter(other, lan)
    assert is_in(other)
    pk = Authenticator.objects.get().pk
    other.post(f"/tai-khoan/2fa/webauthn/keys/{pk}/remove/?next=/ho-so/")
    assert not Authenticator.objects.exists()
    fresh = Client()
    refused = sign_in(fresh, lost)
    assert refused.url == LOGIN
    assert not is_in(fresh)
    check_page(page := fresh.get(LOGIN), LOGIN)
    assert "Khóa truy cập này không mở được tài khoản" in page.text

    lan.refresh_from_db()
    lan.user.set_password(PASSWORD)
    lan.user.save()
    other = Client()
    enter(other, lan)  # the new password ended the open sessions
    add(other, Phone())
    by_password = Client()
    by_password.post(LOGIN, {"login": "cb-7", "password": PASSWORD})
    assert is_in(by_password)


def test_a_learner_who_set_up_an_app_of_the_own_will_is_asked_for_it(lan, mobile):
    enter(mobile, lan)
    lan.refresh_from_db()
    second_factor.enable(lan.user)
    User.objects.filter(pk=lan.user.pk).update(password="x")
    other = Client()
    enter(other, lan)
    assert not is_in(other)
    assert other.get(SHOW).status_code == 200


def test_the_profile_lists_renames_and_removes_passkeys(lan, mobile):
    enter(mobile, lan)
    add(mobile, Phone(), name="Máy cũ")
    add(mobile, Phone(), name="Máy mới")
    page = mobile.get("/ho-so/")
    assert re.findall(r"Máy (?:cũ|mới)(?=<div)", page.text) == ["Máy cũ", "Máy mới"]
    old, new = Authenticator.objects.order_by("pk")
    edit, remove = (f"/tai-khoan/2fa/webauthn/keys/{old.pk}/{what}/" for what in ("edit", "remove"))
    for path in (ADD, "/ho-so/", edit, remove, "/tai-khoan/2fa/", "/vao/xong/"):
        check_page(mobile.get(path), path)
    assert mobile.post(f"{edit}?next=/ho-so/", {"name": "Máy của em"}).url == "/ho-so/"
    old.refresh_from_db()
    assert str(old) == "Máy của em"
    assert "name" in mobile.post(edit, {"name": "x" * 61}).context["form"].errors
    mobile.post(remove)
    assert list(Authenticator.objects.all()) == [new]
    assert mobile.get("/tai-khoan/2fa/webauthn/").url == "/ho-so/"


def test_nobody_touches_somebody_elses_passkey(lan, mobile):
    enter(mobile, lan)
    add(mobile, Phone())
    pk = Authenticator.objects.get().pk
    stranger = Client()
    stranger.force_login(make_official("Trần Văn Bình").user)
    for what in ("edit", "remove"):
        assert stranger.post(f"/tai-khoan/2fa/webauthn/keys/{pk}/{what}/", {"name": "x"}).status_code in (
            302,
            404,
        )
    assert str(Authenticator.objects.get()) == "Điện thoại Android, Chrome"


def test_later_than_ten_minutes_a_change_is_confirmed_by_the_passkey(lan, mobile):
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        enter(mobile, lan)
        phone = Phone()
        add(mobile, phone)
    remove = f"/tai-khoan/2fa/webauthn/keys/{Authenticator.objects.get().pk}/remove/"
    with time_machine.travel(start + datetime.timedelta(minutes=11), tick=False):
        asked = mobile.get(remove)
        assert asked.url.startswith(SHOW_AGAIN)
        page = mobile.get(asked.url)
        check_page(page, SHOW_AGAIN)
        wrong = mobile.post(asked.url, {"credential": Phone().sign(options_on(page)), "next": remove})
        assert wrong.status_code == 200
        answer = mobile.post(asked.url, {"credential": phone.sign(options_on(wrong)), "next": remove})
        assert answer.url == remove
        assert mobile.get(remove).status_code == 200


# --- What is refused ------------------------------------------------------------------------------------------


def changed(credential: str, **response: Any) -> str:
    data = json.loads(credential)
    data["response"].update(response)
    return json.dumps(data)


def test_whatever_is_wrong_with_a_credential_opens_nothing_and_breaks_nothing(lan, mobile):
    enter(mobile, lan)
    phone = Phone()
    add(mobile, phone)
    thief = Phone()
    thief.id, thief.user_handle = phone.id, phone.user_handle
    unlocked, elsewhere = Phone(verified=False), Phone(origin="https://evil.example")
    for other in (unlocked, elsewhere):
        other.id, other.user_handle, other.key = phone.id, phone.user_handle, phone.key
    makers = [
        thief.sign,  # another key
        unlocked.sign,  # not unlocked by its owner
        elsewhere.sign,  # signed for another site
        lambda options: changed(phone.sign(options), signature="AAAA"),
        lambda options: changed(phone.sign(options), userHandle=None),
        lambda options: changed(phone.sign(options), userHandle="_w"),
        lambda options: changed(phone.sign(options), authenticatorData="AA"),
        lambda options: changed(phone.sign(options), clientDataJSON="e30"),
        lambda options: "[]",
        lambda options: '"x"',
        lambda options: "no json",
        lambda options: "{}",
    ]
    for make in makers:
        fresh = Client()
        options = fresh.get(BY_PASSKEY, headers={"accept": "application/json"}).json()["request_options"]
        answer = fresh.post(BY_PASSKEY, {"credential": make(options)})
        assert answer.status_code == 302
        assert not is_in(fresh)


def test_a_signature_counts_once_and_only_where_it_was_asked_for(lan, mobile):
    enter(mobile, lan)
    phone = Phone()
    add(mobile, phone)
    fresh, other = Client(), Client()
    options = fresh.get(BY_PASSKEY, headers={"accept": "application/json"}).json()["request_options"]
    signed = phone.sign(options)
    other.get(BY_PASSKEY, headers={"accept": "application/json"})
    other.post(BY_PASSKEY, {"credential": signed})
    assert not is_in(other)
    fresh.post(BY_PASSKEY, {"credential": signed})
    assert is_in(fresh)
    fresh.post("/tai-khoan/logout/")
    fresh.post(BY_PASSKEY, {"credential": signed})
    assert not is_in(fresh)


def test_a_device_that_was_not_unlocked_or_is_elsewhere_adds_no_passkey(lan, mobile):
    enter(mobile, lan)
    for phone in (Phone(verified=False), Phone(origin="http://127.0.0.1:8000")):
        answer = add(mobile, phone)
        assert answer.status_code == 200
        check_page(answer, ADD)
    for credential in ("[]", "{}", "x"):
        assert mobile.post(ADD, {"credential": credential}).status_code == 200
    assert not Authenticator.objects.exists()


def test_a_closed_account_stays_closed_to_its_passkey(lan, mobile):
    enter(mobile, lan)
    phone = Phone()
    add(mobile, phone)
    User.objects.update(is_active=False)
    fresh = Client()
    assert sign_in(fresh, phone).url == "/tai-khoan/inactive/"
    assert not is_in(fresh)


def test_nobody_signs_up_with_a_passkey(db):
    assert Client().get("/tai-khoan/2fa/webauthn/signup/").status_code == 404
    assert Client().get("/tai-khoan/signup/passkey/").status_code in (302, 404)


# --- Who sees other people's data -------------------------------------------------------------------------------


@pytest.fixture
def hr(db: None) -> User:
    return make_hr()


def with_passkey(hr: User) -> tuple[Client, Phone]:
    laptop, phone = Client(), Phone()
    laptop.post(LOGIN, {"login": hr.username, "password": PASSWORD})
    page = laptop.get(SET_UP)
    check_page(page, SET_UP)
    assert f'href="{ADD}"' in page.text
    assert add(laptop, phone).url == "/tai-khoan/2fa/recovery-codes/"
    assert laptop.get("/quan-ly/lien-ket/").status_code == 200
    return laptop, phone


def test_a_passkey_in_place_of_an_app_is_both_steps_in_one(hr):
    _laptop, phone = with_passkey(hr)
    assert Authenticator.objects.filter(type="recovery_codes").exists()
    fresh = Client()
    assert sign_in(fresh, phone).url == "/quan-ly/"
    assert fresh.get("/quan-ly/lien-ket/").status_code == 200


def test_after_the_password_the_passkey_is_the_second_step(hr):
    _laptop, phone = with_passkey(hr)
    fresh = Client()
    assert fresh.post(LOGIN, {"login": hr.username, "password": PASSWORD}).url == SHOW
    assert not is_in(fresh)
    page = fresh.get(SHOW)
    check_page(page, SHOW)
    wrong = fresh.post(SHOW, {"credential": Phone().sign(options_on(page))})
    check_page(wrong, SHOW)
    locked = Phone(verified=False)  # the device, without its owner
    locked.id, locked.key = phone.id, phone.key
    wrong = fresh.post(SHOW, {"credential": locked.sign(options_on(wrong))})
    assert wrong.status_code == 200
    assert fresh.post(SHOW, {"credential": phone.sign(options_on(wrong))}).url == "/quan-ly/"


def test_an_idle_session_shows_the_passkey_again_and_cannot_set_up_another_factor_instead(hr):
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        laptop, phone = with_passkey(hr)
    with time_machine.travel(start + datetime.timedelta(hours=13), tick=False):
        asked = laptop.get("/quan-ly/lien-ket/")
        assert asked.url == f"{SHOW_AGAIN}?next=%2Fquan-ly%2Flien-ket%2F"
        laptop.post("/tai-khoan/reauthenticate/", {"password": PASSWORD})  # half of it is not enough
        for path in (SET_UP, ADD):
            for answer in (laptop.get(path), laptop.post(path)):
                assert answer.url.startswith(SHOW_AGAIN), path
        page = laptop.get(asked.url)
        laptop.post(asked.url, {"credential": phone.sign(options_on(page)), "next": "/quan-ly/lien-ket/"})
        assert laptop.get("/quan-ly/lien-ket/").status_code == 200


def test_without_its_passkey_the_account_sets_up_a_second_factor_anew(hr):
    laptop, _phone = with_passkey(hr)
    pk = Authenticator.objects.get(type="webauthn").pk
    laptop.post(f"/tai-khoan/2fa/webauthn/keys/{pk}/remove/")
    assert not Authenticator.objects.exists()
    assert laptop.get("/quan-ly/lien-ket/").url == SET_UP


def test_a_learner_with_a_passkey_who_becomes_hr_shows_it(lan, mobile):
    enter(mobile, lan)
    phone = Phone()
    add(mobile, phone)
    by_link = Client()
    enter(by_link, lan)
    lan.refresh_from_db()
    Scope.objects.create(user=lan.user)
    assert by_link.get("/quan-ly/lien-ket/").url.startswith(SHOW_AGAIN)
    again = Client()
    enter(again, lan)
    assert not is_in(again)
    again = Client()
    assert sign_in(again, phone).url == "/"
    assert again.get("/quan-ly/lien-ket/").status_code == 200


# --- Where they belong --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "host"),
    [("http://127.0.0.1:8000", "localhost"), ("https://hoc.example.vn", "hoc.example.vn")],
)
def test_passkeys_belong_to_the_host_of_the_installation_whatever_a_request_says(
    lan, mobile, settings, address, host
):
    enter(mobile, lan)
    settings.BASE_URL = address
    page = mobile.get(ADD, headers={"host": "evil.example"})
    assert options_on(page)["publicKey"]["rp"]["id"] == host
    assert f'data-host="{host}"' in page.text
