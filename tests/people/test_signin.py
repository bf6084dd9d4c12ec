"""Signing in with a password or a code; nobody signs up, and nothing tells who has an account."""

import datetime
import gzip
import html
import re
import unicodedata
from pathlib import Path

import allauth
import pytest
import time_machine
from allauth.account.models import EmailAddress
from babel.messages import pofile
from django.conf import settings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.staticfiles import finders
from django.core import mail
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from people import second_factor
from people.middleware import LateMailMiddleware
from people.models import Official, Scope, User
from tests.factories import PASSWORD, Cast, make_official, make_user, province

LOGIN, CODE, CONFIRM, RESET = (
    "/tai-khoan/login/",
    "/tai-khoan/login/code/",
    "/tai-khoan/login/code/confirm/",
    "/tai-khoan/password/reset/",
)


@pytest.fixture
def phone() -> Client:
    return Client()


@pytest.fixture
def lan(db) -> User:
    return make_official("Nguyễn Thị Lan", staff_number="CB-7", email="lan@phuong.example").user


def signed_in(phone: Client) -> str | None:
    pk = phone.session.get("_auth_user_id")
    return User.objects.get(pk=pk).username if pk else None


def plain(page) -> str:
    """The page without what differs on every request anyway, and without what was typed."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page.text)
    return re.sub(r'name="(login|email)" value="[^"]*"', "", text)


def code_in(message) -> str:
    return re.search(r"^\d{6}$", message.body, re.MULTILINE)[0]


# --- With a password ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["CB-7", "cb-7", " Cb-7 ", "lan@phuong.example", "Lan@Phuong.Example"])
def test_staff_number_in_any_case_or_address_with_the_password_signs_in(lan, phone, typed):
    assert phone.post(LOGIN, {"login": typed, "password": PASSWORD}).url == "/"
    assert signed_in(phone) == "cb-7"


def test_the_page_asked_for_comes_after_signing_in(lan, phone):
    assert (
        phone.post(f"{LOGIN}?next=/ho-so/", {"login": "cb-7", "password": PASSWORD, "next": "/ho-so/"}).url
        == "/ho-so/"
    )


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_nobody_is_led_to_another_site(lan, phone, elsewhere):
    response = phone.post(LOGIN, {"login": "cb-7", "password": PASSWORD, "next": elsewhere})
    assert response.url == "/"


def test_the_session_lasts_sixty_days_from_the_last_visit(lan, phone):
    now = timezone.now()
    phone.post(LOGIN, {"login": "cb-7", "password": PASSWORD})
    for days, status in ((50, 200), (100, 200), (161, 302)):
        with time_machine.travel(now + datetime.timedelta(days=days), tick=False):
            assert phone.get("/ho-so/").status_code == status


def test_signing_out_ends_the_session(lan, phone):
    phone.post(LOGIN, {"login": "cb-7", "password": PASSWORD})
    stolen = Client()
    stolen.cookies["sessionid"] = phone.cookies["sessionid"].value
    phone.get("/tai-khoan/logout/")
    assert signed_in(phone) == "cb-7"  # a picture in a mail cannot sign anybody out
    phone.post("/tai-khoan/logout/")
    assert signed_in(phone) is None
    assert stolen.get("/ho-so/").status_code == 302


def test_a_changed_password_ends_the_other_sessions(lan, phone):
    phone.post(LOGIN, {"login": "cb-7", "password": PASSWORD})
    other = Client()
    other.force_login(lan)
    new = {
        "oldpassword": PASSWORD,
        "password1": "mot cau hoan toan moi",
        "password2": "mot cau hoan toan moi",
    }
    assert phone.post("/tai-khoan/password/change/", new).url == "/ho-so/"
    assert phone.get("/ho-so/").status_code == 200
    assert other.get("/ho-so/").status_code == 302


# --- Nothing tells who has an account ----------------------------------------------------------------------


def test_wrong_passwords_read_the_same_for_known_and_unknown(lan, db):
    for known, unknown in (("cb-7", "cb-8"), ("lan@phuong.example", "x@phuong.example")):
        pages = [Client().post(LOGIN, {"login": login, "password": "sai"}) for login in (known, unknown)]
        assert [page.status_code for page in pages] == [200, 200]
        assert plain(pages[0]) == plain(pages[1])


@pytest.mark.parametrize("login", ["cb-7", "nobody", "lan@phuong.example", "x@phuong.example", "chua-vao"])
def test_every_wrong_password_is_hashed_exactly_once(lan, phone, login, monkeypatch):
    """The time of an answer is that of the hashing; counted here, since a clock would make a shaky test."""
    make_official(staff_number="CHUA-VAO").user.set_unusable_password()
    hashed = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda self, *a: hashed.append(1) or encode(self, *a))
    phone.post(LOGIN, {"login": login, "password": "sai"})
    assert len(hashed) == 1


def test_asking_for_a_code_reads_the_same_for_known_and_unknown(lan, db):
    pages = []
    for email in ("lan@phuong.example", "x@phuong.example"):
        phone = Client()
        response = phone.post(CODE, {"email": email})
        assert response.url == CONFIRM
        pages.append(plain(phone.get(CONFIRM)).replace(email, ""))
        pages.append(plain(phone.post(CONFIRM, {"code": "000000x"})).replace(email, ""))
    assert pages[0] == pages[2]
    assert pages[1] == pages[3]
    assert [message.to for message in mail.outbox] == [["lan@phuong.example"]]


def test_asking_for_a_new_password_reads_the_same_for_known_and_unknown(lan, db):
    pages = []
    for email in ("lan@phuong.example", "x@phuong.example"):
        phone = Client()
        response = phone.post(RESET, {"email": email})
        pages.append(plain(phone.get(response.url)))
    assert pages[0] == pages[1]
    assert [message.to for message in mail.outbox] == [["lan@phuong.example"]]


def test_mails_leave_after_the_answer(lan, rf, settings):
    """Otherwise the seconds of the mail server would tell a known address."""
    request = rf.get("/")
    order = []

    def view(request):
        request.late_mails.append(lambda: order.append("mail"))
        return HttpResponse()

    response = LateMailMiddleware(view)(request)
    order.append("answer")
    response.close()
    assert order == ["answer", "mail"]


def test_a_mail_server_that_is_down_breaks_no_page(lan, phone, settings):
    settings.MAILERS = {"default": {"BACKEND": "tests.people.test_signin.DeadBackend"}}
    assert phone.post(CODE, {"email": "lan@phuong.example"}).url == CONFIRM


class DeadBackend:
    def __init__(self, *args, **kwargs) -> None:
        pass

    def send_messages(self, messages):
        raise OSError("no mail server")


# --- Slowing down guesses ----------------------------------------------------------------------------------


def test_after_five_wrong_passwords_even_the_right_one_waits(lan, phone):
    for _ in range(5):
        phone.post(LOGIN, {"login": "cb-7", "password": "sai"})
    phone.post(LOGIN, {"login": "CB-7", "password": PASSWORD})
    assert signed_in(phone) is None
    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=6)):
        phone.post(LOGIN, {"login": "cb-7", "password": PASSWORD})
        assert signed_in(phone) == "cb-7"


def test_wrong_passwords_for_one_do_not_lock_out_another(lan, phone):
    make_user("khac")
    for _ in range(6):
        phone.post(LOGIN, {"login": "cb-7", "password": "sai"})
    phone.post(LOGIN, {"login": "khac", "password": PASSWORD})
    assert signed_in(phone) == "khac"


def test_a_code_allows_three_tries(lan, phone):
    phone.post(CODE, {"email": "lan@phuong.example"})
    code = code_in(mail.outbox[0])
    wrong = f"{(int(code) + 1) % 1000000:06}"
    answers = [phone.post(CONFIRM, {"code": wrong}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 302]
    phone.post(CONFIRM, {"code": code})
    assert signed_in(phone) is None


def test_codes_are_limited_by_the_minute_and_by_the_day(lan):
    start = timezone.now()
    for minute in range(0, 16, 2):
        with time_machine.travel(start + datetime.timedelta(minutes=minute), tick=False):
            for _ in range(4):
                Client().post(CODE, {"email": "lan@phuong.example"})
        assert len(mail.outbox) == min(20, 3 * (minute // 2 + 1))


def test_too_many_from_one_place_get_a_page_that_says_so(lan, phone, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login": "2/m/ip"}
    answers = [phone.post(LOGIN, {"login": "x", "password": "y"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert "429.html" in [template.name for template in answers[2].templates]


# --- With a code -------------------------------------------------------------------------------------------


def test_a_code_of_six_digits_by_mail_signs_in_once(lan, phone):
    phone.post(CODE, {"email": "Lan@phuong.example"})
    [message] = mail.outbox
    assert message.to == ["lan@phuong.example"]
    code = code_in(message)
    assert phone.post(CONFIRM, {"code": code}).url == "/"
    assert signed_in(phone) == "cb-7"
    again = Client()
    again.post(CONFIRM, {"code": code})
    assert signed_in(again) is None


def test_a_code_ends_after_ten_minutes(lan, phone):
    phone.post(CODE, {"email": "lan@phuong.example"})
    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=10, seconds=5)):
        phone.post(CONFIRM, {"code": code_in(mail.outbox[0])})
        assert signed_in(phone) is None


def test_a_code_counts_only_where_it_was_asked_for(lan, phone):
    phone.post(CODE, {"email": "lan@phuong.example"})
    other = Client()
    other.post(CODE, {"email": "x@phuong.example"})
    other.post(CONFIRM, {"code": code_in(mail.outbox[0])})
    assert signed_in(other) is None


def test_an_address_of_two_accounts_opens_neither(lan, phone):
    make_official("Trần Văn Bình", email="lan@phuong.example")
    phone.post(CODE, {"email": "lan@phuong.example"})
    phone.post(RESET, {"email": "lan@phuong.example"})
    assert mail.outbox == []


def test_an_address_that_waits_for_confirmation_opens_nothing(lan, phone):
    EmailAddress.objects.create(user=lan, email="go-nham@phuong.example", verified=False)
    phone.post(CODE, {"email": "go-nham@phuong.example"})
    phone.post(RESET, {"email": "go-nham@phuong.example"})
    assert mail.outbox == []


def test_nobody_takes_an_address_away_by_claiming_it(lan, phone):
    EmailAddress.objects.create(user=make_user("ke-xau"), email="lan@phuong.example", verified=False)
    phone.post(CODE, {"email": "lan@phuong.example"})
    phone.post(CONFIRM, {"code": code_in(mail.outbox[0])})
    assert signed_in(phone) == "cb-7"


def test_an_address_that_the_roster_learns_later_opens_the_account(phone, db):
    official = make_official()
    official.email = "muon@phuong.example"
    official.save()
    phone.post(CODE, {"email": "muon@phuong.example"})
    phone.post(CONFIRM, {"code": code_in(mail.outbox[0])})
    assert signed_in(phone) == official.user.username


def test_asking_for_another_address_keeps_the_present_one(lan, phone):
    phone.post(LOGIN, {"login": "cb-7", "password": PASSWORD})
    phone.post("/tai-khoan/email/", {"action_add": "", "email": "moi@phuong.example"})
    lan.refresh_from_db()
    assert lan.email == "lan@phuong.example"


def test_a_closed_account_gets_no_code(lan, phone):
    User.objects.update(is_active=False)
    phone.post(CODE, {"email": "lan@phuong.example"})
    assert mail.outbox == []


# --- The roster's word, for accounts that see other people's data -------------------------------------------------


def wider(user: User) -> User:
    """The official becomes HR of the province, after HR of the ward had written the address."""
    Scope.objects.create(user=user, province=province())
    return user


def test_an_address_from_the_roster_opens_no_account_that_is_to_set_up_its_second_factor(lan, phone):
    """Otherwise the ward's HR, by its own address in the roster, would be the first to set it up."""
    wider(lan)
    phone.post(CODE, {"email": "lan@phuong.example"})
    phone.post(RESET, {"email": "lan@phuong.example"})
    assert mail.outbox == []


