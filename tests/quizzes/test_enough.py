"""The check of a quiz against the drawing itself: what it warns of happens, and what it does not warn of never does."""

from random import Random

import pytest

from quizzes.enough import drawn_at_least, shortages
from quizzes.papers import draw_questions


def rules(*parts: tuple[int, list[list[int]]]) -> dict:
    return {"parts": [{"count": count, "units": units} for count, units in parts], "shuffle_questions": True}


def alone(*versions: int) -> list[list[int]]:
    return [[version] for version in versions]


def shortest(quiz: dict, papers: int = 400) -> int:
    return min(len(draw_questions(quiz, Random(seed))) for seed in range(papers))


@pytest.mark.parametrize(
    ("quiz", "told"),
    [
        (rules((3, alone(1, 2, 3))), []),
        (rules((3, alone(1, 2))), [(1, 3, 2, 2)]),
        (rules((3, [])), [(1, 3, 0, 0)]),
        # The first part may take what the second, narrower one needs.
        (rules((2, alone(1, 2, 3, 4)), (2, alone(1, 2))), [(2, 2, 2, 0)]),
        # The other way round there is enough whatever happens.
        (rules((2, alone(1, 2)), (2, alone(1, 2, 3, 4))), []),
        # Two parts of which only one can take the question that the third needs.
        (rules((1, alone(1, 5)), (1, alone(6)), (1, alone(1))), [(3, 1, 1, 0)]),
        # Nine questions in three situations; four can never be drawn from them.
        (rules((4, [[1, 2, 3], [4, 5, 6], [7, 8, 9]])), [(1, 4, 9, 3)]),
        # One question beside them fills the gap.
        (rules((4, [[1, 2, 3], [4, 5, 6], [7]])), []),
        # Two and two make four, three leave a gap of one.
        (rules((4, [[1, 2], [3, 4], [5, 6, 7]])), [(1, 4, 7, 3)]),
        (rules((6, [[1, 2], [3, 4], [5, 6], [7, 8]])), []),
        # A named question that an earlier part may have drawn already.
        (rules((1, alone(1, 2)), (1, alone(1))), [(2, 1, 1, 0)]),
        # A tag reaches one question of a situation; taking it takes the whole situation away.
        (rules((1, alone(1)), (3, [[1, 2, 3]])), [(2, 3, 3, 0)]),
    ],
)
def test_it_says_which_part_may_come_out_short_and_how_short(quiz, told):
    found = shortages(quiz)
    assert [(each.part, each.count, each.has, each.left) for each in found] == told
    assert shortest(quiz) == drawn_at_least(quiz)


def test_what_it_does_not_warn_of_never_happens():
    chance = Random(7)
    warned = right = 0
    for _ in range(600):
        units, version = [], 0
        for _unit in range(chance.randint(1, 7)):
            size = chance.choice((1, 1, 1, 2, 3))
            units.append(list(range(version, version + size)))
            version += size
        parts = [
            (chance.randint(1, 4), chance.sample(units, chance.randint(1, len(units))))
            for _part in range(chance.randint(1, 3))
        ]
        quiz = rules(*parts)
        least = shortest(quiz, 60)
        assert least >= drawn_at_least(quiz)
        if shortages(quiz):
            warned += 1
            right += least < sum(count for count, _units in parts)
    assert right / warned > 0.9


def test_a_big_bank_is_checked_at_once(django_assert_num_queries, db):
    bank = alone(*range(5000))
    with django_assert_num_queries(0):
        assert shortages(rules((10, bank[:3000]), (10, bank[2000:]), (30, bank))) == []
