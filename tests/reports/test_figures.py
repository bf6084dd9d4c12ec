"""What assigned, started, completed and overdue mean, at their edges."""

import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from people.models import Department, Position, Ward
from records.models import Enrolment
from reports.figures import (
    Figures,
    Filters,
    Status,
    having,
    officials_serving,
    serving,
    serving_by_ward,
    standings,
    status_of,
    total,
)
from tests.factories import (
    BINH_THANH,
    CAU_ONG_LANH,
    THANH_VINH,
    enrol,
    make_completion,
    make_course,
    make_official,
    make_posting,
    ward,
)
from tests.reports.conftest import in_days, started

EVERYWHERE = Ward.objects.all()
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


def figures(**filters) -> Figures:
    return total(serving_by_ward(EVERYWHERE, Filters(**filters)).values())


def test_each_enrolment_counts_once_at_one_status(db):
    course = make_course()
    for name in ("a", "b"):
        enrol(make_official(name, account=False), course, due_on=in_days(5))
    started(enrol(make_official("c", account=False), course, due_on=in_days(0)))
    enrol(make_official("d", account=False), course, due_on=in_days(-1))
    started(enrol(make_official("e", account=False), course, due_on=in_days(-1)))
    enrol(make_official("f", account=False), course)
    make_completion(make_official("g", account=False), course)
    found = figures()
    assert found == Figures(assigned=7, started=3, completed=1, overdue=2, waiting=3)
    assert [found.at(status) for status in Status] == [3, 1, 0, 2, 1]
    assert sum(found.at(status) for status in Status) == found.assigned
    for status in Status:
        assert Enrolment.objects.filter(having(status, in_days(0))).count() == found.at(status)


def test_a_renewal_takes_the_place_of_what_was_completed_before(db):
    """An official counts once for a course: to be updated, then overdue, then completed again."""
    lan = make_official("Lan", account=False)
    course = make_completion(lan).course
    assert figures() == Figures(assigned=1, started=1, completed=1)
    renewal = Enrolment.objects.create(official=lan, course=course, period=2, delta=True, due_on=in_days(5))
    assert figures() == Figures(assigned=1, renewing=1)
    found = officials_serving(EVERYWHERE, Filters(status="to-renew"))
    assert [official.full_name for official in found] == ["Lan"]
    assert standings(found, Filters())[lan.pk].status == Status.TO_RENEW
    assert not officials_serving(EVERYWHERE, Filters(status="completed")).exists()
    started(renewal)
    assert figures().at("to-renew") == 1
    renewal.due_on = in_days(-1)
    renewal.save()
    assert figures().overdue == 1
    assert status_of(None, None, in_days(1), in_days(0), delta=True) == Status.TO_RENEW


def test_completed_late_is_completed_and_not_overdue(db):
    completion = make_completion(make_official(account=False))
    Enrolment.objects.filter(pk=completion.enrolment_id).update(due_on=in_days(-30))
    assert figures() == Figures(assigned=1, started=1, completed=1)


def test_rate_is_of_what_is_assigned_and_none_where_nothing_is():
    assert Figures(assigned=8, completed=2).rate == 25.0
    assert Figures().rate is None


@pytest.mark.parametrize(
    ("clock", "late"),
    [
        ((2026, 11, 20, 0, 30), False),
        ((2026, 11, 20, 23, 30), False),
        ((2026, 11, 21, 0, 30), True),
        ((2026, 11, 21, 6, 30), True),  # still the 20th in Greenwich
    ],
)
def test_the_due_date_itself_is_in_time_by_the_clock_of_vietnam(db, clock, late):
    enrolment = enrol(make_official(account=False), make_course(), due_on=datetime.date(2026, 11, 20))
    with time_machine.travel(datetime.datetime(*clock, tzinfo=HANOI), tick=False):
        today = timezone.localdate()
        assert figures().overdue == late
        assert Enrolment.objects.filter(having("overdue", today)).exists() == late
        assert (status_of(None, None, enrolment.due_on, today) == Status.OVERDUE) == late
        # The same rule where the learner and the rest of the product see it.
        assert enrolment.overdue == late
        assert Enrolment.objects.overdue().exists() == late


def test_status_of_agrees_with_the_conditions(db):
    moment = timezone.now()
    today = in_days(0)
    for number, (begun, done, due) in enumerate(
        [
            (begun, done, due)
            for begun in (None, moment)
            for done in (None, moment)
            for due in (None, -1, 0, 1)
        ]
    ):
        if done and not begun:
            continue
        enrolment = enrol(
            make_official(f"n{number}", account=False),
            make_course(),
            due_on=None if due is None else in_days(due),
        )
        Enrolment.objects.filter(pk=enrolment.pk).update(started_at=begun, completed_at=done)
        here = [
            status
            for status in Status
            if Enrolment.objects.filter(having(status, today), pk=enrolment.pk).exists()
        ]
        assert here == [status_of(begun, done, enrolment.due_on, today)]


