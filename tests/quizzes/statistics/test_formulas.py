"""The formulas against worked examples, and what must hold for any points."""

from math import isclose, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.statistics import formulas
from quizzes.statistics.formulas import ItemFigures
from quizzes.statistics.verdicts import FLOOR, verdict_on

shares = st.lists(st.tuples(st.sampled_from([0, 0.25, 0.5, 1]), st.integers(0, 9)), min_size=2, max_size=40)


def test_a_question_that_the_better_half_answers_discriminates_fully():
    points, others = [0, 0, 1, 1], [2, 3, 7, 8]
    assert formulas.facility(points, 1) == 0.5
    # C = 5/3, V(x) = 1/3, V(X) = 26/3
    assert formulas.discrimination(points, others) == pytest.approx((5 / 3) / sqrt(1 / 3 * 26 / 3))
    assert formulas.discriminative_efficiency(points, others) == pytest.approx(1)


def test_a_question_answered_by_the_weaker_half_has_a_negative_index():
    points, others = [1, 1, 0, 0], [2, 3, 7, 8]
    assert formulas.discrimination(points, others) == pytest.approx(-(5 / 3) / sqrt(1 / 3 * 26 / 3))
    assert formulas.discriminative_efficiency(points, others) == pytest.approx(-1)


def test_efficiency_measures_against_what_the_points_allow():
    # Only one of four earned it, the second best: C = 5/12·… by hand: x̄ = 1/4, X̄ = 5.
    points, others = [0, 0, 1, 0], [2, 3, 7, 8]
    covariance = (0.75 * 2 + -0.25 * (-3 - 2 + 3)) / 3
    best = (0.75 * 3 + -0.25 * (-3 - 2 + 2)) / 3
    assert formulas.discriminative_efficiency(points, others) == pytest.approx(covariance / best)


def test_nothing_is_claimed_where_nothing_can_be_known():
    assert formulas.facility([], 1) is None
    assert formulas.discrimination([1], [5]) is None
    assert formulas.discrimination([1, 1, 1], [3, 4, 5]) is None, "everybody earned the same"
    assert formulas.discriminative_efficiency([0, 1], [4, 4]) is None, "the rest does not differ"
    assert formulas.skewness([1, 2]) is None
    assert formulas.kurtosis([1, 2, 3]) is None
    assert formulas.internal_consistency([[1, 0]], [1, 0]) is None


def test_the_shape_of_the_scores():
    assert formulas.skewness([1, 2, 3, 4, 5]) == pytest.approx(0)
    # Known sample values (G1 and G2 as spreadsheets' SKEW and KURT give them).
    assert formulas.skewness([3, 4, 5, 2, 3, 4, 5, 6, 4, 7]) == pytest.approx(0.359543, abs=1e-6)
    assert formulas.kurtosis([3, 4, 5, 2, 3, 4, 5, 6, 4, 7]) == pytest.approx(-0.151799637, abs=1e-6)


def test_questions_that_all_measure_the_same_are_fully_consistent():
    right = [1.0, 0.0, 1.0, 1.0, 0.0]
    totals = [3 * points for points in right]
    assert formulas.internal_consistency([right, right, right], totals) == pytest.approx(1)
    assert formulas.error_ratio(1) == 0
    assert formulas.standard_error(0.75, 2) == pytest.approx(1)


@settings(max_examples=150)
@given(shares)
def test_indices_stay_within_their_bounds(rows):
    points, others = [float(x) for x, _y in rows], [float(y) for _x, y in rows]
    index = formulas.discrimination(points, others)
    efficiency = formulas.discriminative_efficiency(points, others)
    assert index is None or -1 - 1e-9 <= index <= 1 + 1e-9
    assert efficiency is None or efficiency <= 1 + 1e-9
    assert index is None or efficiency is None or isclose(index, 0, abs_tol=1e-9) or index * efficiency > 0


@settings(max_examples=80)
@given(shares, st.integers(1, 5), st.integers(-3, 3))
def test_another_scale_of_the_rest_changes_nothing(rows, factor, shift):
    points, others = [float(x) for x, _y in rows], [float(y) for _x, y in rows]
    moved = [factor * value + shift for value in others]
    before, after = formulas.discrimination(points, others), formulas.discrimination(points, moved)
    assert (before is None) == (after is None)
    assert before is None or isclose(before, after, abs_tol=1e-9)


def figures(answers=50, facility=0.6, discrimination=0.4):
    return ItemFigures(answers, facility, 0.3, discrimination, 0.5)


@pytest.mark.parametrize(
    ("given_figures", "wrong_beats_right", "tone"),
    [
        (figures(answers=FLOOR - 1, discrimination=-0.9), True, "none"),
        (figures(answers=FLOOR, discrimination=-0.01), False, "bad"),
        (figures(), True, "bad"),
        (figures(facility=0.29), False, "look"),
        (figures(facility=0.96), False, "look"),
        (figures(discrimination=0.19), False, "look"),
        (figures(discrimination=None), False, "ok"),
        (figures(), False, "ok"),
    ],
)
def test_the_verdict_names_the_gravest_fault_and_waits_for_the_floor(given_figures, wrong_beats_right, tone):
    assert verdict_on(given_figures, wrong_beats_right=wrong_beats_right).tone == tone
