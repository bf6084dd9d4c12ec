import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from quizzes.kinds import Choice, Draft
from quizzes.models import Question, QuestionVersion
from quizzes.publishing import publish_question
from quizzes.questions import faults
from tests.quizzes.conftest import make_bank, make_question

A, B, C = Choice("A"), Choice("B"), Choice("C")
RIGHT_A, RIGHT_B = Choice("A", True), Choice("B", True)
YES, NO = Choice("Đúng", True), Choice("Sai")


@pytest.mark.parametrize(
    ("kind", "choices"),
    [
        ("single", [RIGHT_A, B]),
        ("multiple", [RIGHT_A, RIGHT_B, C]),
        ("multiple", [RIGHT_A, B]),
        ("true-false", [YES, NO]),
        ("true-false", [Choice("Sai", True), Choice("Đúng")]),
        ("ordering", [A, B, C]),
    ],
)
def test_a_sound_question_has_no_fault(kind, choices):
    assert faults(Draft(kind, "Vì sao?", choices)) == []


@pytest.mark.parametrize(
    ("kind", "choices", "fault"),
    [
        ("single", [A, B], "Exactly one option must be marked as right; now there are 0."),
        ("single", [RIGHT_A, RIGHT_B], "Exactly one option must be marked as right; now there are 2."),
        ("single", [RIGHT_A], "This kind of question needs at least 2 options; now there are 1."),
        ("multiple", [A, B], "At least one option must be marked as right."),
        (
            "multiple",
            [RIGHT_A, RIGHT_B],
            "At least one option must be wrong, else there is nothing to choose.",
        ),
        (
            "true-false",
            [RIGHT_A, B],
            "A true-or-false question has exactly the two options “Đúng” and “Sai”, one of them marked as right.",
        ),
        ("ordering", [A, B], "This kind of question needs at least 3 options; now there are 2."),
        ("ordering", [A, B, C, Choice(" B ")], "The option “B” stands there twice."),
        ("ordering", [A, B, C, Choice(" ")], "An option has no text. Write it or remove the option."),
    ],
)
def test_each_kind_says_what_is_wrong(kind, choices, fault):
    with translation.override("en"):
        assert faults(Draft(kind, "Vì sao?", choices)) == [fault]


def test_a_question_without_text_is_told_so():
    with translation.override("en"):
        assert faults(Draft("single", " \n", [RIGHT_A, B])) == ["The question has no text."]


def test_a_question_that_cannot_be_graded_is_not_published(db):
    question = make_question(make_bank(), options=[("A", False), ("B", False)], publish=False)
    with pytest.raises(ValidationError):
        publish_question(question)
    stored = Question.objects.get(pk=question.pk)
    assert (stored.live, stored.current_version, QuestionVersion.objects.count()) == (False, None, 0)


def test_text_is_kept_composed_and_found_without_diacritics(db):
    question = make_question(make_bank(), stem="  Ky\u0301 so\u0302\u0301 la\u0300 gi\u0300?  ")
    assert question.stem == "Ký số là gì?"
    assert question.search_text == "ky so la gi?"
