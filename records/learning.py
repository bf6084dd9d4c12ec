"""Studying: opening a module, seeing its cards, and what comes next.

All writes are idempotent: a phone may repeat any of them.
"""

import datetime
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from courses.models import Module
from courses.rendering import published_version
from people.models import Official
from records.completing import finish_module
from records.models import Enrolment, ModuleProgress, RenewalTask, percent_read
from records.reading_times import with_gap
from records.updating import needs_quiz, open_change

# Written out, because they stand behind every page of a learner: composing these joins takes Django five
# to ten times as long as PostgreSQL needs to answer them.
ENROLMENTS = """
SELECT e.*, c.slug AS course_slug, c.title AS course_title, c.path AS course_path, k.summary AS course_summary,
  g.module_id, g.cards_seen, g.card_total, g.read_at IS NOT NULL AS is_read, g.done_at IS NOT NULL AS is_done,
  v.key AS version_key
FROM records_enrolment e
JOIN wagtailcore_page c ON c.id = e.course_id
JOIN courses_course k ON k.page_ptr_id = e.course_id
LEFT JOIN records_moduleprogress g ON g.enrolment_id = e.id
LEFT JOIN courses_moduleversion v ON v.id = g.version_id
WHERE e.official_id = %s
"""
LESSONS = """
SELECT p.id, p.path, p.slug, p.title, m.minutes, m.required
FROM courses_module m JOIN wagtailcore_page p ON p.id = m.page_ptr_id
WHERE p.live AND m.current_version_id IS NOT NULL
"""
# In the latest period that asks for the lesson (a renewal asks for few); a lesson that was withdrawn is still there
# for who is in the middle of the course.
PROGRESS = """
SELECT g.*, v.key AS version_key, e.delta, EXISTS (SELECT 1 FROM records_cardreport r
    WHERE r.official_id = e.official_id AND r.module_id = g.module_id) AS has_reports
FROM records_moduleprogress g
JOIN records_enrolment e ON e.id = g.enrolment_id
JOIN wagtailcore_page c ON c.id = e.course_id
JOIN wagtailcore_page p ON p.id = g.module_id
JOIN courses_moduleversion v ON v.id = g.version_id
WHERE e.official_id = %s AND c.slug = %s AND p.slug = %s AND (p.live OR e.completed_at IS NULL)
  AND NOT EXISTS (SELECT 1 FROM records_enrolment later WHERE later.official_id = e.official_id
    AND later.course_id = e.course_id AND later.period > e.period
    AND (NOT later.delta OR EXISTS (SELECT 1 FROM records_renewaltask t
      WHERE t.enrolment_id = later.id AND t.module_id = g.module_id)))
ORDER BY e.period DESC
"""


def open_module(enrolment: Enrolment, module: Module) -> ModuleProgress:
    """The learner's progress in a module; the first opening fixes the version that the learner will finish.

    Raises ValueError for a module that was never published.
    """
    if module.current_version is None:
        raise ValueError(f"{module} has no published version")
    if enrolment.delta:
        return open_change(enrolment, module)
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


def progress_in(official: Official, course_slug: str, module_slug: str) -> ModuleProgress | None:
    """The official's progress in a lesson, in the latest period; None where it was not opened yet. One query."""
    progress = next(iter(ModuleProgress.objects.raw(PROGRESS, [official.pk, course_slug, module_slug])), None)
    if progress is not None:
        progress.version = published_version(progress.version_key)  # type: ignore[attr-defined]
    return progress


def see_card(progress: ModuleProgress, card_id: str) -> ModuleProgress:
    """Note that a card was seen, and how long the one before it; all seen: read and, without questions, done.

    Raises ValueError for a card that is not in the version being studied.
    """
    if card_id not in progress.version.card_ids:
        raise ValueError(f"no card {card_id} in {progress.version}")
    if card_id == progress.last_card and card_id in progress.cards_seen:
        return progress
    seen = progress.cards_seen if card_id in progress.cards_seen else [*progress.cards_seen, card_id]
    if not _reads_to_the_end(progress, seen):
        # One statement, and only if nothing was seen meanwhile in another tab: no card is ever lost, no time twice.
        unchanged = ModuleProgress.objects.filter(
            pk=progress.pk, cards_seen=progress.cards_seen, seen_at=progress.seen_at
        )
        now = timezone.now()
        seconds = _seconds(progress, now)
        if unchanged.update(cards_seen=seen, last_card=card_id, seen_at=now, card_seconds=seconds):
            progress.cards_seen, progress.last_card = seen, card_id
            progress.seen_at, progress.card_seconds = now, seconds
            return progress
    return _see_card_locked(progress, card_id)


