"""Attempts end without their learner: the time is over, or a grade is still owed. The sweep of quizzes.tasks.

Every function may run again, and beside a submission: the attempt's lock decides who closes it.
"""

import logging
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from quizzes.answering import keep_answers
from quizzes.grading import finish_if_passed, grade_submission, locked, write_grade
from quizzes.models import Attempt, GradeStep

logger = logging.getLogger(__name__)
AT_ONCE = 1000  # of a thousand that end in the same minute, the rest in the next


def close_by_time(attempt_id: int) -> bool:
    """Close an attempt whose time and grace are over as ABANDONED, graded by what came in time.

    False where there is nothing to do: not over yet, or closed already.
    """
    with transaction.atomic():
        attempt = locked(attempt_id)
        now = timezone.now()
        if attempt.state != Attempt.State.IN_PROGRESS or not attempt.is_over(now):
            return False
        items, answers = keep_answers(attempt, {}, now)
        write_grade(attempt, items, answers, state=Attempt.State.ABANDONED, cause=GradeStep.Cause.TIME_OVER)
        finish_if_passed(attempt)
    return True


def grade_submitted(attempt_id: int) -> bool:
    """Grade an attempt that was submitted while grading failed. False where that has been done."""
    with transaction.atomic():
        attempt = locked(attempt_id)
        if attempt.state != Attempt.State.SUBMITTED:
            return False
        items, answers = keep_answers(attempt, {}, timezone.now())
        grade_submission(attempt, items, answers)
    return True


def close_all(*, everything: bool = False) -> int:
    """Do both for all attempts that wait for it; gives how many were closed.

    One that fails is logged, stays as it is and stops no other. After an hour it is tried only with
    ``everything``, so that a broken one does not fill the log every minute.
    """
    now = timezone.now()
    over = Attempt.objects.filter(state=Attempt.State.IN_PROGRESS, closes_at__lt=now)
    owed = Attempt.objects.filter(state=Attempt.State.SUBMITTED)
    if not everything:
        lately = now - timedelta(hours=1)
        over, owed = over.filter(closes_at__gte=lately), owed.filter(submitted_at__gte=lately)
    return _each(over.order_by("closes_at"), close_by_time) + _each(
        owed.order_by("submitted_at"), grade_submitted
    )


def _each(attempts: QuerySet[Attempt], act: Callable[[int], bool]) -> int:
    done = 0
    for pk in attempts.values_list("pk", flat=True)[:AT_ONCE]:
        try:
            done += act(pk)
        except Exception:
            logger.exception("Attempt %s could not be closed; it stays as it is", pk)
    return done
