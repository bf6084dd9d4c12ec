"""What HR's figures mean: the one place that says who counts as assigned, started, completed and overdue.

Screens and exports read through these functions and nothing else. All of them are pure: they take the wards
an account may see (``people.scope.wards_in_scope``) and the filters, and write nothing.

Two lenses (rule 2 of the design):

*serving*: enrolments held by those who serve in the ward today, wherever they earned what they hold.
*earned*: completions by the ward copied into them on the day; no transfer or merger moves one.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import (
    Count,
    Exists,
    FilteredRelation,
    Min,
    OuterRef,
    Q,
    QuerySet,
    TextChoices,
)
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from courses.models import Course
from lms.lib.text import fold
from people.models import Department, Official, Position, Province, Ward
from records.models import Enrolment


class Lens(TextChoices):
    SERVING = "serving", _("Officials now serving in the unit")
    EARNED = "earned", _("Results earned in the unit")


class Status(TextChoices):
    """Where one enrolment stands. They exclude each other; overdue goes before the other open ones."""

    NOT_STARTED = "not-started", _("Not started")
    IN_PROGRESS = "in-progress", _("In progress")
    TO_RENEW = "to-renew", _("To be updated")  # completed before; a change is to be learnt, in time
    OVERDUE = "overdue", pgettext_lazy("status", "Overdue")
    COMPLETED = "completed", pgettext_lazy("status", "Completed")


@dataclass(frozen=True)
class Filters:
    """What a report is asked for; None and empty mean no limit.

    ``unit``: any part of the ward's name or code, ``text``: an official's name or staff number, both without
    diacritics. ``since`` and ``until`` (both included) limit the due date in the serving lens and the day of
    completion in the earned lens. ``status`` counts in the serving lens only.
    """

    course: Course | None = None
    province: Province | None = None
    ward: Ward | None = None
    department: Department | None = None
    position: Position | None = None
    status: str = ""
    since: datetime.date | None = None
    until: datetime.date | None = None
    lens: str = Lens.SERVING
    unit: str = ""
    text: str = ""

    def for_ward(self, ward: Ward) -> "Filters":
        """The same question asked of one ward."""
        return replace(self, ward=ward, province=None, unit="")


# --- Definitions -----------------------------------------------------------------------------------------

COMPLETED = Q(completed_at__isnull=False)
STARTED = Q(started_at__isnull=False) | COMPLETED


def overdue(today: datetime.date) -> Q:
    """Not completed and past the due date; the due date itself is in time, and no due date is never overdue.

    ``today`` is the local date (``timezone.localdate()``). Same rule as ``Enrolment.overdue``.
    """
    return Q(completed_at__isnull=True, due_on__lt=today)


def in_time(today: datetime.date) -> Q:
    return Q(due_on__isnull=True) | Q(due_on__gte=today)


def having(status: str, today: datetime.date) -> Q:
    """The condition on enrolments that stand at ``status``."""
    waiting = Q(completed_at__isnull=True) & in_time(today)
    return {
        Status.COMPLETED: COMPLETED,
        Status.OVERDUE: overdue(today),
        Status.TO_RENEW: waiting & Q(delta=True),
        Status.IN_PROGRESS: waiting & Q(delta=False, started_at__isnull=False),
        Status.NOT_STARTED: waiting & Q(delta=False, started_at__isnull=True),
    }[Status(status)]


def status_of(
    started: object,
    completed: object,
    due_on: datetime.date | None,
    today: datetime.date,
    *,
    delta: bool = False,
) -> Status:
    """The status of one enrolment from its columns; the same rule as ``having``."""
    if completed is not None:
        return Status.COMPLETED
    if due_on is not None and due_on < today:
        return Status.OVERDUE
    if delta:
        return Status.TO_RENEW
    return Status.NOT_STARTED if started is None else Status.IN_PROGRESS


def counts(today: datetime.date) -> dict[str, Count]:
    """The conditional aggregates behind ``Figures``, for a queryset of enrolments."""
    return {
        "assigned": Count("*"),
        "started": Count("pk", filter=STARTED),
        "completed": Count("pk", filter=COMPLETED),
        "overdue": Count("pk", filter=overdue(today)),
        "waiting": Count("pk", filter=having(Status.NOT_STARTED, today)),
        "renewing": Count("pk", filter=having(Status.TO_RENEW, today)),
    }


def newest_period(enrolments: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """Without those that a later period of the same course followed: an official counts once for a course.

    The condition on the period names the small index that holds nothing but renewals.
    """
    later = Enrolment.objects.filter(
        official=OuterRef("official"), course=OuterRef("course"), period__gt=OuterRef("period")
    )
    return enrolments.filter(~Exists(later.filter(period__gt=1)))


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of enrolments: one official × one course, in its newest period."""

    assigned: int = 0
    started: int = 0
    completed: int = 0
    overdue: int = 0
    waiting: int = 0  # not started and in time
    renewing: int = 0  # completed before, a change is to be learnt, in time

    @property
    def in_progress(self) -> int:
        """Started, not completed, in time; renewals stand apart."""
        return self.assigned - self.completed - self.overdue - self.waiting - self.renewing

    @property
    def rate(self) -> float | None:
        """Completed in percent of assigned; None where nothing is assigned."""
        return 100 * self.completed / self.assigned if self.assigned else None

    def at(self, status: str) -> int:
        """How many stand at a status."""
        return {
            Status.COMPLETED: self.completed,
            Status.OVERDUE: self.overdue,
            Status.IN_PROGRESS: self.in_progress,
            Status.NOT_STARTED: self.waiting,
            Status.TO_RENEW: self.renewing,
        }[Status(status)]


