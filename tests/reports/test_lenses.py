"""Credit stays where it was earned (rule 2): the two lenses, transfers, mergers and divisions."""

import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from people.models import Ward
from records.models import Completion
from reports.earned import Earned, Origins, earned_by_ward, in_force, origins, succession
from reports.figures import Figures, Filters, Lens, serving_by_ward
from reports.lines import by_key, key_of, province_lines, sort_lines, ward_lines
from reports.rows import rows
from tests.factories import (
    BINH_THANH,
    CAU_ONG_LANH,
    HO_CHI_MINH,
    NGHE_AN,
    TAN_VINH_LOC,
    THANH_VINH,
    correct,
    enrol,
    make_completion,
    make_course,
    make_official,
    make_posting,
    make_user,
    province,
    ward,
)
from tests.reports.conftest import in_days, make_ward, succeed

EVERYWHERE = Ward.objects.all()
EARNED = Filters(lens=Lens.EARNED)


def earned_counts(wards=EVERYWHERE, filters=EARNED) -> dict[str, int]:
    return {
        line.ward.name: line.earned.completed for line in ward_lines(wards, filters) if line.earned.completed
    }


def wards_of(*wards: Ward):
    return Ward.objects.filter(pk__in=[one.pk for one in wards])


def transfer(official, to: str) -> None:
    official.postings.update(ends_on=in_days(-1))
    make_posting(official, to, starts_on=in_days(0))


def test_a_transfer_leaves_credit_in_the_old_ward_and_takes_the_record_to_the_new(db):
    lan = make_official(account=False)
    make_completion(lan, at=timezone.now() - datetime.timedelta(days=3))
    before = Completion.objects.values().get()
    transfer(lan, BINH_THANH)
    a, b = ward(CAU_ONG_LANH), ward(BINH_THANH)
    done = Figures(assigned=1, started=1, completed=1)
    assert earned_by_ward(EVERYWHERE, EARNED, Origins({}, set())) == {
        a.pk: Earned(completed=1, last_on=in_days(-3))
    }
    assert serving_by_ward(EVERYWHERE, Filters()) == {b.pk: done}
    assert Completion.objects.values().get() == before


def test_a_merger_rolls_the_old_wards_figures_up_and_edits_no_row(db):
    old = make_ward("Phường Cũ", "90001", province_of=CAU_ONG_LANH)
    older = make_ward("Phường Rất Cũ", "90002", province_of=CAU_ONG_LANH)
    for at, since in ((old, in_days(-99)), (older, in_days(-99))):
        make_completion(make_official(at=at, since=since, account=False))
    make_completion(make_official(at=BINH_THANH, account=False))
    before = list(Completion.objects.order_by("pk").values())
    succeed(older, old, kind="rename", on=in_days(-20))
    succeed(old, ward(BINH_THANH))
    assert earned_counts() == {"Phường Bình Thạnh": 3}
    line = next(line for line in ward_lines(EVERYWHERE, EARNED) if line.ward.code == BINH_THANH)
    assert line.earned == Earned(completed=3, inherited=2, last_on=in_days(0))
    assert list(Completion.objects.order_by("pk").values()) == before


def test_hr_of_the_successor_sees_what_it_took_over_and_hr_elsewhere_does_not(db):
    old = make_ward("Phường Cũ", "90001", province_of=CAU_ONG_LANH)
    make_completion(make_official(at=old, since=in_days(-99), account=False))
    succeed(old, ward(BINH_THANH))
    assert earned_counts(wards_of(ward(BINH_THANH))) == {"Phường Bình Thạnh": 1}
    assert earned_counts(wards_of(ward(CAU_ONG_LANH))) == {}
    assert earned_counts(wards_of(old)) == {"Phường Cũ": 1}  # its successor is not in this scope


def test_a_succession_counts_from_its_day(db):
    old = make_ward("Phường Cũ", "90001", province_of=CAU_ONG_LANH)
    make_completion(make_official(at=old, since=in_days(-99), account=False))
    succeed(old, ward(BINH_THANH), on=in_days(1))
    assert earned_counts() == {"Phường Cũ": 1}
    with time_machine.travel(timezone.now() + datetime.timedelta(days=1)):
        assert earned_counts() == {"Phường Bình Thạnh": 1}


