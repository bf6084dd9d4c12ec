"""Which published questions fail, over all quizzes: what the start page of the trainers' desk names."""

import datetime
from dataclasses import dataclass
from math import sqrt
from typing import Any

from django.core.cache import cache
from django.db.models import Count, F, FloatField, Max, Sum
from django.db.models.functions import Cast
from django.utils import timezone

from quizzes.models import Attempt, AttemptItem, Question
from quizzes.statistics.formulas import ItemFigures
from quizzes.statistics.verdicts import FLOOR, Verdict, verdict_on

PERIOD = datetime.timedelta(days=180)
FRESH = 600  # seconds for which the sums of all answers are good enough for a start page
KEY = "quizzes.failing"


@dataclass(frozen=True)
class Failing:
    question: Question
    module: int  # the quiz that was taken last with it
    answers: int
    verdict: Verdict


def failing_questions() -> list[Failing]:
    """Questions in use with a verdict other than “works”, the gravest first, then those most answered.

    First attempts of half a year, as in the statistics; figures are those of quizzes.statistics.formulas, summed by
    the database, at most ten minutes old. What only the single answers tell (a wrong option that the best
    choose) is on the question's own page.
    """
    rows = cache.get(KEY)
    if rows is None:
        rows = list(_sums())
        cache.set(KEY, rows, FRESH)
    bad = [(row, verdict) for row in rows if (verdict := verdict_on(_figures(row))).tone in ("bad", "look")]
    versions = {row["question_version"]: row for row, _verdict in bad}
    questions = Question.objects.published().filter(current_version__in=versions).select_related("bank")
    by_version = {question.current_version_id: question for question in questions}
    lines = [
        Failing(by_version[row["question_version"]], row["module"], row["count"], verdict)
        for row, verdict in bad
        if row["question_version"] in by_version
    ]
    return sorted(lines, key=lambda line: (line.verdict.tone != "bad", -line.answers))


def _sums() -> Any:
    """By question version that was answered often enough: how many, and the sums that a correlation needs."""
    items = AttemptItem.objects.filter(
        attempt__state__in=Attempt.CLOSED,
        attempt__number=1,
        attempt__graded_at__gte=timezone.now() - PERIOD,
        attempt__max_points__gt=F("max_points"),
        points__isnull=False,
        question_version__in=Question.objects.published().values("current_version"),
    )
    own = Cast("points", FloatField()) / Cast("max_points", FloatField())
    rest = (Cast("attempt__points", FloatField()) - Cast("points", FloatField())) / (
        Cast("attempt__max_points", FloatField()) - Cast("max_points", FloatField())
    )
    return (
        items.order_by()
        .annotate(own=own, rest=rest)
        .values("question_version")
        .annotate(
            count=Count("pk"),
            module=Max("attempt__module"),
            x=Sum("own"),
            y=Sum("rest"),
            xy=Sum(F("own") * F("rest")),
            xx=Sum(F("own") * F("own")),
            yy=Sum(F("rest") * F("rest")),
        )
        .filter(count__gte=FLOOR)
    )


def _figures(row: dict[str, Any]) -> ItemFigures:
    """D_p from sums: C and V of formulas.discrimination with their S - 1 cancelled."""
    count = row["count"]
    together = row["xy"] - row["x"] * row["y"] / count
    own, rest = row["xx"] - row["x"] ** 2 / count, row["yy"] - row["y"] ** 2 / count
    spread = own > 1e-9 and rest > 1e-9  # what is left of equal values after rounding is no difference
    return ItemFigures(
        answers=count,
        facility=row["x"] / count,
        deviation=sqrt(max(own, 0) / (count - 1)),
        discrimination=together / sqrt(own * rest) if spread else None,
        efficiency=None,
    )
