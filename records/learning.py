"""Studying: opening a module, seeing its cards, and what comes next.

All writes are idempotent: a phone may repeat any of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from courses.models import Course, Module
from people.models import Official
from records.completing import finish_module
from records.models import Enrolment, ModuleProgress


def open_module(enrolment: Enrolment, module: Module) -> ModuleProgress:
    """The learner's progress in a module; the first opening fixes the version that the learner will finish.

    Raises ValueError for a module that was never published.
    """
    if module.current_version is None:
        raise ValueError(f"{module} has no published version")
    with transaction.atomic():
        progress, created = ModuleProgress.objects.get_or_create(
            enrolment=enrolment,
            module=module,
            defaults={
                "version": module.current_version,
                "card_total": len(module.current_version.cards),
            },
        )
        if created:
            Enrolment.objects.filter(pk=enrolment.pk, started_at__isnull=True).update(
                started_at=progress.started_at
            )
    return progress


def see_card(progress: ModuleProgress, card_id: str) -> ModuleProgress:
    """Note that a card was seen; all cards seen: the module is read and, without a quiz, done.

    Raises ValueError for a card that is not in the version being studied.
    """
    if card_id not in progress.version.card_ids:
        raise ValueError(f"no card {card_id} in {progress.version}")
    if card_id == progress.last_card and card_id in progress.cards_seen:
        return progress
    with transaction.atomic():
        progress = (
            ModuleProgress.objects.select_for_update(of=("self",))
            .select_related("version")
            .get(pk=progress.pk)
        )
        if card_id not in progress.cards_seen:
            progress.cards_seen.append(card_id)
        progress.last_card = card_id
        finished_reading = progress.read_at is None and set(progress.version.card_ids) <= set(
            progress.cards_seen
        )
        if finished_reading:
            progress.read_at = timezone.now()
        progress.save(update_fields=["cards_seen", "last_card", "read_at"])
        if finished_reading and progress.version.quiz is None:
            finish_module(progress)
            progress.refresh_from_db(fields=["done_at"])
    return progress


@dataclass(frozen=True)
class Step:
    """One module as an enrolled learner sees it in a list."""

    module: Module
    progress: ModuleProgress | None

    @property
    def state(self) -> str:
        """new, reading, quiz (all cards read, quiz not passed) or done."""
        if self.progress is None:
            return "new"
        if self.progress.done_at:
            return "done"
        return "quiz" if self.progress.read_at else "reading"

    @property
    def percent(self) -> int:
        return self.progress.percent if self.progress else 0

    @property
    def resume_at(self) -> int:
        """The card to open, counted from 1: the one after the last seen, else the first."""
        if self.progress is None or self.progress.read_at:
            return 1
        return min(len(self.progress.cards_seen) + 1, self.progress.card_total)


@dataclass(frozen=True)
class Study:
    """One enrolment with its modules in order."""

    enrolment: Enrolment
    steps: list[Step]

    @property
    def course(self) -> Course:
        return self.enrolment.course

    @property
    def done(self) -> int:
        return sum(step.state == "done" for step in self.steps)

    @property
    def next_step(self) -> Step | None:
        """Where to go on: required modules first, in the trainer's order."""
        open_steps = [step for step in self.steps if step.state != "done"]
        return next(
            (step for step in open_steps if step.module.required), open_steps[0] if open_steps else None
        )


def studies_of(official: Official) -> list[Study]:
    """What an official has to learn and has learnt: the latest period of each course, urgent first.

    Three queries, however many courses.
    """
    latest: dict[int, Enrolment] = {}
    for enrolment in official.enrolments.select_related("course").order_by("period"):
        latest[enrolment.course_id] = enrolment
    return _with_steps(latest.values())


def study_of(official: Official, course_slug: str) -> Study | None:
    """The latest period of one course, or None where the official is not enrolled."""
    enrolment = (
        official.enrolments.select_related("course")
        .filter(course__slug=course_slug)
        .order_by("-period")
        .first()
    )
    return _with_steps([enrolment])[0] if enrolment else None


def _with_steps(enrolments: Iterable[Enrolment]) -> list[Study]:
    enrolments = list(enrolments)
    progress = {
        (row.enrolment_id, row.module_id): row
        for row in ModuleProgress.objects.filter(enrolment__in=[each.pk for each in enrolments])
    }
    modules = _modules_by_course([enrolment.course for enrolment in enrolments])
    studies = [
        Study(
            enrolment,
            [
                Step(module, progress.get((enrolment.pk, module.pk)))
                for module in modules[enrolment.course_id]
            ],
        )
        for enrolment in enrolments
    ]
    return sorted(studies, key=_urgency)


def _urgency(study: Study) -> tuple[bool, bool, str, int]:
    """Open before completed, then by due date, those without one last."""
    enrolment = study.enrolment
    due = enrolment.due_on.isoformat() if enrolment.due_on else ""
    return (enrolment.completed_at is not None, not due, due, enrolment.pk)


def _modules_by_course(courses: Iterable[Course]) -> dict[int, list[Module]]:
    """The published modules of several courses in one query, in the trainer's order."""
    by_path = {course.path: course.pk for course in courses}
    result: dict[int, list[Module]] = {pk: [] for pk in by_path.values()}
    if not by_path:
        return result
    below = Q()
    for path in by_path:
        below |= Q(path__startswith=path)
    published = (
        Module.objects.live().filter(below, current_version__isnull=False).defer("cards").order_by("path")
    )
    for module in published:
        result[by_path[module.path[: -Module.steplen]]].append(module)
    return result