def test_a_divided_ward_is_listed_for_itself_with_its_parts(db):
    old = make_ward("Phường Chia", "90003", province_of=CAU_ONG_LANH)
    make_completion(make_official(at=old, since=in_days(-99), account=False))
    for part in (BINH_THANH, TAN_VINH_LOC):
        succeed(old, ward(part), kind="split")
    both = wards_of(ward(BINH_THANH), ward(TAN_VINH_LOC))
    assert earned_counts() == {"Phường Chia": 1}
    assert earned_counts(both) == {"Phường Chia": 1}
    # HR of one part alone has no claim on the whole.
    assert earned_counts(wards_of(ward(BINH_THANH))) == {}
    [line] = [line for line in ward_lines(both, EARNED) if line.ward.pk == old.pk]
    assert (line.ended, line.in_scope, line.parts) == (True, False, ["Phường Bình Thạnh", "Xã Tân Vĩnh Lộc"])


def test_circles_in_the_successions_end(db):
    one = make_ward("Phường Một", "90001", province_of=CAU_ONG_LANH)
    two = make_ward("Phường Hai", "90002", province_of=CAU_ONG_LANH)
    succeed(one, two)
    succeed(two, one)
    assert succession().heir == {one.pk: two.pk, two.pk: one.pk}
    assert ward_lines(EVERYWHERE, EARNED)


def test_a_correction_counts_once_and_where_it_says(db, cast):
    completion = make_completion(make_official(account=False))
    correct(completion, cast.admin, full_name="Nguyễn Thị Ánh Tuyết")
    assert earned_counts() == {"Phường Cầu Ông Lãnh": 1}
    assert [row.full_name for row in rows(EVERYWHERE, EARNED)] == ["Nguyễn Thị Ánh Tuyết"]


def test_days_of_completion_are_local_days(db):
    vietnam = ZoneInfo("Asia/Ho_Chi_Minh")
    for hour in ((2026, 3, 1, 0, 30), (2026, 3, 1, 23, 30), (2026, 3, 2, 0, 30)):
        make_completion(make_official(account=False), at=datetime.datetime(*hour, tzinfo=vietnam))
    first, second = datetime.date(2026, 3, 1), datetime.date(2026, 3, 2)

    def count(**days) -> int:
        return sum(earned_counts(filters=Filters(lens=Lens.EARNED, **days)).values())

    assert count(until=datetime.date(2026, 2, 28)) == 0
    assert count(since=first, until=first) == 2
    assert count(since=second) == 1


def test_earned_lens_filters_by_the_department_and_position_of_the_day(db):
    lan = make_official(department="kinh-te", position="ke-toan", account=False)
    make_completion(lan)
    transfer(lan, BINH_THANH)  # as a clerk in the office
    posting = lan.postings.order_by("starts_on").first()
    assert earned_counts(filters=Filters(lens=Lens.EARNED, position=posting.position)) == {
        "Phường Cầu Ông Lãnh": 1
    }
    now = lan.postings.order_by("-starts_on").first()
    assert earned_counts(filters=Filters(lens=Lens.EARNED, department=now.department)) == {}


# --- The table ---------------------------------------------------------------------------------------------


def test_every_ward_in_force_is_listed_in_vietnamese_order(db):
    make_ward("Phường Cũ", "90001", province_of=CAU_ONG_LANH, scheme="vn-legacy")
    lines = ward_lines(EVERYWHERE, Filters())
    assert len(lines) == 3321
    names = [line.ward.name.split(" ", 1)[1] for line in lines if line.ward.province.code == NGHE_AN]
    assert names.index("Đại Đồng") > names.index("Diễn Châu")
    assert in_force(EVERYWHERE).count() == 3321


def test_an_abolished_ward_stays_listed_while_somebody_serves_there(db):
    old = make_ward("Phường Cũ", "90001", province_of=CAU_ONG_LANH)
    succeed(old, ward(BINH_THANH))
    assert old.pk not in [line.ward.pk for line in ward_lines(EVERYWHERE, Filters())]
    enrol(make_official(at=old, account=False), make_course())
    [line] = [line for line in ward_lines(EVERYWHERE, Filters()) if line.ward.pk == old.pk]
    assert (line.ended, line.figures.assigned) == (True, 1)
    assert old not in in_force(EVERYWHERE)


