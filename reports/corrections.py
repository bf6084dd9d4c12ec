"""Corrected answer keys as HR sees them: downgrades that wait, certificates concerned, and everything that changed.

All of it within the scope (rule 8). Nothing here takes a certificate back: HR does that, one by one.
"""

from collections.abc import Collection, Iterator

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from certificates.models import Certificate
from lms.lib.spreadsheets import Cell
from people.models import User
from quizzes.foreseeing import attempts_seen_by
from quizzes.keys import changes
from quizzes.models import Attempt, Regrade, RegradeDecision, RegradeQuerySet


def regrades_in_scope(user: User) -> RegradeQuerySet:
    """What corrections changed, or would, in attempts of the account's scope, the newest first."""
    found = Regrade.objects.changed().order_by("-made_at", "-pk")
    if not user.is_superuser:
        found = found.filter(attempt__in=attempts_seen_by(user, Attempt.objects.order_by()).values("pk"))
    return found.select_related(
        *("attempt__official", "attempt__version", "attempt__enrolment__course", "item"),
        *(
            "correction__wrong",
            "correction__corrected",
            "correction__actor__official",
            "decision__actor__official",
        ),
    ).defer("attempt__version__cards", "attempt__version__legal_bases", "attempt__version__parts")


def waiting_in_scope(user: User) -> QuerySet[Regrade]:
    """The downgrades that wait for HR's word, the oldest first."""
    return regrades_in_scope(user).open().order_by("made_at", "pk")


def certificates_resting_on(attempts: Collection[int]) -> int:
    """How many valid certificates were issued for the courses of these attempts, which had passed."""
    count, listed = 0, sorted(attempts)
    for start in range(0, len(listed), 5000):  # SQLite takes no longer list
        enrolments = Attempt.objects.filter(pk__in=listed[start : start + 5000]).values("enrolment")
        count += valid_certificates().filter(completion__enrolment__in=enrolments).count()
    return count


def valid_certificates() -> QuerySet[Certificate]:
    return Certificate.objects.filter(revocation__isnull=True, replaced_by__isnull=True)


def touched_in_scope(user: User) -> QuerySet[Regrade]:
    """Changes that stand, of attempts that had passed, where a valid certificate was issued: for HR to look at."""
    stands = Q(outcome=Regrade.Outcome.APPLIED) | Q(decision__verdict=RegradeDecision.Verdict.APPROVED)
    issued = valid_certificates().filter(completion__enrolment=OuterRef("attempt__enrolment"))
    found = regrades_in_scope(user).filter(stands, Exists(issued), passed_before=True)
    # Those whose ground fell away first.
    return found.order_by(F("passed_after").asc(), "-made_at", "-pk")


def with_certificates(regrades: Collection[Regrade]) -> list[tuple[Regrade, Certificate | None]]:
    """Each with the valid certificate of its enrolment, or None. One query."""
    enrolments = {row.attempt.enrolment_id for row in regrades}
    valid = valid_certificates().filter(completion__enrolment__in=enrolments).select_related("completion")
    known = {certificate.completion.enrolment_id: certificate for certificate in valid}
    return [(row, known.get(row.attempt.enrolment_id)) for row in regrades]


def decision_of(row: Regrade) -> RegradeDecision | None:
    decision: RegradeDecision | None = getattr(row, "decision", None)
    return decision


def outcome_of(row: Regrade) -> str:
    """What became of a change, in a word or two."""
    decision = decision_of(row)
    if decision is not None:
        return str(decision.get_verdict_display())
    return str(row.get_outcome_display())


def headings() -> list[str]:
    return [
        *(_("Staff number"), _("Full name"), _("Unit"), _("Course"), _("Lesson"), _("Question")),
        *(_("What changed"), _("Corrected at"), _("By"), _("Reason")),
        *(_("Points before"), _("Points after"), _("Passed before"), _("Passed after"), _("Outcome")),
        *(_("Decided at"), _("Decided by"), _("Reason of the decision"), _("Register number")),
    ]


def rows(user: User) -> Iterator[list[Cell]]:
    """For HR's file: everything that changed in the scope. A few thousand in memory at a time."""
    yes, no = _("yes"), _("no")
    found = regrades_in_scope(user)
    for start in range(0, found.count(), 1000):
        for row, certificate in with_certificates(list(found[start : start + 1000])):
            made, attempt, decision = row.correction, row.attempt, decision_of(row)
            yield [
                *(attempt.official.staff_number, attempt.official.full_name),
                *(", ".join(filter(None, [attempt.ward_name, attempt.province_name])),),
                *(attempt.enrolment.course.title, attempt.version.title, row.item.order),
                *(" ".join(changes(made.wrong, made.corrected)), made.made_at, str(made.actor), made.reason),
                *(row.points_before, row.points_after),
                *(yes if row.passed_before else no, yes if row.passed_after else no, outcome_of(row)),
                decision.decided_at if decision else None,
                *(str(decision.actor) if decision else "", decision.reason if decision else ""),
                certificate.register_number if certificate else "",
            ]
