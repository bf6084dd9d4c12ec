"""Which attempt counts, when the next one opens, and what is granted to one person."""

import datetime
from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from quizzes.allowing import DecisionRefused, grant, may_decide
from quizzes.answering import save_answer
from quizzes.closing import close_all
from quizzes.counting import counted
from quizzes.grading import submit_attempt
from quizzes.models import Answer, Attempt, GradeStep, QuizAllowance
from quizzes.regrading import accept_late, add_grade
from quizzes.starting import AttemptRefused, attempts_in, start_attempt
from records.models import ModuleProgress
from tests.factories import BINH_THANH, NGHE_AN, make_hr, make_posting
from tests.quizzes.conftest import make_quiz, read_module, responses, right_response


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def sit(progress: ModuleProgress, right: int) -> Attempt:
    attempt = start_attempt(progress)
    return submit_attempt(attempt, responses(attempt, right=right))


def refusal(progress: ModuleProgress) -> str:
    with pytest.raises(AttemptRefused) as caught:
        start_attempt(progress)
    return str(caught.value)


def quizzed(lan, module, **rules) -> ModuleProgress:
    """Ten questions, eight to pass."""
    make_quiz(module, kinds=("single",) * 10, draw=10, **rules)
    return read_module(lan, module)


def standing(progress: ModuleProgress) -> tuple[int | None, Decimal, bool]:
    found = counted(attempts_in(progress), progress.version.quiz)
    return (found.attempt and found.attempt.number, found.score, found.passed)


# --- What counts ------------------------------------------------------------------------------------------------


def test_the_best_attempt_counts_and_of_equals_the_earlier(lan, module):
    progress = quizzed(lan, module)
    for right in (3, 6, 6, 2):
        sit(progress, right)
    assert standing(progress) == (2, Decimal("6.00"), False)
    sit(progress, 8)
    assert standing(progress) == (5, Decimal("8.00"), True)
    progress.refresh_from_db()
    assert progress.score == 8


def test_the_last_attempt_counts_even_when_an_earlier_one_is_regraded(lan, module):
    progress = quizzed(lan, module, counting="last")
    first = sit(progress, 7)
    sit(progress, 2)
    wrong = first.items.filter(points=0).first()
    add_grade(
        first.pk, cause=GradeStep.Cause.KEY_CORRECTED, points_by_item={wrong.pk: 1}, actor=None, reason="Sai"
    )
    assert Attempt.objects.get(pk=first.pk).passed
    assert standing(progress) == (2, Decimal("2.00"), False)
    progress.refresh_from_db()
    assert progress.done_at is None
    sit(progress, 9)
    progress.refresh_from_db()
    assert (standing(progress), progress.score) == ((3, Decimal("9.00"), True), 9)


def test_the_average_of_all_closed_attempts_finishes_the_module(lan, module):
    progress = quizzed(lan, module, counting="average")
    sit(progress, 7)
    assert sit(progress, 8).passed
    assert standing(progress) == (None, Decimal("7.50"), False)
    progress.refresh_from_db()
    assert progress.done_at is None
    start_attempt(progress)  # it may go on
    sit(progress, 9)
    progress.refresh_from_db()
    assert (standing(progress), progress.score) == ((None, Decimal("8.00"), True), 8)
    assert refusal(progress).startswith("You have passed this lesson already.")


def test_a_regraded_earlier_attempt_moves_the_average(lan, module):
    progress = quizzed(lan, module, counting="average")
    first = sit(progress, 6)
    sit(progress, 9)
    wrong = first.items.filter(points=0).first()
    add_grade(
        first.pk, cause=GradeStep.Cause.KEY_CORRECTED, points_by_item={wrong.pk: 1}, actor=None, reason="Sai"
    )
    progress.refresh_from_db()
    assert (standing(progress), progress.score) == ((None, Decimal("8.00"), True), 8)


# --- Waiting ------------------------------------------------------------------------------------------------------


