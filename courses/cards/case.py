"""A real situation, what to do and why."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from courses.cards.base import Card


class CaseCard(Card):
    situation = blocks.TextBlock(label=_("Situation"), max_length=600)
    right = blocks.TextBlock(label=_("What to do"), max_length=600)
    why = blocks.TextBlock(label=_("Why"), required=False, max_length=600)
    wrong = blocks.TextBlock(label=_("The usual mistake"), required=False, max_length=400)

    class Meta:
        icon = "help"
        label = _("Case from the desk")
        description = _("A real situation, what to do and why")
        label_format = "{heading}"
        template = "courses/cards/case.html"
