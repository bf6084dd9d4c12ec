"""An attempt begins: who may, and the paper that is drawn. Doing it twice is doing it once."""

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import ModuleVersion
from quizzes.allowing import Granted, granted
from quizzes.closing import close_by_time
from quizzes.counting import Counted, counted
from quizzes.models import Attempt, AttemptItem, Counting, Shown
from quizzes.papers import Drawn, draw_paper, questions_of
from records.models import Enrolment, ModuleProgress
from records.updating import tasks_in

OPEN = (Attempt.State.IN_PROGRESS, Attempt.State.SUBMITTED)

# Written out: what stands behind every start costs Django longer to compose than PostgreSQL to answer.
ATTEMPTS = "SELECT * FROM quizzes_attempt WHERE enrolment_id = %s AND module_id = %s ORDER BY number"
ITEMS = """
INSERT INTO quizzes_attemptitem
(attempt_id, "order", question_version_id, option_order, max_points, grade_number) VALUES
"""
POSTING = """
SELECT p.ward_id, w.name, r.name, p.department_id, d.name, p.position_id, s.name
FROM people_posting p
JOIN people_ward w ON w.id = p.ward_id JOIN people_province r ON r.id = w.province_id
JOIN people_department d ON d.id = p.department_id JOIN people_position s ON s.id = p.position_id
WHERE p.official_id = %s AND p.starts_on <= %s ORDER BY p.starts_on DESC LIMIT 1
"""

# The rules where a module has no quiz.
NO_QUIZ: Mapping[str, Any] = {
    "draw": 0,
    "question_versions": [],
    "whole": True,
    "pass_percent": 0,
    "attempts_allowed": 0,
    "waiting_minutes": 0,
    "counting": Counting.BEST,
    "time_limit_minutes": 0,
    "grace_seconds": 0,
    "review": Shown.SCORE,
}


class AttemptRefused(Exception):
    """An attempt may not be started; the message tells the learner why and what to do."""


def start_attempt(progress: ModuleProgress) -> Attempt:
    """The open attempt in a module or, where there is none, a new one with a freshly drawn paper.

    An open one whose time is over is closed first. Raises AttemptRefused while cards are unread, once the
    module is done, when all attempts are used up, while the next one waits, or when there is no question.
    """
    attempt = _open_or_drawn(progress)
    if attempt.state == Attempt.State.IN_PROGRESS and attempt.is_over(timezone.now()):
        # Not within the transaction above: closing takes the attempt's lock and then the enrolment's.
        close_by_time(attempt.pk)
        attempt = _open_or_drawn(progress)
    return attempt


def _open_or_drawn(progress: ModuleProgress) -> Attempt:
    try:
        with transaction.atomic():
            # The enrolment is the lock, here as in records.completing: of two taps one draws the paper.
            enrolment = Enrolment.objects.select_for_update().filter(pk=progress.enrolment_id)
            official_id, delta = enrolment.values_list("official", "delta").get()
            setattr(progress, "delta", delta)  # noqa: B010 - as records.learning reads it along
            attempts = list(Attempt.objects.raw(ATTEMPTS, [progress.enrolment_id, progress.module_id]))
            return open_attempt(attempts) or _draw_attempt(progress, official_id, attempts)
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


def rules_of(progress: ModuleProgress) -> tuple[ModuleVersion, Mapping[str, Any]]:
    """The version to draw from and the rules of the paper; in a renewal the questions about the change alone.

    Several changes of one lesson are asked about together: of an earlier one only what the last one still asks.
    """
    tasks = tasks_in(progress)
    asking = [task.version for task in tasks if task.version.delta]
    if not asking:
        version = quiz_version(progress)
        return version, version.quiz or NO_QUIZ
    last = asking[-1]
    quiz, delta = last.quiz or NO_QUIZ, last.delta or {}
    own = {pk for unit in delta["units"] for pk in unit}
    still = own | set(quiz["question_versions"])
    earlier = [unit for version in asking[:-1] for unit in (version.delta or {})["units"]]
    units = [*delta["units"], *(unit for unit in earlier if still >= set(unit) and not own & set(unit))]
    questions = list(dict.fromkeys(pk for unit in units for pk in unit))
    part = {"count": delta["count"], "units": units}
    return last, {**quiz, "parts": [part], "draw": part["count"], "question_versions": questions}


