"""What responses earn where Moodle's question engine is the yardstick: the kinds that we share with it.

The cases follow the published walk-throughs of Moodle's question types (deferred feedback): the marks after finishing.
"""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from quizzes.kinds import kind_of
from quizzes.models import Question, QuestionOption
from quizzes.publishing import content_of, draft_of
from quizzes.questions import faults

HALF, THIRD = Decimal(50), Decimal("33.33333")


def version(kind: str, rows: list[dict[str, Any]], **rules: Any) -> tuple[list[Any], dict[str, Any]]:
    question = Question(kind=kind, stem="Vì sao?", **rules)
    question.options = [QuestionOption(**row) for row in rows]
    assert faults(draft_of(question)) == []
    content = content_of(question)
    return content["options"], content["settings"]


def mark(kind: str, rows: list[dict[str, Any]], response: list[str], **rules: Any) -> Fraction:
    """The share that a response earns; places in the list stand for keys, "left>right" for pairs."""
    options, settings = version(kind, rows, **rules)
    order = kind_of(kind).option_order(options, None, shuffle=False) if kind not in ("matching",) else []
    keys = {option["text"]: option["key"] for option in options}
    if kind in ("short", "numeric"):
        given = kind_of(kind).checked(order, response)
    elif kind == "matching":
        halves = {option["match"]: option["match_key"] for option in options}
        pairs = (pair.split(">") for pair in response)
        given = [f"{keys[left]}={halves[right]}" for left, right in pairs]
    else:
        given = kind_of(kind).checked(order, [keys[text] for text in response])
    return kind_of(kind).share(options, settings, given)


# --- Short answer -----------------------------------------------------------------------------------------------

AMPHIBIANS = [
    {"text": "frog", "correct": True},
    {"text": "toad", "correct": True, "fraction": Decimal(80)},
    {"text": "*"},
]


@pytest.mark.parametrize(
    ("typed", "earned"),
    [
        ("frog", 1),
        ("FROG", 1),
        ("  frog ", 1),
        ("toad", Fraction(4, 5)),
        ("Toad", Fraction(4, 5)),
        ("dog", 0),
        ("*", 0),
        ("frogs", 0),
        ("", 0),
    ],
)
def test_a_short_answer_earns_what_the_matching_answer_says(typed, earned):
    assert mark("short", AMPHIBIANS, [typed]) == earned


@pytest.mark.parametrize(
    ("accepted", "typed", "fits"),
    [
        ("frog", "frog", True),
        ("f*g", "frog", True),
        ("f*g", "fg", True),
        ("f*g", "frogs", False),
        ("*frog*", "a frog!", True),
        ("*a*b*", "xbxa", False),
        ("a*a", "a", False),
        ("a*ab*b", "aab", False),
        ("a*ab*b", "aabb", True),
        (r"2 \* 3", "2 * 3", True),
        (r"2 \* 3", "2 × 3", False),
        ("2 * 3", "2 × 3", True),
        ("(1+1)=[2]?", "(1+1)=[2]?", True),
        ("a.c", "abc", False),
        ("one  two", "one two", True),
        ("one two", "one \n two", True),
        ("chứng thực", "CHỨNG THỰC", True),
        ("chứng thực", "chung thuc", False),
        ("hòa giải", "hoà giải", True),
        ("Thủy", "thuỷ", True),
        ("chứng thực", "Chứng thực. ", True),
        ("v.v.", "v.v.", True),
        ("a*" * 80, "a" * 300 + "b", True),
        ("a*" * 80 + "c", "a" * 300 + "b", False),
    ],
)
def test_an_asterisk_stands_for_any_text(accepted, typed, fits):
    assert mark("short", [{"text": accepted, "correct": True}], [typed]) == fits


def test_diacritics_do_not_matter_where_the_trainer_says_so():
    accepted = [{"text": "Chứng thực *", "correct": True}]
    assert mark("short", accepted, ["chung thuc ban sao"], ignore_diacritics=True) == 1
    assert mark("short", accepted, ["chung thuc ban sao"]) == 0


def test_of_several_matching_answers_the_best_one_counts():
    rows = [
        {"text": "*thực*", "correct": True, "fraction": HALF},
        {"text": "chứng thực", "correct": True},
        {"text": "*"},
    ]
    assert mark("short", rows, ["chứng thực"]) == 1
    assert mark("short", rows, ["thực hiện"]) == Fraction(1, 2)
    assert mark("short", rows, ["sao y"]) == 0


# --- Numerical --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "earned"),
    [("3,14", 1), ("3.14", 1), (" 3,140 ", 1), ("3,1", 0), ("3,145", 0), ("3", 0), ("pi", 0), ("", 0)],
)
def test_a_number_without_tolerance_is_exact(typed, earned):
    assert mark("numeric", [{"text": "3,14", "correct": True}, {"text": "*"}], [typed]) == earned


