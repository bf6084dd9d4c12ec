"""Rule 8 at its root: HR sees its scope and nothing beside it."""

import datetime

import pytest
from django.contrib.auth.models import AnonymousUser

from people.models import Official, Scope, Ward
from people.scope import officials_in_scope, wards_in_scope
from tests.factories import (
    BINH_THANH,
    CAU_ONG_LANH,
    HO_CHI_MINH,
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


def test_the_scope_is_one_query_inside_another(cast, django_assert_num_queries):
    user = make_user()
    Scope.objects.create(user=user, province=province(HO_CHI_MINH))
    with django_assert_num_queries(1):
        assert Official.objects.serving(wards_in_scope(user)).count() == 1