def test_a_status_leaves_wards_out_but_keeps_whole_figures(db):
    course = make_course()
    enrol(make_official(account=False), course, due_on=in_days(-1))
    enrol(make_official(account=False), course, due_on=in_days(1))
    enrol(make_official(at=BINH_THANH, account=False), course, due_on=in_days(1))
    lines = ward_lines(EVERYWHERE, Filters(status="overdue"))
    assert [(line.ward.code, line.figures.assigned) for line in lines] == [(CAU_ONG_LANH, 2)]


def test_wards_sort_by_number_with_ties_in_vietnamese_order_and_no_rate_last(db):
    course = make_course()
    enrol(make_official(at=CAU_ONG_LANH, account=False), course, due_on=in_days(-1))
    make_completion(make_official(at=BINH_THANH, account=False), course)
    lines = ward_lines(wards_of(*map(ward, (CAU_ONG_LANH, BINH_THANH, THANH_VINH, TAN_VINH_LOC))), Filters())

    def codes(by: str) -> list[str]:
        return [line.ward.code for line in sort_lines(lines, by)]

    by_name = [BINH_THANH, CAU_ONG_LANH, TAN_VINH_LOC, THANH_VINH]
    assert codes("name") == codes("nonsense") == codes("started_at") == by_name
    assert codes("-name") == by_name[::-1]
    assert codes("-overdue") == [CAU_ONG_LANH, BINH_THANH, TAN_VINH_LOC, THANH_VINH]
    assert codes("rate") == [CAU_ONG_LANH, BINH_THANH, TAN_VINH_LOC, THANH_VINH]
    assert codes("-rate") == [BINH_THANH, CAU_ONG_LANH, TAN_VINH_LOC, THANH_VINH]


@pytest.mark.parametrize("lens", Lens)
def test_without_a_wish_units_where_nobody_is_enrolled_come_last(db, lens):
    course = make_course()
    for place in (CAU_ONG_LANH, THANH_VINH):
        make_completion(make_official(at=place, account=False), course)
    wards = wards_of(*map(ward, (CAU_ONG_LANH, BINH_THANH, THANH_VINH, TAN_VINH_LOC)))
    lines = ward_lines(wards, Filters(lens=lens))
    assert [line.ward.code for line in sort_lines(lines, "")] == [
        CAU_ONG_LANH,
        THANH_VINH,
        BINH_THANH,
        TAN_VINH_LOC,
    ]


def test_provinces_sum_their_wards(db):
    course = make_course()
    for place in (CAU_ONG_LANH, BINH_THANH, THANH_VINH):
        enrol(make_official(at=place, account=False), course)
    found = {line.province.code: line for line in province_lines(ward_lines(EVERYWHERE, Filters()))}
    assert len(found) == 34
    assert (found[HO_CHI_MINH].wards, found[HO_CHI_MINH].figures.assigned) == (
        province(HO_CHI_MINH).wards.count(),
        2,
    )
    assert found[NGHE_AN].figures.assigned == 1


def test_key_of_a_ward_tells_the_two_lists_apart(db):
    old = make_ward("Phường Nguyễn Cư Trinh", CAU_ONG_LANH, province_of=CAU_ONG_LANH, scheme="vn-legacy")
    new = ward(CAU_ONG_LANH)
    assert key_of(new) == CAU_ONG_LANH
    assert [by_key(EVERYWHERE, key_of(one)) for one in (old, new)] == [old, new]
    assert by_key(EVERYWHERE, "99999") is None
    assert by_key(wards_of(old), CAU_ONG_LANH) is None


def test_taking_the_table_costs_the_same_with_one_and_with_three_wards(db, django_assert_num_queries):
    make_user()
    for count, place in enumerate((CAU_ONG_LANH, BINH_THANH, THANH_VINH), start=1):
        make_completion(make_official(at=place, account=False))
        if count != 2:
            for filters in (Filters(), EARNED):
                with django_assert_num_queries(4):
                    ward_lines(EVERYWHERE, filters)


def test_origins_of_nothing_are_nothing(db):
    assert origins({1, 2}, succession()) == Origins({}, set())
