"""Enrolment rules: who is meant, and that applying is safe to repeat."""

import datetime
import threading

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from notifications.models import Message
from people.models import Department, Official, Position, Ward
from records import tasks
from records.models import Enrolment, EnrolmentRule
from records.rules import RuleRefused, apply_rule, plan_rule
from tests.factories import (
    BINH_THANH,
    CAU_ONG_LANH,
    THANH_VINH,
    enrol,
    make_course,
    make_official,
    make_posting,
    ward,
)


def in_days(days: int) -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=days)


def make_rule(*codes: str, course=None, departments=(), positions=(), due_on=None) -> EnrolmentRule:
    rule = EnrolmentRule.objects.create(course=course or make_course(), due_on=due_on or in_days(30))
    rule.wards.set(Ward.objects.filter(code__in=codes, scheme="vn-2025"))
    rule.departments.set(Department.objects.filter(code__in=departments))
    rule.positions.set(Position.objects.filter(code__in=positions))
    return rule


def enrolled(rule: EnrolmentRule) -> set[str]:
    return set(Enrolment.objects.filter(course=rule.course).values_list("official__full_name", flat=True))


def test_rule_means_the_officials_now_serving_in_its_wards(db):
    make_official("Lan", account=False)
    make_official("Ở nơi khác", at=THANH_VINH, account=False)
    make_official("Chưa có vị trí", at=None, account=False)
    make_official("Sắp đến", since=in_days(1), account=False)
    left = make_official("Đã đi", at=None, account=False)
    make_posting(left, CAU_ONG_LANH, starts_on=in_days(-30), ends_on=in_days(-1))
    last_day = make_official("Còn hôm nay", at=None, account=False)
    make_posting(last_day, CAU_ONG_LANH, starts_on=in_days(-30), ends_on=in_days(0))
    rule = make_rule(CAU_ONG_LANH)
    assert apply_rule(rule) == 2
    assert enrolled(rule) == {"Lan", "Còn hôm nay"}


def test_empty_departments_and_positions_mean_all_and_named_ones_narrow_together(db):
    make_official("Văn thư văn phòng", account=False)
    make_official("Văn thư kinh tế", department="kinh-te", account=False)
    make_official("Kế toán văn phòng", position="ke-toan", account=False)
    everyone = make_rule(CAU_ONG_LANH)
    office = make_rule(CAU_ONG_LANH, departments=["van-phong"])
    clerks = make_rule(CAU_ONG_LANH, departments=["van-phong"], positions=["van-thu", "dia-chinh"])
    assert [plan_rule(rule).meant for rule in (everyone, office, clerks)] == [3, 2, 1]


def test_rule_without_wards_means_nobody(db):
    make_official(account=False)
    assert apply_rule(make_rule()) == 0


def test_enrolment_by_rule_is_period_one_with_the_rule_and_its_due_date(db):
    official = make_official(account=False)
    rule = make_rule(CAU_ONG_LANH)
    apply_rule(rule)
    enrolment = Enrolment.objects.get()
    assert (enrolment.official, enrolment.course, enrolment.period) == (official, rule.course, 1)
    assert (enrolment.rule, enrolment.due_on, enrolment.started_at) == (rule, rule.due_on, None)


def test_applying_twice_enrols_once(db):
    make_official(account=False)
    rule = make_rule(CAU_ONG_LANH)
    assert [apply_rule(rule), apply_rule(rule)] == [1, 0]


def test_applying_keeps_enrolments_that_exist_and_their_due_date(db):
    course = make_course()
    own_date, no_date, renewed = (make_official(name, account=False) for name in ("An", "Bình", "Cúc"))
    enrol(own_date, course, due_on=in_days(5))
    enrol(no_date, course)
    enrol(renewed, course, due_on=in_days(9), period=2)
    before = list(Enrolment.objects.order_by("pk").values())
    rule = make_rule(CAU_ONG_LANH, course=course)
    assert apply_rule(rule) == 0
    assert list(Enrolment.objects.order_by("pk").values()) == before


def test_rule_never_un_enrols(db):
    official = make_official(account=False)
    rule = make_rule(CAU_ONG_LANH)
    apply_rule(rule)
    official.postings.update(ends_on=in_days(-1))
    rule.wards.clear()
    assert apply_rule(rule) == 0
    assert enrolled(rule) == {official.full_name}


