"""Renewals: a material change is proposed, previewed, confirmed; then a worker enrols whom it touches.

Whoever completed a course on a version older than the material one holds what no longer is the procedure. Nothing
of theirs is reset: they get a further period of the course that asks only for the change (docs/decisions/0017).
The round's row is the job, and everybody is asked in a transaction of their own, so all of this may be repeated.
"""

import datetime
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from courses.models import Change, Course, ModuleVersion
from lms.lib.queue import wake, wake_on_commit
from notifications.models import Kind
from notifications.sending import notify
from people.models import Official, Posting, User
from records import rounds
from records.models import Enrolment, ModuleProgress, RenewalRound, RenewalTask

# --- Proposing -----------------------------------------------------------------------------------------------


def propose(version: ModuleVersion) -> RenewalRound | None:
    """The round of a material version of a required module, None for any other. Touches nobody; idempotent."""
    if version.change != Change.MATERIAL or not version.module.required:
        return None
    course = Course.objects.ancestor_of(version.module).get()
    return RenewalRound.objects.get_or_create(version=version, defaults={"course": course})[0]


def propose_new(sender: type[ModuleVersion], version: ModuleVersion, **kwargs: object) -> None:
    """Receiver of ``version_published``. What it misses, the sweep proposes."""
    propose(version)


def propose_missing() -> int:
    """Propose what no signal reached; returns how many."""
    missing = ModuleVersion.objects.filter(
        change=Change.MATERIAL, renewal_round__isnull=True, module__required=True
    )
    return sum(propose(version) is not None for version in missing.select_related("module"))


def may_decide(user: User, round: RenewalRound) -> bool:
    """Whoever may publish the lesson."""
    return bool(round.version.module.permissions_for_user(user).can_publish())


# --- Whom it touches -------------------------------------------------------------------------------------------


def holders(round: RenewalRound) -> QuerySet[Official]:
    """Officials whose newest completion of the course rests on a version of the module older than the round's."""
    done = ModuleProgress.objects.filter(
        enrolment__course=round.course_id,
        enrolment__completed_at__isnull=False,
        module=round.version.module_id,
        done_at__isnull=False,
    )
    older = done.filter(version__number__lt=round.version.number)
    current = done.filter(version__number__gte=round.version.number, enrolment__official=OuterRef("pk"))
    return Official.objects.filter(~Exists(current), pk__in=older.values("enrolment__official"))


def touched(round: RenewalRound) -> QuerySet[Official]:
    """Whom the round would enrol now: holders who serve somewhere today and are not asked already.

    Left out for the time being: whoever is in the middle of the whole course again, or of an earlier change of the
    same module. They finish the version they began, and fall into the round once they have (rule 7). While the
    lesson is withdrawn nobody is asked, since nobody could learn it.
    """
    if not round.version.module.live:
        return Official.objects.none()
    mine = Enrolment.objects.filter(official=OuterRef("pk"), course=round.course_id)
    in_the_middle = mine.filter(completed_at__isnull=True).filter(
        Q(delta=False)
        | Exists(ModuleProgress.objects.filter(enrolment=OuterRef("pk"), module=round.version.module_id))
    )
    return holders(round).filter(
        Exists(Posting.objects.on().filter(official=OuterRef("pk"))),
        ~Exists(RenewalTask.objects.filter(version=round.version_id, enrolment__official=OuterRef("pk"))),
        ~Exists(in_the_middle),
    )


@dataclass(frozen=True)
class RoundPlan(rounds.Preview):
    """What confirming would do today; all counts are officials.

    ``merged``: of ``touched`` those who have an open renewal of the course already, to which the change is added.
    ``midway``: in the middle of the course on an older version. ``away``: hold it, but serve nowhere today.
    """

    merged: int
    midway: int
    away: int


def plan_round(round: RenewalRound, user: User) -> RoundPlan:
    """What confirming the round would do, as ``user`` may see it (rule 8). Writes nothing."""
    asked = touched(round)
    renewing = Enrolment.objects.filter(
        official=OuterRef("pk"), course=round.course_id, delta=True, completed_at__isnull=True
    )
    return RoundPlan(
        **vars(rounds.preview(asked, user)),
        merged=asked.filter(Exists(renewing)).count(),
        midway=_midway(round).count(),
        away=holders(round).exclude(Exists(Posting.objects.on().filter(official=OuterRef("pk")))).count(),
    )


