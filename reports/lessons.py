"""What learners' reading says about a lesson, for its trainers: where people stop, how long each card takes.

Sums over all learners of the country, never a person: nothing is said of fewer than FLOOR of them. A learner counts
once per version, by the latest period. *Stopped*: not done, and not back for AWAY, neither at a card nor at the quiz.
Whoever only learns a change in a renewal is left out: the cards that stayed the same are not shown to them.
"""

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any, NamedTuple

from django.db.models import Case, Count, Exists, Max, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import Course, Module, ModuleVersion
from quizzes.models import Attempt
from records.models import CardReport, ModuleProgress
from records.reporting import heading_of, reports_per_card

FLOOR = 5  # learners; of fewer a figure would say something about persons
AWAY = datetime.timedelta(days=14)
QUIZ = "quiz"  # stands for a card's id where all cards are read
SLOW = 60  # seconds; only a card above it is called slow, however quick the others are

# Began: saw a card, in a period that asks for the whole lesson.
BEGAN = ModuleProgress.objects.filter(enrolment__delta=False).exclude(last_card="")


@dataclass(frozen=True)
class CardLine:
    """One card in its version. ``share``: of those who began, 0 to 1. None: of fewer than FLOOR learners."""

    number: int
    card: str
    heading: str
    seen: int
    share: float
    stopped: int | None
    seconds: float | None
    reports: int


@dataclass(frozen=True)
class LessonFigures:
    """One version of a lesson. ``at_quiz``: who has read all and stopped; ``minutes``: median over all its cards."""

    began: int
    finished: int
    stopped: int
    at_quiz: int | None
    minutes: float | None
    cards: list[CardLine]

    @property
    def enough(self) -> bool:
        return self.began >= FLOOR

    @property
    def going_on(self) -> int:
        return self.began - self.finished - self.stopped


class VersionLine(NamedTuple):
    number: int
    published_at: datetime.datetime
    learners: int


def versions_studied(module: Module) -> list[VersionLine]:
    """The versions that anybody began, the newest first."""
    rows = BEGAN.filter(module=module).order_by("-version__number")
    groups = rows.values("version__number", "version__published_at").annotate(
        learners=Count("enrolment__official", distinct=True)
    )
    return [
        VersionLine(*row)
        for row in groups.values_list("version__number", "version__published_at", "learners")
    ]


def lesson_figures(version: ModuleVersion) -> LessonFigures:
    """All figures of one version of a lesson. Two queries, whatever its size."""
    seen, stops, spent = Counter[str](), Counter[str](), defaultdict[str, list[int]](list)
    began = finished = stopped = at_quiz = 0
    totals = []
    since = timezone.now() - AWAY
    rows = _studied().filter(version=version).order_by()
    names = ("cards_seen", "last_card", "card_seconds", "read_at", "done_at", "active_at")
    for row in map(_Reading._make, rows.values_list(*names).iterator(chunk_size=2000)):
        began += 1
        finished += row.done_at is not None
        seen.update(set(row.cards_seen))
        for card, seconds in row.card_seconds.items():
            spent[card].append(seconds)
        if row.read_at is not None and row.card_seconds:
            totals.append(sum(row.card_seconds.values()))
        if row.done_at is None and row.active_at < since:
            stopped += 1
            at_quiz += row.read_at is not None
            stops[row.last_card if row.read_at is None else ""] += 1
    told = stopped >= FLOOR
    reports = reports_per_card(version.module)
    return LessonFigures(
        began=began,
        finished=finished,
        stopped=stopped,
        at_quiz=at_quiz if told else None,
        minutes=median(totals) / 60 if len(totals) >= FLOOR else None,
        cards=[
            CardLine(
                number=number,
                card=card,
                heading=heading_of(version, card),
                seen=seen[card],
                share=seen[card] / began if began else 0.0,
                stopped=stops[card] if told else None,
                seconds=median(spent[card]) if len(spent[card]) >= FLOOR else None,
                reports=reports.get(card, 0),
            )
            for number, card in enumerate(version.card_ids, start=1)
        ],
    )


class _Reading(NamedTuple):
    cards_seen: list[str]
    last_card: str
    card_seconds: dict[str, int]
    read_at: datetime.datetime | None
    done_at: datetime.datetime | None
    active_at: datetime.datetime


