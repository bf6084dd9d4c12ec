"""Grading: an attempt is graded by the question versions on its own paper, whatever was published since."""

import datetime
import logging
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.utils import timezone

from courses.rendering import published_version
from people.models import User
from quizzes.answering import keep_answers
from quizzes.counting import HALF_A_STEP, counted, is_passed
from quizzes.keys import corrected_on
from quizzes.kinds import ResponseRefused, kind_of
from quizzes.models import Attempt, AttemptItem, Counting, CountsFor, GradeStep, QuestionVersion
from records.completing import finish_module
from records.models import Enrolment, ModuleProgress

logger = logging.getLogger(__name__)
EXACT = Decimal("0.00001")  # as points are stored


def submit_attempt(attempt: Attempt, responses: Mapping[int, Sequence[str]] | None = None) -> Attempt:
    """Grade an attempt by its newest answers, ``responses`` (by item order) among them; unanswered earns nothing.

    One transaction under the attempt's lock: the second of two submissions gives the graded attempt as it is.
    After the time and its grace the attempt is closed as LATE, by what came in time. What comes too late is
    kept as late. An attempt that passes finishes the module in the same transaction (quizzes.counting).
    Where grading fails unexpectedly, the answers are kept, the attempt is SUBMITTED and the sweep grades it.
    Raises ResponseRefused and changes nothing when a response does not fit the paper.
    """
    received = timezone.now()
    try:
        with transaction.atomic():
            attempt = locked(attempt.pk)
            items, answers = keep_answers(attempt, responses or {}, received)
            if not attempt.is_closed:
                attempt.submitted_at = attempt.submitted_at or received
                grade_submission(attempt, items, answers)
    except (ResponseRefused, DatabaseError, Attempt.DoesNotExist):
        raise
    except Exception:
        logger.exception("Attempt %s could not be graded; it is kept as submitted", attempt.pk)
        return _keep_ungraded(attempt.pk, responses or {}, received)
    return attempt


def _keep_ungraded(
    attempt_id: int, responses: Mapping[int, Sequence[str]], received: datetime.datetime
) -> Attempt:
    with transaction.atomic():
        attempt = locked(attempt_id)
        keep_answers(attempt, responses, received)
        if attempt.state == Attempt.State.IN_PROGRESS:
            attempt.state, attempt.submitted_at = Attempt.State.SUBMITTED, received
            attempt.save(update_fields=["state", "submitted_at"])
    return attempt


def grade_submission(
    attempt: Attempt, items: Sequence[AttemptItem], answers: Mapping[int, Sequence[str]]
) -> None:
    """The grade of what was submitted at ``attempt.submitted_at``. The caller holds the attempt's lock."""
    assert attempt.submitted_at is not None  # noqa: S101 - both callers have set it
    if attempt.is_over(attempt.submitted_at):
        state, cause = Attempt.State.LATE, GradeStep.Cause.TIME_OVER
    else:
        state, cause = Attempt.State.GRADED, GradeStep.Cause.SUBMITTED
    write_grade(attempt, items, answers, state=state, cause=cause)
    finish_if_passed(attempt)


def locked(attempt_id: int) -> Attempt:
    """The attempt with its version, locked until the transaction ends. All that grades begins here."""
    found = Attempt.objects.select_for_update(of=("self",)).annotate(version_key=F("version__key"))
    attempt = found.get(pk=attempt_id)
    attempt.version = published_version(attempt.version_key)
    return attempt


def finish_if_passed(attempt: Attempt) -> None:
    """Finish the module when what counts of its attempts reaches the pass mark. Safe to repeat.

    Runs in the transaction that graded ``attempt``. For the best attempt, that is this one where it passed; the
    last and the average are asked of all closed attempts, under the enrolment's lock: of two that are graded at once
    the second sees what the first earned. What was finished stays so (rule 1).
    """
    quiz = attempt.version.quiz or {}
    if quiz["counting"] == Counting.BEST:
        passed, score = attempt.passed, attempt.score
    else:
        Enrolment.objects.select_for_update(of=("self",)).get(pk=attempt.enrolment_id)
        closed = Attempt.objects.filter(enrolment=attempt.enrolment_id, module=attempt.module_id)
        standing = counted(closed.order_by("number"), quiz)
        passed, score = (standing.passed, standing.score) if standing else (False, None)
    if passed:
        progress = ModuleProgress.objects.get(enrolment=attempt.enrolment_id, module=attempt.module_id)
        finish_module(progress, score=score)


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
    keys = corrected_on(attempt.pk)
    earned = {
        item.pk: earned_points(
            item, answers.get(item.pk, []), keys.get(item.question_version_id, item.question_version)
        )
        for item in items
    }
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
    _save_points(items, attempt.grade_number)
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


def _save_points(items: Sequence[AttemptItem], number: int) -> None:
    """One statement; bulk_update composes the same in ten times the time."""
    if not items:
        return
    adapt = connection.ops.adapt_decimalfield_value
    rows = [value for item in items for value in (item.pk, adapt(item.points, 8, 5))]
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH graded (id, points) AS (VALUES {', '.join(['(%s, %s)'] * len(items))}) "  # noqa: S608
            "UPDATE quizzes_attemptitem SET points = graded.points, grade_number = %s "
            "FROM graded WHERE quizzes_attemptitem.id = graded.id",
            [*rows, number],
        )


def earned_points(
    item: AttemptItem, response: Sequence[str], version: QuestionVersion | None = None
) -> Fraction:
    """What a response earns on an item, exactly: by the key of its version, corrected or not, or by that given."""
    return Fraction(item.max_points) * share_of(version or item.question_version.graded_by, response)


def share_of(version: QuestionVersion, response: Sequence[str]) -> Fraction:
    """The share of the points, from 0 to 1, that the version's key gives a stored response."""
    match version.settings.get("counts_for"):
        case CountsFor.EVERYBODY:
            return Fraction(1)
        case CountsFor.ANSWERED:
            return Fraction(bool(response))
    return kind_of(version.kind).share(version.options, version.settings, response)


def stored(points: Fraction) -> Decimal:
    """Points as the database keeps them: five decimals, a half goes up."""
    exact = Decimal(points.numerator) / Decimal(points.denominator)
    return exact.quantize(EXACT, rounding=ROUND_HALF_UP)


def points_to_pass(max_points: Decimal | int, pass_percent: int, *, whole: bool = True) -> Decimal:
    """The fewest points that pass: ``whole`` ones where no question can earn a part of its points."""
    least = Fraction(max_points) * pass_percent / 100
    step = Fraction(1) if whole else Fraction(1, 100)
    return Decimal(int(-(-least // step))) * (1 if whole else Decimal("0.01"))
