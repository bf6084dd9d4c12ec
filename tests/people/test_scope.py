"""Rule 8 at its root: HR sees its scope and nothing beside it."""

import datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from people.models import Official, Scope, Ward, WardSuccession
from people.scope import officials_in_scope, wards_in_scope
from tests.factories import (
    BINH_THANH,
    CAU_ONG_LANH,
    HO_CHI_MINH,
    TAN_VINH_LOC,
    THANH_VINH,
    make_hr,
    make_official,
    make_posting,
    make_user,
    province,
    ward,
)

pytestmark = pytest.mark.django_db


def codes(user):
    return set(wards_in_scope(user).values_list("code", flat=True))


def test_ward_hr_sees_its_ward_only(cast):
    assert codes(cast.ward_hr) == {CAU_ONG_LANH}


def test_province_hr_sees_every_ward_of_the_province_and_none_of_another(cast):
    of_province = set(Ward.objects.filter(province=province(HO_CHI_MINH)).values_list("code", flat=True))
    assert len(of_province) > 100
    assert codes(cast.province_hr) == of_province


def test_country_hr_and_the_administrator_see_all_wards(cast):
    everything = Ward.objects.count()
    assert wards_in_scope(make_hr()).count() == everything
    assert wards_in_scope(cast.admin).count() == everything


def test_scopes_add_up(cast):
    user = make_hr(of_ward=CAU_ONG_LANH)
    Scope.objects.create(user=user, ward=ward(THANH_VINH))
    assert codes(user) == {CAU_ONG_LANH, THANH_VINH}


def test_overlapping_scopes_give_each_ward_once(cast):
    user = make_hr(of_province=HO_CHI_MINH)
    Scope.objects.create(user=user, ward=ward(CAU_ONG_LANH))
    assert wards_in_scope(user).count() == Ward.objects.filter(province=province(HO_CHI_MINH)).count()


def test_an_account_without_scope_sees_nothing(cast):
    assert codes(cast.trainer) == codes(cast.lan.user) == codes(AnonymousUser()) == set()
    assert not officials_in_scope(cast.trainer).exists()
    assert not officials_in_scope(AnonymousUser()).exists()


def test_a_disabled_account_sees_nothing(cast):
    for user in (cast.province_hr, cast.admin):
        user.is_active = False
        user.save()
        assert codes(user) == set()
        assert not officials_in_scope(user).exists()


def test_a_scope_taken_away_counts_at_once(cast):
    assert officials_in_scope(cast.ward_hr).get() == cast.lan
    Scope.objects.filter(user=cast.ward_hr).delete()
    assert not officials_in_scope(cast.ward_hr).exists()


def test_officials_of_other_wards_stay_unseen(cast):
    make_official("Trần Văn Bình", at=BINH_THANH)
    nghe_an = make_official("Hồ Sỹ Đông", at=THANH_VINH)
    assert list(officials_in_scope(cast.ward_hr)) == [cast.lan]
    assert list(officials_in_scope(cast.other_hr)) == [nghe_an]


def test_officials_who_left_stay_visible_where_they_served(cast):
    """Credit stays where it was earned, so the ward must still find who earned it."""
    cast.lan.postings.update(ends_on=datetime.date(2026, 1, 31))
    make_posting(cast.lan, THANH_VINH, starts_on=datetime.date(2026, 2, 1))
    assert list(officials_in_scope(cast.ward_hr)) == [cast.lan]
    assert list(officials_in_scope(cast.other_hr)) == [cast.lan]


def test_somebody_with_many_postings_is_listed_once(cast):
    cast.lan.postings.update(ends_on=datetime.date(2026, 1, 31))
    make_posting(cast.lan, BINH_THANH, starts_on=datetime.date(2026, 2, 1))
    assert list(officials_in_scope(cast.province_hr)) == [cast.lan]


def test_officials_without_a_posting_are_the_administrators_alone(cast):
    newcomer = make_official("Đỗ Thị Mới", at=None)
    assert set(officials_in_scope(cast.admin)) == {cast.lan, newcomer}
    assert list(officials_in_scope(make_hr())) == [cast.lan]


