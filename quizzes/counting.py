"""Which of several attempts counts, and whether that passes.

The module is finished as soon as what counts reaches the pass mark: the best attempt, the last one that was
closed, or the average of all that were closed. However it ended, a closed attempt counts.
"""

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from quizzes.models import Attempt, Counting

# Points are stored with five decimals. Half of the last one is added before the pass mark is asked, so that no
# rounding fails anybody.
HALF_A_STEP = Fraction(1, 200_000)


class Counted(NamedTuple):
    """What counts of a learner's attempts: the attempt (None: the average), its score of ten, and the verdict."""

    attempt: Attempt | None
    score: Decimal
    passed: bool


def counted(attempts: Iterable[Attempt], quiz: Mapping[str, Any]) -> Counted | None:
    """``attempts``: those of one enrolment in one module, the first one first. None while none is closed.

    Of two attempts that are equally good the earlier counts.
    """
    closed = [attempt for attempt in attempts if attempt.is_closed]
    if not closed:
        return None
    if quiz["counting"] == Counting.AVERAGE:
        return _average(closed, quiz)
    if quiz["counting"] == Counting.LAST:
        counts = closed[-1]
    else:
        counts = max(closed, key=lambda attempt: (bool(attempt.passed), _share(attempt)))
    return Counted(counts, counts.score or Decimal(0), bool(counts.passed))


def _average(closed: list[Attempt], quiz: Mapping[str, Any]) -> Counted:
    mean = sum((_share(attempt) for attempt in closed), Fraction(0)) / len(closed)
    score = Decimal(mean.numerator * 10) / Decimal(mean.denominator)
    passed = is_passed(mean + HALF_A_STEP, 1, quiz)
    return Counted(None, score.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP), passed)


def _share(attempt: Attempt) -> Fraction:
    """Of all the points of its paper, from 0 to 1."""
    if not attempt.max_points:
        return Fraction(0)
    return Fraction(attempt.points or 0) / Fraction(attempt.max_points)


def is_passed(points: Fraction | Decimal | int, max_points: Decimal | int, quiz: Mapping[str, Any]) -> bool:
    """Exact numbers only: at 70 per cent, 7 of 10 is passed and no rounding has a say in it."""
    return max_points > 0 and Fraction(points) * 100 >= quiz["pass_percent"] * Fraction(max_points)
