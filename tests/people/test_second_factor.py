"""Everyone who sees other people's data shows a second factor, whichever way they came in."""

import datetime
import re

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Page

from people import second_factor
from people.access import official_required
from people.adapters import MFAAdapter
from people.entry import create_entry_link
from people.middleware import SecondFactorMiddleware
from people.models import Scope, User
from tests.factories import PASSWORD, Cast, make_cast, make_official

LOGIN, SET_UP, SHOW = (
    "/tai-khoan/login/",
    "/tai-khoan/2fa/totp/activate/",
    "/tai-khoan/2fa/authenticate/",
)
ASK_AGAIN = "/tai-khoan/2fa/reauthenticate/"
BEHIND = [
    "/",
    "/quan-ly/",
    "/quan-ly/lien-ket/",
    "/ho-so/",
    "/vao/xong/",
    "/quan-tri/",
    "/quan-tri/pages/",
    "/quan-tri/api/main/pages/",
    "/quan-tri/account/",
    "/tai-khoan/email/",
    "/tai-khoan/2fa/",
    "/tai-khoan/2fa/recovery-codes/",
    "/tai-khoan/password/change/",
]


@pytest.fixture
def laptop() -> Client:
    return Client()


def sign_in(browser: Client, user: User, password: str = PASSWORD):
    return browser.post(LOGIN, {"login": user.username, "password": password})


def holds(browser: Client, where: str = SET_UP, paths: list[str] = BEHIND[:3]) -> bool:
    """Every page leads to ``where``, whatever the method."""
    answers = set()
    for path in paths:
        for method in (browser.get, browser.head, browser.post):
            response = method(path)
            answers.add((path, response.status_code, response.headers.get("Location", "").split("?")[0]))
    return {(code, target) for _path, code, target in answers} == {(302, where)}


# --- Without a second factor ------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["ward_hr", "province_hr", "trainer", "admin"])
def test_who_sees_others_sets_it_up_before_anything_else(cast: Cast, laptop, role):
    sign_in(laptop, getattr(cast, role))
    assert holds(laptop, paths=BEHIND if role == "admin" else ["/ho-so/", "/quan-tri/"])
    assert laptop.get(SET_UP).status_code == 200
    assert laptop.get("/static/lms/app.css").status_code == 200
    assert laptop.post("/tai-khoan/logout/").status_code == 302
    assert laptop.get("/ho-so/").url.startswith(LOGIN)


def test_reviewers_too(cast: Cast, laptop):
    cast.lan.user.groups.add(Group.objects.get_or_create(name="Reviewers")[0])
    sign_in(laptop, cast.lan.user)
    assert holds(laptop)


def test_learners_need_none(cast: Cast, laptop):
    sign_in(laptop, cast.lan.user)
    assert laptop.get("/ho-so/").status_code == 200


def test_no_other_way_in_gets_past(cast: Cast):
    """By a personal link, by a code, after a new password: held all the same."""
    chief = make_official("Bùi Văn Trưởng")
    User.objects.filter(pk=chief.user.pk).update(email="truong@phuong.example")  # by the administrator
    Scope.objects.create(user=chief.user)

    by_link = Client()
    by_link.post(create_entry_link(chief, by=cast.admin)[1].removeprefix("http://127.0.0.1:8000"))
    assert holds(by_link)

    by_code = Client()
    by_code.post("/tai-khoan/login/code/", {"email": "truong@phuong.example"})
    code = re.search(r"^\d{6}$", mail.outbox[-1].body, re.MULTILINE)[0]
    by_code.post("/tai-khoan/login/code/confirm/", {"code": code})
    assert holds(by_code)

    by_reset = Client()
    by_reset.post("/tai-khoan/password/reset/", {"email": "truong@phuong.example"})
    path = re.search(r"http://\S+?(/tai-khoan/password/reset/key/\S+)", mail.outbox[-1].body)[1]
    new = {"password1": "mot cau hoan toan moi", "password2": "mot cau hoan toan moi"}
    by_reset.post(by_reset.get(path).url, new)
    assert by_reset.get("/quan-ly/").url.startswith(LOGIN)
    sign_in(by_reset, chief.user, "mot cau hoan toan moi")
    assert holds(by_reset)

    by_the_editors_door = Client()
    for path in ("/quan-tri/login/", "/quan-tri/password_reset/"):
        by_the_editors_door.post(path, {"username": chief.user.username, "password": "mot cau hoan toan moi"})
        assert "_auth_user_id" not in by_the_editors_door.session


def test_anonymous_is_sent_to_our_sign_in_from_the_editors_desk(db, laptop):
    for path in ("/quan-tri/", "/quan-tri/login/", "/quan-tri/pages/"):
        assert laptop.get(path).url.startswith(LOGIN)


