"""Any order of answers, repeats, forms, late arrivals and sweeps gives what a plain oracle says (rules 5 to 7)."""

import datetime
import logging
from collections.abc import Iterator
from uuid import UUID

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from quizzes.answering import OperationConflict, save_answer, save_answers
from quizzes.closing import close_all
from quizzes.grading import submit_attempt
from quizzes.kinds import KINDS
from quizzes.models import Answer, Attempt
from quizzes.starting import start_attempt
from records.models import Completion, ModuleProgress
from tests.quizzes.conftest import make_quiz, read_module, right_response, wrong_response

PAPERS = {"untimed": ("single", "multiple", "ordering"), "timed": ("matching", "short", "hotspot")}
LIMIT, GRACE = 10, 1  # minutes
ITEMS, CHOICES = st.integers(1, 3), st.integers(0, 3)
FORMS = st.dictionaries(ITEMS, CHOICES)
RIGHT = 1


def choice(item, number: int) -> list[str]:
    """Four responses that fit each kind: none, the right one, two that earn nothing."""
    return [[], right_response(item), wrong_response(item), other_wrong(item)][number]


def other_wrong(item) -> list[str]:
    version = item.question_version
    keys = [option["key"] for option in version.options]
    match version.kind:
        case "ordering":
            return [*keys[1:], keys[0]]
        case "matching":
            return right_response(item)[:1]  # begun, not whole
        case "short":
            return ["không rõ"]
        case "hotspot":
            return ["@0,999"]
    return keys[-1:]


class Oracle:
    """Two dictionaries, a list and a clock: all that the rules ask for. Minutes count from the start."""

    def __init__(self, *, timed: bool) -> None:
        self.timed, self.minute, self.submitted = timed, 0, 0
        self.state, self.points = "in-progress", None
        self.known: dict[int, tuple[int, int, bool]] = {}  # by operation
        self.counting: dict[int, int] = {}
        self.late: dict[int, int] = {}
        self.steps: list[tuple[int, int, bool]] = []

    def over(self, minute: int) -> bool:
        return self.timed and minute > LIMIT + GRACE

    def takes(self) -> bool:
        return self.state == "in-progress" and not self.over(self.minute)

    def step(self, item: int, number: int) -> None:
        (self.counting if self.takes() else self.late)[item] = number
        self.steps.append((item, number, not self.takes()))

    def answer(self, operation: int, item: int, number: int) -> str:
        if operation not in self.known:
            self.known[operation] = (item, number, not self.takes())
            self.step(item, number)
        before = self.known[operation]
        return ("late" if before[2] else "kept") if before[:2] == (item, number) else "conflict"

    def form(self, filled: dict[int, int]) -> None:
        shown = self.counting if self.takes() else {**self.counting, **self.late}
        for item, number in sorted(filled.items()):
            if number != shown.get(item, 0):
                self.step(item, number)

    def submit(self, filled: dict[int, int], *, broken: bool) -> None:
        self.form(filled)
        if self.state == "in-progress":
            self.state, self.submitted = "submitted", self.minute
        if not broken:
            self.grade()

    def grade(self) -> None:
        if self.state == "submitted":
            self._close("late" if self.over(self.submitted) else "graded")

    def sweep(self) -> None:
        self.grade()
        if self.state == "in-progress" and self.over(self.minute):
            self._close("abandoned")

    def _close(self, state: str) -> None:
        self.state = state
        self.points = sum(number == RIGHT for number in self.counting.values())


class Sitting(RuleBasedStateMachine):
    """One attempt in a transaction that is rolled back; two devices, a sweep, and a grading that may be broken."""

    progress: ModuleProgress
    timed: bool

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.travel = time_machine.travel(timezone.now(), tick=False)
        self.clock = self.travel.start()
        self.patch = pytest.MonkeyPatch()
        self.broken = False
        self.attempt = start_attempt(self.progress)
        self.items = {item.order: item for item in self.attempt.items.select_related("question_version")}
        self.oracle = Oracle(timed=self.timed)

    @rule(operation=st.integers(1, 6), item=ITEMS, number=CHOICES)
    def answer(self, operation: int, item: int, number: int) -> None:
        """Few operation ids, so that many are repeated or misused."""
        try:
            given = choice(self.items[item], number)
            said = "late" if save_answer(self.attempt, item, given, UUID(int=operation)).late else "kept"
        except OperationConflict:
            said = "conflict"
        assert said == self.oracle.answer(operation, item, number)

    @rule(filled=FORMS)
    def save(self, filled: dict[int, int]) -> None:
        counts = self.oracle.takes()
        assert save_answers(self.attempt, self.responses(filled)) == counts
        self.oracle.form(filled)

    @rule(filled=FORMS)
    def submit(self, filled: dict[int, int]) -> None:
        submit_attempt(self.attempt, self.responses(filled))
        self.oracle.submit(filled, broken=self.broken)

    @rule(minutes=st.sampled_from([1, 4, LIMIT, LIMIT + GRACE]))
    def wait(self, minutes: int) -> None:
        self.clock.shift(datetime.timedelta(minutes=minutes))
        self.oracle.minute += minutes

    @rule()
    def sweep(self) -> None:
        close_all(everything=True)
        if not self.broken:
            self.oracle.sweep()

    @precondition(lambda self: not self.broken)
    @rule()
    def grading_breaks(self) -> None:
        for kind in KINDS.values():
            self.patch.setattr(type(kind), "share", lambda *_args: 1 / 0)
        self.broken = True

    @precondition(lambda self: self.broken)
    @rule()
    def grading_is_mended(self) -> None:
        self.patch.undo()
        self.broken = False

    def responses(self, filled: dict[int, int]) -> dict[int, list[str]]:
        return {item: choice(self.items[item], number) for item, number in filled.items()}

    @invariant()
    def the_attempt_is_as_the_oracle_says(self) -> None:
        self.attempt.refresh_from_db()
        assert (self.attempt.state, self.attempt.points) == (self.oracle.state, self.oracle.points)
        assert self.attempt.points is None or 0 <= self.attempt.points <= self.attempt.max_points

    def teardown(self) -> None:
        try:
            kept = Answer.objects.filter(item__attempt=self.attempt).select_related("item").order_by("pk")
            assert [(answer.item.order, answer.response, answer.late) for answer in kept] == [
                (item, choice(self.items[item], number), late) for item, number, late in self.oracle.steps
            ]
            assert Attempt.objects.get().grade_steps.count() == (self.oracle.points is not None)
            assert Completion.objects.count() == (self.oracle.points == 3)
        finally:
            self.patch.undo()
            self.travel.stop()
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)


@pytest.fixture(params=PAPERS)
def machine(request, module, lan) -> Iterator[type[Sitting]]:
    timed = request.param == "timed"
    rules = {"time_limit_minutes": LIMIT, "grace_seconds": GRACE * 60} if timed else {}
    make_quiz(module, kinds=PAPERS[request.param], draw=3, pass_percent=100, shuffle_questions=False, **rules)
    return type("Sitting", (Sitting,), {"progress": read_module(lan, module), "timed": timed})


def test_any_order_of_steps_ends_in_the_oracles_state(machine, caplog):
    caplog.set_level(logging.CRITICAL)  # broken gradings are part of the game
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=25 if machine.timed else 10,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
