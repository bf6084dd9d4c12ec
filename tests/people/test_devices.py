"""Where a person is signed in, and ending it from another device."""

import datetime
import re

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from people.devices import device_of
from people.models import Session, User
from people.sessions import end_all
from people.tasks import forget_ended_sessions
from tests.factories import make_official

LIST, END = "/ho-so/", "/ho-so/thiet-bi/"
ANDROID = "Mozilla/5.0 (Linux; Android 14; SM-A057F) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0"


@pytest.fixture
def lan(db) -> User:
    return make_official("Nguyễn Thị Lan").user


def signed_in(user: User, agent: str = ANDROID, path: str = "/ho-so/") -> Client:
    device = Client(headers={"user-agent": agent})
    device.force_login(user)
    device.get(path)
    return device


def handles(device: Client) -> list[str]:
    return re.findall(r'name="device" value="(\w+)"', device.get(LIST).text)


def is_in(device: Client) -> bool:
    return device.get(LIST).status_code == 200


def test_the_list_says_which_device_when_and_which_is_this_one(lan):
    now = timezone.now().replace(hour=3)
    with time_machine.travel(now - datetime.timedelta(days=3), tick=False):
        signed_in(lan, WINDOWS)
    with time_machine.travel(now, tick=False):
        phone = signed_in(lan)
        page = phone.get(LIST)
    devices = page.context["devices"]
    assert [(device.name, device.used_on, device.current) for device in devices] == [
        ("Điện thoại Android, Chrome", now.date(), True),
        ("Máy tính Windows, Edge", now.date() - datetime.timedelta(days=3), False),
    ]
    assert page.text.count("thiết bị này</span>") == 1
    assert f"Dùng lần cuối ngày {now:%d/%m/%Y}" in page.text


def test_no_page_carries_the_key_of_a_session(lan):
    laptop, phone = signed_in(lan, WINDOWS), signed_in(lan)
    page = phone.get(LIST).text
    for device in (laptop, phone):
        assert device.cookies["sessionid"].value not in page


def test_one_device_is_ended_at_once_and_the_others_stay(lan):
    laptop, tablet, phone = signed_in(lan, WINDOWS), signed_in(lan), signed_in(lan)
    [handle] = [device.handle for device in phone.get(LIST).context["devices"] if "Windows" in device.name]
    for _ in range(2):  # pressed twice, it is said and nothing else happens
        assert phone.post(END, {"device": handle}).url == LIST
    assert [is_in(device) for device in (laptop, tablet, phone)] == [False, True, True]


def test_all_others_are_ended_and_this_one_stays(lan):
    others = [signed_in(lan), signed_in(lan, WINDOWS)]
    phone, stranger = signed_in(lan), signed_in(make_official("Trần Văn Bình").user)
    page = phone.post(END, {"others": "1"}, follow=True)
    assert "Đã đăng xuất 2 thiết bị khác." in page.text
    assert [is_in(device) for device in (*others, phone, stranger)] == [False, False, True, True]
    assert END not in phone.get(LIST).text  # nothing is left to end


def test_nobody_ends_somebody_elses_session(lan):
    phone, laptop = signed_in(lan), signed_in(lan, WINDOWS)
    stranger = signed_in(make_official("Trần Văn Bình").user)
    for handle in (*handles(phone), *handles(laptop), phone.cookies["sessionid"].value, ""):
        stranger.post(END, {"device": handle})
    assert [is_in(device) for device in (phone, laptop)] == [True, True]
    assert Client().post(END, {"others": "1"}).url.startswith("/tai-khoan/login/")
    assert phone.get(END).status_code == 405


def test_a_closed_account_is_signed_out_everywhere_for_good(lan):
    phone = signed_in(lan)
    lan.is_active = False
    lan.save()
    assert not Session.objects.filter(user=lan).exists()
    lan.is_active = True
    lan.save()
    assert not is_in(phone)


def test_accounts_closed_in_bulk_are_signed_out_too(lan, client, cast):
    phone, other = signed_in(lan), signed_in(cast.lan.user)
    client.force_login(cast.admin)
    client.post(f"/quan-tri/bulk/people/user/set_active_state/?id={lan.pk}", {"mark_as_active": "False"})
    assert not User.objects.get(pk=lan.pk).is_active
    assert not Session.objects.filter(user=lan).exists()
    assert [is_in(device) for device in (phone, other)] == [False, True]


def test_signing_out_and_a_new_password_leave_no_device_behind(lan):
    phone, laptop = signed_in(lan), signed_in(lan, WINDOWS)
    laptop.post("/tai-khoan/logout/")
    assert len(phone.get(LIST).context["devices"]) == 1
    end_all(lan)
    assert not is_in(phone)


def test_a_session_is_written_once_a_day(lan):
    phone, now, written = signed_in(lan, path="/"), timezone.now(), []
    for days in (0, 1, 1):
        with (
            time_machine.travel(now + datetime.timedelta(days=days), tick=False),
            CaptureQueriesContext(connection) as queries,
        ):
            phone.get("/")
        written.append(sum("UPDATE" in query["sql"] for query in queries))
    assert written == [0, 1, 0]


def test_the_list_costs_the_same_for_one_and_for_three(lan):
    phone, counts = signed_in(lan), []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            phone.get(LIST)
        counts.append(len(queries))
        signed_in(lan), signed_in(lan, WINDOWS)
    assert counts[0] == counts[1]


def test_what_is_over_is_deleted_at_night(lan):
    signed_in(lan)
    with time_machine.travel(timezone.now() + datetime.timedelta(days=59)):
        forget_ended_sessions()
        assert Session.objects.count() == 1
    with time_machine.travel(timezone.now() + datetime.timedelta(days=61)):
        forget_ended_sessions()
    assert not Session.objects.exists()


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (ANDROID, "Android phone, Chrome"),
        (ANDROID + " Zalo/24.10", "Android phone, Zalo"),
        ("Mozilla/5.0 (Linux; Android 13; SM-X200) Chrome/130.0 Safari/537.36", "Android tablet, Chrome"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604",
            "iPhone, Safari",
        ),
        (WINDOWS, "Windows computer, Edge"),
        (
            "Mozilla/5.0 (Windows NT 10.0) coc_coc_browser/130.0 Chrome/124.0 Safari/537.36",
            "Windows computer, Cốc Cốc",
        ),
        ("curl/8.5", "Unknown device"),
        ("", "Unknown device"),
    ],
)
def test_a_device_is_told_in_plain_words(agent, words, english):
    assert device_of(agent) == words
