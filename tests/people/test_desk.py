"""The administrator's desk: accounts and roles, scopes, officials and the short lists."""

import datetime

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from people.models import Department, Official, Posting, Scope, User, Ward, WardSuccession
from people.scope import wards_in_scope
from tests.factories import BINH_THANH, CAU_ONG_LANH, HO_CHI_MINH, make_official, make_user, province, ward

pytestmark = pytest.mark.django_db

DESK = "/quan-tri/"
PLACES = ["can-bo/", "vi-tri-cong-tac/", "pham-vi/", "phong-ban/", "chuc-danh/", "sap-nhap/", "users/"]


@pytest.fixture
def admin(cast, client):
    client.force_login(cast.admin)
    client.cookies["django_language"] = "en"
    return client


def errors_of(response):
    with translation.override("en"):  # the sentences are lazy until they are read
        return {name: list(errors) for name, errors in response.context["form"].errors.items()}


@pytest.mark.parametrize("place", PLACES)
def test_administrators_see_every_list_and_its_form(place, admin):
    assert admin.get(DESK + place).status_code == 200
    assert admin.get(f"{DESK}{place}new/").status_code == 200


@pytest.mark.parametrize("place", [*PLACES, "can-bo/new/", "pham-vi/new/", "users/new/"])
def test_nobody_else_sees_any(place, client, cast):
    """Not even an editor of lessons whose group somebody gave every permission there is."""
    cast.trainer.groups.get().permissions.set(Permission.objects.all())
    for user in (cast.trainer, cast.ward_hr, cast.lan.user):
        client.force_login(user)
        response = client.get(DESK + place)
        assert response.status_code in {302, 403, 404}
        assert cast.lan.full_name not in response.content.decode()


def test_the_menu_shows_the_group_to_administrators_only(admin, cast, client):
    assert "pham-vi" in admin.get(DESK).content.decode()
    client.force_login(cast.trainer)
    assert "pham-vi" not in client.get(DESK).content.decode()


# --- Scopes and roles ------------------------------------------------------------------------------------------------


def give(client, **fields):
    return client.post(f"{DESK}pham-vi/new/", {"user": "", "ward": "", "province": "", **fields})


def test_a_scope_of_one_ward_is_given_by_staff_number_and_code(admin):
    official = make_official("Trần Thị Nhân Sự", staff_number="CB-77")
    assert give(admin, user="cb-77", ward=CAU_ONG_LANH).status_code == 302
    assert [unit.code for unit in wards_in_scope(official.user)] == [CAU_ONG_LANH]


def test_a_scope_of_a_province_and_of_the_country(admin):
    for name, fields in (("tinh", {"province": province(HO_CHI_MINH).pk}), ("nuoc", {"whole_country": "on"})):
        make_user(name)
        assert give(admin, user=name, **fields).status_code == 302
    assert wards_in_scope(User.objects.get(username="nuoc")).count() == Ward.objects.count()
    assert Scope.objects.get(user__username="tinh").province.code == HO_CHI_MINH


def test_the_whole_country_is_never_given_by_leaving_everything_empty(admin):
    make_user("ai-do")
    assert "exactly one" in errors_of(give(admin, user="ai-do"))["__all__"][0]
    both = give(admin, user="ai-do", ward=CAU_ONG_LANH, province=province().pk)
    assert "exactly one" in errors_of(both)["__all__"][0]
    assert not Scope.objects.filter(user__username="ai-do").exists()


def test_unknown_accounts_and_codes_are_told(admin):
    assert errors_of(give(admin, user="khong-co", ward="00000")) == {
        "user": ["Nothing is recorded under “khong-co”."],
        "ward": ["Nothing is recorded under “00000”."],
    }


def test_the_same_scope_twice_is_a_sentence_and_no_server_error(admin, cast):
    response = give(admin, user=cast.ward_hr.username, ward=CAU_ONG_LANH)
    assert response.status_code == 200
    assert response.context["form"].errors
    country = make_user("nuoc")
    Scope.objects.create(user=country)
    assert give(admin, user="nuoc", whole_country="on").context["form"].errors


def test_a_scope_is_shown_edited_and_taken_away(admin, cast):
    scope = cast.ward_hr.scopes.get()
    form = admin.get(f"{DESK}pham-vi/edit/{scope.pk}/").content.decode()
    assert 'value="hr-phuong"' in form
    assert f'value="{CAU_ONG_LANH}"' in form
    admin.post(f"{DESK}pham-vi/edit/{scope.pk}/", {"user": "hr-phuong", "ward": BINH_THANH, "province": ""})
    scope.refresh_from_db()
    assert scope.ward.code == BINH_THANH
    admin.post(f"{DESK}pham-vi/delete/{scope.pk}/")
    assert not cast.ward_hr.scopes.exists()


