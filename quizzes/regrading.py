"""A closed attempt gets a further grade: a step with its cause, actor and reason. No earlier step is touched."""

from collections.abc import Collection, Mapping
from fractions import Fraction

from django.db import transaction
from django.utils.translation import gettext as _

from people.models import User
from quizzes.allowing import DecisionRefused, check_decision
from quizzes.grading import earned_points, finish_if_passed, keep_grade, locked, stored
from quizzes.keys import WITH_KEYS
from quizzes.models import Answer, GradeStep


def add_grade(
    attempt_id: int,
    *,
    cause: GradeStep.Cause,
    points_by_item: Mapping[int, Fraction],
    actor: User | None,
    reason: str,
) -> GradeStep:
    """Grade a closed attempt once more and finish its module when it passes now.

    ``points_by_item``: exact points by AttemptItem id; an item that is not named keeps what it has. One
    transaction under the attempt's lock: who decides by the points that stand (an upgrade only, say) takes
    ``quizzes.grading.locked`` in a transaction of its own around this. A lower grade takes nothing back that
    was finished (rule 1). Raises ValueError for an open attempt, an item of another paper, or points outside
    0 … the item's own.
    """
    with transaction.atomic():
        attempt = locked(attempt_id)
        if not attempt.is_closed:
            raise ValueError(f"{attempt_id} is not graded yet")
        items = list(attempt.items.order_by("order"))
        if strangers := points_by_item.keys() - {item.pk for item in items}:
            raise ValueError(f"not on the paper of {attempt_id}: {sorted(strangers)}")
        earned = {item.pk: points_by_item.get(item.pk, Fraction(item.points or 0)) for item in items}
        if any(not 0 <= earned[item.pk] <= Fraction(item.max_points) for item in items):
            raise ValueError(f"points outside what the questions of {attempt_id} are worth")
        step = keep_grade(
            attempt,
            items,
            earned,
            kept=len(items) - len(points_by_item),
            cause=cause,
            actor=actor,
            reason=reason,
        )
        finish_if_passed(attempt)
    return step


def accept_late(attempt_id: int, answers: Collection[int], *, actor: User, reason: str) -> GradeStep:
    """Let late answers (ids) of a closed attempt count, where that is better: no question loses points by it.

    Of several accepted answers to a question the newest is taken, by the version on the paper (rule 7). The
    answers themselves stay marked late; the grade step says who let them count, and why. Raises
    DecisionRefused for who may not decide here, without a reason, or where nothing would change.
    """
    with transaction.atomic():
        attempt = locked(attempt_id)
        check_decision(actor, attempt.official, reason)
        better = late_points(attempt_id, answers)
        if not attempt.is_closed or not better:
            raise DecisionRefused(_("These answers change nothing in the points. The grade stays as it is."))
        return add_grade(
            attempt_id,
            cause=GradeStep.Cause.LATE_ACCEPTED,
            points_by_item=better,
            actor=actor,
            reason=reason.strip(),
        )


def late_points(attempt_id: int, answers: Collection[int]) -> dict[int, Fraction]:
    """What each item would have, by its id, if these late answers counted; only where that is more than it has."""
    late = Answer.objects.filter(pk__in=answers, late=True, item__attempt=attempt_id).order_by("pk")
    with_keys = late.select_related("item__question_version").prefetch_related(
        f"item__{WITH_KEYS.prefetch_to}__corrected"
    )
    newest = {answer.item_id: answer for answer in with_keys}
    found = {pk: earned_points(answer.item, answer.response) for pk, answer in newest.items()}
    return {pk: points for pk, points in found.items() if stored(points) > (newest[pk].item.points or 0)}
