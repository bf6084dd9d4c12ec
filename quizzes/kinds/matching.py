"""Matching halves that belong together."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from html import escape
from random import Random
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lms.lib.text import exact
from quizzes.kinds.base import (
    Draft,
    Kind,
    Option,
    PaperOption,
    PaperQuestion,
    ResponseRefused,
    ReviewOption,
    repeated,
)
from quizzes.kinds.fault import Fault

PAIRS_AT_LEAST = 2
CHOICES_AT_LEAST = 3


class Matching(Kind):
    """Every option is a pair: ``text`` the left half, ``match`` the right one. Without a left half it distracts.

    Several left halves may share a right one. On the paper ``option_order`` holds the keys of the left halves
    and then, each with "=" before it, those of the right halves. Keys follow from texts and the right halves are
    shuffled from the order of their keys, so neither says what belongs together. A response holds
    "left key=right key" for each left half that was given one.
    """

    name = "matching"

    def faults(self, draft: Draft) -> list[str]:
        pairs = [(exact(option.text), exact(option.match)) for option in draft.options]
        lefts = [left for left, __ in pairs if left]
        found = list[str]()
        halves = [row for row, (__, right) in enumerate(pairs) if not right]
        text = _("A pair has no right half. Write it or remove the pair.")
        found += [Fault(text, row=row, field="match") for row in halves[:1]]
        found += repeated([left for left, __ in pairs])
        wrong = [right for left, right in pairs if not left and right]
        found += [
            _("The right half “%(text)s” is to distract, but stands there once more.") % {"text": text}
            for text in sorted(set(wrong))
            if [right for __, right in pairs].count(text) > 1
        ]
        if len(lefts) < PAIRS_AT_LEAST:
            found.append(
                ngettext(
                    "Matching needs at least %(least)d pairs; now there is %(count)d.",
                    "Matching needs at least %(least)d pairs; now there are %(count)d.",
                    len(lefts),
                )
                % {"least": PAIRS_AT_LEAST, "count": len(lefts)}
            )
        elif len({right for __, right in pairs if right}) < CHOICES_AT_LEAST:
            found.append(
                _("Matching needs at least %(least)d different right halves to choose from.")
                % {"least": CHOICES_AT_LEAST}
            )
        return found

    def frozen(self, options: list[Option]) -> list[Option]:
        for option in options:
            option["correct"] = False
        return options

    def option_order(self, options: Sequence[Option], chance: Random, *, shuffle: bool) -> list[str]:
        """The left halves are shuffled where the quiz says so, the right ones always."""
        lefts = super().option_order(pairs_of(options), chance, shuffle=shuffle)
        rights = sorted({f"={option['match_key']}" for option in options})
        chance.shuffle(rights)
        return [*lefts, *rights]

    def blank(
        self, question: PaperQuestion, options: Sequence[Option], order: Sequence[str]
    ) -> PaperQuestion:
        lefts = {option["key"]: option["text"] for option in pairs_of(options)}
        rights = {f"={option['match_key']}": option["match"] for option in options}
        return replace(
            question,
            options=[PaperOption(key, lefts[key]) for key in order if key in lefts],
            matches=[PaperOption(key[1:], rights[key]) for key in order if key in rights],
        )

    def with_response(self, question: PaperQuestion, response: list[str]) -> PaperQuestion:
        given = given_halves(response)
        options = [replace(option, match=given.get(option.key, "")) for option in question.options]
        incomplete = bool(response) and len(given) < len(options)
        return replace(question, options=options, response=response, incomplete=incomplete)

    def hint(self, question: PaperQuestion) -> str:
        return _("Choose for each line what belongs to it")

    def complaint(self, question: PaperQuestion) -> str:
        return _("Choose something for every line.")

    def controls(self, question: PaperQuestion) -> str:
        """A select for each left half."""
        rows = []
        for option in question.options:
            name = f"q{question.order}-{option.key}"
            choices = "".join(
                f'<option value="{match.key}"{" selected" if match.key == option.match else ""}>'
                f"{escape(match.text)}</option>"
                for match in question.matches
            )
            rows.append(
                f'<li><label for="{name}">{escape(option.text)}</label>'
                f'<select name="{name}" id="{name}" data-key="{option.key}">'
                f'<option value="">{_("– choose –")}</option>{choices}</select></li>'
            )
        return f'<ul class="matching">{"".join(rows)}</ul>'

    def posted(self, question: PaperQuestion, data: QueryDict) -> list[str] | None:
        """Also where only some halves are chosen: each may earn its part."""
        given = {option.key: data.get(f"q{question.order}-{option.key}", "") for option in question.options}
        order = [*given, *(f"={match.key}" for match in question.matches)]
        return self.checked(order, [f"{left}={right}" for left, right in given.items() if right])

    def checked(self, order: Sequence[str], response: Sequence[str]) -> list[str]:
        """In the paper's order; each left half once, or not at all."""
        lefts = [key for key in order if not key.startswith("=")]
        rights = {key for key in order if key.startswith("=")}
        given: dict[str, str] = {}
        for pair in response:
            left, equals, right = pair.partition("=")
            if left not in lefts or left in given or equals + right not in rights:
                raise ResponseRefused
            given[left] = right
        return [f"{left}={given[left]}" for left in lefts if left in given]

    def share(
        self, options: Sequence[Option], settings: Mapping[str, Any], response: Sequence[str]
    ) -> Fraction:
        """All or nothing; with partial credit the share of left halves that have their right one."""
        right = self.right_response(options, settings)
        if not settings.get("partial"):
            return Fraction(sorted(response) == sorted(right))
        return Fraction(len(set(response) & set(right)), len(right))

    def right_response(self, options: Sequence[Option], settings: Mapping[str, Any]) -> list[str]:
        return [f"{option['key']}={option['match_key']}" for option in pairs_of(options)]

    def reviewed(
        self,
        options: Sequence[Option],
        settings: Mapping[str, Any],
        order: Sequence[str],
        response: list[str],
        *,
        with_key: bool,
    ) -> list[ReviewOption]:
        """The left halves as the paper had them, each with the half given to it; ``answer`` empty where none was."""
        by_key = {option["key"]: option for option in pairs_of(options)}
        rights = {option["match_key"]: option["match"] for option in options}
        given = given_halves(response)
        lines = []
        for key in order:
            if key.startswith("="):
                continue
            half = given.get(key, "")
            lines.append(
                ReviewOption(
                    text=by_key[key]["text"],
                    chosen=bool(half),
                    right=half == by_key[key]["match_key"] if with_key else None,
                    feedback=by_key[key]["feedback"] if with_key and half else "",
                    answer=rights.get(half, ""),
                )
            )
        return lines

    def right_answer(self, options: Sequence[Option]) -> list[str]:
        return [f"{option['text']} → {option['match']}" for option in pairs_of(options)]

    def told(self, options: Sequence[Option], response: Sequence[str]) -> list[str]:
        """Each pair."""
        lefts = {option["key"]: option["text"] for option in options}
        rights = {option["match_key"]: option["match"] for option in options}
        return [f"{lefts[left]} → {rights[right]}" for left, right in given_halves(response).items()]

    def told_right(
        self, options: Sequence[Option], settings: Mapping[str, Any], response: Sequence[str]
    ) -> list[bool]:
        right = self.right_response(options, settings)
        return [pair in right for pair in response]


def pairs_of(options: Sequence[Option]) -> list[Option]:
    """Without the right halves that only distract."""
    return [option for option in options if option["text"]]


def given_halves(response: Sequence[str]) -> dict[str, str]:
    """The key of the right half given to each left one."""
    return dict(pair.split("=", 1) for pair in response)
