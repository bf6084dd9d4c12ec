"""The rows of HR's files, the same figures person by person."""

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from django.db.models import DateField, Exists, OuterRef, QuerySet
from django.db.models.functions import Cast, TruncDate
from django.utils import timezone

from courses.models import Course
from people.models import Position, Ward
from records.models import Completion, Enrolment
from reports.earned import earned, origins, succession
from reports.figures import Filters, Lens, Status, having, of_officials, selected, serving, status_of


class Row(NamedTuple):
    """One enrolment (serving lens) or one completion (earned lens) as HR hands it in.

    Source of the columns: facts/certificates.md C-F25, and the due date, without which "overdue" says nothing.
    Days are local. ``unit`` and ``position`` are today's in the serving lens, those of the day in the other.
    """

    staff_number: str
    full_name: str
    unit: str
    position: str
    course: str
    started_on: datetime.date | None
    completed_on: datetime.date | None
    periods: int | None
    score: Decimal | None
    status: str
    due_on: datetime.date | None
    register_number: str
    issued_on: datetime.date | None


def rows(wards: QuerySet[Ward], filters: Filters) -> Iterator[Row]:
    """By unit and name, in memory only a few thousand at a time, in a fixed number of queries."""
    return _earned_rows(wards, filters) if filters.lens == Lens.EARNED else _serving_rows(wards, filters)


def count_rows(wards: QuerySet[Ward], filters: Filters) -> int:
    """How many ``rows`` there are."""
    return (_found if filters.lens == Lens.EARNED else _held)(wards, filters).count()


def _held(wards: QuerySet[Ward], filters: Filters) -> QuerySet[Enrolment]:
    held = of_officials(serving(wards, filters), filters.text)
    return held.filter(having(filters.status, timezone.localdate())) if filters.status else held


def _found(wards: QuerySet[Ward], filters: Filters) -> QuerySet[Completion]:
    listed = {*selected(wards, filters).values_list("pk", flat=True)}
    return earned(wards, filters, origins(listed, succession()))


def _local_day(column: str) -> Cast:
    # The cast ends Django's per-row conversion, half of the cost of a long export.
    return Cast(TruncDate(column), DateField())


def _serving_rows(wards: QuerySet[Ward], filters: Filters) -> Iterator[Row]:
    today = timezone.localdate()
    units = {ward.pk: ward.full_name for ward in selected(wards, filters).select_related("province")}
    positions = dict(Position.objects.values_list("pk", "name"))
    courses = {
        pk: (title, periods) for pk, title, periods in Course.objects.values_list("pk", "title", "periods")
    }
    statuses = {status: str(status.label) for status in Status}
    # Each enrolment with its completion in the last correction, if there is one.
    corrected = Completion.objects.filter(corrects=OuterRef("completions"))
    held = _held(wards, filters).filter(~Exists(corrected))
    order = ["posting__ward__sort_key", "posting__ward", "official__sort_key", "due_on", "pk"]
    held = held.order_by(*order)
    for (
        number,
        name,
        ward,
        position,
        course,
        due,
        started,
        completed,
        periods,
        score,
        delta,
        *entry,
    ) in held.values_list(
        "official__staff_number",
        "official__full_name",
        "posting__ward",
        "posting__position",
        "course",
        "due_on",
        _local_day("started_at"),
        _local_day("completed_at"),
        "completions__periods",
        "completions__score",
        "delta",
        "completions__certificate__number",
        "completions__certificate__year",
        "completions__certificate__issued_on",
    ).iterator(chunk_size=2000):
        title, length = courses[course]
        yield Row(
            number,
            name,
            units[ward],
            positions[position],
            title,
            started,
            completed,
            periods or length,
            score,
            statuses[status_of(started, completed, due, today, delta=delta)],
            due,
            *_register_entry(*entry),
        )


def _register_entry(
    number: int | None, year: int | None, issued: datetime.date | None
) -> tuple[str, datetime.date | None]:
    return (f"{number:06d}/{year}" if number is not None else "", issued)


def _earned_rows(wards: QuerySet[Ward], filters: Filters) -> Iterator[Row]:
    completed_label = str(Status.COMPLETED.label)
    found = _found(wards, filters).order_by("ward__sort_key", "ward", "official__sort_key", "pk")
    for (
        number,
        name,
        ward,
        province,
        position,
        course,
        started,
        completed,
        periods,
        score,
        due,
        *entry,
    ) in found.values_list(
        "official__staff_number",
        "full_name",
        "ward_name",
        "province_name",
        "position_name",
        "course_title",
        "started_on",
        _local_day("completed_at"),
        "periods",
        "score",
        "enrolment__due_on",
        "certificate__number",
        "certificate__year",
        "certificate__issued_on",
    ).iterator(chunk_size=2000):
        yield Row(
            number,
            name,
            f"{ward}, {province}",
            position,
            course,
            started,
            completed,
            periods,
            score,
            completed_label,
            due,
            *_register_entry(*entry),
        )
