"""Who may decide on one person's quiz, and what such a person is then granted."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max, Q, Sum
from django.utils.translation import gettext as _

from courses.models import Module
from people.models import Official, Posting, User
from people.scope import wards_in_scope
from quizzes.models import QuizAllowance
from records.models import Enrolment


class DecisionRefused(Exception):
    """The decision may not be made so; the message tells the person why and what to do."""


@dataclass(frozen=True)
class Granted:
    """All allowances of an enrolment in a module together; ``waived_at``: when waiting was last waived."""

    attempts: int = 0
    minutes: int = 0
    waived_at: datetime | None = None


def granted(enrolment_id: int, module_id: int) -> Granted:
    """One query."""
    mine = QuizAllowance.objects.filter(enrolment=enrolment_id, module=module_id)
    found = mine.aggregate(
        attempts=Sum("attempts"), minutes=Sum("minutes"), waived=Max("at", filter=Q(waives_waiting=True))
    )
    return Granted(found["attempts"] or 0, found["minutes"] or 0, found["waived"])


def may_decide(user: User, official: Official) -> bool:
    """Trainers, and HR of the ward where the official serves today; nobody in a case of their own."""
    if official.user_id == user.pk:
        return False
    if user.has_perm("quizzes.add_quizallowance"):
        return True
    return Posting.objects.on().filter(official=official, ward__in=wards_in_scope(user)).exists()


def grant(
    enrolment: Enrolment,
    module: Module,
    *,
    actor: User,
    reason: str,
    operation_id: UUID,
    attempts: int = 0,
    minutes: int = 0,
    waives_waiting: bool = False,
) -> QuizAllowance:
    """Keep a decision; the same operation again gives the row it made. Raises DecisionRefused."""
    check_decision(actor, enrolment.official, reason)
    if not (attempts or minutes or waives_waiting):
        raise DecisionRefused(_("Nothing was granted: choose at least one of the three."))
    try:
        with transaction.atomic():
            return QuizAllowance.objects.create(
                enrolment=enrolment,
                module=module,
                actor=actor,
                reason=reason.strip(),
                operation_id=operation_id,
                attempts=attempts,
                minutes=minutes,
                waives_waiting=waives_waiting,
            )
    except IntegrityError:
        made = QuizAllowance.objects.filter(operation_id=operation_id, enrolment=enrolment, module=module)
        known = made.first()
        if known is None:
            raise
        return known


def check_decision(actor: User, official: Official, reason: str) -> None:
    """Raises DecisionRefused for who may not decide here and where no reason is given."""
    if not may_decide(actor, official):
        raise DecisionRefused(_("You may not decide in this case. Nothing was changed."))
    if not reason.strip():
        raise DecisionRefused(_("Please write the reason; it is kept with the decision."))