def test_with_a_second_factor_the_address_is_the_first_half_of_signing_in(lan, phone):
    second_factor.enable(wider(lan))
    phone.post(CODE, {"email": "lan@phuong.example"})
    assert len(mail.outbox) == 1


def test_an_address_given_by_the_administrator_opens_such_an_account(lan, phone):
    wider(lan)
    User.objects.filter(pk=lan.pk).update(email="lan@tinh.example")
    phone.post(CODE, {"email": "lan@tinh.example"})
    assert [message.to for message in mail.outbox] == [["lan@tinh.example"]]


def test_an_address_that_the_roster_learns_later_is_never_that_of_such_an_account(phone, db):
    official = make_official(staff_number="CB-8")
    second_factor.enable(wider(official.user))
    Official.objects.filter(pk=official.pk).update(email="muon@phuong.example")
    phone.post(CODE, {"email": "muon@phuong.example"})
    assert mail.outbox == []


def test_signing_in_does_not_make_the_rosters_address_that_of_such_an_account(phone, db):
    official = make_official(staff_number="CB-8")
    wider(official.user)
    Official.objects.filter(pk=official.pk).update(email="muon@phuong.example")
    phone.post(LOGIN, {"login": "cb-8", "password": PASSWORD})
    assert signed_in(phone) == "cb-8"
    assert not EmailAddress.objects.exists()
    assert User.objects.get(pk=official.user_id).email == ""


