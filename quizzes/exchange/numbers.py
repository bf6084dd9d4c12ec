"""Numbers of files, written with a point, and numbers as our questions hold them, with the comma of Vietnamese."""

import re
from collections.abc import Iterable
from decimal import Decimal

from django.utils.translation import gettext as _

from quizzes.exchange.question import QuestionRefused, refuse_too_many
from quizzes.exchange.weights import written

_NUMBER = re.compile(r"[+-]?(?:\d{1,15}(?:\.\d{0,15})?|\.\d{1,15})(?:[eE][+-]?\d{1,2})?")
_LARGEST = Decimal(10) ** 12


def decimal_in(text: str) -> Decimal | None:
    """A number written with a decimal point and of a length that harms nobody; None where it is none."""
    text = text.strip()
    return Decimal(text).normalize() if _NUMBER.fullmatch(text) else None


def number_in(text: str) -> Decimal:
    """A number that a question can hold. Raises QuestionRefused."""
    number = decimal_in(text)
    if number is None or abs(number) >= _LARGEST or _decimals(number) > 6:
        raise QuestionRefused(
            _("“%(text)s” is not a number that can be graded (at most 12 digits and 6 decimals).")
            % {"text": text.strip()[:40]}
        )
    return number


def tolerance_in(text: str) -> Decimal | None:
    """None for an exact number. Raises QuestionRefused."""
    margin = number_in(text)
    if margin < 0:
        raise QuestionRefused(_("The tolerance of a number is below nought."))
    return margin or None


def _decimals(number: Decimal) -> int:
    return max(0, -int(number.as_tuple().exponent))


def vietnamese(number: Decimal) -> str:
    return written(number).replace(".", ",")


def spelled(numbers: Iterable[Decimal | None]) -> list[str]:
    """Each number in a spelling of its own (1822; 1822,0), as no two accepted answers read alike; None is “*”.

    Raises QuestionRefused where they are so many that this would take for ever.
    """
    numbers = list(numbers)
    refuse_too_many(len(numbers))
    texts: list[str] = []
    for number in numbers:
        text = "*" if number is None else vietnamese(number)
        while text != "*" and text in texts:
            text += "0" if "," in text else ",0"
        texts.append(text)
    return texts