def test_the_scope_is_a_part_of_other_queries_and_one_for_the_mergers(cast, django_assert_num_queries):
    user = make_user()
    Scope.objects.create(user=user, province=province(HO_CHI_MINH))
    with django_assert_num_queries(2):
        assert Official.objects.serving(wards_in_scope(user)).count() == 1


# --- Abolished wards ---------------------------------------------------------------------------------------


def succeed(old, new, kind="merge", on=datetime.date(2026, 7, 1)):
    return WardSuccession.objects.create(predecessor=ward(old), successor=ward(new), kind=kind, on=on)


def test_hr_of_the_successor_sees_the_people_of_the_abolished_ward_and_not_the_other_way_round(cast):
    """Rule 2: their completions count for the successor, so its HR must find who earned them."""
    succeed(CAU_ONG_LANH, BINH_THANH)
    binh = make_official("Trần Văn Bình", at=BINH_THANH)
    heir = make_hr(of_ward=BINH_THANH)
    assert codes(heir) == {BINH_THANH, CAU_ONG_LANH}
    assert set(officials_in_scope(heir)) == {binh, cast.lan}
    assert codes(cast.ward_hr) == {CAU_ONG_LANH}
    assert list(officials_in_scope(cast.ward_hr)) == [cast.lan]


def test_nothing_else_is_seen_through_a_merger(cast):
    """Not the other wards of the province, nor what was merged into somebody else, nor a neighbour's heir."""
    succeed(CAU_ONG_LANH, BINH_THANH)
    succeed(TAN_VINH_LOC, THANH_VINH)
    assert codes(make_hr(of_ward=BINH_THANH)) == {BINH_THANH, CAU_ONG_LANH}
    assert codes(make_hr(of_ward=THANH_VINH)) == {THANH_VINH, TAN_VINH_LOC}
    assert TAN_VINH_LOC in codes(cast.other_hr)  # taken over by a ward of its province
    assert codes(make_user()) == set()


def test_a_chain_of_mergers_is_followed_and_a_circle_ends():
    succeed(CAU_ONG_LANH, BINH_THANH)
    succeed(BINH_THANH, TAN_VINH_LOC, kind="rename")
    succeed(TAN_VINH_LOC, THANH_VINH)
    every = {CAU_ONG_LANH, BINH_THANH, TAN_VINH_LOC, THANH_VINH}
    assert codes(make_hr(of_ward=THANH_VINH)) == every
    assert codes(make_hr(of_ward=BINH_THANH)) == {BINH_THANH, CAU_ONG_LANH}
    succeed(THANH_VINH, CAU_ONG_LANH)
    assert codes(make_hr(of_ward=THANH_VINH)) == every


def test_a_divided_ward_is_seen_only_by_those_who_see_all_its_parts(cast):
    succeed(CAU_ONG_LANH, BINH_THANH, kind="split")
    one = make_hr(of_ward=BINH_THANH)
    assert codes(one) == {BINH_THANH}  # the other part is not recorded yet
    succeed(CAU_ONG_LANH, TAN_VINH_LOC, kind="split")
    assert codes(one) == {BINH_THANH}
    assert codes(make_hr(of_ward=TAN_VINH_LOC)) == {TAN_VINH_LOC}
    Scope.objects.create(user=one, ward=ward(TAN_VINH_LOC))
    assert codes(one) == {BINH_THANH, TAN_VINH_LOC, CAU_ONG_LANH}


def test_a_merger_counts_from_its_day():
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    edge = succeed(CAU_ONG_LANH, BINH_THANH, on=tomorrow)
    user = make_hr(of_ward=BINH_THANH)
    assert codes(user) == {BINH_THANH}
    WardSuccession.objects.filter(pk=edge.pk).update(on=timezone.localdate())
    assert codes(user) == {BINH_THANH, CAU_ONG_LANH}
