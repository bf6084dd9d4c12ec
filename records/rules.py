"""Enrolment rules: who is meant, what applying would do, and applying it. Nobody is ever un-enrolled or mailed."""

from dataclasses import dataclass
from itertools import batched

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from people.models import Official, Posting, Ward
from records.models import Enrolment, EnrolmentRule

BATCH = 2000


class RuleRefused(Exception):
    """The rule cannot be applied; the message says why and what to do."""


@dataclass(frozen=True)
class WardPlan:
    """What applying the rule today would do in one ward; all counts are officials."""

    ward: Ward
    meant: int
    already: int
    other_due: int

    @property
    def new(self) -> int:
        return self.meant - self.already


@dataclass(frozen=True)
class RulePlan:
    """What applying the rule today would do.

    ``officials``: all who are meant; ``newcomers``: those of them who would be enrolled. ``wards``: one row
    for each ward with somebody meant, in Vietnamese order. ``other_due`` counts those who hold an open
    enrolment in the course with another due date: that date stays.
    """

    officials: QuerySet[Official]
    newcomers: QuerySet[Official]
    wards: list[WardPlan]

    @property
    def meant(self) -> int:
        return sum(row.meant for row in self.wards)

    @property
    def new(self) -> int:
        return sum(row.new for row in self.wards)

    @property
    def already(self) -> int:
        return sum(row.already for row in self.wards)

    @property
    def other_due(self) -> int:
        return sum(row.other_due for row in self.wards)


def postings_meant(rule: EnrolmentRule, wards: QuerySet[Ward] | None = None) -> QuerySet[Posting]:
    """The postings in force today that the rule means: its wards × departments × positions.

    No departments or no positions means all of them; no wards means nobody. ``wards`` narrows further.
    An official has at most one posting on a day (the database holds it), so a row is a person.
    """
    postings = Posting.objects.on().filter(ward__in=rule.wards.order_by().values("pk"))
    if wards is not None:
        postings = postings.filter(ward__in=wards.order_by().values("pk"))
    if departments := list(rule.departments.values_list("pk", flat=True)):
        postings = postings.filter(department__in=departments)
    if positions := list(rule.positions.values_list("pk", flat=True)):
        postings = postings.filter(position__in=positions)
    return postings


def _newcomers(rule: EnrolmentRule, postings: QuerySet[Posting]) -> QuerySet[Official]:
    enrolled = Enrolment.objects.filter(official=OuterRef("pk"), course=rule.course_id)
    return Official.objects.filter(~Exists(enrolled), pk__in=postings.values("official"))


def plan_rule(rule: EnrolmentRule, *, wards: QuerySet[Ward] | None = None) -> RulePlan:
    """What ``apply_rule`` would do now; ``wards`` (a queryset) shows only that part. Four queries, writes nothing."""
    postings = postings_meant(rule, wards)
    enrolled = Enrolment.objects.filter(official=OuterRef("official"), course=rule.course_id)
    moved = enrolled.filter(completed_at__isnull=True).filter(Q(due_on__isnull=True) | ~Q(due_on=rule.due_on))
    counts = {
        row["ward"]: row
        for row in postings.order_by()
        .values("ward")
        .annotate(
            meant=Count("pk"),
            already=Count("pk", filter=Exists(enrolled)),
            other_due=Count("pk", filter=Exists(moved)),
        )
    }
    rows = [
        WardPlan(ward, *(counts[ward.pk][name] for name in ("meant", "already", "other_due")))
        for ward in Ward.objects.filter(pk__in=postings.order_by().values("ward")).select_related("province")
    ]
    return RulePlan(
        officials=Official.objects.filter(pk__in=postings.values("official")),
        newcomers=_newcomers(rule, postings),
        wards=rows,
    )


def apply_rule(rule: EnrolmentRule) -> int:
    """Enrol in period 1 everybody meant who has no enrolment in the course; returns how many are new.

    Idempotent: enrolments that exist keep their due date, their rule and their progress. The rule's row is
    locked, so a second apply waits and finds nothing to do; another rule of the same course that runs at the
    same moment is held off by the unique constraint. Raises RuleRefused once the due date has passed, since
    whoever were enrolled then would be overdue on arrival.
    """
    with transaction.atomic():
        rule = EnrolmentRule.objects.select_for_update().get(pk=rule.pk)
        if rule.due_on < timezone.localdate():
            raise RuleRefused(
                _("The due date of this assignment has passed, so nobody was enrolled. Make a new one.")
            )
        own = Enrolment.objects.filter(rule=rule)
        before = own.count()
        newcomers = _newcomers(rule, postings_meant(rule)).order_by("pk").values_list("pk", flat=True)
        for chunk in batched(list(newcomers), BATCH):
            Enrolment.objects.bulk_create(
                [
                    Enrolment(official_id=pk, course_id=rule.course_id, rule=rule, due_on=rule.due_on)
                    for pk in chunk
                ],
                ignore_conflicts=True,
            )
        return own.count() - before


def apply_active_rules() -> dict[int, int]:
    """Enrol newcomers by every rule that is active, in time and for a published course on offer.

    Returns {rule id: newly enrolled} for rules that enrolled somebody. Each rule is its own transaction.
    """
    rules = EnrolmentRule.objects.filter(
        active=True,
        due_on__gte=timezone.localdate(),
        course__live=True,
        course__archived_at__isnull=True,
    )
    applied = {rule.pk: apply_rule(rule) for rule in rules.order_by("created_at", "pk")}
    return {pk: new for pk, new in applied.items() if new}
