"""How the editor speaks of each kind of question: which fields it uses, and what they are called there.

The form of a question holds the fields of all kinds; lms/static/quizzes/editor.js shows those named here.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from quizzes.kinds.choosing import FALSE, TRUE
from quizzes.models import QuestionKind

Text = str | Promise


@dataclass(frozen=True)
class Label:
    """The name of a field, and what to write into it."""

    label: Text
    help: Text = ""


@dataclass(frozen=True)
class Words:
    """``row``: what one row of answers is; ``fields``: those of a row; ``settings``: those of the question."""

    heading: Text
    help: Text
    row: Text
    fields: Mapping[str, Label]
    settings: tuple[str, ...] = ()
    fixed: tuple[str, ...] = field(default=())  # the texts of the rows, where they are always the same


FEEDBACK = Label(_("feedback"), _("Shown after grading to whoever chose this: why it is right or wrong"))
SHARE = Label(
    _("share of the points in percent"),
    _("Empty: all of them for a right one, nothing for a wrong one"),
)

WORDS: dict[str, Words] = {
    QuestionKind.SINGLE: Words(
        _("Options"),
        _("Two or more; mark the one that is right. They are shown in a new order each time."),
        _("Option"),
        {
            "text": Label(_("option")),
            "correct": Label(_("this is the right one")),
            "fraction": SHARE,
            "feedback": FEEDBACK,
        },
    ),
    QuestionKind.MULTIPLE: Words(
        _("Options"),
        _("Mark all that are right; at least one must be wrong. They are shown in a new order each time."),
        _("Option"),
        {
            "text": Label(_("option")),
            "correct": Label(_("this is right")),
            "fraction": Label(
                _("share of the points in percent"),
                _("Counts with partial credit. Empty: right ones share the points, wrong ones take as much"),
            ),
            "feedback": FEEDBACK,
        },
        ("partial_credit",),
    ),
    QuestionKind.TRUE_FALSE: Words(
        _("True or false"),
        _("The two answers are filled in. Mark the one that is right."),
        _("Answer"),
        {
            "text": Label(_("answer")),
            "correct": Label(_("this is right")),
            "feedback": FEEDBACK,
        },
        fixed=(TRUE, FALSE),
    ),
    QuestionKind.ORDERING: Words(
        _("Steps"),
        _("Three or more, written here in the right order. Learners see them shuffled."),
        _("Step"),
        {
            "text": Label(_("step")),
            "feedback": Label(_("feedback"), _("Shown after grading: why it stands at this place")),
        },
        ("partial_credit",),
    ),
    QuestionKind.MATCHING: Words(
        _("Pairs"),
        _(
            "On the left what is asked, on the right what belongs to it. A pair without a left half "
            "is one more wrong choice on the right."
        ),
        _("Pair"),
        {
            "text": Label(_("left half"), _("Empty: the right half belongs to nothing")),
            "match": Label(_("right half")),
            "feedback": Label(_("feedback"), _("Shown after grading: why these two belong together")),
        },
        ("partial_credit",),
    ),
    QuestionKind.SHORT: Words(
        _("Accepted answers"),
        _(
            "Every wording that counts. A * stands for anything. Known mistakes can be written too, not marked "
            "as right, each with its feedback."
        ),
        _("Answer"),
        {
            "text": Label(_("answer")),
            "correct": Label(_("this is accepted")),
            "fraction": SHARE,
            "feedback": Label(_("feedback"), _("Shown after grading to whoever typed this")),
        },
        ("ignore_diacritics",),
    ),
    QuestionKind.NUMERIC: Words(
        _("Accepted numbers"),
        _("Each with how far off an answer may be. Known mistakes can be written too, not marked as right."),
        _("Number"),
        {
            "text": Label(_("number"), _("Such as 15 or 2,5")),
            "tolerance": Label(
                _("tolerance"), _("0,5 accepts half a unit more or less; empty: exactly this")
            ),
            "correct": Label(_("this is accepted")),
            "fraction": SHARE,
            "feedback": Label(_("feedback"), _("Shown after grading to whoever typed this")),
        },
    ),
    QuestionKind.HOTSPOT: Words(
        _("Places on the picture"),
        _(
            "Choose the picture first. Then draw a rectangle around each place on it, right ones and wrong ones. "
            "The name of a place is read aloud and offered as a list to whoever cannot tap."
        ),
        _("Place"),
        {
            "text": Label(_("name of the place")),
            "area": Label(
                _("where it is"),
                _("In thousandths of the picture, from its upper left corner. Drawing fills it in"),
            ),
            "correct": Label(_("this is a right place")),
            "feedback": FEEDBACK,
        },
    ),
}

ROW_FIELDS = ("text", "match", "correct", "fraction", "tolerance", "area", "feedback")
SETTINGS = ("partial_credit", "ignore_diacritics")


def as_json() -> dict[str, Any]:
    """For the script, in the language of the page; what is lazy is resolved by DjangoJSONEncoder."""
    return {str(kind): asdict(words) for kind, words in WORDS.items()}
