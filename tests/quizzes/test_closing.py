"""How an attempt ends: in time, late, abandoned, or submitted and graded later. By the server's clock."""

import datetime
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from quizzes import closing, tasks
from quizzes.answering import save_answer, save_answers
from quizzes.closing import close_all, close_by_time, grade_submitted
from quizzes.grading import submit_attempt
from quizzes.kinds import KINDS
from quizzes.models import Answer, Attempt, GradeStep
from quizzes.starting import AttemptRefused, start_attempt
from records.models import Completion
from tests.quizzes.conftest import make_quiz, read_module, responses, right_response, wrong_response

NINE = datetime.datetime(2026, 11, 23, 9, 0, tzinfo=datetime.UTC)


def at(minute: int, second: float = 0) -> datetime.datetime:
    return NINE + datetime.timedelta(minutes=minute, seconds=second)


@pytest.fixture
def clock():
    """Stands at nine until a test moves it."""
    with time_machine.travel(NINE, tick=False) as traveller:
        yield traveller


@pytest.fixture
def timed(clock, lan, module) -> Attempt:
    """Begun at nine: three questions, twenty minutes and a minute of grace; all three are needed to pass."""
    make_quiz(module, time_limit_minutes=20, grace_seconds=60, attempts_allowed=2)
    return start_attempt(read_module(lan, module))


def progress_of(attempt: Attempt):
    return attempt.enrolment.progress.get()


# --- The clock ------------------------------------------------------------------------------------------------


def test_the_end_of_the_time_and_of_the_grace_are_fixed_at_the_start(timed):
    assert (timed.started_at, timed.due_at, timed.closes_at) == (NINE, at(20), at(21))


def test_an_attempt_without_limit_has_no_end(progress):
    attempt = start_attempt(progress)
    assert (attempt.due_at, attempt.closes_at) == (None, None)
    with time_machine.travel(timezone.now() + datetime.timedelta(days=300)):
        assert close_all(everything=True) == 0
        assert start_attempt(progress) == attempt
        assert not save_answer(attempt, 1, [], uuid4()).late


@pytest.mark.parametrize(("when", "late"), [(at(19), False), (at(21), False), (at(21, 0.000001), True)])
def test_an_answer_counts_until_the_grace_is_over(timed, clock, when, late):
    clock.move_to(when)
    answer = save_answer(timed, 1, right_response(timed.items.get(order=1)), uuid4())
    assert (answer.late, answer.received_at) == (late, when)
    assert submit_attempt(timed).points == (0 if late else 1)


def test_the_database_itself_refuses_an_answer_in_time_after_the_end(timed):
    item = timed.items.get(order=1)
    for received in (at(20), at(21)):
        Answer.objects.create(item=item, operation_id=uuid4(), response=[], received_at=received)
    with pytest.raises(IntegrityError, match="the attempt is over"), transaction.atomic():
        Answer.objects.create(item=item, operation_id=uuid4(), response=[], received_at=at(21, 1))


def test_the_database_refuses_to_move_the_end(timed):
    for column in ("due_at", "closes_at"):
        with pytest.raises(IntegrityError, match="evidence is never changed"), transaction.atomic():
            Attempt.objects.filter(pk=timed.pk).update(**{column: at(60)})


def test_a_form_saved_after_the_end_is_kept_as_late(timed, clock):
    assert save_answers(timed, responses(timed, right=1))
    clock.move_to(at(22))
    assert not save_answers(timed, responses(timed, right=3))
    assert not save_answers(timed, responses(timed, right=3))
    late = Answer.objects.filter(late=True).values_list("item__order", flat=True)
    assert sorted(late) == [2, 3]


# --- A submission after the time -------------------------------------------------------------------------------


def test_a_late_submission_is_graded_by_what_came_in_time_and_drops_nothing(timed, clock):
    save_answer(timed, 1, right_response(timed.items.get(order=1)), uuid4())
    clock.move_to(at(22))
    graded = submit_attempt(timed, responses(timed, right=3))
    assert (graded.state, graded.points, graded.passed) == ("late", 1, False)
    assert (graded.submitted_at, graded.ended_at) == (at(22), at(22))
    assert GradeStep.objects.get().cause == "time-over"
    assert sorted(Answer.objects.values_list("item__order", "late")) == [(1, False), (2, True), (3, True)]
    assert submit_attempt(timed, responses(timed, right=3)).points == 1
    assert Answer.objects.count() == 3


def test_a_late_submission_that_passes_by_what_came_in_time_finishes_the_module(timed, clock):
    save_answers(timed, responses(timed, right=3))
    clock.move_to(at(22))
    assert submit_attempt(timed, responses(timed, right=0)).passed
    assert progress_of(timed).done_at is not None


def test_a_submission_within_the_grace_is_in_time(timed, clock):
    clock.move_to(at(21))
    graded = submit_attempt(timed, responses(timed, right=3))
    assert (graded.state, graded.passed, GradeStep.objects.get().cause) == ("graded", True, "submitted")