# --- A forgotten password ----------------------------------------------------------------------------------


def reset_path(message) -> str:
    return re.search(r"http://\S+?(/tai-khoan/password/reset/key/\S+)", message.body)[1]


def test_a_forgotten_password_is_set_anew_by_mail_and_does_not_sign_in(lan, phone):
    phone.post(RESET, {"email": "lan@phuong.example"})
    form = phone.get(reset_path(mail.outbox[0])).url
    assert "set-password" in form  # the key itself stays out of the address, so that no referrer carries it
    new = {"password1": "mot cau hoan toan moi", "password2": "mot cau hoan toan moi"}
    phone.post(form, new)
    assert signed_in(phone) is None
    phone.post(LOGIN, {"login": "cb-7", "password": "mot cau hoan toan moi"})
    assert signed_in(phone) == "cb-7"


def test_a_mail_never_leads_to_the_host_of_a_forged_request(lan, phone):
    phone.post(RESET, {"email": "lan@phuong.example"}, headers={"host": "evil.example"})
    assert "evil.example" not in mail.outbox[0].body
    assert "http://127.0.0.1:8000/tai-khoan/password/reset/key/" in mail.outbox[0].body


def test_the_link_for_a_new_password_works_once(lan, phone):
    phone.post(RESET, {"email": "lan@phuong.example"})
    link = reset_path(mail.outbox[0])
    new = {"password1": "mot cau hoan toan moi", "password2": "mot cau hoan toan moi"}
    phone.post(phone.get(link).url, new)
    assert Client().get(link).status_code == 200  # says that it was used, no form
    assert "password1" not in Client().get(link).text


