from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.papers import draw_paper, draw_questions, order_options
from tests.quizzes.conftest import make_quiz

rules = st.fixed_dictionaries(
    {
        "draw": st.integers(1, 15),
        "shuffle_questions": st.booleans(),
        "question_versions": st.lists(st.integers(1, 999), min_size=1, max_size=12, unique=True),
    }
)
seeds = st.integers(0, 2**63 - 1)
option_keys = st.lists(st.integers(0, 99).map(str), min_size=3, max_size=6, unique=True)


@settings(max_examples=50)
@given(rules, seeds)
def test_questions_are_drawn_by_the_rules_of_the_quiz(quiz, seed):
    pool = quiz["question_versions"]
    drawn = draw_questions(quiz, Random(seed))
    assert len(drawn) == len(set(drawn)) == min(quiz["draw"], len(pool))
    assert set(drawn) <= set(pool)
    if not quiz["shuffle_questions"]:
        assert drawn == [question for question in pool if question in drawn]
    assert draw_questions(quiz, Random(seed)) == drawn


@settings(max_examples=50)
@given(st.sampled_from(["single", "multiple", "true-false", "ordering"]), option_keys, seeds, st.booleans())
def test_options_stand_as_the_kind_asks(kind, keys, seed, shuffle):
    shown = order_options(kind, keys, Random(seed), shuffle=shuffle)
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
    quiz = {"draw": 2, "shuffle_questions": True, "question_versions": [1, 2, 3, 4]}
    drawn, first = dict.fromkeys([1, 2, 3, 4], 0), dict.fromkeys("abc", 0)
    for seed in range(1000):
        chance = Random(seed)
        for question in draw_questions(quiz, chance):
            drawn[question] += 1
            first[order_options("single", "abc", chance, shuffle=True)[0]] += 1
    assert min(drawn.values()) > 400
    assert min(first.values()) > 550
