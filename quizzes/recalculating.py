"""What a corrected key does to the attempts: upgrades at once, downgrades by HR's word, each exactly once.

The correction's row is the job (docs/decisions/0004-jobs.md): ``reached`` says how far it is, a Regrade row that an
attempt is dealt with. An attempt that is open is passed over: when it is submitted it meets the corrected key, since
both sides take the attempt's lock before they look, the correction was committed before the job began.
"""

import datetime
import logging
import time
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from django.conf import settings
from django.db import transaction
from django.db.models import Case, Q, QuerySet, When
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import localize
from django.utils.translation import gettext as _

from lms.lib.queue import wake
from notifications.models import Kind
from notifications.sending import notify
from people.models import User
from quizzes.counting import HALF_A_STEP, is_passed
from quizzes.grading import earned_points, locked, stored
from quizzes.keys import WITH_KEYS
from quizzes.models import (
    Attempt,
    AttemptItem,
    GradeStep,
    KeyCorrection,
    KeyReplacement,
    Regrade,
    RegradeDecision,
    Shown,
)
from quizzes.papers import newest_answers
from quizzes.regrading import add_grade
from quizzes.reviewing import shown_of

logger = logging.getLogger(__name__)

BATCH = 100  # attempts between two looks at the clock and two notes of how far it is
SECONDS = 60.0  # one task's share; then it wakes the next, so that no worker is held for an hour
LEASE = datetime.timedelta(minutes=5)


class DecisionRefused(Exception):
    """The downgrade can no longer be decided; the message says why."""


# --- The job -------------------------------------------------------------------------------------------------


def unfinished() -> list[int]:
    """Corrections whose regrading is not finished and that no worker has in hand, oldest first."""
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=timezone.now())
    found = KeyCorrection.objects.filter(free, finished_at__isnull=True).order_by("made_at", "pk")
    return list(found.values_list("pk", flat=True))


def regrade(correction_id: int, *, seconds: float = SECONDS) -> bool:
    """Go on with a correction's job for so long; True when it is finished. Safe to repeat and to break off."""
    if not _take(correction_id):
        return KeyCorrection.objects.filter(pk=correction_id, finished_at__isnull=False).exists()
    correction = KeyCorrection.objects.prefetch_related("replacements").get(pk=correction_id)
    until = time.monotonic() + seconds
    while batch := list(attempts_of(correction).filter(pk__gt=correction.reached).order_by("pk")[:BATCH]):
        for attempt_id in batch:
            regrade_attempt(correction, attempt_id)
        correction.reached = batch[-1]
        KeyCorrection.objects.filter(pk=correction.pk, finished_at__isnull=True).update(
            reached=correction.reached, leased_until=timezone.now() + LEASE
        )
        if time.monotonic() > until:
            _put_down(correction)
            return False
    tell_officials(correction)
    KeyCorrection.objects.filter(pk=correction.pk, finished_at__isnull=True).update(
        finished_at=timezone.now(), leased_until=None
    )
    return True


def _take(correction_id: int) -> bool:
    """Of two workers one gets it. The other loses nothing: every step of the job may be repeated."""
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=timezone.now())
    taken = KeyCorrection.objects.filter(free, pk=correction_id, finished_at__isnull=True).update(
        leased_until=timezone.now() + LEASE
    )
    return taken == 1


def _put_down(correction: KeyCorrection) -> None:
    from quizzes import tasks  # which call this

    KeyCorrection.objects.filter(pk=correction.pk).update(leased_until=None)
    wake(tasks.regrade, correction.pk)


def attempts_of(correction: KeyCorrection) -> "QuerySet[Attempt, int]":
    """The ids of all attempts, open ones too, with a version on their paper whose key this correction replaced."""
    wrong = KeyReplacement.objects.filter(correction=correction).values("wrong")
    with_it = AttemptItem.objects.filter(question_version__in=wrong).values("attempt")
    return Attempt.objects.filter(pk__in=with_it).order_by("pk").values_list("pk", flat=True)


def regrade_attempt(correction: KeyCorrection, attempt_id: int) -> list[Regrade]:
    """Grade what the correction concerns of one closed attempt afresh; more points count at once, fewer wait.

    One transaction under the attempt's lock, once for each question.
    """
    with transaction.atomic():
        attempt = locked(attempt_id)
        if not attempt.is_closed:
            return []
        done = set(
            Regrade.objects.filter(correction=correction, attempt=attempt).values_list("item", flat=True)
        )
        wrong = {replacement.wrong_id for replacement in correction.replacements.all()}
        fresh = Fresh(attempt)
        concerned = [
            item for item in fresh.items if item.question_version_id in wrong and item.pk not in done
        ]
        return [_regrade_item(correction, attempt, fresh, item) for item in concerned]


