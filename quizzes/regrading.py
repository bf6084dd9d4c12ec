"""A closed attempt gets a further grade: a step with its cause, actor and reason. No earlier step is touched."""

from collections.abc import Mapping
from fractions import Fraction

from django.db import transaction

from people.models import User
from quizzes.grading import finish_if_passed, keep_grade, locked
from quizzes.models import GradeStep


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
