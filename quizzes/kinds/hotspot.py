"""Finding a place on a picture, by a tap or by its name in a list."""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from html import escape
from itertools import product
from typing import Any

from django.utils.translation import gettext as _

from quizzes.kinds.base import (
    Draft,
    Kind,
    Option,
    PaperQuestion,
    ResponseRefused,
    ReviewOption,
    clamped,
    worth,
    worth_of_choice,
)
from quizzes.kinds.fault import Fault
from quizzes.kinds.pictures import SIDE, picture_html

_TAP = re.compile(r"@(0|[1-9][0-9]{0,2}),(0|[1-9][0-9]{0,2})")


class Hotspot(Kind):
    """An option is a place: its name and its ``area``; ``correct`` makes it a right one.

    A response is the key of a place chosen from the list, or a tap as "@x,y" in thousandths of the picture, from 0
    to 999. The areas stay on the server; a tap counts as the place whose area it hits, the best one of several.
    """

    name = "hotspot"
    takes_picture = True

    def faults(self, draft: Draft) -> list[str]:
        found = super().faults(draft)
        if not any(option.correct and worth_of_choice(option) == 1 for option in draft.options):
            found.append(_("At least one place must be marked as right and earn all points."))
        if all(option.correct for option in draft.options):
            found.append(
                _("At least one place must be wrong, else the list of places gives the answer away.")
            )
        found += [
            Fault(
                _("The place “%(text)s” has no area on the picture. Draw it inside the picture.")
                % {"text": option.text},
                row=row,
                field="area",
            )
            for row, option in enumerate(draft.options)
            if not is_inside(option.area)
        ]
        placed = [(option, option.area) for option in draft.options if option.area and is_inside(option.area)]
        found += [
            _("The places “%(right)s” and “%(wrong)s” overlap. A tap on both would be right and wrong.")
            % {"right": right.text, "wrong": wrong.text}
            for (right, area), (wrong, other) in product(placed, placed)
            if right.correct and not wrong.correct and overlap(area, other)
        ]
        return found

    def hint(self, question: PaperQuestion) -> str:
        return _("Show the place on the picture")

    def controls(self, question: PaperQuestion) -> str:
        """Radio buttons: the mark on the picture, which the script sets and moves, and the named places.

        The list is open; the script closes it, because it tells where to look.
        """
        name, picture = f"q{question.order}", question.picture
        tap = tap_of(question.response)
        rows = "".join(
            f'<label class="option"><input type="radio" name="{name}" value="{option.key}"'
            f"{' checked' if option.chosen else ''}><span>{escape(option.text)}</span></label>"
            for option in question.options
        )
        value = question.response[0] if tap else ""
        return (
            f'<div class="spot" data-spot>{picture_html(picture, pin=tap, takes_pin=True)}</div>'
            f'<div class="options"><label class="option"{"" if tap else " hidden"}>'
            f'<input type="radio" name="{name}" value="{value}"{" checked" if tap else " disabled"} data-mark>'
            f"<span>{_('The place marked on the picture')}</span></label></div>"
            f"<details open><summary>{_('Choose from a list instead')}</summary>"
            f'<div class="options">{rows}</div></details>'
        )

    def checked(self, order: Sequence[str], response: Sequence[str]) -> list[str]:
        given = list(response)
        if len(given) > 1 or not all(text in order or _TAP.fullmatch(text) for text in given):
            raise ResponseRefused
        return given

    def share(
        self, options: Sequence[Option], settings: Mapping[str, Any], response: Sequence[str]
    ) -> Fraction:
        return clamped(max((worth(option) for option in meant(options, response)), default=Fraction(0)))

    def right_response(self, options: Sequence[Option], settings: Mapping[str, Any]) -> list[str]:
        return [option["key"] for option in options if option["correct"] and worth(option) == 1][:1]

    def reviewed(
        self,
        options: Sequence[Option],
        settings: Mapping[str, Any],
        order: Sequence[str],
        response: list[str],
        *,
        with_key: bool,
    ) -> list[ReviewOption]:
        """What was given in one line, with its mark on the picture; with the key also the right places."""
        tap = tap_of(response)
        hit = max(meant(options, response), key=worth, default=None)
        lines = []
        if response:
            named = hit["text"] if hit and (with_key or not tap) else ""
            lines.append(
                ReviewOption(
                    text=named or _("The place marked on the picture"),
                    chosen=True,
                    right=(hit is not None and worth(hit) == 1) if with_key else None,
                    partly=with_key and hit is not None and 0 < worth(hit) < 1,
                    feedback=hit["feedback"] if hit and with_key else "",
                    area=hit["area"] if hit and with_key else None,
                    pin=tap,
                )
            )
        if with_key:
            lines += [
                ReviewOption(text=option["text"], chosen=False, right=True, area=option["area"])
                for option in options
                if option["correct"] and option is not hit
            ]
        return lines

    def told(self, options: Sequence[Option], response: Sequence[str]) -> list[str]:
        """The place that was hit, or that none was."""
        if not response:
            return []
        hit = max(meant(options, response), key=worth, default=None)
        return [hit["text"] if hit else _("beside all places")]


def tap_of(response: Sequence[str]) -> tuple[int, int] | None:
    """Where the picture was tapped; None where the place was chosen from the list."""
    found = _TAP.fullmatch(response[0]) if response else None
    return (int(found[1]), int(found[2])) if found else None


def meant(options: Sequence[Option], response: Sequence[str]) -> list[Option]:
    """The places that a response names or hits."""
    tap = tap_of(response)
    if tap is None:
        return [option for option in options if option["key"] in response]
    return [option for option in options if is_hit(option["area"], *tap)]


def is_hit(area: Sequence[int], x: int, y: int) -> bool:
    """Left and upper edge belong to an area, right and lower ones to its neighbour."""
    left, top, width, height = area
    return left <= x < left + width and top <= y < top + height


def is_inside(area: Sequence[int] | None) -> bool:
    """[x, y, width, height] that make a place inside the picture."""
    match area:
        case [int(left), int(top), int(width), int(height)]:
            return min(left, top) >= 0 < min(width, height) and max(left + width, top + height) <= SIDE
    return False


def overlap(one: Sequence[int], other: Sequence[int]) -> bool:
    (left, top, width, height), (left2, top2, width2, height2) = one, other
    return left < left2 + width2 and left2 < left + width and top < top2 + height2 and top2 < top + height
