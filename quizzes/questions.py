"""What makes a question answerable and gradable: checked in the editor's form and again at publishing."""

from collections.abc import Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lms.lib.text import exact
from quizzes.models import QuestionKind

# The two options of a true-or-false question are content, not interface: they stand in the published version
# and are printed as they are, whatever language the reader's screen is in.
TRUE, FALSE = "Đúng", "Sai"
STEPS_AT_LEAST = 3


class Choice(NamedTuple):
    text: str
    correct: bool = False
    feedback: str = ""


def faults(kind: str, stem: str, choices: Sequence[Choice]) -> list[str]:
    """Sentences that say what has to be mended before the question can be published; empty when nothing."""
    found = [] if exact(stem) else [_("The question has no text.")]
    texts = [exact(choice.text) for choice in choices]
    if not all(texts):
        found.append(_("An option has no text. Write it or remove the option."))
    twice = sorted({text for text in texts if text and texts.count(text) > 1})
    found += [_("The option “%(text)s” stands there twice.") % {"text": text} for text in twice]
    return found + _FAULTS[QuestionKind(kind)](texts, [choice.correct for choice in choices])


def _single(texts: list[str], marks: list[bool]) -> list[str]:
    found = _too_few(texts, 2)
    if sum(marks) != 1:
        found.append(
            ngettext(
                "Exactly one option must be marked as right; now it is %(count)d.",
                "Exactly one option must be marked as right; now there are %(count)d.",
                sum(marks),
            )
            % {"count": sum(marks)}
        )
    return found


def _multiple(texts: list[str], marks: list[bool]) -> list[str]:
    found = _too_few(texts, 2)
    if not any(marks):
        found.append(_("At least one option must be marked as right."))
    elif all(marks):
        found.append(_("At least one option must be wrong, else there is nothing to choose."))
    return found


def _true_false(texts: list[str], marks: list[bool]) -> list[str]:
    if sorted(texts) == sorted([TRUE, FALSE]) and sum(marks) == 1:
        return []
    return [
        _(
            "A true-or-false question has exactly the two options “%(true)s” and “%(false)s”, "
            "one of them marked as right."
        )
        % {"true": TRUE, "false": FALSE}
    ]


def _ordering(texts: list[str], marks: list[bool]) -> list[str]:
    return _too_few(texts, STEPS_AT_LEAST)


def _too_few(texts: list[str], least: int) -> list[str]:
    if len(texts) >= least:
        return []
    return [
        _("This kind of question needs at least %(least)d options; now there are %(count)d.")
        % {"least": least, "count": len(texts)}
    ]


_FAULTS = {
    QuestionKind.SINGLE: _single,
    QuestionKind.MULTIPLE: _multiple,
    QuestionKind.TRUE_FALSE: _true_false,
    QuestionKind.ORDERING: _ordering,
}
