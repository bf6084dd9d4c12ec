"""Shares in percent, as other systems write them, and the marks and fractions of our options.

A right option of a single choice is worth 100, a wrong one 0, unless a fraction says otherwise. Of several right
ones each is worth one part of as many, and each wrong one takes one part back (quizzes.kinds.choosing).
"""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal

from quizzes.kinds import Choice

WHOLE, NOTHING = Decimal(100), Decimal(0)
_STEP = Decimal("0.00001")


def rounded(weight: Decimal) -> Decimal:
    """To the five decimals that are stored."""
    return weight.quantize(_STEP, ROUND_HALF_UP)


def written(number: Decimal) -> str:
    """Without an exponent and without noughts at the end: 33.33333, 100, -50."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def weight_of(option: Choice) -> Decimal:
    """Of one accepted answer or of an option of a single choice."""
    if option.fraction is not None:
        return rounded(option.fraction)
    return WHOLE if option.correct else NOTHING


def weighted(option: Choice, weight: Decimal) -> Choice:
    """The option with the mark and the fraction that stand for the weight."""
    if weight in (WHOLE, NOTHING):
        return option._replace(correct=weight == WHOLE, fraction=None)
    return option._replace(correct=False, fraction=rounded(weight))


def weights_of_several(options: Sequence[Choice], *, partial: bool) -> list[Decimal]:
    right = sum(option.correct for option in options) or 1
    usual = rounded(WHOLE / right)
    return [
        rounded(option.fraction)
        if partial and option.fraction is not None
        else (usual if option.correct else -usual)
        for option in options
    ]


def several(options: Iterable[Choice], weights: Sequence[Decimal], *, partial: bool) -> tuple[Choice, ...]:
    """The options with their marks: what is worth something is right. A fraction only where it is not the usual one."""
    right = sum(weight > 0 for weight in weights) or 1
    usual = rounded(WHOLE / right)
    marked = []
    for option, weight in zip(options, weights, strict=True):
        own = partial and abs(abs(weight) - usual) > Decimal("0.001")
        marked.append(option._replace(correct=weight > 0, fraction=rounded(weight) if own else None))
    return tuple(marked)
