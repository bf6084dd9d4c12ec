"""First entry by a personal one-time link."""

import datetime
import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from people import views_entry
from people.entry import EntryRefused, consume, create_entry_link, open_link
from people.models import EntryLink, Official, User
from tests.factories import (
    BINH_THANH,
    CAU_ONG_LANH,
    THANH_VINH,
    Cast,
    make_hr,
    make_official,
    make_posting,
    make_user,
)


@pytest.fixture
def lan(db) -> Official:
    return make_official("Nguyễn Thị Lan", account=False, staff_number="CB-01.A", email="Lan@Phuong.example")


@pytest.fixture
def phone() -> Client:
    return Client(enforce_csrf_checks=False)


def path_of(official: Official, by: User | None = None) -> str:
    _link, url = create_entry_link(official, by=by)
    return url.removeprefix("http://127.0.0.1:8000")


def signed_in(phone: Client) -> str | None:
    pk = phone.session.get("_auth_user_id")
    return User.objects.get(pk=pk).username if pk else None


# --- The link ----------------------------------------------------------------------------------------------


def test_the_database_keeps_only_a_hash_of_the_secret(lan):
    link, url = create_entry_link(lan, by=None)
    secret = url.rstrip("/").rsplit("/", 1)[1]
    assert len(secret) == 43  # 256 bits
    row = EntryLink.objects.filter(pk=link.pk).values().get()
    assert not any(secret in str(value) for value in row.values())
    assert open_link(secret) == link


def test_a_link_ends_after_the_days_that_are_set(lan, settings, phone):
    settings.ENTRY_LINK_DAYS = 3
    path = path_of(lan)
    with time_machine.travel(timezone.now() + datetime.timedelta(days=2, hours=23)):
        assert phone.get(path).status_code == 200
    with time_machine.travel(timezone.now() + datetime.timedelta(days=3, minutes=1)):
        assert phone.get(path).status_code == 404
        assert phone.post(path).status_code == 404
    assert signed_in(phone) is None


def test_a_new_link_ends_the_older_one_of_the_same_official_only(lan, phone):
    other = make_official("Trần Văn Bình", account=False)
    theirs, old, new = path_of(other), path_of(lan), path_of(lan)
    assert [phone.get(path).status_code for path in (theirs, old, new)] == [200, 404, 200]


# --- The page ----------------------------------------------------------------------------------------------


def test_the_page_shows_name_and_ward_and_uses_nothing_up(lan, phone):
    path = path_of(lan)
    for _ in range(3):  # a mail scanner, a chat preview, the person
        page = phone.get(path)
        assert "Nguyễn Thị Lan" in page.text
        assert "Phường Cầu Ông Lãnh" in page.text
    phone.head(path)
    assert signed_in(phone) is None
    assert not EntryLink.objects.exclude(used_at=None).exists()


def test_the_page_is_not_kept_indexed_or_told_to_others(lan, phone):
    path = path_of(lan)
    for response in (phone.get(path), phone.get("/vao/khong-co/"), phone.post(path)):
        assert "no-store" in response["Cache-Control"]
        assert response["Referrer-Policy"] == "same-origin"
        assert response["X-Robots-Tag"] == "noindex, nofollow"


def test_the_button_makes_the_account_and_signs_in(lan, phone):
    response = phone.post(path_of(lan))
    assert response.status_code == 302
    assert response.url == "/vao/xong/"
    assert signed_in(phone) == "cb-01.a"
    user = User.objects.get()
    assert user.official == lan
    assert user.email == "lan@phuong.example"
    assert not user.has_usable_password()
    assert (user.is_staff, user.is_superuser) == (False, False)


def test_the_button_needs_its_form(lan):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(path_of(lan)).status_code == 403
    assert not User.objects.exists()


def test_a_second_use_signs_nobody_in_and_says_what_to_do(lan, phone):
    path = path_of(lan)
    phone.post(path)
    for response in (Client().post(path), Client().get(path)):
        assert response.status_code == 404
        assert "people/entry_refused.html" in [template.name for template in response.templates]
    assert User.objects.count() == 1


def test_unknown_used_and_expired_links_answer_the_same(lan, phone):
    used = path_of(lan)
    phone.post(used)
    replaced = path_of(lan)
    path_of(lan)
    pages = {re.sub(r'value="[^"]*"', "", Client().get(path).text) for path in (used, replaced, "/vao/x/")}
    pages = {re.sub(r"/vao/[^\"]*", "", page) for page in pages}
    assert len(pages) == 1


def test_an_existing_account_is_used_again(db, phone):
    official = make_official("Lê Văn Cường")
    response = phone.post(path_of(official))
    assert response.url == "/"
    assert signed_in(phone) == official.user.username
    assert User.objects.count() == 1


def test_a_closed_account_stays_closed(db, phone):
    official = make_official("Lê Văn Cường")
    User.objects.update(is_active=False)
    assert phone.post(path_of(official)).url == "/tai-khoan/inactive/"
    assert signed_in(phone) is None


