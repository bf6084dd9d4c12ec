"""What to do, one step after the other."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from courses.cards.base import Card


class StepsCard(Card):
    intro = blocks.CharBlock(label=_("Introduction"), required=False, max_length=250)
    steps = blocks.ListBlock(
        blocks.CharBlock(label=_("Step"), max_length=300), label=_("Steps"), min_num=2, default=["", ""]
    )

    class Meta:
        icon = "list-ol"
        label = _("Numbered steps")
        description = _("What to do, one step after the other")
        label_format = "{heading}"
        template = "courses/cards/steps.html"