@pytest.mark.django_db(transaction=True)
def test_setting_it_up_opens_the_pages_and_shows_recovery_codes(laptop):
    cast = make_cast()
    sign_in(laptop, cast.ward_hr)
    page = laptop.get(SET_UP)
    secret = re.search(r'<code class="key">(\w+)</code>', page.text)[1]
    wrong = laptop.post(SET_UP, {"code": "000000"})
    assert wrong.status_code == 200
    response = laptop.post(SET_UP, {"code": second_factor.code_now(secret)})
    assert response.url == "/tai-khoan/2fa/recovery-codes/"
    assert len(re.findall(r"<li>\d{8}</li>", laptop.get(response.url).text)) == 10
    assert laptop.get("/quan-ly/lien-ket/").status_code == 200


# --- With a second factor --------------------------------------------------------------------------------------


@pytest.fixture
def secret(cast: Cast) -> str:
    return second_factor.enable(cast.ward_hr)


def test_the_password_alone_opens_nothing(cast: Cast, secret, laptop):
    assert sign_in(laptop, cast.ward_hr).url == SHOW
    assert "_auth_user_id" not in laptop.session
    assert laptop.get("/quan-ly/").url.startswith(LOGIN)


def test_password_and_code_open_the_pages(cast: Cast, secret, laptop):
    sign_in(laptop, cast.ward_hr)
    assert laptop.post(SHOW, {"code": second_factor.code_now(secret)}).url == "/quan-ly/"
    assert laptop.get("/quan-ly/lien-ket/").status_code == 200


def test_a_recovery_code_works_once(cast: Cast, secret):
    code = Authenticator.objects.get(type="recovery_codes").wrap().generate_codes()[0]
    for expected in (True, False):
        laptop = Client()
        sign_in(laptop, cast.ward_hr)
        laptop.post(SHOW, {"code": code})
        assert ("_auth_user_id" in laptop.session) is expected


def test_a_code_counts_once_as_long_as_it_is_good(cast: Cast, secret):
    start = timezone.now().replace(second=0, microsecond=0)
    with time_machine.travel(start, tick=False):
        code = second_factor.code_now(secret)
    for seconds, expected in ((1, True), (20, False), (45, False), (59, False)):
        with time_machine.travel(start + datetime.timedelta(seconds=seconds), tick=False):
            laptop = Client()
            sign_in(laptop, cast.ward_hr)
            laptop.post(SHOW, {"code": code})
            assert ("_auth_user_id" in laptop.session) is expected, seconds


def test_a_phone_clock_half_a_minute_off_is_forgiven(cast: Cast, secret, laptop):
    start = timezone.now().replace(second=0, microsecond=0)
    with time_machine.travel(start - datetime.timedelta(seconds=30), tick=False):
        code = second_factor.code_now(secret)
    with time_machine.travel(start, tick=False):
        sign_in(laptop, cast.ward_hr)
        laptop.post(SHOW, {"code": code})
    assert "_auth_user_id" in laptop.session


def test_codes_cannot_be_guessed_at_leisure(cast: Cast, secret, laptop):
    sign_in(laptop, cast.ward_hr)
    for _ in range(5):
        laptop.post(SHOW, {"code": "000000"})
    laptop.post(SHOW, {"code": second_factor.code_now(secret)})
    assert "_auth_user_id" not in laptop.session


def test_a_personal_link_asks_for_the_code_too(cast: Cast, laptop):
    chief = make_official("Bùi Văn Trưởng")
    Scope.objects.create(user=chief.user)
    second_factor.enable(chief.user)
    path = create_entry_link(chief, by=cast.admin)[1].removeprefix("http://127.0.0.1:8000")
    laptop.force_login(cast.lan.user)  # somebody else is still signed in here
    assert laptop.post(path).url == SHOW
    assert "_auth_user_id" not in laptop.session
    assert laptop.get(SHOW).status_code == 200


def test_an_office_computer_left_open_asks_again(cast: Cast, secret, laptop):
    now = timezone.now()
    sign_in(laptop, cast.ward_hr)
    laptop.post(SHOW, {"code": second_factor.code_now(secret)})
    for hours, status in ((8, 200), (16, 200), (24, 200), (37, 302)):  # thirteen idle hours before the last
        with time_machine.travel(now + datetime.timedelta(hours=hours), tick=False):
            response = laptop.get("/quan-ly/lien-ket/?ward=26758")
            assert response.status_code == status, hours
    assert response.url == f"{ASK_AGAIN}?next=%2Fquan-ly%2Flien-ket%2F%3Fward%3D26758"
    with time_machine.travel(now + datetime.timedelta(hours=37), tick=False):
        laptop.get(response.url)
        laptop.post(
            response.url, {"code": second_factor.code_now(secret), "next": "/quan-ly/lien-ket/?ward=26758"}
        )
        assert laptop.get("/quan-ly/lien-ket/").status_code == 200


# --- What changes while a session is open -----------------------------------------------------------------------


