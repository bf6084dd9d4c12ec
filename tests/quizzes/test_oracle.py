"""Any schedule of answers, repeats and submissions gives what a plain oracle says (rules 5 and 6)."""

from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quizzes.answering import OperationConflict, save_answer
from quizzes.grading import submit_attempt
from quizzes.models import Answer
from quizzes.starting import start_attempt
from tests.quizzes.conftest import make_quiz, read_module

KINDS = ("single", "multiple", "ordering")
operations = st.integers(1, 6)


@st.composite
def steps(draw):
    """(operation, item, choice) or a submission; few operation ids, so that many are repeated or misused."""
    answer = st.tuples(st.just("answer"), operations, st.integers(1, 3), st.integers(0, 3))
    return draw(st.lists(st.one_of(answer, answer, answer, st.just(("submit",))), max_size=15))


def choice(item, number: int) -> list[str]:
    """Four responses that fit each kind: none, the right one, two wrong ones."""
    version = item.question_version
    keys = [option["key"] for option in version.options]
    right = keys if version.kind == "ordering" else [o["key"] for o in version.options if o["correct"]]
    wrong = [keys[::-1], [*keys[1:], keys[0]]] if version.kind == "ordering" else [keys[-1:], keys[-2:-1]]
    if version.kind == "multiple":
        right = [key for key in item.option_order if key in right]
    return [[], right, *wrong][number]


class Oracle:
    """A dictionary, a list and a flag: all that the rules ask for."""

    def __init__(self) -> None:
        self.known: dict[int, tuple[int, int, bool]] = {}
        self.counting: dict[int, int] = {}
        self.points: int | None = None

    def answer(self, operation: int, item: int, number: int) -> str:
        if operation in self.known:
            before = self.known[operation]
            return ("late" if before[2] else "kept") if before[:2] == (item, number) else "conflict"
        late = self.points is not None
        self.known[operation] = (item, number, late)
        if late:
            return "late"
        self.counting[item] = number
        return "kept"

    def submit(self) -> None:
        if self.points is None:
            self.points = sum(number == 1 for number in self.counting.values())


@pytest.fixture
def paper(module, lan):
    make_quiz(module, kinds=KINDS, draw=3)
    return read_module(lan, module)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(schedule=steps())
def test_any_schedule_ends_in_the_oracles_state(paper, schedule):
    with transaction.atomic():
        attempt, oracle = start_attempt(paper), Oracle()
        items = {item.order: item for item in attempt.items.select_related("question_version")}
        for step in schedule:
            if step[0] == "submit":
                submit_attempt(attempt)
                oracle.submit()
                continue
            _, operation, order, number = step
            try:
                kept = save_answer(attempt, order, choice(items[order], number), UUID(int=operation))
                said = "late" if kept.late else "kept"
            except OperationConflict:
                said = "conflict"
            assert said == oracle.answer(operation, order, number)
        attempt.refresh_from_db()
        assert attempt.points == oracle.points
        assert attempt.points is None or 0 <= attempt.points <= attempt.max_points
        stored = {
            answer.operation_id.int: (answer.item.order, answer.response, answer.late)
            for answer in Answer.objects.filter(item__attempt=attempt).select_related("item")
        }
        assert stored == {
            operation: (item, choice(items[item], number), late)
            for operation, (item, number, late) in oracle.known.items()
        }
        transaction.set_rollback(True)