def test_a_shared_phone_changes_hands(lan, phone):
    other = make_official("Trần Văn Bình")
    phone.force_login(other.user)
    phone.session["left behind"] = True
    phone.post(path_of(lan))
    assert signed_in(phone) == "cb-01.a"
    assert "left behind" not in phone.session


def test_somebody_elses_account_of_the_same_name_is_never_taken_over(lan, phone):
    path = path_of(lan)
    make_user("cb-01.a", is_superuser=True)
    assert phone.post(path).status_code == 404
    assert signed_in(phone) is None
    lan.refresh_from_db()
    assert lan.user is None
    assert open_link(path.split("/")[2])  # nothing was used up
    with pytest.raises(EntryRefused):
        create_entry_link(lan, by=None)


def test_an_address_that_another_account_has_is_not_copied(lan, phone):
    make_official("Trần Văn Bình", email="lan@phuong.example")
    phone.post(path_of(lan))
    assert User.objects.get(username="cb-01.a").email == ""


def test_guesses_are_slowed_down_per_address(lan, phone, monkeypatch):
    monkeypatch.setitem(views_entry.WRONG_LINKS, "entry", "5/m/ip")
    path = path_of(lan)
    answers = [phone.get(f"/vao/guess-{number}/").status_code for number in range(6)]
    assert answers == [404] * 5 + [429]
    assert phone.get(path).status_code == 429
    assert phone.post(path).status_code == 429
    assert phone.get(path, REMOTE_ADDR="10.0.0.9").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_moment_give_one_sign_in():
    lan = make_official("Nguyễn Thị Lan", account=False)
    path = path_of(lan)
    start = threading.Barrier(6)

    def press() -> bool:
        phone = Client()
        start.wait(timeout=60)
        try:
            phone.post(path)
            return "_auth_user_id" in phone.session
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        entered = [future.result() for future in [pool.submit(press) for _ in range(6)]]
    assert sorted(entered) == [False] * 5 + [True]
    assert User.objects.count() == 1


def test_consume_gives_the_official_once(lan):
    secret = path_of(lan).split("/")[2]
    assert consume(secret) == lan
    with pytest.raises(EntryRefused):
        consume(secret)


# --- Afterwards --------------------------------------------------------------------------------------------


@pytest.fixture
def entered(lan, phone) -> Client:
    phone.post(path_of(lan))
    return phone


def test_password_and_address_may_be_left_out(entered):
    page = entered.get("/vao/xong/")
    assert "CB-01.A" in page.text
    assert entered.post("/vao/xong/", {"email": "lan@phuong.example"}).url == "/"
    assert mail.outbox == []
    assert not User.objects.get().has_usable_password()


def test_a_password_is_set_and_the_session_goes_on(entered):
    response = entered.post("/vao/xong/", {"password1": "mot cau that dai", "password2": "mot cau that dai"})
    assert response.url == "/"
    assert signed_in(entered) == "cb-01.a"
    fresh = Client()
    fresh.post("/tai-khoan/login/", {"login": "cb-01.A", "password": "mot cau that dai"})
    assert signed_in(fresh) == "cb-01.a"


@pytest.mark.parametrize(
    "typed", [("ngan", "ngan"), ("mot cau that dai", "mot cau khac dai"), ("12345678910", "12345678910")]
)
def test_a_weak_or_mistyped_password_is_explained_and_nothing_saved(entered, typed):
    page = entered.post("/vao/xong/", {"password1": typed[0], "password2": typed[1]})
    assert page.status_code == 200
    assert 'class="errorlist"' in page.text
    assert not User.objects.get().has_usable_password()


def test_another_address_counts_once_it_is_confirmed(entered):
    entered.post("/vao/xong/", {"email": "moi@phuong.example"})
    assert User.objects.get().email == "lan@phuong.example"
    [message] = mail.outbox
    assert message.to == ["moi@phuong.example"]
    link = re.search(r"http://\S+(/tai-khoan/confirm-email/\S+)", message.body)[1]
    entered.post(link)
    assert User.objects.get().email == "moi@phuong.example"


def test_who_has_a_password_is_not_asked_again(db, phone):
    official = make_official()
    phone.post(path_of(official))
    assert phone.get("/vao/xong/").url == "/"


# --- HR makes links ----------------------------------------------------------------------------------------


@pytest.fixture
def hr(client, cast: Cast) -> Client:
    client.force_login(cast.ward_hr)
    return client


def test_hr_sees_its_ward_with_those_who_have_not_entered_chosen(hr, cast: Cast):
    new = make_official("Phạm Văn Mới", account=False)
    invited = make_official("Hồ Thị Mời", account=False)
    create_entry_link(invited, by=cast.ward_hr)
    make_official("Người Nơi Khác", at=BINH_THANH, account=False)
    page = hr.get("/quan-ly/lien-ket/")
    assert [official.full_name for official in page.context["officials"]] == [
        "Nguyễn Thị Lan",
        "Hồ Thị Mời",
        "Phạm Văn Mới",
    ]
    assert f'value="{new.pk}" id="official-{new.pk}" checked' in page.text
    assert page.text.count(" checked") == 1


