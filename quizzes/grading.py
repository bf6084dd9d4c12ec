"""Grading: an attempt is graded by the question versions on its own paper, whatever was published since."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from django.db import transaction
from django.utils import timezone

from people.models import User
from quizzes.answering import keep_answers
from quizzes.kinds import kind_of
from quizzes.models import Attempt, AttemptItem, GradeStep, QuestionVersion
from records.completing import finish_module
from records.models import ModuleProgress

EXACT = Decimal("0.00001")  # as points are stored
HALF_A_STEP = Fraction(EXACT) / 2


def submit_attempt(attempt: Attempt, responses: Mapping[int, Sequence[str]] | None = None) -> Attempt:
    """Grade an attempt by its newest answers, ``responses`` (by item order) among them; unanswered earns nothing.

    One transaction under the attempt's lock: the second of two submissions gives the graded attempt as it is.
    What it brings that is new is then kept as late. A passed attempt finishes the module in the same transaction.
    Raises ResponseRefused and changes nothing when a response does not fit the paper.
    """
    with transaction.atomic():
        attempt = locked(attempt.pk)
        items, answers = keep_answers(attempt, responses or {})
        if attempt.is_closed:
            return attempt
        attempt.submitted_at = timezone.now()
        write_grade(attempt, items, answers, state=Attempt.State.GRADED, cause=GradeStep.Cause.SUBMITTED)
        finish_if_passed(attempt)
    return attempt


def locked(attempt_id: int) -> Attempt:
    """The attempt with its version, locked until the transaction ends. All that grades begins here."""
    return Attempt.objects.select_for_update(of=("self",)).select_related("version").get(pk=attempt_id)


def finish_if_passed(attempt: Attempt) -> None:
    """A passed attempt finishes its module, in the transaction that graded it. Safe to repeat."""
    if attempt.passed:
        progress = ModuleProgress.objects.get(enrolment=attempt.enrolment_id, module=attempt.module_id)
        finish_module(progress, score=attempt.score)


def write_grade(
    attempt: Attempt,
    items: Sequence[AttemptItem],
    answers: Mapping[int, Sequence[str]],
    *,
    state: Attempt.State,
    cause: GradeStep.Cause,
) -> None:
    """The first grade of an attempt, by the response that counts for each item id. The caller holds its lock."""
    attempt.state = state
    attempt.graded_at = timezone.now()
    earned = {item.pk: earned_points(item, answers.get(item.pk, [])) for item in items}
    keep_grade(attempt, items, earned, cause=cause)


def keep_grade(
    attempt: Attempt,
    items: Sequence[AttemptItem],
    earned: Mapping[int, Fraction],
    *,
    cause: GradeStep.Cause,
    actor: User | None = None,
    reason: str = "",
    kept: int = 0,
) -> GradeStep:
    """Write a grade as the attempt's next step: ``earned`` has the points of every item, by its id.

    ``kept`` of them are as the database had them, rounded; so much is added before the pass mark is asked, that
    no rounding fails anybody. The caller holds the attempt's lock.
    """
    attempt.grade_number += 1
    total = sum(earned.values(), Fraction(0))
    attempt.points = stored(total)
    attempt.passed = is_passed(total + kept * HALF_A_STEP, attempt.max_points, attempt.version.quiz or {})
    for item in items:
        item.points, item.grade_number = stored(earned[item.pk]), attempt.grade_number
    AttemptItem.objects.bulk_update(items, ["points", "grade_number"])
    attempt.save(update_fields=["points", "passed", "submitted_at", "graded_at", "grade_number", "state"])
    return GradeStep.objects.create(
        attempt=attempt,
        number=attempt.grade_number,
        cause=cause,
        points=attempt.points,
        passed=attempt.passed,
        item_points={str(item.order): str(item.points) for item in items},
        actor=actor,
        reason=reason,
    )


def earned_points(
    item: AttemptItem, response: Sequence[str], version: QuestionVersion | None = None
) -> Fraction:
    """What a response earns on an item, exactly; by another version of its question where one is given."""
    version = version or item.question_version
    return Fraction(item.max_points) * kind_of(version.kind).share(
        version.options, version.settings, response
    )


def stored(points: Fraction) -> Decimal:
    """Points as the database keeps them: five decimals, a half goes up."""
    exact = Decimal(points.numerator) / Decimal(points.denominator)
    return exact.quantize(EXACT, rounding=ROUND_HALF_UP)


def is_passed(points: Fraction | Decimal | int, max_points: Decimal | int, quiz: Mapping[str, Any]) -> bool:
    """Exact numbers only: at 70 per cent, 7 of 10 is passed and no rounding has a say in it."""
    return max_points > 0 and Fraction(points) * 100 >= quiz["pass_percent"] * Fraction(max_points)


def points_to_pass(max_points: Decimal | int, pass_percent: int, *, whole: bool = True) -> Decimal:
    """The fewest points that pass: ``whole`` ones where no question can earn a part of its points."""
    least = Fraction(max_points) * pass_percent / 100
    step = Fraction(1) if whole else Fraction(1, 100)
    return Decimal(int(-(-least // step))) * (1 if whole else Decimal("0.01"))