def test_the_next_attempt_opens_after_the_waiting_time(lan, module):
    """At 17:00:30 in Vietnam, with two hours to wait: the full minute after, so that the screen's time holds."""
    ended = datetime.datetime(2026, 11, 23, 10, 0, 30, tzinfo=datetime.UTC)
    with time_machine.travel(ended, tick=False) as clock:
        progress = quizzed(lan, module, waiting_minutes=120)
        sit(progress, 0)
        said = refusal(progress)
        assert said.startswith("The next attempt opens at 19:01 on ")
        clock.move_to(ended + datetime.timedelta(hours=2))
        assert refusal(progress) == said
        clock.move_to(ended + datetime.timedelta(hours=2, seconds=30))
        assert start_attempt(progress).number == 2


def test_waiting_begins_when_the_time_ended_not_when_the_sweep_came(lan, module):
    start = datetime.datetime(2026, 11, 23, 10, 0, tzinfo=datetime.UTC)
    with time_machine.travel(start, tick=False) as clock:
        progress = quizzed(lan, module, waiting_minutes=60, time_limit_minutes=10, grace_seconds=0)
        start_attempt(progress)
        clock.move_to(start + datetime.timedelta(minutes=40))
        close_all()
        assert "18:10" in refusal(progress)


# --- Allowances -----------------------------------------------------------------------------------------------------


@pytest.fixture
def hr(lan):
    return make_hr(of_ward=lan.postings.get().ward.code, username="hr-phuong")


def allow(progress: ModuleProgress, actor, **what) -> QuizAllowance:
    return grant(
        progress.enrolment,
        progress.module,
        **{"actor": actor, "reason": "Mất điện", "operation_id": uuid4(), **what},
    )


def test_further_attempts_are_added_to_those_allowed(lan, module, hr):
    progress = quizzed(lan, module, attempts_allowed=1)
    sit(progress, 0)
    assert refusal(progress).startswith("You have used the one attempt allowed.")
    allow(progress, hr, attempts=1)
    allow(progress, hr, attempts=1)
    sit(progress, 0)
    sit(progress, 0)
    assert refusal(progress).startswith("You have used all 3 attempts allowed.")


def test_further_minutes_lengthen_attempts_begun_afterwards(lan, module, hr):
    progress = quizzed(lan, module, time_limit_minutes=20)
    first = start_attempt(progress)
    allow(progress, hr, minutes=10)
    assert start_attempt(progress).due_at == first.due_at
    submit_attempt(first)
    second = start_attempt(progress)
    assert second.due_at - second.started_at == datetime.timedelta(minutes=30)


def test_waived_waiting_opens_the_next_attempt_only(lan, module, hr):
    progress = quizzed(lan, module, waiting_minutes=120)
    sit(progress, 0)
    allow(progress, hr, waives_waiting=True)
    sit(progress, 0)
    assert "The next attempt opens at" in refusal(progress)


def test_an_allowance_holds_for_its_enrolment_and_module_only(lan, module, hr):
    progress = quizzed(lan, module, attempts_allowed=1)
    sit(progress, 0)
    renewal = lan.enrolments.create(course=progress.enrolment.course, period=2)
    grant(renewal, module, actor=hr, reason="x", operation_id=uuid4(), attempts=1)
    assert refusal(progress).startswith("You have used the one attempt allowed.")


def test_the_same_decision_twice_is_one(lan, module, hr):
    progress, operation = quizzed(lan, module, attempts_allowed=1), uuid4()
    first = allow(progress, hr, attempts=1, operation_id=operation)
    assert allow(progress, hr, attempts=1, operation_id=operation) == first
    assert QuizAllowance.objects.count() == 1


@pytest.mark.parametrize("what", [{"attempts": 1, "reason": " "}, {}])
def test_a_decision_needs_a_reason_and_something_granted(lan, module, hr, what):
    with pytest.raises(DecisionRefused):
        allow(quizzed(lan, module), hr, **what)
    assert QuizAllowance.objects.count() == 0


def test_the_database_refuses_to_change_a_decision(lan, module, hr):
    allow(quizzed(lan, module), hr, attempts=1)
    for change in ({"attempts": 2}, {"reason": "y"}):
        with pytest.raises(IntegrityError, match="evidence is never changed"), transaction.atomic():
            QuizAllowance.objects.update(**change)
    with pytest.raises(IntegrityError, match="evidence is never changed"), transaction.atomic():
        QuizAllowance.objects.all()._raw_delete("default")