def _see_card_locked(progress: ModuleProgress, card_id: str) -> ModuleProgress:
    """The longer way: for the last card, which finishes the reading once, and for two tabs at the same time."""
    with transaction.atomic():
        progress = (
            ModuleProgress.objects.select_for_update(of=("self",))
            .select_related("version", "enrolment")
            .get(pk=progress.pk)
        )
        if card_id not in progress.cards_seen:
            progress.cards_seen.append(card_id)
        now = timezone.now()
        if card_id != progress.last_card:
            progress.card_seconds = _seconds(progress, now)
            progress.last_card, progress.seen_at = card_id, now
        finished_reading = _reads_to_the_end(progress, progress.cards_seen)
        if finished_reading:
            progress.read_at = now
        progress.save(update_fields=["cards_seen", "last_card", "seen_at", "card_seconds", "read_at"])
        if finished_reading and not needs_quiz(progress):
            finish_module(progress)
            progress.refresh_from_db(fields=["done_at"])
    return progress


def _seconds(progress: ModuleProgress, now: datetime.datetime) -> dict[str, int]:
    """The seconds by card as of a new view; what is looked up after the module was done is not reading time."""
    seconds: dict[str, int] = progress.card_seconds
    if progress.done_at is not None:
        return seconds
    return with_gap(seconds, progress.last_card, progress.seen_at, now)


def _reads_to_the_end(progress: ModuleProgress, seen: list[str]) -> bool:
    return progress.read_at is None and set(progress.version.card_ids) <= set(seen)


def first_unread(card_ids: list[str], seen: list[str]) -> int:
    """The first card not yet seen, counted from 1; 0 when all are seen."""
    return next((at for at, card in enumerate(card_ids, start=1) if card not in seen), 0)


class CourseLine(NamedTuple):
    """A course as an enrolled learner's lists show it."""

    slug: str
    title: str
    summary: str


class Lesson(NamedTuple):
    """A published module as lists show it."""

    pk: int
    path: str
    slug: str
    title: str
    minutes: int
    required: bool


@dataclass(frozen=True)
class Reading:
    """How far a learner is in a module, for lists (the row itself is ModuleProgress)."""

    cards_seen: list[str]
    card_total: int
    read: bool
    done: bool
    version_key: UUID | str

    @property
    def percent(self) -> int:
        return percent_read(len(self.cards_seen), self.card_total, read=self.read)


@dataclass(frozen=True)
class Step:
    """One module as an enrolled learner sees it in a list."""

    module: Lesson
    progress: Reading | None

    @property
    def state(self) -> str:
        """new, reading, quiz (all cards read, quiz not passed) or done."""
        if self.progress is None:
            return "new"
        if self.progress.done:
            return "done"
        return "quiz" if self.progress.read else "reading"

    @property
    def percent(self) -> int:
        return self.progress.percent if self.progress else 0

    @property
    def resume_at(self) -> int:
        """The card to open, counted from 1: the first unread one; of a module that is new or read, the first.

        One query for a version that this process has not shown yet.
        """
        if self.progress is None or self.progress.read:
            return 1
        version = published_version(self.progress.version_key)
        return first_unread(version.card_ids, self.progress.cards_seen) or 1


class ChangeLine(NamedTuple):
    """What changed in a lesson, as lists show it; ``basis``: number of the legal document, or empty."""

    title: str
    note: str
    basis: str
    published_at: datetime.datetime


@dataclass(frozen=True)
class Study:
    """One enrolment with its modules in order.

    Of a renewal, ``steps`` are the modules whose ``changes`` it asks for; ``others`` may be read again.
    """

    enrolment: Enrolment
    course: CourseLine
    steps: list[Step]
    others: list[Step] = field(default_factory=list)
    changes: list[ChangeLine] = field(default_factory=list)

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

    def step(self, module_slug: str) -> Step | None:
        """The module of that address, whether it is asked for or may be read again."""
        return next((step for step in [*self.steps, *self.others] if step.module.slug == module_slug), None)