NOTHING = Figures()


def total(rows: Iterable[Figures]) -> Figures:
    listed = list(rows)
    return Figures(*(sum(getattr(row, name) for row in listed) for name in Figures.__dataclass_fields__))


# --- Which wards -----------------------------------------------------------------------------------------


def selected(wards: QuerySet[Ward], filters: Filters) -> QuerySet[Ward]:
    """The wards of a scope that the filters leave."""
    if filters.ward is not None:
        wards = wards.filter(pk=filters.ward.pk)
    if filters.province is not None:
        wards = wards.filter(province=filters.province)
    for word in fold(filters.unit).split():
        wards = wards.filter(search_text__contains=word)
    return wards


# --- Lens: held by those now serving -------------------------------------------------------------------------


def serving(wards: QuerySet[Ward], filters: Filters, *, every_period: bool = False) -> QuerySet[Enrolment]:
    """Enrolments held by those who serve in ``wards`` today; ``posting`` is their posting in force.

    One row for each official and course, since nobody has two postings on a day: that of the newest period, or
    with ``every_period`` one for each.
    """
    today = timezone.localdate()
    path = "official__postings__"
    in_force = Q(
        Q(**{f"{path}ends_on__isnull": True}) | Q(**{f"{path}ends_on__gte": today}),
        **{f"{path}starts_on__lte": today},
    )
    rows = (
        Enrolment.objects.order_by()
        .annotate(posting=FilteredRelation("official__postings", condition=in_force))
        .filter(posting__ward__in=selected(wards, filters).order_by().values("pk"))
    )
    rows = rows.filter(asked(filters)).filter(posted(filters, "posting__"))
    return rows if every_period else newest_period(rows)


def asked(filters: Filters) -> Q:
    """The part of the filters that concerns the enrolment itself, but its status."""
    condition = Q()
    if filters.course is not None:
        condition &= Q(course=filters.course.pk)
    if filters.since is not None:
        condition &= Q(due_on__gte=filters.since)
    if filters.until is not None:
        condition &= Q(due_on__lte=filters.until)
    return condition


def posted(filters: Filters, prefix: str = "") -> Q:
    """The part of the filters that concerns a posting or the copy of one."""
    condition = Q()
    if filters.department is not None:
        condition &= Q(**{f"{prefix}department": filters.department.pk})
    if filters.position is not None:
        condition &= Q(**{f"{prefix}position": filters.position.pk})
    return condition


def serving_by_ward(wards: QuerySet[Ward], filters: Filters) -> dict[int, Figures]:
    """{ward id: Figures} for the wards where anything is assigned. One query."""
    rows = (
        serving(wards, filters)
        .values("posting__ward")  # type: ignore[misc]  # the plugin does not see a FilteredRelation
        .annotate(**counts(timezone.localdate()))
        .values_list("posting__ward", *Figures.__dataclass_fields__)
    )
    return {ward: Figures(*numbers) for ward, *numbers in rows}


def of_officials(enrolments: QuerySet[Enrolment], text: str) -> QuerySet[Enrolment]:
    """Those of the officials whom a search finds."""
    return enrolments.filter(official__in=Official.objects.search(text).order_by()) if text else enrolments


# --- One ward ----------------------------------------------------------------------------------------------


def officials_serving(wards: QuerySet[Ward], filters: Filters) -> QuerySet[Official]:
    """Officials who serve there today, by name; ``posting``, read along, is their posting in force.

    With a status: those who hold an enrolment that stands at it.
    """
    today = timezone.localdate()
    in_force = Q(
        Q(postings__ends_on__isnull=True) | Q(postings__ends_on__gte=today), postings__starts_on__lte=today
    )
    rows = (
        Official.objects.search(filters.text)
        .annotate(posting=FilteredRelation("postings", condition=in_force))
        .filter(posting__ward__in=selected(wards, filters).order_by().values("pk"))
        .filter(posted(filters, "posting__"))
    )
    if filters.status:
        held = newest_period(Enrolment.objects.filter(asked(filters), having(filters.status, today)))
        rows = rows.filter(Exists(held.filter(official=OuterRef("pk"))))
    along = ["posting__department", "posting__position"]
    return rows.select_related(*along).order_by("sort_key", "staff_number")


@dataclass(frozen=True)
class Standing:
    """How one official stands in what the filters ask for."""

    figures: Figures = NOTHING
    next_due: datetime.date | None = None  # the earliest due date among what is not completed

    @property
    def status(self) -> Status | None:
        """The most pressing one: overdue, to be updated, in progress, not started, completed; None: nothing."""
        pressing = (Status.OVERDUE, Status.TO_RENEW, Status.IN_PROGRESS, Status.NOT_STARTED, Status.COMPLETED)
        return next((status for status in pressing if self.figures.at(status)), None)


def standings(officials: Iterable[Official], filters: Filters) -> dict[int, Standing]:
    """{official id: Standing} of those who hold anything. One query."""
    rows = (
        newest_period(Enrolment.objects.order_by())
        .filter(asked(filters), official__in=[official.pk for official in officials])
        .values("official")
        .annotate(**counts(timezone.localdate()), next_due=Min("due_on", filter=~COMPLETED))
        .values_list("official", "next_due", *Figures.__dataclass_fields__)
    )
    return {official: Standing(Figures(*numbers), due) for official, due, *numbers in rows}
