"""One question for oneself, answered at once. It is not graded, nothing is stored, and no quiz knows it."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import blocks

from courses.cards.base import Card, refuse_list


class Option(blocks.StructBlock):
    text = blocks.CharBlock(label=_("Answer"), max_length=200)
    right = blocks.BooleanBlock(label=_("Right"), required=False)
    word = blocks.TextBlock(
        label=_("A word on it"), max_length=300, help_text=_("Why it is right, or what is wrong with it")
    )

    class Meta:
        icon = "tick-inverse"
        label_format = "{text}"


class CheckCard(Card):
    task_seconds = 15
    folded = frozenset({"word"})

    question = blocks.TextBlock(label=_("Question"), max_length=400)
    options = blocks.ListBlock(
        Option(label=_("Answer")),
        label=pgettext_lazy("self-check", "Answers"),
        min_num=2,
        max_num=5,
        default=[{}, {}, {}],
        help_text=_("2 to 5 answers; mark those that are right"),
    )

    class Meta:
        icon = "tick-inverse"
        label = _("Quick self-check")
        description = _("A question with the answer at once; not graded, nothing is stored")
        label_format = "{heading}"
        template = "courses/cards/check.html"

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        right = {option["right"] for option in cleaned["options"]}
        if not self.is_deferred_validation and True not in right:
            raise refuse_list("options", _("Mark at least one answer as right."))
        if not self.is_deferred_validation and False not in right:
            raise refuse_list(
                "options", _("All answers are right, so nothing is checked. Unmark at least one.")
            )
        return cleaned