def test_who_may_decide(cast):
    """Rule 8: trainers, and HR of where the person serves today; nobody in an own case."""
    decides = {
        name: may_decide(getattr(cast, name), cast.lan) for name in ("ward_hr", "province_hr", "other_hr")
    }
    assert decides == {"ward_hr": True, "province_hr": True, "other_hr": False}
    assert (may_decide(cast.trainer, cast.lan), may_decide(cast.admin, cast.lan)) == (True, True)
    cast.lan.user = cast.ward_hr
    cast.lan.save()
    assert not may_decide(cast.ward_hr, cast.lan)


def test_hr_of_a_former_ward_no_longer_decides(cast):
    since = timezone.localdate() - datetime.timedelta(days=30)
    cast.lan.postings.update(ends_on=since - datetime.timedelta(days=1))
    make_posting(cast.lan, BINH_THANH, starts_on=since)
    assert not may_decide(cast.ward_hr, cast.lan)
    assert may_decide(cast.province_hr, cast.lan)


def test_who_may_not_decide_is_refused(lan, module):
    progress = quizzed(lan, module, attempts_allowed=1)
    with pytest.raises(DecisionRefused, match="You may not decide"):
        allow(progress, make_hr(of_province=NGHE_AN, username="hr-nghe-an"), attempts=1)
    assert QuizAllowance.objects.count() == 0


# --- Late answers are accepted --------------------------------------------------------------------------------


@pytest.fixture
def cut_off(lan, module) -> Attempt:
    """Five right answers came in time; then the line was down: three right ones and a wrong one came too late."""
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        progress = quizzed(lan, module, time_limit_minutes=20)
        attempt = start_attempt(progress)
        given = {item.order: item for item in attempt.items.select_related("question_version")}
        for order in range(1, 6):
            save_answer(attempt, order, right_response(given[order]), uuid4())
        clock.move_to(now + datetime.timedelta(minutes=30))
        late = {order: right_response(given[order]) for order in (6, 7, 8)}
        wrong = next(key for key in given[1].option_order if [key] != right_response(given[1]))
        return submit_attempt(attempt, {**late, 1: [wrong]})


def late_ids(attempt: Attempt) -> list[int]:
    return list(Answer.objects.filter(item__attempt=attempt, late=True).values_list("pk", flat=True))


def test_accepted_late_answers_are_a_further_grade_and_only_help(cut_off, hr):
    assert (cut_off.state, cut_off.points, cut_off.passed) == ("late", 5, False)
    step = accept_late(cut_off.pk, late_ids(cut_off), actor=hr, reason=" Mất điện cả phường ")
    assert (step.number, step.cause, step.points, step.passed) == (2, "late-accepted", 8, True)
    assert (step.actor, step.reason) == (hr, "Mất điện cả phường")
    after = Attempt.objects.get()
    assert (after.state, after.points, after.passed) == ("late", 8, True)
    assert ModuleProgress.objects.get().done_at is not None
    assert len(late_ids(after)) == 4
    with pytest.raises(DecisionRefused, match="change nothing"):
        accept_late(cut_off.pk, late_ids(cut_off), actor=hr, reason="Lần nữa")
    assert GradeStep.objects.count() == 2


def test_only_the_chosen_late_answers_are_accepted(cut_off, hr):
    sixth = Answer.objects.get(item__attempt=cut_off, item__order=6)
    assert accept_late(cut_off.pk, [sixth.pk], actor=hr, reason="Kịp lúc").points == 6


def test_late_answers_are_accepted_only_with_authority_and_a_reason(cut_off, hr):
    stranger = make_hr(of_province=NGHE_AN, username="hr-nghe-an")
    with pytest.raises(DecisionRefused, match="You may not decide"):
        accept_late(cut_off.pk, late_ids(cut_off), actor=stranger, reason="x")
    with pytest.raises(DecisionRefused, match="write the reason"):
        accept_late(cut_off.pk, late_ids(cut_off), actor=hr, reason=" ")
    assert Attempt.objects.get().points == 5


def test_answers_of_another_attempt_change_nothing(cut_off, hr, lan):
    other = sit(ModuleProgress.objects.get(), 0)
    with pytest.raises(DecisionRefused, match="change nothing"):
        accept_late(other.pk, late_ids(cut_off), actor=hr, reason="x")