# --- Nobody signs up ---------------------------------------------------------------------------------------


def test_nobody_signs_up(phone, db):
    page = phone.get("/tai-khoan/signup/")
    assert "account/signup_closed.html" in [template.name for template in page.templates]
    phone.post(
        "/tai-khoan/signup/",
        {"username": "ai-do", "email": "a@b.example", "password1": PASSWORD, "password2": PASSWORD},
    )
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "path", [LOGIN, CODE, RESET, "/tai-khoan/password/reset/done/", "/tai-khoan/inactive/"]
)
def test_no_page_offers_to_sign_up(phone, db, path):
    assert "signup" not in phone.get(path).text


# --- Pages and mails ---------------------------------------------------------------------------------------


ENGLISH = re.compile(
    r"\b(the|your|you|and|password|account|sign|code|codes|please|address|authenticator|recovery|back|change)\b",
    re.I,
)


def visible(text: str) -> str:
    text = re.sub(r"(Google|Microsoft) Authenticator", " ", text)
    text = re.sub(r"<(script|style|head)\b.*?</\1>", " ", text, flags=re.DOTALL)
    text = re.sub(r'<(input|button)[^>]*name="language".*?</button>', " ", text, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", text))


def pages_of_a_visitor() -> list[str]:
    return [
        LOGIN,
        CODE,
        RESET,
        "/tai-khoan/password/reset/done/",
        "/tai-khoan/inactive/",
        "/tai-khoan/signup/",
        "/tai-khoan/password/reset/key/1-x/",
        "/tai-khoan/password/reset/key/done/",
        "/tai-khoan/confirm-email/",
        "/tai-khoan/confirm-email/x/",
        "/vao/x/",
    ]


def pages_of_an_account() -> list[str]:
    return [
        "/ho-so/",
        "/tai-khoan/email/",
        "/tai-khoan/password/change/",
        "/tai-khoan/logout/",
        "/tai-khoan/2fa/",
        "/tai-khoan/2fa/totp/activate/",
        "/tai-khoan/2fa/webauthn/add/",
        "/tai-khoan/reauthenticate/",
    ]


def check_page(page, path: str) -> None:
    assert page.status_code in (200, 404), path
    text = page.text
    assert '<html lang="vi">' in text, path
    assert text.count("<main") == 1, path
    assert text.count("<h1") == 1, path
    scripts = re.findall(r"<script.*?</script>", text, re.DOTALL)
    assert all(re.fullmatch(r'<script src="/static/[\w/.]+" defer></script>', each) for each in scripts), path
    assert not re.search(r'\sstyle="|<style|\son\w+="', text), path
    for name in re.findall(r'<input(?![^>]*type="hidden")[^>]*\bid="([^"]+)"', text):
        assert f'for="{name}"' in text, (path, name)
    assert ENGLISH.findall(visible(text)) == [], path
    assert not re.search(r"\bbạn\b", visible(text), re.IGNORECASE), path


def test_every_page_of_a_visitor_is_ours_and_vietnamese(phone, db):
    for path in pages_of_a_visitor():
        check_page(phone.get(path), path)


def test_every_page_of_an_account_is_ours_and_vietnamese(lan, phone):
    phone.post(LOGIN, {"login": "cb-7", "password": PASSWORD})
    for path in pages_of_an_account():
        check_page(phone.get(path), path)
    lan.set_unusable_password()
    lan.save()
    phone.force_login(lan)
    check_page(phone.get("/tai-khoan/password/set/"), "/tai-khoan/password/set/")
    check_page(phone.get("/vao/xong/"), "/vao/xong/")


def test_every_message_of_a_mistake_is_vietnamese(lan, phone):
    phone.post(CODE, {"email": "lan@phuong.example"})
    check_page(phone.post(CONFIRM, {"code": "x"}), CONFIRM)
    check_page(Client().post(LOGIN, {"login": "cb-7", "password": "sai"}), LOGIN)
    check_page(Client().post(LOGIN, {}), LOGIN)
    check_page(Client().post(CODE, {"email": "khong-phai"}), CODE)
    phone = Client()
    phone.post(LOGIN, {"login": "cb-7", "password": PASSWORD})
    new = {"oldpassword": "sai", "password1": "12345", "password2": "123456"}
    check_page(phone.post("/tai-khoan/password/change/", new), "/tai-khoan/password/change/")
    check_page(
        phone.post("/tai-khoan/email/", {"action_add": "", "email": "lan@phuong.example"}),
        "/tai-khoan/email/",
    )


def test_mails_are_vietnamese_and_polite(lan, phone):
    phone.post(CODE, {"email": "lan@phuong.example"})
    phone.post(RESET, {"email": "lan@phuong.example"})
    phone = Client()
    phone.post(LOGIN, {"login": "cb-7", "password": PASSWORD})
    phone.post("/tai-khoan/email/", {"action_add": "", "email": "moi@phuong.example"})
    new = {
        "oldpassword": PASSWORD,
        "password1": "mot cau hoan toan moi",
        "password2": "mot cau hoan toan moi",
    }
    phone.post("/tai-khoan/password/change/", new)
    assert len(mail.outbox) == 4
    for message in mail.outbox:
        words = re.sub(r"http\S+|Unspecified|Django\S*", "", f"{message.subject}\n{message.body}")
        assert ENGLISH.findall(words) == [], words
        assert "ông/bà" in message.body


def test_english_is_the_second_language(phone, db):
    phone.post("/ngon-ngu/", {"language": "en", "next": "/"})
    assert phone.cookies["django_language"]["max-age"] == 365 * 24 * 3600
    assert '<html lang="en">' in phone.get(LOGIN).text


def test_the_sign_in_page_is_small(phone, db):
    page = phone.get(LOGIN).text
    files = {path: finders.find(path) for path in re.findall(r'"/static/([^"]+\.(?:css|js))"', page)}
    assert {path for path in files if path.endswith(".js")} == {"people/passkey.js"}
    packed = {path: len(gzip.compress(Path(file).read_bytes())) for path, file in files.items()}
    assert packed["people/passkey.js"] < 1_500
    assert len(gzip.compress(page.encode())) + sum(packed.values()) < 15_000


def test_pages_without_passkeys_do_not_load_their_script(lan, phone):
    phone.force_login(lan)
    for path in ("/", "/ho-so/", "/tai-khoan/email/", "/tai-khoan/2fa/", "/tai-khoan/password/change/"):
        assert "passkey.js" not in phone.get(path).text, path


def test_the_vietnamese_of_allauth_is_complete():
    """Every text of the installed version, with the same placeholders, composed letters."""
    theirs = read_po(Path(allauth.__file__).parent / "locale/en/LC_MESSAGES/django.po")
    ours = read_po(Path(settings.ROOT) / "lms/locale/libraries/allauth/vi/LC_MESSAGES/django.po")
    assert theirs.keys() - ours.keys() == set()
    placeholder = re.compile(r"%\(\w+\)s|%[sd]|\{\w*\}")
    for msgid, translated in ours.items():
        assert set(placeholder.findall(msgid[1])) == set(placeholder.findall(translated)), msgid
        assert unicodedata.is_normalized("NFC", translated)
        assert not re.search(r"\bbạn\b", translated, re.IGNORECASE)


def read_po(path: Path) -> dict[tuple[str | None, str], str]:
    def first(text) -> str:
        return text if isinstance(text, str) else text[0]

    with path.open("rb") as file:
        return {(m.context, first(m.id)): first(m.string) for m in pofile.read_po(file) if m.id}


# --- The profile -------------------------------------------------------------------------------------------


def test_the_profile_shows_what_the_roster_says_and_how_to_correct_it(lan, phone):
    phone.force_login(lan)
    page = phone.get("/ho-so/").text
    for part in (
        "Nguyễn Thị Lan",
        "CB-7",
        "Phường Cầu Ông Lãnh",
        "lan@phuong.example",
        "/tai-khoan/password/change/",
        "/tai-khoan/2fa/",
        "/giay-xac-nhan/",
        "/tai-khoan/logout/",
        "/ngon-ngu/",
    ):
        assert part in page
    assert "<form" not in re.sub(r"<form[^>]*(ngon-ngu|logout|thiet-bi).*?</form>", "", page, flags=re.DOTALL)


def test_an_account_without_an_official_has_a_profile_too(phone, cast: Cast):
    phone.force_login(make_user("khong-can-bo", display_name="Lê Quản Trị"))
    assert "Lê Quản Trị" in phone.get("/ho-so/").text


def test_a_signed_in_learner_is_not_sent_round_in_circles(lan, phone):
    phone.force_login(lan)
    assert phone.get(LOGIN).url == "/"
    assert phone.get("/quan-tri/").status_code == 404
    assert phone.get("/quan-tri/login/").url == "/"