# --- Nobody submitted -------------------------------------------------------------------------------------------


def test_an_attempt_never_submitted_is_closed_by_what_came_in_time(timed, clock):
    save_answers(timed, responses(timed, right=2))
    clock.move_to(at(21))
    assert close_all() == 0
    clock.move_to(at(22))
    tasks.close_attempts()
    timed.refresh_from_db()
    assert (timed.state, timed.points, timed.passed) == ("abandoned", 2, False)
    assert (timed.submitted_at, timed.graded_at, timed.ended_at) == (None, at(22), at(21))
    assert GradeStep.objects.get().cause == "time-over"
    assert (close_all(), close_by_time(timed.pk), GradeStep.objects.count()) == (0, False, 1)


def test_an_abandoned_attempt_that_passes_finishes_the_module_and_the_course(timed, clock):
    save_answers(timed, responses(timed, right=3))
    clock.move_to(at(22))
    assert close_all() == 1
    assert progress_of(timed).score == 10
    assert Completion.objects.count() == 1


def test_what_arrives_after_the_closing_is_kept_and_the_attempt_stays_abandoned(timed, clock):
    clock.move_to(at(22))
    close_all()
    after = submit_attempt(timed, responses(timed, right=3))
    assert (after.state, after.points, after.submitted_at) == ("abandoned", 0, None)
    assert Answer.objects.filter(late=True).count() == 3


def test_starting_again_closes_the_attempt_whose_time_is_over(timed, clock):
    clock.move_to(at(20, 30))
    assert start_attempt(progress_of(timed)) == timed
    clock.move_to(at(22))
    again = start_attempt(progress_of(timed))
    timed.refresh_from_db()
    assert (timed.state, again.number, again.due_at) == ("abandoned", 2, at(42))
    clock.move_to(at(44))
    with pytest.raises(AttemptRefused):
        start_attempt(progress_of(timed))
    again.refresh_from_db()
    assert again.state == "abandoned"


# --- Grading that fails -------------------------------------------------------------------------------------------


class Broken(Exception):
    pass


@pytest.fixture
def broken(monkeypatch):
    """A version that cannot be graded, as no published one should be; gives the cure."""

    def fails(*_args):
        raise Broken

    monkeypatch.setattr(type(KINDS["single"]), "share", fails)
    return monkeypatch.undo


def test_what_cannot_be_graded_is_kept_as_submitted_and_graded_later(progress, broken, caplog):
    attempt = start_attempt(progress)
    kept = submit_attempt(attempt, responses(attempt, right=3))
    assert (kept.state, kept.points, kept.grade_number) == ("submitted", None, 0)
    assert Answer.objects.filter(late=False).count() == 3
    assert f"Attempt {attempt.pk} could not be graded" in caplog.text

    assert save_answer(attempt, 1, wrong_response(attempt.items.get(order=1)), uuid4()).late
    assert start_attempt(progress).pk == attempt.pk
    assert submit_attempt(attempt).state == "submitted"
    assert close_all() == 0
    assert "stays as it is" in caplog.text

    broken()
    assert close_all() == 1
    attempt.refresh_from_db()
    assert (attempt.state, attempt.points, attempt.passed) == ("graded", 3, True)
    assert attempt.submitted_at == kept.submitted_at
    assert Completion.objects.count() == 1
    assert (close_all(), grade_submitted(attempt.pk)) == (0, False)


def test_what_was_submitted_late_and_not_graded_is_graded_as_late(timed, clock, broken):
    clock.move_to(at(22))
    submit_attempt(timed, responses(timed, right=3))
    broken()
    clock.move_to(at(23))
    close_all()
    timed.refresh_from_db()
    assert (timed.state, timed.points, timed.submitted_at) == ("late", 0, at(22))


def test_the_database_takes_no_answer_in_time_after_a_submission_and_does_not_reopen_it(progress, broken):
    attempt = submit_attempt(start_attempt(progress))
    with pytest.raises(IntegrityError, match="the attempt is over"), transaction.atomic():
        Answer.objects.create(item=attempt.items.get(order=1), operation_id=uuid4(), response=[])
    with pytest.raises(IntegrityError, match="evidence is never changed"), transaction.atomic():
        Attempt.objects.filter(pk=attempt.pk).update(state="in-progress")


def test_one_that_cannot_be_closed_stops_no_other_and_is_tried_again_by_the_hour(timed, clock, caplog):
    broken = Attempt.objects.get(pk=timed.pk)
    version = broken.items.select_related("question_version").first().question_version
    clock.move_to(at(22))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(closing, "write_grade", lambda *_args, **_more: 1 / 0)
        assert close_all() == 0
    assert f"Attempt {timed.pk} could not be closed" in caplog.text
    assert version.kind == "single"
    clock.move_to(at(120))
    assert (close_all(), close_all(everything=True)) == (0, 1)
