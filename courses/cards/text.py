"""A few sentences, with a picture where it helps."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock

from courses.cards.base import INLINE, Card


class TextCard(Card):
    body = blocks.RichTextBlock(label=_("Text"), features=INLINE)
    image = ImageChooserBlock(label=_("Picture"), required=False)
    image_alt = blocks.CharBlock(
        label=_("What the picture shows"),
        required=False,
        max_length=200,
        help_text=_("Read aloud to people who cannot see it"),
    )

    class Meta:
        icon = "doc-full"
        label = _("Text")
        description = _("A few sentences, with a picture where it helps")
        label_format = "{heading}"
        template = "courses/cards/text.html"
