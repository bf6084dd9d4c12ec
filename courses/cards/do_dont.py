"""Two short lists side by side."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from courses.cards.base import Card


class DoDontCard(Card):
    do = blocks.ListBlock(blocks.CharBlock(label=_("Do"), max_length=250), label=_("Do"))
    dont = blocks.ListBlock(blocks.CharBlock(label=_("Don't"), max_length=250), label=_("Don't"))

    class Meta:
        icon = "check"
        label = _("Do and don't")
        description = _("Two short lists side by side")
        label_format = "{heading}"
        template = "courses/cards/do_dont.html"