@dataclass(frozen=True)
class Standing:
    """Where a learner stands in the quiz of a module: its rules, the attempts so far, and what was granted."""

    quiz: Mapping[str, Any]
    attempts: Sequence[Attempt]
    granted: Granted

    @property
    def allowed(self) -> int:
        """Attempts in all; 0: no limit."""
        limit: int = self.quiz["attempts_allowed"]
        return limit + self.granted.attempts if limit else 0

    @property
    def left(self) -> int:
        """Attempts not begun yet, where there is a limit."""
        return max(self.allowed - len(self.attempts), 0)

    @property
    def used_up(self) -> bool:
        return 0 < self.allowed <= len(self.attempts)

    @property
    def minutes(self) -> int:
        """Time of an attempt that begins now; 0: no limit."""
        limit: int = self.quiz["time_limit_minutes"]
        return limit + self.granted.minutes if limit else 0

    @property
    def opens_at(self) -> datetime | None:
        """When the next attempt may begin, to the full minute; None where it need not wait."""
        ended = self.attempts[-1].ended_at if self.attempts else None
        waived = self.granted.waived_at
        if not self.quiz["waiting_minutes"] or ended is None or (waived is not None and waived >= ended):
            return None
        opens = ended + timedelta(minutes=self.quiz["waiting_minutes"], seconds=59, microseconds=999_999)
        opens = opens.replace(second=0, microsecond=0)
        return opens if opens > timezone.now() else None

    @property
    def counted(self) -> Counted | None:
        return counted(self.attempts, self.quiz)


def standing_of(progress: ModuleProgress, quiz: Mapping[str, Any], attempts: Sequence[Attempt]) -> Standing:
    """Allowances are asked for only where they could matter: one query, and none for most first attempts."""
    limits = quiz["attempts_allowed"] or quiz["waiting_minutes"]
    matters = quiz["time_limit_minutes"] or (attempts and limits)
    allowances = granted(progress.enrolment_id, progress.module_id) if matters else Granted()
    return Standing(quiz, attempts, allowances)


def why_not(progress: ModuleProgress, standing: Standing) -> str:
    """Why no further attempt may be started; empty when it may. An open one is not asked about here."""
    if progress.read_at is None:
        return _("Please read all cards of this lesson first. Then the quiz opens.")
    # What counts tells it too where the progress was read before another device passed.
    counts = standing.counted
    if progress.done_at is not None or (counts and counts.passed):
        return _("You have passed this lesson already. Your result stays; there is nothing left to do here.")
    if not standing.quiz["question_versions"]:
        return _(
            "This quiz has no published question yet. Your reading is kept; please try again later or tell "
            "the person in charge of training."
        )
    if standing.used_up:
        return ngettext(
            "You have used the one attempt allowed. Please ask the person in charge of training what to do next.",
            "You have used all %(count)d attempts allowed. Please ask the person in charge of training what "
            "to do next.",
            standing.allowed,
        ) % {"count": standing.allowed}
    if standing.opens_at is not None:
        opens = timezone.localtime(standing.opens_at)
        return _(
            "The next attempt opens at %(time)s on %(day)s. Until then you can read the lesson again."
        ) % {"time": time_format(opens, "H:i"), "day": date_format(opens, "SHORT_DATE_FORMAT")}
    return ""


def _draw_attempt(progress: ModuleProgress, official_id: int, earlier: Sequence[Attempt]) -> Attempt:
    version, rules = rules_of(progress)
    standing = standing_of(progress, rules, earlier)
    if reason := why_not(progress, standing):
        raise AttemptRefused(reason)
    seed = secrets.randbelow(2**63)
    paper = draw_paper(standing.quiz, seed, seen=_seen(earlier), known=questions_of(version))
    now = timezone.now()
    due_at = now + timedelta(minutes=standing.minutes) if standing.minutes else None
    attempt = Attempt(
        enrolment_id=progress.enrolment_id,
        official_id=official_id,
        module_id=progress.module_id,
        version_id=version.pk,
        number=len(earlier) + 1,
        seed=seed,
        started_at=now,
        due_at=due_at,
        closes_at=due_at and due_at + timedelta(seconds=standing.quiz["grace_seconds"]),
        max_points=sum(line.points for line in paper),
    )
    _copy_posting(attempt)
    attempt.save(force_insert=True)
    _insert_items(attempt, paper)
    return attempt


def _insert_items(attempt: Attempt, paper: Sequence[Drawn]) -> None:
    rows: list[Any] = []
    for order, line in enumerate(paper, start=1):
        points = connection.ops.adapt_decimalfield_value(line.points, 4, 2)
        rows += [attempt.pk, order, line.version, json.dumps(line.option_order), points]
    with connection.cursor() as cursor:
        cursor.execute(ITEMS + ", ".join(["(%s, %s, %s, %s, %s, 0)"] * len(paper)), rows)


def _copy_posting(attempt: Attempt) -> None:
    """The posting of the day (rule 2), the one that Official.posting_on gives."""
    with connection.cursor() as cursor:
        cursor.execute(POSTING, [attempt.official_id, timezone.localdate().isoformat()])
        posting = cursor.fetchone()
    if posting is not None:
        attempt.ward_id, attempt.ward_name, attempt.province_name = posting[:3]
        attempt.department_id, attempt.department_name, attempt.position_id, attempt.position_name = posting[
            3:
        ]


def _seen(earlier: Sequence[Attempt]) -> set[int]:
    """The question versions on earlier papers. No query for a first attempt."""
    if not earlier:
        return set()
    items = AttemptItem.objects.filter(attempt__in=[attempt.pk for attempt in earlier])
    return set(items.values_list("question_version", flat=True))