@pytest.mark.parametrize(
    ("typed", "earned"),
    [
        ("1,5", 1),
        ("1,4", 1),
        ("1,6", 1),
        ("1,39", Fraction(1, 2)),
        ("1,61", Fraction(1, 2)),
        ("2", Fraction(1, 2)),
        ("2,0000000000000000000000000000000001", 0),
        ("0,99", 0),
    ],
)
def test_a_tolerance_includes_its_ends(typed, earned):
    rows = [
        {"text": "1,5", "correct": True, "tolerance": Decimal("0.1")},
        {"text": "1,5", "correct": True, "tolerance": Decimal("0.5"), "fraction": HALF},
    ]
    assert mark("numeric", rows, [typed]) == earned


@pytest.mark.parametrize(
    ("accepted", "typed", "earned"),
    [
        ("1.250", "1250", 1),
        ("1.250", "1.250", 1),
        ("1.250", "1 250", 1),
        ("1.250", "1,250", 1),  # as a spreadsheet in English shows it
        ("1.250", "1,25", 0),
        ("1,25", "1.25", 1),
        ("1,25", "1,250", 1),
        ("1,25", "1.250", 0),  # who writes that means a thousand and more
        ("1,125", "1.125", 1),  # a keyboard without a comma
        ("1,125", "1125", 0),
        ("5", "05", 1),
        ("5", "5 ngày", 0),
        ("12,5", "12,5%", 1),
        ("-3", "−3", 1),
    ],
)
def test_vietnamese_and_other_notations_of_a_number(accepted, typed, earned):
    assert mark("numeric", [{"text": accepted, "correct": True}], [typed]) == earned


# --- Matching -----------------------------------------------------------------------------------------------------

ANIMALS = [
    {"text": "Dog", "match": "mammal"},
    {"text": "Frog", "match": "amphibian"},
    {"text": "Toad", "match": "amphibian"},
    {"text": "Cat", "match": "mammal"},
    {"text": "", "match": "insect"},
]
RIGHT = ["Dog>mammal", "Frog>amphibian", "Toad>amphibian", "Cat>mammal"]


@pytest.mark.parametrize(
    ("response", "earned"),
    [
        (RIGHT, 1),
        (["Dog>mammal", "Frog>insect", "Toad>insect", "Cat>mammal"], Fraction(1, 2)),
        (["Dog>amphibian", "Frog>mammal", "Toad>mammal", "Cat>amphibian"], 0),
        (RIGHT[:1], Fraction(1, 4)),
        (RIGHT[:3], Fraction(3, 4)),
        ([], 0),
    ],
)
def test_matching_earns_a_part_for_every_right_pair(response, earned):
    assert mark("matching", ANIMALS, response, partial_credit=True) == earned
    assert mark("matching", ANIMALS, response) == (earned == 1)


# --- Multiple choice --------------------------------------------------------------------------------------------


def test_one_choice_earns_its_own_share():
    rows = [
        {"text": "A", "correct": True},
        {"text": "B", "fraction": THIRD},
        {"text": "C", "fraction": -THIRD},
        {"text": "D"},
    ]
    earned = [mark("single", rows, [text]) for text in "ABCD"]
    # Moodle takes marks away for C; here no answer takes points from others.
    assert earned == [1, Fraction(1, 3), 0, 0]
    assert mark("single", rows, []) == 0


@pytest.mark.parametrize(
    ("chosen", "earned"),
    [("AC", 1), ("A", Fraction(1, 2)), ("C", Fraction(1, 2)), ("AB", 0), ("ABC", 0), ("ABCD", 0), ("", 0)],
)
def test_wrong_choices_take_back_what_right_ones_earned(chosen, earned):
    rows = [
        {"text": "A", "correct": True, "fraction": HALF},
        {"text": "B", "fraction": Decimal(-100)},
        {"text": "C", "correct": True, "fraction": HALF},
        {"text": "D", "fraction": Decimal(-100)},
    ]
    assert mark("multiple", rows, list(chosen), partial_credit=True) == earned
    assert mark("multiple", rows, list(chosen)) == (earned == 1)


@pytest.mark.parametrize(
    ("chosen", "earned"),
    [("ABC", 1), ("AB", Fraction(2, 3)), ("ABD", Fraction(1, 3)), ("ABCD", Fraction(2, 3)), ("D", 0)],
)
def test_three_thirds_make_the_whole(chosen, earned):
    rows = [{"text": text, "correct": True, "fraction": THIRD} for text in "ABC"]
    rows.append({"text": "D", "fraction": -THIRD})
    assert mark("multiple", rows, list(chosen), partial_credit=True) == earned


def test_true_or_false_is_all_or_nothing():
    rows = [{"text": "Đúng"}, {"text": "Sai", "correct": True}]
    assert [mark("true-false", rows, given) for given in (["Sai"], ["Đúng"], [])] == [1, 0, 0]