def _midway(round: RenewalRound) -> QuerySet[Official]:
    begun = ModuleProgress.objects.filter(
        enrolment__course=round.course_id,
        enrolment__completed_at__isnull=True,
        module=round.version.module_id,
        version__number__lt=round.version.number,
    )
    return Official.objects.filter(pk__in=begun.values("enrolment__official"))


# --- Deciding ----------------------------------------------------------------------------------------------------


def confirm(round: RenewalRound, *, by: User, days: int) -> RenewalRound:
    """Somebody has seen whom it touches: enrol them. A worker follows. Confirming twice is confirming once.

    Raises RoundRefused for one that was declined.
    """
    from records import tasks  # which call this file

    with transaction.atomic():
        round = rounds.decide(round, RenewalRound.State.CONFIRMED, by=by, days=days)
        wake_on_commit(tasks.renew, round.pk)
    return round


def decline(round: RenewalRound, *, by: User) -> RenewalRound:
    """Nobody is asked to learn this change. Raises RoundRefused for one that was confirmed."""
    with transaction.atomic():
        return rounds.decide(round, RenewalRound.State.DECLINED, by=by)


# --- The job -------------------------------------------------------------------------------------------------------


def renew(round_id: int, *, seconds: float = rounds.SECONDS) -> bool:
    """Enrol those whom a confirmed round touches; True when nobody is left. Safe to repeat and to break off."""
    from records import tasks  # which call this file

    if not rounds.take(RenewalRound, round_id):
        return False
    round = RenewalRound.objects.select_related("version__module", "course").get(pk=round_id)
    finished = rounds.work_through(
        round, lambda: touched(round), lambda official_id: ask(round, official_id), seconds=seconds
    )
    if not finished:
        wake(tasks.renew, round.pk)
    return finished


def ask(round: RenewalRound, official_id: int) -> RenewalTask | None:
    """Ask one official to learn the change: in the open renewal of the course, else in a new period of it.

    One transaction under the lock of the newest enrolment, with which opening a module and completing the course
    wait as well. None where there is nothing to ask (any more). Idempotent.
    """
    with transaction.atomic():
        newest = (
            Enrolment.objects.select_for_update(of=("self",))
            .filter(official=official_id, course=round.course_id)
            .order_by("-period")
            .first()
        )
        if newest is None or not touched(round).filter(pk=official_id).exists():
            return None
        due_on = timezone.localdate() + datetime.timedelta(days=round.days)
        enrolment, created = newest, False
        if newest.completed_at is not None:
            enrolment, created = Enrolment.objects.get_or_create(
                official_id=official_id,
                course_id=round.course_id,
                period=newest.period + 1,
                defaults={"delta": True, "due_on": due_on},
            )
            if not created:  # another round was faster; the next sweep adds this one's change
                return None
        if not created and enrolment.due_on is not None and enrolment.due_on < due_on:
            Enrolment.objects.filter(pk=enrolment.pk).update(due_on=due_on)
        task = RenewalTask.objects.create(
            enrolment=enrolment,
            round=round,
            module_id=round.version.module_id,
            version=round.version,
            held=_held(round, official_id),
        )
        _tell(task, Official.objects.get(pk=official_id), due_on)
        return task


def _held(round: RenewalRound, official_id: int) -> ModuleVersion:
    """The newest version of the module that the official's completions of the course rest on."""
    done = ModuleProgress.objects.filter(
        enrolment__official=official_id,
        enrolment__course=round.course_id,
        enrolment__completed_at__isnull=False,
        module=round.version.module_id,
        done_at__isnull=False,
    )
    newest: ModuleProgress = done.select_related("version").order_by("-version__number").first()  # type: ignore[assignment]
    return newest.version


def _tell(task: RenewalTask, official: Official, due_on: datetime.date) -> None:
    course, version = task.round.course, task.version
    with translation.override(settings.LANGUAGE_CODE):
        words = {
            "course": course.title,
            "module": version.title,
            "due": date_format(due_on, "SHORT_DATE_FORMAT"),
        }
        sentences = [
            _("The lesson “%(module)s” of the course “%(course)s”, which you have completed, has changed.")
            % words,
            version.change_note,
            _("Legal basis: %(number)s.") % version.change_basis if version.change_basis else "",
            _(
                "Please read what has changed and answer the few questions about it by %(due)s; the rest of the "
                "course need not be repeated. Your certificate is kept, and afterwards you get a renewed one."
            )
            % words,
        ]
        notify(
            official,
            Kind.RENEWAL_DUE,
            str(task.round_id),
            subject=_("A lesson you completed has changed: %(module)s") % words,
            body="\n\n".join(filter(None, sentences)),
            path=reverse("learning:course", args=[course.slug]),
        )
