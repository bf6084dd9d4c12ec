"""An attempt begins: who may, and the paper that is drawn. Doing it twice is doing it once."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import ModuleVersion
from people.models import Official
from quizzes.models import Attempt, AttemptItem
from quizzes.papers import draw_paper
from records.models import Enrolment, ModuleProgress

OPEN = (Attempt.State.IN_PROGRESS, Attempt.State.SUBMITTED)


class AttemptRefused(Exception):
    """An attempt may not be started; the message tells the learner why and what to do."""


def start_attempt(progress: ModuleProgress) -> Attempt:
    """The open attempt in a module or, where there is none, a new one with a freshly drawn paper.

    Raises AttemptRefused while cards are unread, once the module is done, when all attempts are used up or
    when there is no question to draw.
    """
    try:
        with transaction.atomic():
            # The enrolment is the lock, here as in records.completing: of two taps one draws the paper.
            enrolment = (
                Enrolment.objects.select_for_update(of=("self",))
                .select_related("official")
                .get(pk=progress.enrolment_id)
            )
            attempts = list(attempts_in(progress))
            return open_attempt(attempts) or _draw_attempt(progress, enrolment.official, attempts)
    except IntegrityError:  # should the lock ever fail: the database allows one open attempt
        attempt = open_attempt(attempts_in(progress))
        if attempt is None:
            raise
        return attempt


def attempts_in(progress: ModuleProgress) -> QuerySet[Attempt]:
    """All attempts of one enrolment in one module, the first one first."""
    mine = Attempt.objects.filter(enrolment=progress.enrolment_id, module=progress.module_id)
    return mine.order_by("number")


def open_attempt(attempts: Iterable[Attempt]) -> Attempt | None:
    return next((attempt for attempt in attempts if attempt.state in OPEN), None)


def quiz_version(progress: ModuleProgress) -> ModuleVersion:
    """The module's version to draw from: the one that was begun.

    Only where that one had no question to draw is it the newest, else the learner could never finish.
    """
    begun = progress.version
    if begun.quiz and begun.quiz["question_versions"]:
        return begun
    newest = progress.module.current_version
    return newest if newest and newest.quiz else begun


def why_not(progress: ModuleProgress, quiz: Mapping[str, Any] | None, attempts: Sequence[Attempt]) -> str:
    """Why no further attempt may be started after those in ``attempts``; empty when it may."""
    if progress.read_at is None:
        return _("Please read all cards of this lesson first. Then the quiz opens.")
    # A passed attempt tells it too where the progress was read before another device passed.
    if progress.done_at is not None or any(attempt.passed for attempt in attempts):
        return _("You have passed this lesson already. Your result stays; there is nothing left to do here.")
    if quiz is None or not quiz["question_versions"]:
        return _(
            "This quiz has no published question yet. Your reading is kept; please try again later or tell "
            "the person in charge of training."
        )
    if 0 < quiz["attempts_allowed"] <= len(attempts):
        return ngettext(
            "You have used the one attempt allowed. Please ask the person in charge of training what to do next.",
            "You have used all %(count)d attempts allowed. Please ask the person in charge of training what "
            "to do next.",
            quiz["attempts_allowed"],
        ) % {"count": quiz["attempts_allowed"]}
    return ""


def _draw_attempt(progress: ModuleProgress, official: Official, earlier: Sequence[Attempt]) -> Attempt:
    version = quiz_version(progress)
    quiz = version.quiz
    if reason := why_not(progress, quiz, earlier):
        raise AttemptRefused(reason)
    assert quiz is not None  # noqa: S101 - why_not() has refused it
    seed = secrets.randbelow(2**63)
    paper = draw_paper(quiz, seed, seen=_seen(earlier))
    now = timezone.now()
    limit = quiz["time_limit_minutes"]
    attempt = Attempt(
        enrolment_id=progress.enrolment_id,
        official=official,
        module_id=progress.module_id,
        version_id=version.pk,
        number=len(earlier) + 1,
        seed=seed,
        started_at=now,
        due_at=now + timedelta(minutes=limit) if limit else None,
        max_points=sum(line.points for line in paper),
    )
    attempt.copy_posting(official.posting_on())
    attempt.save(force_insert=True)
    AttemptItem.objects.bulk_create(
        AttemptItem(
            attempt=attempt,
            order=order,
            question_version_id=line.version,
            option_order=line.option_order,
            max_points=line.points,
        )
        for order, line in enumerate(paper, start=1)
    )
    return attempt


def _seen(earlier: Sequence[Attempt]) -> set[int]:
    """The question versions on earlier papers. No query for a first attempt."""
    if not earlier:
        return set()
    items = AttemptItem.objects.filter(attempt__in=[attempt.pk for attempt in earlier])
    return set(items.values_list("question_version", flat=True))
