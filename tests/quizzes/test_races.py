"""Real threads on a real database: doing it twice, at the same moment, is doing it once (rule 5)."""

import contextlib
import datetime
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from threading import Barrier, BrokenBarrierError
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection, connections
from django.utils import timezone

from courses.models import Module
from courses.publishing import publish_version
from quizzes import grading
from quizzes.allowing import grant
from quizzes.answering import save_answer, save_answers
from quizzes.closing import close_all, close_by_time
from quizzes.grading import submit_attempt
from quizzes.models import Answer, Attempt, GradeStep, Question, Quiz, QuizAllowance
from quizzes.publishing import publish_question
from quizzes.regrading import add_grade
from quizzes.starting import start_attempt
from records.models import Completion, Enrolment, ModuleProgress
from tests.factories import make_course, make_hr, make_module, make_official
from tests.quizzes.conftest import (
    make_question,
    make_quiz,
    read_module,
    responses,
    right_response,
    wrong_response,
)

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 20


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run all of them at the same moment, each on a connection of its own; gives results and exceptions."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=30)
            return act()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.fixture(autouse=True)
def _a_connection_for_each_thread(transactional_db: None) -> Iterator[None]:
    """PostgreSQL's pool gives four by default; twenty that really meet need twenty."""
    if connection.vendor != "postgresql":
        yield
        return
    options = connection.settings_dict["OPTIONS"]
    usual = options["pool"]
    connection.close_pool()
    options["pool"] = {"min_size": 1, "max_size": THREADS + 2}
    yield
    connection.close_pool()
    options["pool"] = usual


@pytest.fixture
def progress() -> ModuleProgress:
    module = make_module(make_course(), cards=1)
    make_quiz(module)
    return read_module(make_official("Nguyễn Thị Lan"), module)


def fresh(progress: ModuleProgress) -> ModuleProgress:
    return ModuleProgress.objects.select_related("version", "module", "enrolment__official").get(
        pk=progress.pk
    )


def test_twenty_starts_draw_one_paper(progress):
    attempts = at_once(*[lambda: start_attempt(fresh(progress))] * THREADS)
    assert {attempt.key for attempt in attempts} == {Attempt.objects.get().key}
    assert Attempt.objects.get().items.count() == 3


def test_twenty_submissions_make_one_grade_one_completion_one_set_of_answers(progress):
    attempt = start_attempt(progress)
    given = responses(attempt, right=3)
    graded = at_once(*[lambda: submit_attempt(attempt, given)] * THREADS)
    assert {(each.points, each.graded_at) for each in graded} == {(3, Attempt.objects.get().graded_at)}
    assert Completion.objects.count() == 1
    assert sorted(Answer.objects.values_list("item__order", "late")) == [(1, False), (2, False), (3, False)]


def test_twenty_repeats_of_one_operation_keep_one_answer(progress):
    attempt = start_attempt(progress)
    response = right_response(attempt.items.select_related("question_version").get(order=1))
    operation = uuid4()
    answers = at_once(*[lambda: save_answer(attempt, 1, response, operation)] * THREADS)
    assert {answer.pk for answer in answers} == {Answer.objects.get().pk}


def test_an_answer_beside_a_submission_counts_or_is_late_but_never_lies(progress):
    """Whatever wins: the grade is that of the answers that came in time."""
    attempt = start_attempt(progress)
    items = list(attempt.items.select_related("question_version").order_by("order"))
    answering = [
        lambda item=item: save_answer(attempt, item.order, right_response(item), uuid4())
        for item in items
        for _ in range(3)
    ]
    results = at_once(*answering[:5], lambda: submit_attempt(attempt), *answering[5:])
    assert [each for each in results if isinstance(each, Exception)] == []
    in_time = Answer.objects.filter(late=False).values("item").distinct().count()
    assert Attempt.objects.get().points == in_time
    assert Answer.objects.count() == len(answering)


def test_questions_published_at_once_are_all_in_the_modules_newest_version():
    module = make_module(make_course(), cards=1)
    bank = make_quiz(module, kinds=()).bank
    drafts = [make_question(bank, publish=False) for _ in range(5)]
    results = at_once(
        *[lambda draft=draft: publish_question(Question.objects.get(pk=draft.pk)) for draft in drafts]
    )
    newest = Module.objects.get(pk=module.pk).current_version
    assert newest.quiz["question_versions"] == [version.pk for version in results]


def timed(progress: ModuleProgress) -> Attempt:
    """An attempt whose time was over a second ago, with one right answer that came in time."""
    now = timezone.now()
    Quiz.objects.filter(module=progress.module).update(time_limit_minutes=10, grace_seconds=0)
    publish_version(progress.module)
    progress = read_module(make_official("Trần Văn Bình"), Module.objects.get(pk=progress.module_id))
    with time_machine.travel(now - datetime.timedelta(seconds=601), tick=False):
        attempt = start_attempt(progress)
        save_answers(attempt, responses(attempt, right=1))
    return attempt