def findings(figures: LessonFigures) -> Iterator[str]:
    """Plain sentences for a trainer: where a third or more stop, and which card takes far longer than the others."""
    worst = max(figures.cards, key=lambda line: line.stopped or 0, default=None)
    third = figures.stopped / 3
    if worst and worst.stopped and worst.stopped >= max(third, figures.at_quiz or 0):
        yield _("Most people stop at card %(number)d, “%(heading)s”: %(count)d of %(all)d who stopped.") % {
            "number": worst.number,
            "heading": worst.heading,
            "count": worst.stopped,
            "all": figures.stopped,
        }
    elif figures.at_quiz and figures.at_quiz >= third:
        yield _("Most people stop before the quiz: %(count)d of %(all)d who stopped have read all cards.") % {
            "count": figures.at_quiz,
            "all": figures.stopped,
        }
    timed = [(line.seconds, line) for line in figures.cards if line.seconds is not None]
    if len(timed) < 3:
        return
    seconds, slowest = max(timed, key=lambda pair: pair[0])
    if seconds > SLOW and seconds >= 2 * median(each for each, _line in timed):
        yield _(
            "Card %(number)d, “%(heading)s”, takes far longer than the others: %(seconds)d seconds. "
            "See whether it is too long or unclear."
        ) % {"number": slowest.number, "heading": slowest.heading, "seconds": round(seconds)}


def _studied() -> QuerySet[Any]:
    """Each learner's latest progress in each version, with ``active_at``: the last card or attempt."""
    later = BEGAN.filter(
        version=OuterRef("version"),
        enrolment__official=OuterRef("enrolment__official"),
        enrolment__period__gt=OuterRef("enrolment__period"),
    )
    attempt = (
        Attempt.objects.filter(enrolment=OuterRef("enrolment"), module=OuterRef("module"))
        .order_by("-number")
        .values("started_at")[:1]
    )
    seen = Coalesce("seen_at", "started_at")
    return BEGAN.filter(~Exists(later)).annotate(
        active_at=Greatest(seen, Coalesce(Subquery(attempt), "started_at"))
    )


@dataclass(frozen=True)
class ModuleLine:
    """One lesson of a course, all its versions together; ``stop``: where most people stop, empty where not told."""

    module: Module
    began: int
    finished: int
    stopped: int
    stop: str
    reports: int

    @property
    def enough(self) -> bool:
        return self.began >= FLOOR


def course_lines(course: Course) -> list[ModuleLine]:
    """The lessons of a course in the trainer's order. Four queries, whatever its size."""
    rows = _studied().filter(enrolment__course=course).order_by()
    gone = Q(done_at__isnull=True, active_at__lt=timezone.now() - AWAY)
    counts = rows.values("module").annotate(
        began=_people("enrolment__official"),
        finished=_people("enrolment__official", Q(done_at__isnull=False)),
        stopped=_people("enrolment__official", gone),
    )
    known = {row["module"]: row for row in counts}
    stops: dict[int, Counter[str]] = defaultdict(Counter)
    places = rows.filter(gone).annotate(
        at=Case(When(read_at__isnull=True, then="last_card"), default=Value(QUIZ))
    )
    groups = places.values("module", "at").annotate(count=Count("pk"))
    for module, card, count in groups.values_list("module", "at", "count"):
        stops[module][card] += count
    reports = CardReport.objects.filter(module__in=Module.objects.child_of(course)).order_by()
    reported = dict(reports.values("module").annotate(count=Count("pk")).values_list("module", "count"))
    modules = Module.objects.child_of(course).select_related("current_version").order_by("path")
    return [
        ModuleLine(
            module=module,
            began=known.get(module.pk, {}).get("began", 0),
            finished=known.get(module.pk, {}).get("finished", 0),
            stopped=known.get(module.pk, {}).get("stopped", 0),
            stop=_stop(module, stops[module.pk]),
            reports=reported.get(module.pk, 0),
        )
        for module in modules
    ]


def _stop(module: Module, stops: Counter[str]) -> str:
    """The place where most of those who stopped did, in words; of a version of long ago the card may be gone."""
    if stops.total() < FLOOR or module.current_version is None:
        return ""
    (card, _count), *_others = stops.most_common(1)
    if card == QUIZ:
        return _("before the quiz")
    ids = module.current_version.card_ids
    if card not in ids:
        return _("at a card of an earlier version")
    return _("card %(number)d: %(heading)s") % {
        "number": ids.index(card) + 1,
        "heading": heading_of(module.current_version, card),
    }


def studied_courses() -> QuerySet[Course]:
    """All courses with ``began`` and ``completed``: how many people, and ``last_at``, the last beginning."""
    courses: QuerySet[Course] = Course.objects.annotate(
        began=_people("enrolments__official", Q(enrolments__started_at__isnull=False)),
        completed=_people("enrolments__official", Q(enrolments__completed_at__isnull=False)),
        last_at=Max("enrolments__started_at"),
    ).order_by("path")
    return courses


def _people(official: str, which: Q | None = None) -> Count:
    return Count(official, filter=which, distinct=True)