def test_an_account_without_official_is_made_and_gets_a_role(admin):
    reviewers = Group.objects.get_or_create(name="Reviewers")[0]
    data = {
        "username": "thay-van",
        "display_name": "Thầy Văn",
        "email": "van@tinh.example",
        "groups": [reviewers.pk],
    }
    assert admin.post(f"{DESK}users/new/", data).status_code == 302
    account = User.objects.get(username="thay-van")
    assert (account.display_name, account.has_usable_password()) == ("Thầy Văn", False)
    assert list(account.groups.all()) == [reviewers]


def test_an_account_is_disabled_and_never_deleted(admin, cast):
    account = cast.lan.user
    edit = f"{DESK}users/edit/{account.pk}/"
    assert "first_name" not in admin.get(edit).content.decode()
    admin.post(f"{DESK}users/delete/{account.pk}/")
    admin.post(f"{DESK}bulk/people/user/delete/?id={account.pk}", {})
    assert User.objects.filter(pk=account.pk).exists()
    admin.post(edit, {"username": account.username, "display_name": "", "email": ""})
    account.refresh_from_db()
    assert not account.is_active


# --- People and lists ------------------------------------------------------------------------------------------------


def test_officials_are_found_without_diacritics(admin, cast):
    make_official("Đặng Thị Ngữ")
    page = admin.get(f"{DESK}can-bo/?q=dang").content.decode()
    assert "Đặng Thị Ngữ" in page
    assert cast.lan.full_name not in page


def test_an_officials_name_is_corrected_and_stays_findable(admin, cast):
    data = {"staff_number": cast.lan.staff_number, "full_name": "Nguyễn Thị Lãn"}
    assert admin.post(f"{DESK}can-bo/edit/{cast.lan.pk}/", data).status_code == 302
    cast.lan.refresh_from_db()
    assert (cast.lan.full_name, cast.lan.search_text) == ("Nguyễn Thị Lãn", "nguyen thi lan")


def test_a_staff_number_that_differs_only_in_case_is_told(admin):
    make_official(staff_number="CB-1")
    response = admin.post(f"{DESK}can-bo/new/", {"staff_number": "cb-1", "full_name": "Lê Văn Bảy"})
    assert "Another official has this staff number." in str(errors_of(response))


def posting(cast, **fields):
    return {
        "official": cast.lan.staff_number,
        "ward": BINH_THANH,
        "department": Department.objects.get(code="van-phong").pk,
        "position": cast.lan.postings.get().position_id,
        "starts_on": "2026-03-01",
        **fields,
    }


def test_a_posting_that_overlaps_is_told_and_not_a_server_error(admin, cast):
    response = admin.post(f"{DESK}vi-tri-cong-tac/new/", posting(cast))
    assert "shares a day" in str(errors_of(response))
    cast.lan.postings.update(ends_on=datetime.date(2026, 2, 28))
    assert admin.post(f"{DESK}vi-tri-cong-tac/new/", posting(cast)).status_code == 302
    assert cast.lan.posting_on(datetime.date(2026, 3, 1)).ward.code == BINH_THANH


@pytest.mark.parametrize("place", ["can-bo", "vi-tri-cong-tac", "phong-ban", "chuc-danh"])
def test_what_evidence_points_to_is_not_deleted(place, admin, cast):
    one = cast.lan.postings.get()
    pk = {"can-bo": cast.lan.pk, "vi-tri-cong-tac": one.pk, "phong-ban": one.department_id}.get(
        place, one.position_id
    )
    assert admin.post(f"{DESK}{place}/delete/{pk}/").status_code in {302, 403}
    assert (Official.objects.count(), Posting.objects.count(), Department.objects.count()) == (1, 1, 6)


def test_a_merger_is_recorded_by_the_codes_of_both_lists(admin):
    old = Ward.objects.create(
        code="26752",
        scheme="vn-legacy",
        kind="phuong",
        name="Phường Cầu Ông Lãnh",
        province=province(),
        as_of=datetime.date(2025, 6, 30),
    )
    data = {
        "predecessor": "26752",
        "predecessor_scheme": "vn-legacy",
        "successor": CAU_ONG_LANH,
        "kind": "merge",
        "on": "2025-07-01",
        "decision": "1685/NQ-UBTVQH15",
    }
    assert admin.post(f"{DESK}sap-nhap/new/", data).status_code == 302
    edge = WardSuccession.objects.get()
    assert (edge.predecessor, edge.successor) == (old, ward())
    assert admin.get(f"{DESK}sap-nhap/edit/{edge.pk}/").status_code == 200


@pytest.mark.parametrize("place", ["can-bo/", "vi-tri-cong-tac/", "pham-vi/", "users/"])
def test_a_list_costs_the_same_queries_for_one_row_more_and_for_three(place, admin):
    counts = []
    for more in (1, 3):
        for _number in range(more):
            official = make_official()
            Scope.objects.create(user=official.user, ward=ward())
        admin.get(DESK + place)
        with CaptureQueriesContext(connection) as queries:
            admin.get(DESK + place)
        counts.append(len(queries))
    assert counts[0] == counts[1]