def test_who_becomes_hr_in_an_open_session_is_stopped_at_the_first_page_of_others(cast: Cast, laptop):
    sign_in(laptop, cast.lan.user)
    assert laptop.get("/ho-so/").status_code == 200
    Scope.objects.create(user=cast.lan.user)
    assert laptop.get("/quan-ly/lien-ket/").url == SET_UP
    assert holds(laptop)  # and now everywhere


def test_another_session_that_never_showed_it_is_asked(cast: Cast, laptop):
    old_phone = Client()
    sign_in(old_phone, cast.lan.user)
    Scope.objects.create(user=cast.lan.user)
    second_factor.enable(cast.lan.user)  # set up elsewhere
    assert old_phone.get("/quan-ly/lien-ket/").url.startswith(ASK_AGAIN)
    assert old_phone.get("/tai-khoan/2fa/recovery-codes/").url.startswith(ASK_AGAIN)
    assert old_phone.post("/tai-khoan/2fa/totp/deactivate/").url.startswith(ASK_AGAIN)


def test_a_reset_signs_out_everywhere_and_the_next_sign_in_sets_up_anew(cast: Cast, secret, laptop):
    sign_in(laptop, cast.ward_hr)
    laptop.post(SHOW, {"code": second_factor.code_now(secret)})
    call_command("reset_second_factor", "HR-PHUONG")
    assert laptop.get("/quan-ly/lien-ket/").url.startswith(LOGIN)
    sign_in(laptop, cast.ward_hr)
    assert laptop.get("/quan-ly/lien-ket/").url == SET_UP


def test_a_removed_authenticator_counts_no_more_in_any_session(cast: Cast, secret, laptop):
    sign_in(laptop, cast.ward_hr)
    laptop.post(SHOW, {"code": second_factor.code_now(secret)})
    Authenticator.objects.all().delete()
    assert laptop.get("/quan-ly/lien-ket/").url == SET_UP
    second_factor.enable(cast.ward_hr)  # by whom it may be: this session has not shown the new one
    assert laptop.get("/quan-ly/lien-ket/").url.startswith(ASK_AGAIN)


def test_reset_names_an_unknown_account(db):
    with pytest.raises(CommandError, match="nobody"):
        call_command("reset_second_factor", "nobody")


def test_who_is_hr_no_longer_is_let_go(cast: Cast, laptop):
    sign_in(laptop, cast.ward_hr)
    assert laptop.get("/ho-so/").url == SET_UP
    Scope.objects.all().delete()
    assert laptop.get("/ho-so/").status_code == 200
    assert laptop.get("/quan-ly/lien-ket/").status_code == 404


# --- What it costs and how it is kept ----------------------------------------------------------------------------


def test_pages_of_a_learner_pay_no_query_for_it(cast: Cast, rf):
    browser = Client()
    sign_in(browser, cast.lan.user)
    request = rf.get("/")
    request.session, request.resolver_match = browser.session, None
    request.session.get("warm")
    with CaptureQueriesContext(connection) as queries:
        held = SecondFactorMiddleware(lambda r: None).process_view(
            request, official_required(lambda request: None), (), {}
        )
    assert held is None
    assert len(queries) == 0


def test_pages_of_others_pay_one_query(cast: Cast, rf):
    browser = Client()
    sign_in(browser, cast.lan.user)
    request = rf.get("/")
    request.session, request.user = browser.session, cast.lan.user
    request.session.get("warm")
    with CaptureQueriesContext(connection) as queries:
        assert second_factor.standing(request) == (False, False, False)
    assert len(queries) == 1


def test_the_secret_is_not_readable_in_the_database(cast: Cast, secret):
    stored = [authenticator.data for authenticator in Authenticator.objects.all()]
    assert secret not in str(stored)
    totp = Authenticator.objects.get(type="totp")
    assert MFAAdapter().decrypt(totp.data["secret"]) == secret
    assert MFAAdapter().encrypt(secret) != MFAAdapter().encrypt(secret)


def test_a_changed_secret_key_reads_with_the_old_one_kept(cast: Cast, secret, settings):
    totp = Authenticator.objects.get(type="totp")
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = (
        [settings.SECRET_KEY],
        "another key, just as long as the first",
    )
    assert totp.wrap().validate_code(second_factor.code_now(secret))


def test_an_unreadable_secret_accepts_no_code_not_even_an_empty_keys(cast: Cast, secret, settings, caplog):
    settings.SECRET_KEY = "another key, just as long as the first"
    totp = Authenticator.objects.get(type="totp")
    assert not totp.wrap().validate_code(second_factor.code_now(secret))
    assert not totp.wrap().validate_code(second_factor.code_now(""))
    assert "SECRET_KEY_FALLBACKS" in caplog.text


def test_editors_reach_the_desk_only_with_it(cast: Cast, client):
    client.force_login(cast.admin)
    assert client.get("/quan-tri/").status_code == 200
    assert Page.objects.exists()
