"""The lens "earned": completions by the ward of their day, abolished wards rolled up into those that took over."""

import datetime
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from people.models import CodeScheme, Official, Ward, WardSuccession
from records.models import Completion
from reports.figures import Filters, posted, selected


@dataclass(frozen=True)
class Succession:
    """What became of abolished wards, from ``WardSuccession`` as in force today.

    ``heir``: {ward id: the one ward that took over all of it}, through chains of mergers and renamings.
    ``parts``: {ward id: names of the wards it was divided into}; its figures belong to no single one of them.
    """

    heir: dict[int, int]
    parts: dict[int, list[str]]
    part_ids: dict[int, set[int]]

    @cached_property
    def ended(self) -> set[int]:
        return {*self.heir, *self.parts}


def succession() -> Succession:
    """One query."""
    edges: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
    rows = WardSuccession.objects.filter(on__lte=timezone.localdate()).order_by("on", "pk")
    for old, new, kind, name in rows.values_list("predecessor", "successor", "kind", "successor__name"):
        edges[old].append((new, kind, name))
    whole = {
        old: into[0][0]
        for old, into in edges.items()
        if len(into) == 1 and into[0][1] != WardSuccession.Kind.SPLIT
    }
    divided = {old: into for old, into in edges.items() if old not in whole}
    return Succession(
        heir={old: _last(old, whole) for old in whole},
        parts={old: [name for _new, _kind, name in into] for old, into in divided.items()},
        part_ids={old: {new for new, _kind, _name in into} for old, into in divided.items()},
    )


def in_force(wards: QuerySet[Ward]) -> QuerySet[Ward]:
    """Those of the wards that exist today: in the present list and not abolished since."""
    return wards.filter(scheme=CodeScheme.VN_2025).exclude(pk__in=succession().ended)


def _last(ward: int, whole: dict[int, int]) -> int:
    """The end of a chain; a circle in the data ends where it would begin again."""
    seen = {ward}
    while ward in whole and whole[ward] not in seen:
        ward = whole[ward]
        seen.add(ward)
    return ward


@dataclass(frozen=True)
class Origins:
    """Which wards' completions a report in the earned lens takes in beside its own wards.

    ``rolled``: {abolished ward id: ward of the report that took it over}. ``apart``: abolished wards outside
    the scope that were divided among wards that are all in the report, listed for themselves.
    """

    rolled: dict[int, int]
    apart: set[int]


def origins(wards: set[int], known: Succession) -> Origins:
    """``wards``: ids of the report's wards, all in scope."""
    return Origins(
        rolled={old: new for old, new in known.heir.items() if new in wards},
        apart={old for old, parts in known.part_ids.items() if old not in wards and parts <= wards},
    )


def earned(wards: QuerySet[Ward], filters: Filters, taken: Origins) -> QuerySet[Completion]:
    """Completions by the ward copied into them, each in its last correction."""
    more = [*taken.rolled, *taken.apart]
    in_wards = Q(ward__in=selected(wards, filters).order_by().values("pk"))
    return _asked(Completion.objects.filter(in_wards | Q(ward__in=more) if more else in_wards), filters)


def nowhere(filters: Filters) -> QuerySet[Completion]:
    """Completions of officials who had no posting on that day nor before, likewise. They count for no ward."""
    if filters.ward or filters.province or filters.unit:
        return Completion.objects.none()
    return _asked(Completion.objects.filter(ward=None), filters)


def _asked(rows: QuerySet[Completion], filters: Filters) -> QuerySet[Completion]:
    corrected = Completion.objects.filter(corrects=OuterRef("pk"))
    if filters.course is not None:
        rows = rows.filter(course=filters.course.pk)
    if filters.since is not None:
        rows = rows.filter(completed_at__gte=_midnight(filters.since))
    if filters.until is not None:
        rows = rows.filter(completed_at__lt=_midnight(filters.until + datetime.timedelta(days=1)))
    if filters.text:
        rows = rows.filter(official__in=Official.objects.search(filters.text).order_by())
    return rows.order_by().filter(~Exists(corrected)).filter(posted(filters))


def _midnight(day: datetime.date) -> datetime.datetime:
    """The moment at which a local day begins."""
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))


@dataclass(frozen=True, slots=True)
class Earned:
    """Counts of completions; ``inherited`` are those of abolished wards that this one took over."""

    completed: int = 0
    inherited: int = 0
    last_on: datetime.date | None = None


NONE_EARNED = Earned()


def earned_by_ward(wards: QuerySet[Ward], filters: Filters, taken: Origins) -> dict[int, Earned]:
    """{ward id: Earned}, abolished wards already rolled up. One query."""
    rows = earned(wards, filters, taken).values_list("ward").annotate(Count("pk"), Max("completed_at"))
    result: dict[int, Earned] = {}
    for ward, number, last in rows:
        heir = taken.rolled.get(ward, ward)
        old = result.get(heir, NONE_EARNED)
        days = [timezone.localdate(last), *([old.last_on] if old.last_on else [])]
        result[heir] = Earned(
            completed=old.completed + number,
            inherited=old.inherited + (number if heir != ward else 0),
            last_on=max(days),
        )
    return result
