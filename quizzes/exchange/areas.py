"""Places on a picture: shapes in pixels, as files have them, and our rectangles in thousandths."""

import re
from decimal import Decimal
from itertools import batched

from django.utils.translation import gettext as _

from lms.lib.pictures import Checked
from quizzes.exchange.question import QuestionRefused

_NUMBER = re.compile(r"-?\d{1,7}(?:\.\d{1,9})?")


def numbers_in(coordinates: str) -> list[Decimal]:
    return [Decimal(number) for number in _NUMBER.findall(coordinates[:4000])]


def rectangle(left: Decimal, top: Decimal, width: Decimal, height: Decimal, size: Checked) -> list[int]:
    """[x, y, width, height] in thousandths, cut at the picture's edges. Raises QuestionRefused outside of it."""
    from_x, to_x = _within(left, size.width), _within(left + width, size.width)
    from_y, to_y = _within(top, size.height), _within(top + height, size.height)
    if to_x <= from_x or to_y <= from_y:
        raise QuestionRefused(_("A place lies outside the picture or has no size."))
    return [from_x, from_y, to_x - from_x, to_y - from_y]


def _within(pixels: Decimal, length: int) -> int:
    return min(max(round(pixels * 1000 / length), 0), 1000)


def around(kind: str, numbers: list[Decimal], size: Checked) -> list[int]:
    """The rectangle around a circle (x, y, radius) or a polygon (x, y, x, y, …)."""
    if kind == "circle" and len(numbers) == 3:
        x, y, radius = numbers
        return rectangle(x - radius, y - radius, 2 * radius, 2 * radius, size)
    if kind == "polygon" and len(numbers) >= 6 and len(numbers) % 2 == 0:
        points = list(batched(numbers, 2))
        left, top = min(x for x, _y in points), min(y for _x, y in points)
        return rectangle(left, top, max(x for x, _y in points) - left, max(y for _x, y in points) - top, size)
    raise QuestionRefused(_("The shape of a place cannot be read."))
