"""A correction beside submissions, beside itself and beside HR's word: real threads on a real database."""

from typing import Any
from uuid import uuid4

import pytest

from quizzes.answering import save_answer
from quizzes.correcting import CorrectionRefused
from quizzes.grading import submit_attempt
from quizzes.models import Attempt, GradeStep, KeyCorrection, QuestionVersion, Regrade, RegradeDecision
from quizzes.recalculating import DecisionRefused, decide, regrade, regrade_attempt
from quizzes.starting import start_attempt
from records.models import Completion
from tests.factories import make_course, make_module, make_official, make_user
from tests.quizzes.conftest import read_module
from tests.quizzes.corrections import correct, item_of, quiz_with
from tests.quizzes.test_races import _a_connection_for_each_thread, at_once  # noqa: F401 - a fixture of all tests

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def module() -> Any:
    module = make_module(make_course(), cards=1)
    quiz_with(module, "single")
    return module


def begun(module: Any, text: str) -> Attempt:
    """An open attempt in which the option of this text is chosen."""
    attempt = start_attempt(read_module(make_official(), module))
    item = item_of(attempt)
    key = next(option["key"] for option in item.question_version.options if option["text"] == text)
    save_answer(attempt, 1, [key], uuid4())
    return attempt


def submitting(attempt: Attempt) -> Any:
    return lambda: submit_attempt(attempt)


@pytest.mark.parametrize("text", ["Ký số", "Ký nháy"])
def test_whatever_is_submitted_beside_a_correction_ends_graded_by_the_corrected_key_once(module, text):
    wrong = QuestionVersion.objects.get()
    attempts = [begun(module, text) for _ in range(12)]
    trainer = make_user()

    def correcting() -> KeyCorrection:
        made = correct(QuestionVersion.objects.get(pk=wrong.pk), "Ký số", by=trainer)
        regrade(made.pk)
        return made

    submits = [submitting(attempt) for attempt in attempts]
    results = at_once(*submits[:6], correcting, *submits[6:])
    assert [each for each in results if isinstance(each, Exception)] == []
    made = results[6]
    for attempt in Attempt.objects.all():
        causes = list(attempt.grade_steps.values_list("cause", flat=True))
        rows = list(attempt.regrades.values_list("correction", "outcome"))
        if text == "Ký số":  # right by the corrected key: at submission or by one further step
            assert (attempt.points, attempt.passed) == (1, True)
            assert causes in (["submitted"], ["submitted", "key-corrected"])
            assert [outcome for _pk, outcome in rows] in ([], ["unchanged"], ["applied"])
            assert (len(causes) == 2) == (rows == [(made.pk, "applied")])
        else:  # wrong by it: nothing at submission, or what was given waits for HR
            assert causes == ["submitted"]
            assert (attempt.points == 1) == (rows == [(made.pk, "awaiting")])
    if text == "Ký số":
        assert Completion.objects.count() == 12


def test_two_trainers_at_once_make_one_correction_and_one_is_told(module):
    wrong = QuestionVersion.objects.get()
    one, other = make_user(), make_user()
    results = at_once(
        lambda: correct(QuestionVersion.objects.get(pk=wrong.pk), "Ký số", by=one),
        lambda: correct(QuestionVersion.objects.get(pk=wrong.pk), "Ký tay", by=other),
    )
    assert sorted(type(each).__name__ for each in results) == ["CorrectionRefused", "KeyCorrection"]
    assert isinstance(next(each for each in results if isinstance(each, Exception)), CorrectionRefused)
    assert KeyCorrection.objects.get().replacements.get().wrong == wrong


def test_one_confirmation_sent_ten_times_at_once_is_one_correction(module):
    wrong, trainer, operation = QuestionVersion.objects.get(), make_user(), uuid4()
    results = at_once(
        *[lambda: correct(QuestionVersion.objects.get(pk=wrong.pk), "Ký số", by=trainer, operation=operation)]
        * 10
    )
    assert {each.pk for each in results} == {KeyCorrection.objects.get().pk}


def test_workers_that_regrade_the_same_attempts_at_once_write_each_grade_once(module):
    attempts = [submit_attempt(begun(module, text)) for text in ["Ký số", "Ký nháy", "Ký tay"] * 2]
    made = correct(QuestionVersion.objects.get(), "Ký số")
    results = at_once(*[lambda: [regrade_attempt(made, attempt.pk) for attempt in attempts]] * 6)
    assert [each for each in results if isinstance(each, Exception)] == []
    assert Regrade.objects.count() == 6
    assert GradeStep.objects.filter(cause="key-corrected").count() == 2


def test_two_of_hr_at_once_decide_once(module):
    submit_attempt(begun(module, "Ký nháy"))
    regrade(correct(QuestionVersion.objects.get(), "Ký số").pk)
    row, one, other = Regrade.objects.open().get(), make_user(), make_user()
    approved, declined = RegradeDecision.Verdict.APPROVED, RegradeDecision.Verdict.DECLINED
    results = at_once(
        lambda: decide(row, verdict=approved, actor=one, reason="Hạ"),
        lambda: decide(row, verdict=declined, actor=other, reason="Giữ"),
    )
    decision = RegradeDecision.objects.get()
    assert sum(isinstance(each, DecisionRefused) for each in results) == 1
    assert GradeStep.objects.count() == (2 if decision.verdict == approved else 1)
