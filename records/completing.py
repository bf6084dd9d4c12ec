"""Finishing: a module is done once, a course is completed once, and both stay so."""

from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction
from django.utils import timezone

from records.models import Completion, Enrolment, ModuleProgress
from records.signals import course_completed


def finish_module(progress: ModuleProgress, *, score: Decimal | None = None) -> Completion | None:
    """Mark a read module as done (``score``: of its passed quiz, 0–10) and complete the course if it was the last.

    Returns the course's completion, or None while modules are open. Safe to repeat: the first score stays.
    Runs inside the caller's transaction, so an attempt and what follows from it are one fact.
    Raises ValueError when cards are still unread.
    """
    with transaction.atomic():
        # The enrolment is the lock: two last modules finished at once still make one completion.
        enrolment = (
            Enrolment.objects.select_for_update(of=("self",))
            .select_related("official", "course")
            .get(pk=progress.enrolment_id)
        )
        progress = ModuleProgress.objects.get(pk=progress.pk)
        if progress.read_at is None:
            raise ValueError(f"{progress} is not read to the end")
        if progress.done_at is None:
            progress.done_at = timezone.now()
            progress.score = score
            progress.save(update_fields=["done_at", "score"])
        return complete_if_done(enrolment)


def complete_if_done(enrolment: Enrolment) -> Completion | None:
    """Write the completion when every required published module is done; the caller holds the enrolment's lock.

    A renewal requires the modules whose changes it asks for, and no other.
    """
    first = enrolment.completions.filter(corrects__isnull=True).first()
    if first is not None:
        return first
    modules = enrolment.course.modules()
    if enrolment.delta:
        modules = modules.filter(pk__in=enrolment.tasks.values("module"))
    else:
        modules = modules.filter(required=True)
    required = set(modules.values_list("pk", flat=True))
    done = {row.module_id: row for row in enrolment.progress.filter(done_at__isnull=False)}
    if not required or not required <= done.keys():
        return None
    now = timezone.now()
    official = enrolment.official
    completion = Completion(
        enrolment=enrolment,
        official=official,
        course=enrolment.course,
        full_name=official.full_name,
        date_of_birth=official.date_of_birth,
        course_title=enrolment.course.title,
        periods=enrolment.course.periods,
        started_on=timezone.localdate(enrolment.started_at or now),
        completed_at=now,
        score=_mean(
            [row.score for row in done.values() if row.module_id in required and row.score is not None]
        ),
    )
    completion.copy_posting(official.posting_on(timezone.localdate(now)))
    completion.save(force_insert=True)
    Enrolment.objects.filter(pk=enrolment.pk).update(completed_at=now)
    transaction.on_commit(lambda: course_completed.send_robust(sender=Completion, completion=completion))
    return completion


def _mean(scores: list[Decimal]) -> Decimal | None:
    if not scores:
        return None
    return (sum(scores, Decimal(0)) / len(scores)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
