"""A case that asks for a decision; every choice shows what follows from it. Nothing is stored."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from courses.cards.base import Card, refuse_list


class Choice(blocks.StructBlock):
    text = blocks.CharBlock(label=_("What one may do"), max_length=200)
    consequence = blocks.TextBlock(
        label=_("What follows"),
        max_length=400,
        help_text=_("What happens to the citizen, the file, the office"),
    )
    advisable = blocks.BooleanBlock(label=_("Advisable"), required=False)

    class Meta:
        icon = "redirect"
        label_format = "{text}"


class DecisionCard(Card):
    task_seconds = 20
    folded = frozenset({"consequence"})

    situation = blocks.TextBlock(label=_("Situation"), max_length=600)
    choices = blocks.ListBlock(
        Choice(label=_("Choice")),
        label=_("Choices"),
        min_num=2,
        max_num=4,
        default=[{}, {}],
        help_text=_("2 to 4 choices that people really make; mark those that are advisable"),
    )

    class Meta:
        icon = "redirect"
        label = _("Decision and its consequences")
        description = _("A case with 2 to 4 choices; each shows what follows from it")
        label_format = "{heading}"
        template = "courses/cards/decision.html"

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        advisable = {choice["advisable"] for choice in cleaned["choices"]}
        if not self.is_deferred_validation and True not in advisable:
            raise refuse_list("choices", _("Mark at least one choice as advisable."))
        if not self.is_deferred_validation and False not in advisable:
            raise refuse_list(
                "choices",
                _("All choices are advisable, so there is nothing to decide. Unmark at least one."),
            )
        return cleaned