def test_only_those_serving_today_count_and_in_their_ward_of_today(db):
    course = make_course()
    left = make_official("Đã đi", at=None, account=False)
    make_posting(left, CAU_ONG_LANH, starts_on=in_days(-90), ends_on=in_days(-1))
    coming = make_official("Sắp đến", since=in_days(1), account=False)
    moved = make_official("Đã chuyển", at=None, account=False)
    make_posting(moved, CAU_ONG_LANH, starts_on=in_days(-90), ends_on=in_days(-1))
    make_posting(moved, THANH_VINH, starts_on=in_days(0))
    for official in (left, coming, moved):
        enrol(official, course)
    assert serving_by_ward(EVERYWHERE, Filters()) == {ward(THANH_VINH).pk: Figures(assigned=1, waiting=1)}


def test_filters_narrow_the_figures(db):
    course, other = make_course(), make_course("Khác")
    lan = make_official("Lan", account=False)
    enrol(lan, course, due_on=in_days(5))
    enrol(lan, other, due_on=in_days(20))
    clerk = make_official("Kế toán", at=THANH_VINH, department="kinh-te", position="ke-toan", account=False)
    enrol(clerk, course)
    nghe_an = ward(THANH_VINH)
    assert figures().assigned == 3
    assert figures(course=course).assigned == 2
    assert figures(province=nghe_an.province).assigned == 1
    assert figures(ward=nghe_an).assigned == 1
    assert figures(unit="ong lanh").assigned == 2
    assert figures(unit=CAU_ONG_LANH).assigned == 2
    assert figures(department=Department.objects.get(code="kinh-te")).assigned == 1
    assert figures(position=Position.objects.get(code="van-thu")).assigned == 2
    assert figures(since=in_days(5)).assigned == 2
    assert figures(until=in_days(5)).assigned == 1
    assert figures(since=in_days(6), until=in_days(20)).assigned == 1


def test_figures_keep_to_the_wards_given(db):
    for place in (CAU_ONG_LANH, BINH_THANH, THANH_VINH):
        enrol(make_official(at=place, account=False), make_course())
    mine = Ward.objects.filter(pk=ward(BINH_THANH).pk)
    assert set(serving_by_ward(mine, Filters())) == {ward(BINH_THANH).pk}
    assert serving_by_ward(mine, Filters(ward=ward(THANH_VINH))) == {}
    assert serving(mine, Filters(province=ward(THANH_VINH).province)).count() == 0


def test_officials_of_a_ward_by_vietnamese_name_with_how_they_stand(db):
    course = make_course()
    names = ["Trần Văn Đức", "Nguyễn Thị Dung", "Lê Ánh", "Phạm Ân"]
    people = {name: make_official(name, account=False) for name in names}
    make_official("Ở nơi khác", at=THANH_VINH, account=False)
    enrol(people["Lê Ánh"], course, due_on=in_days(-2))
    started(enrol(people["Lê Ánh"], make_course("Khác"), due_on=in_days(7)))
    make_completion(people["Phạm Ân"], course)
    here = Ward.objects.filter(pk=ward().pk)
    found = list(officials_serving(here, Filters()))
    assert [official.full_name for official in found] == [
        "Lê Ánh",
        "Phạm Ân",
        "Nguyễn Thị Dung",
        "Trần Văn Đức",
    ]
    known = standings(found, Filters())
    assert known[people["Lê Ánh"].pk].status == Status.OVERDUE
    assert known[people["Lê Ánh"].pk].next_due == in_days(-2)
    assert known[people["Phạm Ân"].pk].status == Status.COMPLETED
    assert set(known) == {people["Lê Ánh"].pk, people["Phạm Ân"].pk}
    assert standings(found, Filters(course=course))[people["Lê Ánh"].pk].figures.assigned == 1


def test_officials_are_found_without_diacritics_and_by_status(db):
    here = Ward.objects.filter(pk=ward().pk)
    duc = make_official("Trần Văn Đức", account=False)
    enrol(duc, make_course(), due_on=in_days(-2))
    make_official("Trần Thị Đào", account=False)
    make_official("Trần Văn Đức", at=THANH_VINH, account=False)

    def names(**filters):
        return [official.full_name for official in officials_serving(here, Filters(**filters))]

    assert names(text="duc tran") == ["Trần Văn Đức"]
    assert names(text="TRẦN") == ["Trần Thị Đào", "Trần Văn Đức"]
    assert names(text=duc.staff_number) == ["Trần Văn Đức"]
    assert names(status="overdue") == ["Trần Văn Đức"]
    assert names(status="completed") == []


@pytest.mark.parametrize("count", [1, 3])
def test_figures_take_one_query_however_many_wards(db, count, django_assert_num_queries):
    for place in [CAU_ONG_LANH, BINH_THANH, THANH_VINH][:count]:
        enrol(make_official(at=place, account=False), make_course())
    with django_assert_num_queries(1):
        assert len(serving_by_ward(EVERYWHERE, Filters())) == count
    people = list(officials_serving(EVERYWHERE, Filters()))
    with django_assert_num_queries(1):
        assert len(standings(people, Filters())) == count