def test_plan_counts_by_ward_who_is_new_who_is_enrolled_and_whose_due_date_differs(db):
    course = make_course()
    rule = make_rule(CAU_ONG_LANH, BINH_THANH, course=course)
    for name in ("An", "Bình"):
        make_official(name, account=False)
    enrol(make_official("Cùng hạn", account=False), course, due_on=rule.due_on)
    enrol(make_official("Khác hạn", account=False), course, due_on=in_days(3))
    done = enrol(make_official("Đã xong", account=False), course, due_on=in_days(-3))
    Enrolment.objects.filter(pk=done.pk).update(completed_at=timezone.now())
    enrol(make_official("Khóa khác", at=BINH_THANH, account=False), make_course("Khác"), due_on=in_days(3))
    plan = plan_rule(rule)
    assert [(row.ward.code, row.meant, row.new, row.already, row.other_due) for row in plan.wards] == [
        (BINH_THANH, 1, 1, 0, 0),
        (CAU_ONG_LANH, 5, 2, 3, 1),
    ]
    assert (plan.meant, plan.new, plan.already, plan.other_due) == (6, 3, 3, 1)
    assert set(plan.newcomers.values_list("full_name", flat=True)) == {"An", "Bình", "Khóa khác"}
    assert plan.officials.count() == 6
    assert not Enrolment.objects.filter(rule=rule).exists()


def test_plan_can_be_narrowed_to_a_part_of_the_rules_wards(db):
    make_official(account=False)
    make_official(at=THANH_VINH, account=False)
    rule = make_rule(CAU_ONG_LANH, THANH_VINH)
    plan = plan_rule(rule, wards=Ward.objects.filter(pk=ward().pk))
    assert [row.ward.code for row in plan.wards] == [CAU_ONG_LANH]
    assert (plan.meant, plan.officials.count(), plan.newcomers.count()) == (1, 1, 1)


def test_rule_past_its_due_date_enrols_nobody_and_says_so(db):
    make_official(account=False)
    rule = make_rule(CAU_ONG_LANH, due_on=in_days(-1))
    with pytest.raises(RuleRefused):
        apply_rule(rule)
    assert not Enrolment.objects.exists()
    assert apply_rule(make_rule(CAU_ONG_LANH, due_on=in_days(0))) == 1


@pytest.mark.parametrize("count", [1, 3])
def test_planning_and_applying_take_the_same_queries_for_one_and_for_three(
    count, db, django_assert_num_queries
):
    for _ in range(count):
        make_official(account=False)
    rule = make_rule(*[CAU_ONG_LANH, BINH_THANH, THANH_VINH][:count])
    with django_assert_num_queries(4):
        plan_rule(rule)
    with django_assert_num_queries(9):  # two of them: the savepoint
        apply_rule(rule)
    assert Enrolment.objects.count() == count


def test_nightly_task_enrols_newcomers_by_active_rules_only(db):
    rule, stopped, over, hidden = (make_rule(CAU_ONG_LANH) for _ in range(4))
    EnrolmentRule.objects.filter(pk=stopped.pk).update(active=False)
    EnrolmentRule.objects.filter(pk=over.pk).update(due_on=in_days(-1))
    type(hidden.course).objects.filter(pk=hidden.course.pk).update(live=False)
    make_official("Mới đến", account=False)
    tasks.apply_enrolment_rules()
    tasks.apply_enrolment_rules()
    assert [row.rule for row in Enrolment.objects.all()] == [rule]


def test_applying_a_rule_mails_nobody(db, django_capture_on_commit_callbacks):
    make_official(email="lan@phuong.example")
    with django_capture_on_commit_callbacks(execute=True):
        apply_rule(make_rule(CAU_ONG_LANH))
    assert (mail.outbox, Message.objects.count()) == ([], 0)


def at_once(*calls) -> list[int]:
    """Run the calls in threads that start together; returns their results in order."""
    barrier, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(place: int) -> None:
        try:
            barrier.wait(10)
            results[place] = calls[place]()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[place]) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


@pytest.mark.django_db(transaction=True)
def test_two_applies_at_once_make_one_enrolment_each():
    for _ in range(5):
        make_official(account=False)
    course = make_course()
    rule, rival = make_rule(CAU_ONG_LANH, course=course), make_rule(CAU_ONG_LANH, course=course)
    results = at_once(*[lambda: apply_rule(rule)] * 2, *[lambda: apply_rule(rival)] * 2)
    assert sum(results) == 5
    assert Enrolment.objects.count() == Official.objects.count() == 5
