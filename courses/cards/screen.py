"""A picture of a screen or a paper, with numbered spots on it and a sentence for each."""

from functools import cached_property
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.telepath import register
from wagtail.blocks.struct_block import StructBlockAdapter
from wagtail.images.blocks import ImageChooserBlock

from courses.cards.base import Card

PERCENT = {"min_value": 0, "max_value": 100}


SAYS = {
    "none": _("Choose the picture first; it then appears here."),
    "hint": _(
        "Click on the picture to place the next spot. Drag a spot to move it, or choose it and use the arrow keys "
        "(with Shift in larger steps)."
    ),
    "spot": _("Spot [number]"),
    "full": _("All spots are placed. Delete one to place another."),
}


class SpotBlock(blocks.StructBlock):
    """``x`` and ``y``: the middle of the mark in per cent of the picture, from its upper left corner."""

    text = blocks.CharBlock(label=_("What is there"), max_length=250)
    x = blocks.IntegerBlock(label=_("From the left, in %"), **PERCENT)
    y = blocks.IntegerBlock(label=_("From the top, in %"), **PERCENT)

    class Meta:
        icon = "crosshairs"
        label = _("Spot")
        label_format = "{text}"
        form_classname = "struct-block spot-block"


class ScreenCard(Card):
    intro = blocks.CharBlock(label=_("Introduction"), required=False, max_length=250)
    image = ImageChooserBlock(label=_("Picture"))
    image_alt = blocks.CharBlock(
        label=_("What the picture shows"),
        max_length=200,
        help_text=_("Read aloud to people who cannot see it"),
    )
    spots = blocks.ListBlock(SpotBlock(), label=_("Spots"), min_num=1, max_num=12)

    class Meta:
        icon = "crosshairs"
        label = _("Annotated screen")
        description = _("A picture with numbered spots, placed by clicking on it")
        label_format = "{heading}"
        template = "courses/cards/screen.html"


class ScreenCardAdapter(StructBlockAdapter):
    """The editor's script shows the picture and lets spots be placed on it (lms/static/courses/spots.js)."""

    js_constructor = "courses.cards.ScreenCard"

    def js_args(self, block: ScreenCard) -> list[Any]:
        block_name, children, meta = super().js_args(block)
        meta["picture"] = reverse("picture_to_draw_on", args=[0])
        meta["says"] = {name: str(text) for name, text in SAYS.items()}
        return [block_name, children, meta]

    @cached_property
    def media(self) -> forms.Media:
        own: forms.Media = super().media + forms.Media(js=["courses/spots.js"])
        return own


register(ScreenCardAdapter(), ScreenCard)
