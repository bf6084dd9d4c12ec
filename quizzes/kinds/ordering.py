"""Putting the steps of a procedure in order."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from html import escape
from itertools import combinations
from random import Random
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from quizzes.kinds.base import (
    Draft,
    Kind,
    Option,
    PaperQuestion,
    ResponseRefused,
    ReviewOption,
    distinct_keys,
)
from quizzes.kinds.choosing import too_few

STEPS_AT_LEAST = 3


class Ordering(Kind):
    """The version keeps the steps in the right order; the paper never shows them so."""

    name = "ordering"

    def faults(self, draft: Draft) -> list[str]:
        return super().faults(draft) + too_few(draft, STEPS_AT_LEAST)

    def frozen(self, options: list[Option]) -> list[Option]:
        for option in options:
            option["correct"] = False
        return options

    def option_order(self, options: Sequence[Option], chance: Random, *, shuffle: bool) -> list[str]:
        keys = [option["key"] for option in options]
        shown = keys.copy()
        chance.shuffle(shown)
        return shown if shown != keys else [*shown[1:], shown[0]]

    def with_response(self, question: PaperQuestion, response: list[str]) -> PaperQuestion:
        places = {key: place for place, key in enumerate(response, start=1)}
        options = [replace(option, place=places.get(option.key)) for option in question.options]
        return replace(question, options=options, response=response)

    def hint(self, question: PaperQuestion) -> str:
        return _("Put the steps in order: give each its place")

    def complaint(self, question: PaperQuestion) -> str:
        return _("Give every step its own place, each number once.")

    def controls(self, question: PaperQuestion) -> str:
        """One select for each step."""
        rows = []
        for option in question.options:
            name = f"q{question.order}-{option.key}"
            rows.append(
                f'<li class="option"><label for="{name}">{escape(option.text)}</label>'
                f'<select name="{name}" id="{name}" data-key="{option.key}"><option value="">–</option>'
                f"{_numbers(len(question.options), option.place)}</select></li>"
            )
        return f'<ol class="options ordering">{"".join(rows)}</ol>'

    def posted(self, question: PaperQuestion, data: QueryDict) -> list[str] | None:
        places = _posted_places(question, data)
        if not any(places.values()):
            return []
        if set(places.values()) != set(_place_names(question)):
            return None
        return sorted((option.key for option in question.options), key=lambda key: int(places[key]))

    def half_posted(self, question: PaperQuestion, data: QueryDict) -> PaperQuestion:
        places = _posted_places(question, data)
        names = _place_names(question)
        options = [
            replace(option, place=int(places[option.key]) if places[option.key] in names else None)
            for option in question.options
        ]
        return replace(question, options=options, response=[], incomplete=True)

    def checked(self, order: Sequence[str], response: Sequence[str]) -> list[str]:
        given = distinct_keys(order, response)
        if given and len(given) != len(order):
            raise ResponseRefused
        return given

    def share(
        self, options: Sequence[Option], settings: Mapping[str, Any], response: Sequence[str]
    ) -> Fraction:
        """All or nothing; with partial credit the share of all pairs of steps that stand in the right order."""
        right = self.right_response(options, settings)
        if not settings.get("partial") or not response:
            return Fraction(list(response) == right)
        place = {key: at for at, key in enumerate(response)}
        pairs = list(combinations(right, 2))
        return Fraction(sum(place[first] < place[second] for first, second in pairs), len(pairs))

    def right_response(self, options: Sequence[Option], settings: Mapping[str, Any]) -> list[str]:
        return [option["key"] for option in options]

    def reviewed(
        self,
        options: Sequence[Option],
        settings: Mapping[str, Any],
        order: Sequence[str],
        response: list[str],
        *,
        with_key: bool,
    ) -> list[ReviewOption]:
        """The steps in the order given by the learner; none where none was given."""
        by_key = {option["key"]: option for option in options}
        return [
            ReviewOption(
                text=by_key[key]["text"],
                chosen=True,
                right=options[place]["key"] == key if with_key else None,
                feedback=by_key[key]["feedback"] if with_key else "",
            )
            for place, key in enumerate(response)
        ]

    def right_answer(self, options: Sequence[Option]) -> list[str]:
        return [option["text"] for option in options]

    def told(self, options: Sequence[Option], response: Sequence[str]) -> list[str]:
        """The whole order as one answer."""
        return [" → ".join(super().told(options, response))] if response else []


def _posted_places(question: PaperQuestion, data: QueryDict) -> dict[str, str]:
    return {option.key: data.get(f"q{question.order}-{option.key}", "") for option in question.options}


def _place_names(question: PaperQuestion) -> list[str]:
    return [str(place) for place in range(1, len(question.options) + 1)]


def _numbers(count: int, chosen: int | None) -> str:
    return "".join(
        f"<option{' selected' if place == chosen else ''}>{place}</option>" for place in range(1, count + 1)
    )
