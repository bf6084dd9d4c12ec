"""One plain sentence on a question, for a trainer who does not read statistics."""

from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from quizzes.statistics.formulas import ItemFigures

FLOOR = 20  # answers; below it every figure is chance, and a person could be recognised

Tone = Literal["none", "ok", "look", "bad"]
GRAVEST_FIRST: dict[Tone, int] = {"bad": 0, "look": 1, "ok": 2, "none": 3}


@dataclass(frozen=True)
class Verdict:
    tone: Tone
    sentence: str


def verdict_on(figures: ItemFigures, *, wrong_beats_right: bool = False) -> Verdict:
    """The first of these that holds, the gravest first.

    ``wrong_beats_right``: among the best third a wrong option was chosen more often than the right ones. The bounds
    of the discrimination are those that Moodle's report explains: negative: probably invalid, below 0.2: weak.
    """
    if figures.answers < FLOOR:
        return Verdict(
            "none",
            _("Not enough answers yet: %(count)d of %(floor)d") % {"count": figures.answers, "floor": FLOOR},
        )
    facility, discrimination = figures.facility or 0.0, figures.discrimination
    if wrong_beats_right or (discrimination is not None and discrimination < 0):
        return Verdict(
            "bad",
            _(
                "The answer key may be wrong: those who know the rest answer this one differently. Check it first."
            ),
        )
    if facility < 0.3:
        return Verdict("look", _("Very hard or unclear: fewer than a third of the points are earned."))
    if facility > 0.95:
        return Verdict(
            "look", _("Nearly everybody answers it rightly: it hardly tells who knows the subject.")
        )
    if discrimination is not None and discrimination < 0.2:
        return Verdict(
            "look",
            _("It hardly tells those who know the subject from those who do not. Read its wording again."),
        )
    return Verdict("ok", _("The question works."))