def test_the_sheet_shows_each_link_once_with_its_code(hr, cast: Cast):
    first, second = make_official("Phạm Văn Mới", account=False), make_official("Hồ Thị Hai", account=False)
    page = hr.post("/quan-ly/lien-ket/", {"official": [first.pk, second.pk]})
    addresses = re.findall(r"http://127\.0\.0\.1:8000(/vao/[\w-]{43}/)", page.text)
    assert len(addresses) == 2
    assert page.text.count('class="qr"') == 2
    assert "style=" not in page.text
    assert "no-store" in page["Cache-Control"]
    assert mail.outbox == []
    assert {link.created_by for link in EntryLink.objects.all()} == {cast.ward_hr}
    assert Client().post(addresses[0]).status_code == 302
    assert addresses[1] not in hr.get("/quan-ly/lien-ket/").text


@pytest.mark.parametrize("elsewhere", [BINH_THANH, THANH_VINH, None])
def test_one_official_out_of_scope_and_nothing_is_made(hr, elsewhere):
    mine = make_official("Phạm Văn Mới", account=False)
    other = make_official("Người Nơi Khác", at=elsewhere, account=False)
    assert hr.post("/quan-ly/lien-ket/", {"official": [mine.pk, other.pk]}).status_code == 404
    assert not EntryLink.objects.exists()


@pytest.mark.parametrize("chosen", [[], ["x"], list(range(1, 302))])
def test_nobody_or_too_many_chosen_is_said_and_the_list_stays(hr, chosen):
    page = hr.post("/quan-ly/lien-ket/?ward=26758", {"official": chosen}, follow=True)
    assert page.redirect_chain == [("/quan-ly/lien-ket/?ward=26758", 302)]
    assert "300" in str(next(iter(page.context["messages"])))
    assert not EntryLink.objects.exists()


def test_hr_makes_no_link_for_who_moved_away(hr):
    gone = make_official("Đặng Văn Đi", at=None)
    make_posting(
        gone,
        CAU_ONG_LANH,
        starts_on=datetime.date(2025, 7, 1),
        ends_on=timezone.localdate() - datetime.timedelta(1),
    )
    make_posting(gone, BINH_THANH, starts_on=timezone.localdate())
    assert hr.post("/quan-ly/lien-ket/", {"official": [gone.pk]}).status_code == 404


def test_hr_makes_a_link_for_who_is_about_to_come(hr):
    coming = make_official("Vũ Thị Đến", account=False, since=timezone.localdate() + datetime.timedelta(5))
    assert hr.post("/quan-ly/lien-ket/", {"official": [coming.pk]}).status_code == 200


def test_hr_cannot_let_itself_into_an_account_with_a_wider_scope(hr, client, cast: Cast):
    boss = make_official("Bùi Văn Trưởng")
    boss.user.scopes.create()  # the whole country
    assert "Bùi Văn Trưởng" not in hr.get("/quan-ly/lien-ket/").text
    assert hr.post("/quan-ly/lien-ket/", {"official": [boss.pk]}).status_code == 404
    client.force_login(cast.admin)
    assert client.post("/quan-ly/lien-ket/", {"official": [boss.pk]}).status_code == 200


def test_hr_chooses_among_the_wards_of_its_scope_only(client, cast: Cast):
    client.force_login(cast.province_hr)
    make_official("Người Bình Thạnh", at=BINH_THANH, account=False)
    page = client.get("/quan-ly/lien-ket/", {"ward": BINH_THANH})
    assert [official.full_name for official in page.context["officials"]] == ["Người Bình Thạnh"]
    assert client.get("/quan-ly/lien-ket/", {"ward": THANH_VINH}).context["officials"] == []


def test_a_wide_scope_searches_for_the_ward_without_accents(client, cast: Cast):
    client.force_login(make_hr())
    page = client.get("/quan-ly/lien-ket/", {"q": "cau ong lanh"})
    assert [ward.name for ward in page.context["matches"]] == ["Phường Cầu Ông Lãnh"]


def test_others_do_not_find_the_page(client, cast: Cast):
    client.force_login(cast.lan.user)
    assert client.get("/quan-ly/lien-ket/").status_code == 404
    assert client.post("/quan-ly/lien-ket/", {"official": [cast.lan.pk]}).status_code == 404
    assert not EntryLink.objects.exists()


def test_the_list_costs_the_same_for_one_and_for_three(hr):
    counts = []
    for _ in range(3):  # the first visit also notes the week in the session
        with CaptureQueriesContext(connection) as queries:
            assert hr.get("/quan-ly/lien-ket/").status_code == 200
        counts.append(len(queries))
        make_official("Phạm Văn Mới", account=False)
    assert counts[1] == counts[2] <= 10


# --- On the command line -----------------------------------------------------------------------------------


def test_the_command_prints_a_link_that_works(lan, phone, capsys):
    call_command("entry_link", "CB-01.A")
    path = capsys.readouterr().out.strip().removeprefix("http://127.0.0.1:8000")
    phone.post(path)
    assert signed_in(phone) == "cb-01.a"


def test_the_command_names_an_unknown_number(db):
    with pytest.raises(CommandError, match="XX-9"):
        call_command("entry_link", "XX-9")
