from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.kinds import kind_of
from quizzes.papers import draw_paper, draw_questions
from tests.quizzes.conftest import make_quiz

seeds = st.integers(0, 2**63 - 1)
option_keys = st.lists(st.integers(0, 99).map(str), min_size=3, max_size=6, unique=True)


@st.composite
def rules(draw):
    """Parts over shared units, as a frozen quiz has them: a question may stand in the pools of several parts."""
    sizes = draw(st.lists(st.integers(1, 3), min_size=1, max_size=12))
    numbers = iter(range(1, 99))
    units = [[next(numbers) for _ in range(size)] for size in sizes]
    pools = st.lists(st.sampled_from(units), min_size=1, max_size=12, unique_by=tuple)
    parts = st.fixed_dictionaries({"count": st.integers(1, 8), "units": pools})
    return {
        "parts": draw(st.lists(parts, min_size=1, max_size=3)),
        "shuffle_questions": draw(st.booleans()),
    }


@settings(max_examples=80)
@given(rules(), seeds, st.sets(st.integers(1, 30)))
def test_questions_are_drawn_by_the_rules_of_the_quiz(quiz, seed, seen):
    drawn = draw_questions(quiz, Random(seed), seen)
    assert draw_questions(quiz, Random(seed), seen) == drawn
    assert len(drawn) == len(set(drawn)) <= sum(part["count"] for part in quiz["parts"])
    for unit in [unit for part in quiz["parts"] for unit in part["units"]]:
        places = [drawn.index(version) for version in unit if version in drawn]
        assert places in ([], list(range(places[0], places[0] + len(unit))) if places else []), (
            "whole or not at all"
        )
    if len(quiz["parts"]) == 1 and all(len(unit) == 1 for unit in quiz["parts"][0]["units"]):
        pool = [unit[0] for unit in quiz["parts"][0]["units"]]
        assert len(drawn) == min(quiz["parts"][0]["count"], len(pool))
        unseen = set(pool) - seen
        assert len(unseen & set(drawn)) == min(len(unseen), len(drawn)), "those never seen come first"
        if not quiz["shuffle_questions"]:
            assert drawn == [question for question in pool if question in drawn]


@settings(max_examples=50)
@given(st.sampled_from(["single", "multiple", "true-false", "ordering"]), option_keys, seeds, st.booleans())
def test_options_stand_as_the_kind_asks(kind, keys, seed, shuffle):
    options = [{"key": key, "text": key, "correct": False, "feedback": ""} for key in keys]
    shown = kind_of(kind).option_order(options, Random(seed), shuffle=shuffle)
    assert sorted(shown) == sorted(keys)
    if kind == "ordering":
        assert shown != keys
    elif kind == "true-false" or not shuffle:
        assert shown == keys


def test_the_same_seed_gives_the_same_paper(module, django_assert_num_queries):
    make_quiz(module, kinds=("single", "multiple", "true-false", "ordering"))
    quiz = module.current_version.quiz
    with django_assert_num_queries(1):
        paper = draw_paper(quiz, 7)
    assert draw_paper(quiz, 7) == paper
    assert len({str(draw_paper(quiz, seed)) for seed in range(9)}) > 1


def test_every_question_and_every_place_comes_up():
    """A thousand papers of 2 out of 4: a fair draw leaves none below 400 of the expected 500."""
    quiz = {"parts": [{"count": 2, "units": [[1], [2], [3], [4]]}], "shuffle_questions": True}
    options = [{"key": key, "text": key, "correct": False, "feedback": ""} for key in "abc"]
    drawn, first = dict.fromkeys([1, 2, 3, 4], 0), dict.fromkeys("abc", 0)
    for seed in range(1000):
        chance = Random(seed)
        for question in draw_questions(quiz, chance):
            drawn[question] += 1
            first[kind_of("single").option_order(options, chance, shuffle=True)[0]] += 1
    assert min(drawn.values()) > 400
    assert min(first.values()) > 550
