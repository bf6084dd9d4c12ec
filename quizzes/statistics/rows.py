"""The rows behind the figures: closed attempts of one quiz, by period, place and number."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import Any, Literal, NamedTuple

from django.db.models import Avg, Count, F, FloatField, Min, Q, QuerySet, Window
from django.db.models.functions import Cast, Lag, TruncMonth
from django.utils import timezone

from courses.models import Module
from people.models import Province, Ward
from quizzes.models import Answer, Attempt, AttemptItem, QuestionVersion
from quizzes.statistics.formulas import (
    ItemFigures,
    QuizFigures,
    internal_consistency,
    item_figures,
    quiz_figures,
    standard_error,
)
from quizzes.statistics.verdicts import FLOOR, GRAVEST_FIRST, Verdict, verdict_on

PAUSE = datetime.timedelta(minutes=10)  # a longer gap is an interruption, not time spent on a question


@dataclass(frozen=True)
class Selection:
    """Which attempts are counted. Days are local and inclusive; ``which``: first attempts only, as Moodle's default."""

    module: Module
    which: Literal["first", "all"] = "first"
    since: datetime.date | None = None
    until: datetime.date | None = None
    province: Province | None = None
    ward: Ward | None = None

    def attempts(self) -> QuerySet[Attempt]:
        chosen = Attempt.objects.filter(module=self.module, state__in=Attempt.CLOSED, max_points__gt=0)
        if self.which == "first":
            chosen = chosen.filter(number=1)
        if self.since:
            chosen = chosen.filter(graded_at__gte=_midnight(self.since))
        if self.until:
            chosen = chosen.filter(graded_at__lt=_midnight(self.until + datetime.timedelta(days=1)))
        if self.province:
            chosen = chosen.filter(ward__province=self.province)
        if self.ward:
            chosen = chosen.filter(ward=self.ward)
        return chosen.order_by()


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))


class Earned(NamedTuple):
    """A question on one paper: its share of its points, and that of the rest of the paper."""

    attempt: int
    share: float
    others: float


@dataclass(frozen=True)
class QuestionLine:
    version: QuestionVersion
    figures: ItemFigures


@dataclass(frozen=True)
class QuizStatistics:
    """``consistency`` (Cronbach's alpha) is known only where every paper had the same questions."""

    figures: QuizFigures
    consistency: float | None
    error: float | None
    minutes: float | None  # median from start to submission
    scores: list[float]  # on the scale of ten
    questions: list[QuestionLine]


def statistics_of(selection: Selection) -> QuizStatistics:
    """All figures of a quiz in three queries, whatever its size."""
    totals = {
        row.attempt: row
        for row in map(
            _Total._make,
            selection.attempts().values_list(
                "pk", "points", "max_points", "passed", "started_at", "submitted_at"
            ),
        )
    }
    by_version = _earned(selection, totals)
    scores = [float(row.points * 10 / row.max_points) for row in totals.values()]
    figures = quiz_figures(scores, passed=sum(row.passed for row in totals.values()))
    consistency = _consistency(by_version.values(), totals, scores)
    versions = QuestionVersion.objects.filter(pk__in=by_version).select_related("question")
    lines = [
        QuestionLine(version, _figures(by_version[version.pk]))
        for version in versions.order_by("question", "number")
    ]
    return QuizStatistics(
        figures=figures,
        consistency=consistency,
        error=standard_error(consistency, figures.deviation),
        minutes=_median_minutes(totals.values()),
        scores=scores,
        questions=lines,
    )


def judged(lines: Iterable[QuestionLine]) -> list[tuple[QuestionLine, Verdict]]:
    """The questions with a verdict each, those that need a look first."""
    pairs = [(line, verdict_on(line.figures)) for line in lines]
    return sorted(pairs, key=lambda pair: GRAVEST_FIRST[pair[1].tone])


class _Total(NamedTuple):
    attempt: int
    points: Decimal
    max_points: Decimal
    passed: bool
    started_at: datetime.datetime
    submitted_at: datetime.datetime | None


def _earned(selection: Selection, totals: Mapping[int, _Total]) -> dict[int, list[Earned]]:
    items = AttemptItem.objects.filter(attempt__in=selection.attempts().values("pk"))
    by_version: dict[int, list[Earned]] = defaultdict(list)
    rows = items.order_by().values_list("attempt", "question_version", "points", "max_points")
    for attempt, version, points, max_points in rows.iterator(chunk_size=5000):
        total = totals.get(attempt)
        if total is not None and points is not None:  # graded between the two queries
            by_version[version].append(earned(attempt, points, max_points, total.points, total.max_points))
    return by_version


def earned(attempt: int, points: Decimal, max_points: Decimal, total: Decimal, max_total: Decimal) -> Earned:
    rest = max_total - max_points
    return Earned(attempt, float(points / max_points), float((total - points) / rest) if rest else 0.0)


def _figures(rows: Sequence[Earned]) -> ItemFigures:
    return item_figures([row.share for row in rows], [row.others for row in rows])


