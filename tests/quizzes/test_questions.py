from decimal import Decimal

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
RIGHT_HALF, ALL_B = Choice("A", True, fraction=Decimal(50)), Choice("B", fraction=Decimal(100))
PAIR, PAIR_B, THIRD_HALF = Choice("A", match="1"), Choice("B", match="2"), Choice("", match="3")
PLACE, OTHER = Choice("A", True, area=[0, 0, 200, 200]), Choice("B", area=[200, 0, 800, 1000])
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
        ("single", [RIGHT_A, Choice("B", fraction=Decimal("33.33333")), C]),
        (
            "multiple",
            [RIGHT_HALF, Choice("B", True, fraction=Decimal(50)), Choice("C", fraction=Decimal(-100))],
        ),
        ("matching", [PAIR, PAIR_B, Choice("", match="3")]),
        ("matching", [PAIR, PAIR_B, Choice("C", match="1"), Choice("", match="3")]),
        ("short", [RIGHT_A, Choice("B*", True, fraction=Decimal(50)), Choice("*")]),
        (
            "numeric",
            [Choice("1.250", True, tolerance=Decimal(5)), Choice("1.250", True, fraction=Decimal(50))],
        ),
        ("hotspot", [PLACE, OTHER]),
    ],
)
def test_a_sound_question_has_no_fault(kind, choices):
    assert faults(Draft(kind, "Vì sao?", choices, has_picture=True, picture_alt="Màn hình")) == []


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
        ("single", [RIGHT_HALF, B], "The right option earns all points, every other one less."),
        ("single", [RIGHT_A, ALL_B], "The right option earns all points, every other one less."),
        ("multiple", [RIGHT_HALF, B], "The shares of the right options must add up to 100 percent."),
        ("multiple", [RIGHT_A, ALL_B], "A wrong option cannot earn points; its share is 0 or less."),
        (
            "multiple",
            [Choice("A", True, fraction=Decimal(100)), Choice("C", True, fraction=Decimal(0)), B],
            "Every right option must earn a share of the points.",
        ),
        (
            "matching",
            [PAIR, PAIR_B],
            "Matching needs at least 3 different right halves to choose from.",
        ),
        ("matching", [PAIR, THIRD_HALF], "Matching needs at least 2 pairs; now there is 1."),
        (
            "matching",
            [PAIR, PAIR_B, THIRD_HALF, Choice("D")],
            "A pair has no right half. Write it or remove the pair.",
        ),
        (
            "matching",
            [PAIR, PAIR_B, THIRD_HALF, Choice("A ", match="4")],
            "The option “A” stands there twice.",
        ),
        (
            "matching",
            [PAIR, PAIR_B, THIRD_HALF, Choice("", match="1")],
            "The right half “1” is to distract, but stands there once more.",
        ),
        ("short", [A], "At least one accepted answer must be marked as right and earn all points."),
        ("short", [RIGHT_HALF], "At least one accepted answer must be marked as right and earn all points."),
        (
            "short",
            [RIGHT_A, Choice("**", True, fraction=Decimal(50))],
            "An answer of asterisks alone would accept anything. Write what is right.",
        ),
        ("short", [RIGHT_A, Choice("A ")], "The option “A” stands there twice."),
        (
            "numeric",
            [Choice("5", True), Choice("5 ngày")],
            "“5 ngày” is not a number. Write digits without a unit, such as 1.250.000 or 12,5.",
        ),
        ("numeric", [Choice("5", True, tolerance=Decimal(-1))], "A tolerance cannot be less than 0."),
        ("numeric", [Choice("5", True), Choice("5")], "The option “5” stands there twice."),
        ("hotspot", [OTHER], "At least one place must be marked as right and earn all points."),
        (
            "hotspot",
            [PLACE],
            "At least one place must be wrong, else the list of places gives the answer away.",
        ),
        (
            "hotspot",
            [PLACE, Choice("B", area=[0, 0, 100, 1001])],
            "The place “B” has no area on the picture. Draw it inside the picture.",
        ),
        (
            "hotspot",
            [PLACE, Choice("B")],
            "The place “B” has no area on the picture. Draw it inside the picture.",
        ),
        (
            "hotspot",
            [PLACE, Choice("B", area=[199, 199, 10, 10])],
            "The places “A” and “B” overlap. A tap on both would be right and wrong.",
        ),
    ],
)
def test_each_kind_says_what_is_wrong(kind, choices, fault):
    with translation.override("en"):
        assert faults(Draft(kind, "Vì sao?", choices, has_picture=True, picture_alt="Màn hình")) == [fault]


def test_a_place_needs_a_picture_and_a_picture_its_words():
    with translation.override("en"):
        assert faults(Draft("hotspot", "Ở đâu?", [PLACE, OTHER])) == [
            "This kind of question needs a picture."
        ]
        assert faults(Draft("single", "Vì sao?", [RIGHT_A, B], has_picture=True)) == [
            "Say what the picture shows, for people who cannot see it."
        ]


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
