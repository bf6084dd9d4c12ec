"""The dashboard's tables: one line for each ward and, summed, for each province."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import QuerySet

from people.models import CodeScheme, Province, Ward
from reports.earned import NONE_EARNED, Earned, Succession, earned_by_ward, origins, succession
from reports.figures import NOTHING, Figures, Filters, Lens, selected, serving_by_ward, total


class Unit(NamedTuple):
    """What a line needs of a ward: making 3,321 model instances would cost more than their figures."""

    pk: int
    code: str
    scheme: str
    name: str
    sort_key: str
    province: Province


@dataclass(frozen=True, slots=True)
class WardLine:
    """One ward in the dashboard. ``figures`` counts in the serving lens, ``earned`` in the other."""

    ward: Unit
    figures: Figures = NOTHING
    earned: Earned = NONE_EARNED
    ended: bool = False
    parts: Sequence[str] = ()
    in_scope: bool = True  # False: a divided ward that only its parts bring here

    @property
    def key(self) -> str:
        return key_of(self.ward)

    @property
    def empty(self) -> bool:
        """Nobody is enrolled and, in the other lens, nothing was earned."""
        return not self.figures.assigned and self.earned == NONE_EARNED


SORTS = ("name", "assigned", "completed", "overdue", "rate")


def ward_lines(wards: QuerySet[Ward], filters: Filters) -> list[WardLine]:
    """All wards of the scope that the filters leave, in Vietnamese order.

    Abolished wards appear only where something is left to show. A status keeps the wards where at least one
    enrolment stands at it; their figures stay whole. Four queries (two more where a divided ward is listed apart).
    """
    listed = _in_order(selected(wards, filters))
    known = succession()
    if filters.lens == Lens.EARNED:
        return _earned_lines(wards, filters, listed, known)
    figures = serving_by_ward(wards, filters)
    lines = [
        WardLine(ward, figures=figures.get(ward.pk, NOTHING), ended=ward.pk in known.ended)
        for ward in listed
        if ward.pk in figures or _in_force(ward, known)
    ]
    if filters.status:
        return [line for line in lines if line.figures.at(filters.status)]
    return lines


def _earned_lines(
    wards: QuerySet[Ward], filters: Filters, listed: list[Unit], known: Succession
) -> list[WardLine]:
    taken = origins({ward.pk for ward in listed}, known)
    counted = earned_by_ward(wards, filters, taken)
    if taken.apart:
        listed = _sorted([*listed, *_in_order(Ward.objects.filter(pk__in=taken.apart))])
    return [
        WardLine(
            ward,
            earned=counted.get(ward.pk, NONE_EARNED),
            ended=ward.pk in known.ended,
            parts=known.parts.get(ward.pk, ()),
            in_scope=ward.pk not in taken.apart,
        )
        for ward in listed
        if ward.pk in counted or _in_force(ward, known)
    ]


def _in_force(ward: Unit, known: Succession) -> bool:
    return ward.scheme == CodeScheme.VN_2025 and ward.pk not in known.ended


def _in_order(wards: QuerySet[Ward]) -> list[Unit]:
    """Two queries."""
    provinces = Province.objects.in_bulk()
    rows = wards.order_by().values_list("pk", "code", "scheme", "name", "sort_key", "province")
    return _sorted(
        Unit(pk, code, scheme, name, key, provinces[province])
        for pk, code, scheme, name, key, province in rows
    )


def _sorted(wards: Iterable[Unit]) -> list[Unit]:
    # Here and not in the database, so that every database sorts alike.
    return sorted(wards, key=lambda ward: (ward.sort_key, ward.province.sort_key, ward.pk))


def sort_lines(lines: list[WardLine], by: str) -> list[WardLine]:
    """By one of SORTS, downwards with a leading minus; ties and ``name`` in Vietnamese order, no rate last.

    Anything else: in Vietnamese order those first where there is something to see.
    """
    name, down = by.removeprefix("-"), by.startswith("-")
    if name not in SORTS:
        return sorted(lines, key=lambda line: line.empty)
    if name == "name":
        return list(reversed(lines)) if down else lines
    if name == "rate":
        rated = [line for line in lines if line.figures.rate is not None]
        rest = [line for line in lines if line.figures.rate is None]
        return [*sorted(rated, key=lambda line: line.figures.rate or 0, reverse=down), *rest]

    def value(line: WardLine) -> int:
        number: int = getattr(line.figures, name)
        return number or (line.earned.completed if name == "completed" else 0)

    return sorted(lines, key=value, reverse=down)


@dataclass(frozen=True)
class ProvinceLine:
    province: Province
    wards: int
    figures: Figures
    completed: int  # in the earned lens


def province_lines(lines: list[WardLine]) -> list[ProvinceLine]:
    """The same figures summed by province, in Vietnamese order. No query."""
    groups: dict[int, list[WardLine]] = defaultdict(list)
    for line in lines:
        groups[line.ward.province.pk].append(line)
    rows = [
        ProvinceLine(
            province=group[0].ward.province,
            wards=len(group),
            figures=total(line.figures for line in group),
            completed=sum(line.earned.completed for line in group),
        )
        for group in groups.values()
    ]
    return sorted(rows, key=lambda row: row.province.sort_key)


# --- Naming a ward in an address ------------------------------------------------------------------------------


def key_of(ward: Ward | Unit) -> str:
    """The ward's code, which an older scheme follows: the same digits named another place before July 2025."""
    return ward.code if ward.scheme == CodeScheme.VN_2025 else f"{ward.code}-{ward.scheme}"


def by_key(wards: QuerySet[Ward], key: str) -> Ward | None:
    """The ward of a key among ``wards``, with its province; None where it is not one of them."""
    code, _dash, scheme = key.partition("-")
    return wards.filter(code=code, scheme=scheme or CodeScheme.VN_2025).select_related("province").first()
