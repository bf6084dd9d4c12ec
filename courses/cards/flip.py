"""A question or a term, and on the back what it means."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import blocks

from courses.cards.base import Card


class FlipCard(Card):
    task_seconds = 5
    folded = frozenset({"back"})

    front = blocks.TextBlock(
        label=pgettext_lazy("flip card", "Front"),
        max_length=200,
        help_text=_("A question or a term that the learner first thinks about"),
    )
    back = blocks.TextBlock(
        label=pgettext_lazy("flip card", "Back"),
        max_length=600,
        help_text=_("The answer or the meaning, shown when the card is turned"),
    )

    class Meta:
        icon = "resubmit"
        label = _("Flip card")
        description = _("A question or a term, with the answer on the back")
        label_format = "{heading}"
        template = "courses/cards/flip.html"
