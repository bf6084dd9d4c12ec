"""The classical item statistics, as Moodle documents them for its quiz statistics report.

Source of every formula: Moodle documentation, "Quiz statistics calculations" (docs.moodle.org/dev), whose notation is
kept in the docstrings: S attempts, x_p(s) the points of attempt s on question p, T(s) its total,
X_p(s) = T(s) - x_p(s) its total on all other questions, C a covariance, V a variance (both with S - 1).
A figure that is not defined (too few attempts, nobody differs) is None.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, median


def mean(values: Sequence[float]) -> float | None:
    return fmean(values) if values else None


def covariance(first: Sequence[float], second: Sequence[float]) -> float | None:
    """C(x, y) = Σ (x - x̄)(y - ȳ) / (S - 1)."""
    if len(first) < 2:
        return None
    first_mean, second_mean = fmean(first), fmean(second)
    pairs = zip(first, second, strict=True)
    return sum((x - first_mean) * (y - second_mean) for x, y in pairs) / (len(first) - 1)


def standard_deviation(values: Sequence[float]) -> float | None:
    variance = covariance(values, values)
    return None if variance is None else sqrt(variance)


def facility(points: Sequence[float], max_points: float) -> float | None:
    """F_p = x̄_p / x_p(max): the mean share of the points, from 0 to 1."""
    average = mean(points)
    return None if average is None else average / max_points


def discrimination(points: Sequence[float], others: Sequence[float]) -> float | None:
    """D_p = C(x_p, X_p) / √(V(x_p) V(X_p)): how the question goes with the rest of the paper, from -1 to 1."""
    together, own, rest = (
        covariance(points, others),
        covariance(points, points),
        covariance(others, others),
    )
    return _ratio(together, sqrt(own * rest)) if own and rest else None


def discriminative_efficiency(points: Sequence[float], others: Sequence[float]) -> float | None:
    """E_p = C(x_p, X_p) / C_max(x_p, X_p): what it discriminates out of what its points would allow, at most 1.

    C_max is the covariance when both are sorted: the best order that these points could stand in.
    """
    return _ratio(covariance(points, others), covariance(sorted(points), sorted(others)))


def skewness(totals: Sequence[float]) -> float | None:
    """k3 / k2^(3/2) with the k-statistics k2 = S m2 / (S - 1) and k3 = S² m3 / ((S - 1)(S - 2))."""
    size = len(totals)
    if size < 3:
        return None
    m2, m3 = _moment(totals, 2), _moment(totals, 3)
    k2, k3 = size * m2 / (size - 1), size**2 * m3 / ((size - 1) * (size - 2))
    return k3 / k2**1.5 if k2 else None


def kurtosis(totals: Sequence[float]) -> float | None:
    """k4 / k2² with k4 = S² ((S + 1) m4 - 3 (S - 1) m2²) / ((S - 1)(S - 2)(S - 3))."""
    size = len(totals)
    if size < 4:
        return None
    m2, m4 = _moment(totals, 2), _moment(totals, 4)
    k2 = size * m2 / (size - 1)
    k4 = size**2 * ((size + 1) * m4 - 3 * (size - 1) * m2**2) / ((size - 1) * (size - 2) * (size - 3))
    return k4 / k2**2 if k2 else None


def internal_consistency(items: Sequence[Sequence[float]], totals: Sequence[float]) -> float | None:
    """CIC = P/(P - 1) · (1 - Σ V(x_p) / V(T)), Cronbach's alpha, for P questions that every attempt had."""
    count = len(items)
    spread = covariance(totals, totals)
    variances = [covariance(points, points) for points in items]
    if count < 2 or not spread or any(variance is None for variance in variances):
        return None
    return count / (count - 1) * (1 - sum(variance or 0 for variance in variances) / spread)


def error_ratio(consistency: float | None) -> float | None:
    """ER = √(1 - CIC): the share of the spread that is chance."""
    return sqrt(1 - consistency) if consistency is not None and consistency <= 1 else None


def standard_error(consistency: float | None, deviation: float | None) -> float | None:
    """SE = ER · SD(T), in points."""
    ratio = error_ratio(consistency)
    return None if ratio is None or deviation is None else ratio * deviation


def _moment(values: Sequence[float], power: int) -> float:
    average = fmean(values)
    return fmean((value - average) ** power for value in values)


def _ratio(over: float | None, under: float | None) -> float | None:
    return over / under if over is not None and under else None


@dataclass(frozen=True)
class ItemFigures:
    """One question: shares from 0 to 1, indices from -1 to 1."""

    answers: int
    facility: float | None
    deviation: float | None
    discrimination: float | None
    efficiency: float | None


def item_figures(shares: Sequence[float], others: Sequence[float]) -> ItemFigures:
    """``shares``: of the question's points, ``others``: of the points of the rest of each paper, both 0 to 1."""
    return ItemFigures(
        answers=len(shares),
        facility=mean(shares),
        deviation=standard_deviation(shares),
        discrimination=discrimination(shares, others),
        efficiency=discriminative_efficiency(shares, others),
    )


@dataclass(frozen=True)
class QuizFigures:
    """A quiz as a whole, on the scale of ten."""

    attempts: int
    passed: int
    mean: float | None
    median: float | None
    deviation: float | None
    skewness: float | None
    kurtosis: float | None


def quiz_figures(scores: Sequence[float], passed: int) -> QuizFigures:
    return QuizFigures(
        attempts=len(scores),
        passed=passed,
        mean=mean(scores),
        median=median(scores) if scores else None,
        deviation=standard_deviation(scores),
        skewness=skewness(scores),
        kurtosis=kurtosis(scores),
    )