def studies_of(official: Official) -> list[Study]:
    """What an official has to learn and has learnt: the latest period of each course, urgent first.

    Two queries, however many courses; a third for what renewals ask for.
    """
    return _studies(official, Enrolment.objects.raw(f"{ENROLMENTS} ORDER BY e.period", [official.pk]))


def study_of(official: Official, course_slug: str) -> Study | None:
    """The latest period of one course, or None where the official is not enrolled. Two queries."""
    rows = Enrolment.objects.raw(
        f"{ENROLMENTS} AND c.slug = %s ORDER BY e.period", [official.pk, course_slug]
    )
    return next(iter(_studies(official, rows)), None)


def _studies(official: Official, rows: Iterable[Any]) -> list[Study]:
    """From rows of ENROLMENTS, one per enrolment and module begun, later periods after earlier ones."""
    latest = {}
    readings: dict[int, dict[int, Reading]] = defaultdict(dict)  # by enrolment and module
    newest: dict[int, dict[int, Reading]] = defaultdict(dict)  # by course and module, whatever the period
    for row in rows:
        row.official = official
        latest[row.course_id] = row
        if row.module_id is not None:
            reading = Reading(
                json.loads(row.cards_seen),
                row.card_total,
                bool(row.is_read),
                bool(row.is_done),
                row.version_key,
            )
            readings[row.pk][row.module_id] = newest[row.course_id][row.module_id] = reading
    lessons = _lessons_below([row.course_path for row in latest.values()])
    changes = _changes([row.pk for row in latest.values() if row.delta])
    studies = []
    for row in latest.values():
        asked = changes.get(row.pk)
        steps = [
            Step(lesson, readings[row.pk].get(lesson.pk))
            for lesson in lessons[row.course_path]
            if asked is None or lesson.pk in asked
        ]
        others = [
            Step(lesson, newest[row.course_id].get(lesson.pk))
            for lesson in lessons[row.course_path]
            if asked is not None and lesson.pk not in asked
        ]
        said = [line for lines in (asked or {}).values() for line in lines]
        line = CourseLine(row.course_slug, row.course_title, row.course_summary)
        studies.append(Study(row, line, steps, others, said))
    return sorted(studies, key=_urgency)


def _changes(enrolments: list[int]) -> dict[int, dict[int, list[ChangeLine]]]:
    """By enrolment and module, of those enrolments that are renewals. One query, none where there is none."""
    if not enrolments:
        return {}
    found: dict[int, dict[int, list[ChangeLine]]] = {pk: {} for pk in enrolments}
    tasks = RenewalTask.objects.filter(enrolment__in=enrolments).order_by("version__published_at", "pk")
    fields = ("title", "change_note", "change_basis", "published_at")
    for enrolment, module, title, note, basis, published in tasks.values_list(
        "enrolment", "module", *(f"version__{name}" for name in fields)
    ):
        line = ChangeLine(title, note, basis.get("number", ""), published)
        found[enrolment].setdefault(module, []).append(line)
    return found


def _urgency(study: Study) -> tuple[bool, bool, str, int]:
    """Open before completed, then by due date, those without one last."""
    enrolment = study.enrolment
    due = enrolment.due_on.isoformat() if enrolment.due_on else ""
    return (enrolment.completed_at is not None, not due, due, enrolment.pk)


def _lessons_below(paths: list[str]) -> dict[str, list[Lesson]]:
    """The published modules of several courses by the course's path, in the trainer's order. One query."""
    lessons: dict[str, list[Lesson]] = {path: [] for path in paths}
    if not paths:
        return lessons
    child = "_" * Module.steplen
    below = " OR ".join(["p.path LIKE %s"] * len(paths))
    with connection.cursor() as cursor:
        cursor.execute(f"{LESSONS} AND ({below}) ORDER BY p.path", [path + child for path in paths])
        for row in cursor.fetchall():
            lesson = Lesson(*row)
            lessons[lesson.path[: -Module.steplen]].append(lesson)
    return lessons
