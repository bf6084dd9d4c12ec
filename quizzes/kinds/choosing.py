"""Choosing from options: one, several, or true and false."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from html import escape
from random import Random
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from quizzes.kinds.base import (
    Draft,
    Kind,
    Option,
    PaperQuestion,
    ResponseRefused,
    ReviewOption,
    clamped,
    distinct_keys,
    worth,
    worth_of_choice,
)

# The two options of a true-or-false question are content, not interface: they stand in the published version
# and are printed as they are, whatever language the reader's screen is in.
TRUE, FALSE = "Đúng", "Sai"


class Single(Kind):
    name = "single"

    def faults(self, draft: Draft) -> list[str]:
        found = super().faults(draft) + too_few(draft, 2)
        right = sum(option.correct for option in draft.options)
        if right != 1:
            found.append(
                ngettext(
                    "Exactly one option must be marked as right; now it is %(count)d.",
                    "Exactly one option must be marked as right; now there are %(count)d.",
                    right,
                )
                % {"count": right}
            )
        if any((worth_of_choice(option) == 1) != option.correct for option in draft.options):
            found.append(_("The right option earns all points, every other one less."))
        return found

    def hint(self, question: PaperQuestion) -> str:
        return _("Choose one")

    def controls(self, question: PaperQuestion) -> str:
        return boxes(question, "radio")

    def checked(self, order: Sequence[str], response: Sequence[str]) -> list[str]:
        given = distinct_keys(order, response)
        if len(given) > 1:
            raise ResponseRefused
        return given

    def share(
        self, options: Sequence[Option], settings: Mapping[str, Any], response: Sequence[str]
    ) -> Fraction:
        return clamped(sum((worth(option) for option in options if option["key"] in response), Fraction(0)))

    def right_response(self, options: Sequence[Option], settings: Mapping[str, Any]) -> list[str]:
        return [option["key"] for option in options if option["correct"]]

    def reviewed(
        self,
        options: Sequence[Option],
        settings: Mapping[str, Any],
        order: Sequence[str],
        response: list[str],
        *,
        with_key: bool,
    ) -> list[ReviewOption]:
        by_key = {option["key"]: option for option in options}
        return [
            ReviewOption(
                text=by_key[key]["text"],
                chosen=key in response,
                right=by_key[key]["correct"] if with_key else None,
                partly=with_key and key in response and self.is_partly(by_key[key]),
                feedback=by_key[key]["feedback"] if with_key and key in response else "",
            )
            for key in order
        ]

    def told_right(
        self, options: Sequence[Option], settings: Mapping[str, Any], response: Sequence[str]
    ) -> list[bool]:
        """Each choice by itself."""
        marks = {option["key"]: option["correct"] for option in options}
        return [marks[key] for key in response]

    def is_partly(self, option: Option) -> bool:
        return 0 < worth(option) < 1


class TrueFalse(Single):
    name = "true-false"

    def faults(self, draft: Draft) -> list[str]:
        texts = sorted(option.text for option in draft.options)
        if texts == sorted([TRUE, FALSE]) and sum(option.correct for option in draft.options) == 1:
            return []
        return [
            _(
                "A true-or-false question has exactly the two options “%(true)s” and “%(false)s”, "
                "one of them marked as right."
            )
            % {"true": TRUE, "false": FALSE}
        ]

    def frozen(self, options: list[Option]) -> list[Option]:
        return sorted(options, key=lambda option: option["text"] != TRUE)

    def option_order(self, options: Sequence[Option], chance: Random, *, shuffle: bool) -> list[str]:
        """Always in their fixed order."""
        return [option["key"] for option in options]


class Multiple(Single):
    name = "multiple"

    def faults(self, draft: Draft) -> list[str]:
        found = Kind.faults(self, draft) + too_few(draft, 2)
        marks = [option.correct for option in draft.options]
        if not any(marks):
            found.append(_("At least one option must be marked as right."))
        elif all(marks):
            found.append(_("At least one option must be wrong, else there is nothing to choose."))
        if any(option.fraction is not None for option in draft.options):
            found += self._uneven(draft)
        return found

    def _uneven(self, draft: Draft) -> list[str]:
        """What is wrong with the shares of the points, where options say theirs."""
        right = sum(option.correct for option in draft.options)
        shares = [
            (option, worth_of_choice(option) if option.fraction is not None else Fraction(1, right))
            for option in draft.options
            if option.correct
        ]
        found = []
        if right and sum(share for _option, share in shares) != 1:
            found.append(_("The shares of the right options must add up to 100 percent."))
        if any(share <= 0 for _option, share in shares):
            found.append(_("Every right option must earn a share of the points."))
        if any(worth_of_choice(option) > 0 for option in draft.options if not option.correct):
            found.append(_("A wrong option cannot earn points; its share is 0 or less."))
        return found

    def is_partly(self, option: Option) -> bool:
        """Each choice is right or wrong, whatever its share of the points."""
        return False

    def hint(self, question: PaperQuestion) -> str:
        return _("Choose all that are right")

    def controls(self, question: PaperQuestion) -> str:
        return boxes(question, "checkbox")

    def checked(self, order: Sequence[str], response: Sequence[str]) -> list[str]:
        """In the paper's order."""
        given = distinct_keys(order, response)
        return [key for key in order if key in given]

    def share(
        self, options: Sequence[Option], settings: Mapping[str, Any], response: Sequence[str]
    ) -> Fraction:
        """All or nothing; with partial credit every right choice earns its share and every wrong one takes one back.

        A share is one part of as many as there are right options, unless the option says how many per cent
        (the sum of answer fractions of Moodle's multiple choice).
        """
        if not settings.get("partial"):
            return Fraction(set(response) == set(self.right_response(options, settings)))
        right = sum(option["correct"] for option in options)
        shares = [
            worth(option, usual=Fraction(1 if option["correct"] else -1, right))
            for option in options
            if option["key"] in response
        ]
        return clamped(sum(shares, Fraction(0)))


def too_few(draft: Draft, least: int) -> list[str]:
    count = len(draft.options)
    if count >= least:
        return []
    return [
        _("This kind of question needs at least %(least)d options; now there are %(count)d.")
        % {"least": least, "count": count}
    ]


def boxes(question: PaperQuestion, kind: str) -> str:
    rows = [
        f'<label class="option"><input type="{kind}" name="q{question.order}" value="{option.key}"'
        f"{' checked' if option.chosen else ''}><span>{escape(option.text)}</span></label>"
        for option in question.options
    ]
    return f'<div class="options">{"".join(rows)}</div>'
