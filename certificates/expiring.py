"""Renewal by time: before certificates end, a round for their course and month is proposed, previewed, confirmed.

Whoever is enrolled then completes the course again in a further period: all required lessons in their current
versions. Nothing of theirs is reset, and the certificate that they hold stays as it is (docs/decisions/0017).
"""

import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import TruncMonth
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from certificates.models import Certificate, ExpiryRound
from certificates.validity import add_months
from courses.models import Course
from lms.lib.queue import wake, wake_on_commit
from notifications.models import Kind
from notifications.sending import notify
from people.models import Official, Posting, User
from records import rounds
from records.models import Enrolment, EnrolmentQuerySet

AT_LEAST = datetime.timedelta(days=7)  # to complete the course, where the round is confirmed late


# --- Proposing -----------------------------------------------------------------------------------------------


def propose_due() -> int:
    """Propose a round for each course and month of expiry whose window is open; returns how many are new.

    The window opens so many days before the month begins as the course says. Touches nobody; idempotent.
    """
    today = timezone.localdate()
    farthest = today + datetime.timedelta(days=366 + 31)
    dated = Certificate.objects.filter(valid_until__lte=farthest).order_by().values("completion__course")
    made = 0
    for course in Course.objects.filter(pk__in=dated):
        if not _can_be_learnt(course):
            continue
        horizon = today + datetime.timedelta(days=course.renewal_days)
        ending = newest(course).filter(valid_until__lt=add_months(horizon.replace(day=1), 1))
        months = ending.order_by().values_list(TruncMonth("valid_until"), flat=True).distinct()
        for month in months:
            made += ExpiryRound.objects.get_or_create(course=course, month=month)[1]
    return made


def may_decide(user: User, round: ExpiryRound) -> bool:
    """Whoever may publish the course."""
    return bool(round.course.permissions_for_user(user).can_publish())


# --- Whom it touches -------------------------------------------------------------------------------------------


def newest(course: Course) -> QuerySet[Certificate]:
    """The newest certificate of each holder of the course, where it is limited in time and stands.

    Left out is whoever has begun a further period, be it a change or the whole course: what they hold is about
    to be renewed anyhow.
    """
    later = Enrolment.objects.filter(
        official=OuterRef("official"),
        course=OuterRef("completion__course"),
        period__gt=OuterRef("completion__enrolment__period"),
    )
    return Certificate.objects.filter(
        ~Exists(later),
        completion__course=course,
        valid_until__isnull=False,
        replaced_by__isnull=True,
        revocation__isnull=True,
    )


def ending(round: ExpiryRound) -> QuerySet[Certificate]:
    """The certificates that the round is about."""
    return newest(round.course).filter(
        valid_until__gte=round.month, valid_until__lt=add_months(round.month, 1)
    )


def touched(round: ExpiryRound) -> QuerySet[Official]:
    """Whom the round would enrol now: those of them who serve somewhere today. Nobody while nothing can be learnt."""
    if not _can_be_learnt(round.course):
        return Official.objects.none()
    return _holders(round).filter(_serves())


def away(round: ExpiryRound) -> QuerySet[Official]:
    """Whose certificates end as well, but who serve nowhere today."""
    return _holders(round).exclude(_serves())


def asked(round: ExpiryRound) -> EnrolmentQuerySet:
    """The renewals of the course for certificates that end in the round's month."""
    return Enrolment.objects.filter(
        course=round.course, expires_on__gte=round.month, expires_on__lt=add_months(round.month, 1)
    )


def _holders(round: ExpiryRound) -> QuerySet[Official]:
    return Official.objects.filter(pk__in=ending(round).order_by().values("official"))


def _serves() -> Exists:
    return Exists(Posting.objects.on().filter(official=OuterRef("pk")))


def _can_be_learnt(course: Course) -> bool:
    return bool(course.live) and course.modules().filter(required=True).exists()


# --- Deciding ----------------------------------------------------------------------------------------------------


def confirm(round: ExpiryRound, *, by: User) -> ExpiryRound:
    """Somebody has seen whom it touches: enrol them. A worker follows. Confirming twice is confirming once.

    Raises RoundRefused for one that was declined.
    """
    from certificates import tasks  # which call this file

    with transaction.atomic():
        round = rounds.decide(round, ExpiryRound.State.CONFIRMED, by=by)
        wake_on_commit(tasks.renew, round.pk)
    return round


def decline(round: ExpiryRound, *, by: User) -> ExpiryRound:
    """Nobody is asked to complete the course again. Raises RoundRefused for one that was confirmed."""
    with transaction.atomic():
        return rounds.decide(round, ExpiryRound.State.DECLINED, by=by)


# --- The job -------------------------------------------------------------------------------------------------------


def renew(round_id: int, *, seconds: float = rounds.SECONDS) -> bool:
    """Enrol those whom a confirmed round touches; True when nobody is left. Safe to repeat and to break off."""
    from certificates import tasks  # which call this file

    if not rounds.take(ExpiryRound, round_id):
        return False
    round = ExpiryRound.objects.select_related("course").get(pk=round_id)
    finished = rounds.work_through(
        round, lambda: touched(round), lambda official_id: ask(round, official_id), seconds=seconds
    )
    if not finished:
        wake(tasks.renew, round.pk)
    return finished


def ask(round: ExpiryRound, official_id: int) -> Enrolment | None:
    """Enrol one official for a further period, due on the day on which the certificate ends.

    Where that day has come nearer than a week, or has passed, a week is left. One transaction under the lock of the
    newest enrolment, with which a material change waits as well. None where nothing is to be asked (any more).
    """
    with transaction.atomic():
        held = (
            Enrolment.objects.select_for_update(of=("self",))
            .filter(official=official_id, course=round.course_id)
            .order_by("-period")
            .first()
        )
        certificate = ending(round).filter(official=official_id).first()
        if held is None or certificate is None or certificate.valid_until is None:
            return None
        due_on = max(certificate.valid_until, timezone.localdate() + AT_LEAST)
        enrolment, created = Enrolment.objects.get_or_create(
            official_id=official_id,
            course_id=round.course_id,
            period=held.period + 1,
            defaults={"expires_on": certificate.valid_until, "due_on": due_on},
        )
        if not created:
            return None
        _tell(enrolment, certificate, until=certificate.valid_until, due_on=due_on)
        return enrolment


def _tell(
    enrolment: Enrolment, certificate: Certificate, *, until: datetime.date, due_on: datetime.date
) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        words = {
            "course": enrolment.course.title,
            "number": certificate.register_number,
            "day": date_format(until, "SHORT_DATE_FORMAT"),
            "due": date_format(due_on, "SHORT_DATE_FORMAT"),
        }
        notify(
            certificate.official,
            Kind.RENEWAL_DUE,
            f"expiry-{enrolment.pk}",
            subject=_("To be completed again: %(course)s") % words,
            body=_(
                "Your certificate number %(number)s for the course “%(course)s” is valid until %(day)s. Please "
                "complete the course again by %(due)s, in its current content. What you have earned is kept, "
                "and afterwards you get a new certificate."
            )
            % words,
            path=reverse("learning:course", args=[enrolment.course.slug]),
        )