class Fresh:
    """An attempt's questions with what its answers earn by the keys of today, exactly. Four queries."""

    def __init__(self, attempt: Attempt) -> None:
        in_time = newest_answers(attempt)
        items = attempt.items.select_related("question_version").prefetch_related(WITH_KEYS)
        self.items: list[AttemptItem] = list(items.order_by("order"))
        counting = {pk: answer.response for pk, answer in in_time.items()} | accepted_late(
            attempt, self.items
        )
        self.points: dict[int, Fraction] = {
            item.pk: earned_points(item, counting.get(item.pk, [])) for item in self.items
        }

    def with_item(self, item: AttemptItem) -> dict[int, Fraction]:
        """The exact points for a grade in which ``item`` alone is new.

        Others are named where what is stored is what they earn, rounded: so no rounding decides. Those that differ,
        by a downgrade that waits or was declined, say, are left out and keep what they have.
        """
        return {
            each.pk: self.points[each.pk]
            for each in self.items
            if each.pk == item.pk or stored(self.points[each.pk]) == each.points
        }


def accepted_late(attempt: Attempt, items: Sequence[AttemptItem]) -> dict[int, list[str]]:
    """By item: the late response that somebody let count (quizzes.regrading.accept_late). None: one query.

    The step that let it count says only what each question had then; the newest late answer that earned so much,
    by the version's own key or a corrected one, is the one it stands on.
    """
    steps = list(attempt.grade_steps.order_by("number"))
    found: dict[int, list[str]] = {}
    for before, step in pairwise(steps):
        if step.cause != GradeStep.Cause.LATE_ACCEPTED:
            continue
        for item in items:
            order = str(item.order)
            if step.item_points[order] == before.item_points[order]:
                continue
            late = item.answers.filter(late=True, received_at__lte=step.graded_at).order_by("pk")
            for response in late.values_list("response", flat=True):
                keys = [
                    item.question_version,
                    *(each.corrected for each in item.question_version.replacements.all()),
                ]
                if any(
                    stored(earned_points(item, response, key)) == Decimal(step.item_points[order])
                    for key in keys
                ):
                    found[item.pk] = response
    return found


def _regrade_item(correction: KeyCorrection, attempt: Attempt, fresh: Fresh, item: AttemptItem) -> Regrade:
    assert attempt.points is not None and attempt.passed is not None  # noqa: S101, PT018 - it is closed
    before, after = item.points or Decimal(0), stored(fresh.points[item.pk])
    row = Regrade(
        correction=correction,
        attempt=attempt,
        item=item,
        outcome=Regrade.Outcome.UNCHANGED,
        item_points_before=before,
        item_points_after=after,
        points_before=attempt.points,
        points_after=attempt.points,
        passed_before=attempt.passed,
        passed_after=attempt.passed,
    )
    if after != before:
        row.points_after, row.passed_after = graded_with(attempt, fresh, item)
        row.outcome = Regrade.Outcome.AWAITING
    if after > before:
        row.step = add_grade(
            attempt.pk,
            cause=GradeStep.Cause.KEY_CORRECTED,
            points_by_item=fresh.with_item(item),
            actor=correction.actor,
            reason=correction.reason,
        )
        row.outcome = Regrade.Outcome.APPLIED
        row.points_after, row.passed_after = row.step.points, row.step.passed
        attempt.points, attempt.passed, item.points = row.step.points, row.step.passed, after
    row.save(force_insert=True)
    return row


def graded_with(attempt: Attempt, fresh: Fresh, item: AttemptItem) -> tuple[Decimal, bool]:
    """(points, passed) that a grade with ``item`` by today's key would have; nothing is written."""
    named = fresh.with_item(item)
    kept = [each for each in fresh.items if each.pk not in named]
    total = sum(named.values(), sum((Fraction(each.points or 0) for each in kept), Fraction(0)))
    passed = is_passed(total + len(kept) * HALF_A_STEP, attempt.max_points, attempt.version.quiz or {})
    return stored(total), passed


# --- HR's word -----------------------------------------------------------------------------------------------


