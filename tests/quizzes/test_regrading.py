from decimal import Decimal
from fractions import Fraction

import pytest

from quizzes.grading import submit_attempt
from quizzes.models import Attempt, GradeStep
from quizzes.regrading import add_grade
from quizzes.starting import start_attempt
from records.models import Completion
from tests.factories import make_user
from tests.quizzes.conftest import make_quiz, read_module, responses

CORRECTED = GradeStep.Cause.KEY_CORRECTED


@pytest.fixture
def failed(progress):
    """Two of three right; it takes all three to pass."""
    attempt = start_attempt(progress)
    return submit_attempt(attempt, responses(attempt, right=2))


def item_ids(attempt: Attempt) -> list[int]:
    return list(attempt.items.order_by("order").values_list("pk", flat=True))


def test_a_further_grade_is_a_further_step_and_finishes_the_module(failed, progress):
    trainer = make_user("giang-vien")
    step = add_grade(
        failed.pk,
        cause=CORRECTED,
        points_by_item={item_ids(failed)[2]: Fraction(1)},
        actor=trainer,
        reason="Đáp án sai",
    )
    assert (step.number, step.cause, step.points, step.passed) == (2, "key-corrected", 3, True)
    assert (step.actor, step.reason) == (trainer, "Đáp án sai")
    assert step.item_points == {"1": "1.00000", "2": "1.00000", "3": "1.00000"}
    after = Attempt.objects.get()
    assert (after.points, after.passed, after.grade_number, after.score) == (3, True, 2, Decimal(10))
    assert (after.state, after.graded_at, after.submitted_at) == (
        failed.state,
        failed.graded_at,
        failed.submitted_at,
    )
    assert list(after.items.order_by("order").values_list("points", "grade_number")) == [(1, 2)] * 3
    assert list(GradeStep.objects.values_list("number", "points", "passed")) == [(1, 2, False), (2, 3, True)]
    progress.refresh_from_db()
    assert (progress.done_at is not None, progress.score) == (True, Decimal(10))
    assert Completion.objects.count() == 1


def test_a_lower_grade_takes_nothing_back_that_was_finished(progress):
    attempt = start_attempt(progress)
    submit_attempt(attempt, responses(attempt, right=3))
    first = item_ids(attempt)[0]
    add_grade(attempt.pk, cause=CORRECTED, points_by_item={first: Fraction(0)}, actor=None, reason="Sai")
    attempt.refresh_from_db()
    progress.refresh_from_db()
    assert (attempt.points, attempt.passed) == (2, False)
    assert (progress.done_at is not None, progress.score) == (True, Decimal(10))
    assert Completion.objects.count() == 1


def test_points_that_were_rounded_when_stored_fail_nobody(module, lan):
    """Two thirds stored with five decimals, three times, are 2.00001; a third, three times, is 0.99999."""
    make_quiz(module, kinds=("single",) * 4, draw=4, pass_percent=50)
    attempt = submit_attempt(start_attempt(read_module(lan, module)))
    ids = item_ids(attempt)
    thirds = dict.fromkeys(ids[:3], Fraction(1, 3))
    add_grade(attempt.pk, cause=CORRECTED, points_by_item=thirds, actor=None, reason="Chia điểm")
    assert not Attempt.objects.get().passed
    step = add_grade(
        attempt.pk, cause=CORRECTED, points_by_item={ids[3]: Fraction(1)}, actor=None, reason="x"
    )
    assert (step.points, step.passed) == (Decimal("1.99999"), True)


@pytest.mark.parametrize("points", [Fraction(-1, 2), Fraction(3, 2)])
def test_points_outside_what_a_question_is_worth_are_refused(failed, points):
    with pytest.raises(ValueError, match="worth"):
        add_grade(
            failed.pk, cause=CORRECTED, points_by_item={item_ids(failed)[0]: points}, actor=None, reason=""
        )
    assert GradeStep.objects.count() == 1


def test_only_a_closed_attempt_and_its_own_items_are_graded_again(failed, progress):
    again = start_attempt(progress)
    with pytest.raises(ValueError, match="not graded yet"):
        add_grade(again.pk, cause=CORRECTED, points_by_item={}, actor=None, reason="")
    with pytest.raises(ValueError, match="not on the paper"):
        add_grade(
            failed.pk,
            cause=CORRECTED,
            points_by_item={item_ids(again)[0]: Fraction(1)},
            actor=None,
            reason="",
        )