def _consistency(
    questions: Iterable[Sequence[Earned]], totals: Mapping[int, _Total], scores: Sequence[float]
) -> float | None:
    """On shares of each question; with equal points for all it is Moodle's figure."""
    columns = []
    for rows in questions:
        share = {row.attempt: row.share for row in rows}
        if len(share) != len(totals):
            return None
        columns.append([share[attempt] for attempt in totals])
    sums = [sum(points) for points in zip(*columns, strict=True)]
    return (
        internal_consistency(columns, sums) if len({row.max_points for row in totals.values()}) == 1 else None
    )


def _median_minutes(rows: Iterable[_Total]) -> float | None:
    spent = [
        (row.submitted_at - row.started_at).total_seconds() / 60
        for row in rows
        if row.submitted_at is not None
    ]
    return median(spent) if spent else None


class Group(NamedTuple):
    """Attempts of one ward or month; ``score`` on the scale of ten, ``passed`` a share from 0 to 1."""

    name: str
    attempts: int
    score: float
    passed: float


def by_ward(selection: Selection) -> tuple[list[Group], Group | None]:
    """Wards with at least FLOOR attempts, the most attempts first, and all others together (None where none)."""
    rows = _grouped(selection.attempts(), "ward", "ward_name", "province_name")
    groups = [
        Group(", ".join(filter(None, [ward_name, province_name])), count, score, passed)
        for _ward, ward_name, province_name, count, score, passed in rows
    ]
    shown = [group for group in groups if group.attempts >= FLOOR]
    small = [group for group in groups if group.attempts < FLOOR]
    return sorted(shown, key=lambda group: -group.attempts), _together(small)


def by_month(selection: Selection) -> list[Group]:
    """Months with at least FLOOR attempts, the oldest first; ``name`` as MM/YYYY."""
    months = selection.attempts().annotate(month=TruncMonth("graded_at"))
    return [
        Group(f"{month:%m/%Y}", count, score, passed)
        for month, count, score, passed in sorted(_grouped(months, "month"))
        if count >= FLOOR
    ]


def _grouped(attempts: QuerySet[Attempt], *names: str) -> list[Any]:
    groups = attempts.values(*names).annotate(
        count=Count("pk"),
        score=score_of(),
        share=Count("pk", filter=Q(passed=True)) * 1.0 / Count("pk"),
    )
    return list(groups.values_list(*names, "count", "score", "share"))


def score_of(attempts: str = "", *, among: Q | None = None) -> Avg:
    """The mean score on the scale of ten; ``attempts``: a relation to them, such as “attempts__”."""
    points, total = Cast(f"{attempts}points", FloatField()), Cast(f"{attempts}max_points", FloatField())
    return Avg(points * 10.0 / total, filter=among)


def _together(groups: Sequence[Group]) -> Group | None:
    attempts = sum(group.attempts for group in groups)
    if attempts < FLOOR:
        return None
    return Group(
        "",
        attempts,
        float(sum(group.score * group.attempts for group in groups)) / attempts,
        float(sum(group.passed * group.attempts for group in groups)) / attempts,
    )


class Given(NamedTuple):
    """What somebody answered, what it earned, and how the rest of that paper went."""

    response: list[str]
    share: float
    others: float


def answers_to(selection: Selection, version: QuestionVersion) -> list[Given]:
    """The response that counted on every paper with this version; an empty one where nothing was answered."""
    items = AttemptItem.objects.filter(
        attempt__in=selection.attempts().values("pk"), question_version=version, points__isnull=False
    )
    steps = Answer.objects.filter(item__in=items.values("pk"), late=False).order_by("pk")
    newest = dict(steps.values_list("item", "response"))
    rows = items.order_by().values_list(
        "pk", "attempt", "points", "max_points", "attempt__points", "attempt__max_points"
    )
    given = []
    for item, attempt, points, max_points, total, max_total in rows:
        row = earned(attempt, points or Decimal(0), max_points, total or Decimal(0), max_total)
        given.append(Given(newest.get(item, []), row.share, row.others))
    return given


def seconds_on(selection: Selection, version: QuestionVersion) -> float | None:
    """The median time before the first answer: since the step before it on that paper, or since the start.

    Papers sent as one form tell nothing and are left out; so are gaps longer than PAUSE. None below FLOOR.
    """
    attempts = Attempt.objects.filter(
        pk__in=selection.attempts().filter(items__question_version=version).values("pk")
    )
    first = Answer.objects.filter(item__attempt__in=attempts.values("pk"), late=False).order_by()
    rows = (
        first.values("item__attempt", "item__attempt__started_at", "item__question_version")
        .annotate(at=Min("received_at"))
        .annotate(before=Window(Lag("at"), partition_by=F("item__attempt"), order_by="at"))
        .values_list("item__question_version", "item__attempt__started_at", "before", "at")
    )
    gaps = [at - (before or started) for pk, started, before, at in rows if pk == version.pk]
    spent = [gap.total_seconds() for gap in gaps if datetime.timedelta() < gap <= PAUSE]
    return median(spent) if len(spent) >= FLOOR else None