def decide(
    regrade: Regrade, *, verdict: RegradeDecision.Verdict, actor: User, reason: str
) -> RegradeDecision:
    """Approve or decline a downgrade, once. An approval writes the grade; nothing that was completed is undone.

    The same verdict by the same person again gives the decision that stands. Raises DecisionRefused without a
    reason, where somebody else has decided, or where the question was corrected once more.
    """
    reason = " ".join(reason.split())[: RegradeDecision.REASON_LENGTH]
    if not reason:
        raise DecisionRefused(_("Please give a reason. Nothing was decided."))
    with transaction.atomic():
        attempt = locked(regrade.attempt_id)
        standing = RegradeDecision.objects.filter(regrade=regrade).select_related("actor").first()
        if standing is not None:
            if (standing.verdict, standing.actor_id) == (verdict, actor.pk):
                return standing
            raise DecisionRefused(
                _("%(who)s has decided this already: %(verdict)s. Nothing was changed.")
                % {"who": standing.actor, "verdict": standing.get_verdict_display()}
            )
        if not Regrade.objects.open().filter(pk=regrade.pk).exists():
            raise DecisionRefused(
                _(
                    "The key of this question was corrected once more; the newer correction stands in this list."
                )
            )
        step = None
        if verdict == RegradeDecision.Verdict.APPROVED:
            step = _lower(attempt, regrade, actor=actor, reason=reason)
        decision = RegradeDecision.objects.create(
            regrade=regrade, verdict=verdict, actor=actor, reason=reason, step=step
        )
        if step is not None:
            tell_official(regrade, step)
    return decision


def _lower(attempt: Attempt, regrade: Regrade, *, actor: User, reason: str) -> GradeStep | None:
    """By the key of today, which may not be that of the day when the downgrade was found."""
    fresh = Fresh(attempt)
    item = next(each for each in fresh.items if each.pk == regrade.item_id)
    if stored(fresh.points[item.pk]) >= (item.points or 0):
        return None
    return add_grade(
        attempt.pk,
        cause=GradeStep.Cause.KEY_CORRECTED,
        points_by_item=fresh.with_item(item),
        actor=actor,
        reason=reason,
    )


# --- Telling -------------------------------------------------------------------------------------------------


def tell_officials(correction: KeyCorrection) -> None:
    """One notice to everybody whose result rose, however many of their attempts did: on the one that says most."""
    rows = correction.regrades.filter(outcome=Regrade.Outcome.APPLIED)
    flips = Q(passed_before=False, passed_after=True)
    rows = rows.select_related("attempt__official", "attempt__version", "item", "correction").order_by(
        "attempt__official", Case(When(flips, then=0), default=1), "-attempt"
    )
    told: int | None = None
    for row in rows.iterator(chunk_size=500):
        if row.attempt.official_id != told:
            told = row.attempt.official_id
            _notify(row, row.points_after, passed=row.passed_after, key=str(correction.pk))


def tell_official(regrade: Regrade, step: GradeStep) -> None:
    """A downgrade that HR approved is told for itself."""
    _notify(regrade, step.points, passed=step.passed, key=f"{regrade.correction_id}/{regrade.pk}")


def _notify(row: Regrade, points: Decimal, *, passed: bool, key: str) -> None:
    attempt = row.attempt
    with translation.override(settings.LANGUAGE_CODE):
        words = {
            "title": attempt.version.title,
            "number": row.item.order,
            "before": localize(_plain(row.points_before)),
            "after": localize(_plain(points)),
            "total": localize(_plain(attempt.max_points)),
            "verdict": _("Passed") if passed else _("Not passed yet"),
        }
        notify(
            attempt.official,
            Kind.RESULT_CORRECTED,
            key,
            subject=_("Your quiz result was calculated again: %(title)s") % words,
            body=_body(attempt) % words,
            path=reverse("quizzes:result", args=[attempt.key]),
        )


def _body(attempt: Attempt) -> str:
    """With the points, where the quiz shows them."""
    if shown_of(attempt) == Shown.NOTHING:
        return _(
            "The answer key of question %(number)s in the quiz “%(title)s” was corrected, and your attempt was "
            "graded again by it. You need not do anything; your answers are as you gave them."
        )
    return _(
        "The answer key of question %(number)s in the quiz “%(title)s” was corrected. Your points were "
        "%(before)s of %(total)s; now they are %(after)s of %(total)s. Result: %(verdict)s. You need not "
        "do anything; your answers are as you gave them."
    )


def _plain(points: Decimal) -> Decimal:
    """Two decimals, none where they are nought."""
    rounded = points.quantize(Decimal("0.01"))
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral() else rounded