def test_the_sweep_beside_submissions_closes_an_attempt_once(progress):
    """Whoever wins: one grade by what came in time, and nothing that came late is lost."""
    attempt = timed(progress)
    given = responses(attempt, right=3)
    acts = [lambda: close_all(), lambda: submit_attempt(attempt, given), lambda: close_by_time(attempt.pk)]
    results = at_once(*acts * 4)
    assert [each for each in results if isinstance(each, Exception)] == []
    after = Attempt.objects.get(pk=attempt.pk)
    assert (after.points, after.grade_number) == (1, 1)
    assert after.state in {"late", "abandoned"}
    assert (after.submitted_at is None) == (after.state == "abandoned")
    assert GradeStep.objects.filter(attempt=attempt).count() == 1
    late = Answer.objects.filter(item__attempt=attempt, late=True)
    assert sorted(late.values_list("item__order", flat=True)) == [2, 3]


def test_starts_beside_the_sweep_close_the_old_attempt_and_draw_one_new(progress):
    attempt = timed(progress)
    mine = ModuleProgress.objects.get(enrolment=attempt.enrolment_id)
    results = at_once(*[lambda: start_attempt(fresh(mine)), lambda: close_all()] * 5)
    assert [each for each in results if isinstance(each, Exception)] == []
    numbers = Attempt.objects.filter(enrolment=attempt.enrolment_id).values_list("number", "state")
    assert sorted(numbers) == [(1, "abandoned"), (2, "in-progress")]


def test_further_grades_at_once_are_steps_one_after_the_other(progress):
    attempt = submit_attempt(start_attempt(progress))
    ids = list(attempt.items.values_list("pk", flat=True))
    results = at_once(
        *[
            lambda pk=pk: add_grade(
                attempt.pk,
                cause=GradeStep.Cause.KEY_CORRECTED,
                points_by_item={pk: Fraction(1)},
                actor=None,
                reason="Sai",
            )
            for pk in ids * 2
        ]
    )
    assert [each for each in results if isinstance(each, Exception)] == []
    assert sorted(GradeStep.objects.values_list("number", flat=True)) == [1, 2, 3, 4, 5, 6, 7]
    assert (Attempt.objects.get().points, Completion.objects.count()) == (3, 1)


def test_an_average_that_two_grades_reach_together_finishes_the_module():
    """Each alone is not enough, and neither sees the other before it is committed."""
    module = make_module(make_course(), cards=1)
    make_quiz(module, kinds=("single",) * 10, draw=10, counting="average")  # 8 to pass
    progress = read_module(make_official("Trần Văn Bình"), module)
    acts = []
    for right in (7, 7):
        attempt = start_attempt(progress)
        submit_attempt(attempt, responses(attempt, right=right))
        wrong = attempt.items.filter(points=0).first()
        acts.append(_raising(attempt, wrong.pk))
    gate = Barrier(2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grading, "counted", _meeting(gate, grading.counted))
        results = at_once(*acts)
    assert [each for each in results if isinstance(each, Exception)] == []
    progress.refresh_from_db()
    assert (progress.done_at is not None, progress.score) == (True, 8)


def _raising(attempt: Attempt, item: int) -> Callable[[], GradeStep]:
    return lambda: add_grade(
        attempt.pk,
        cause=GradeStep.Cause.KEY_CORRECTED,
        points_by_item={item: Fraction(1)},
        actor=None,
        reason="Sai",
    )


def _meeting(gate: Barrier, count: Callable[..., Any]) -> Callable[..., Any]:
    """``count``, whose result is used when the other thread has counted too, or plainly has to wait."""

    def counted(*args: Any) -> Any:
        found = count(*args)
        with contextlib.suppress(BrokenBarrierError):
            gate.wait(timeout=2)
        return found

    return counted


def test_the_same_decision_at_once_is_one(progress):
    hr = make_hr(of_ward=progress.enrolment.official.postings.get().ward.code)
    operation = uuid4()
    enrolment = Enrolment.objects.select_related("official").get(pk=progress.enrolment_id)
    made = at_once(
        *[lambda: grant(enrolment, progress.module, actor=hr, reason="x", operation_id=operation, attempts=1)]
        * 8
    )
    assert {each.pk for each in made} == {QuizAllowance.objects.get().pk}


def test_two_phones_answering_one_question_keep_both_and_the_newest_counts(progress):
    attempt = start_attempt(progress)
    item = attempt.items.select_related("question_version").get(order=1)
    choices = [right_response(item), wrong_response(item)]
    at_once(*[lambda each=each: save_answer(attempt, 1, each, uuid4()) for each in choices * 5])
    newest = Answer.objects.order_by("-pk").first()
    assert Answer.objects.count() == 10
    assert submit_attempt(attempt).points == (newest.response == right_response(item))
