"""The card types. One StreamField child is one card: one thought on one phone screen."""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock

INLINE = ["bold", "italic", "link", "ul", "ol"]


class _Card(blocks.StructBlock):
    """Every card has a heading: it is the page's h1 and the entry in the module's list."""

    heading = blocks.CharBlock(label=_("Heading"), max_length=90)


class TextCard(_Card):
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


class StepsCard(_Card):
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


class DoDontCard(_Card):
    do = blocks.ListBlock(blocks.CharBlock(label=_("Do"), max_length=250), label=_("Do"))
    dont = blocks.ListBlock(blocks.CharBlock(label=_("Don't"), max_length=250), label=_("Don't"))

    class Meta:
        icon = "check"
        label = _("Do and don't")
        description = _("Two short lists side by side")
        label_format = "{heading}"
        template = "courses/cards/do_dont.html"


class CaseCard(_Card):
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


class CardsBlock(blocks.StreamBlock):
    text = TextCard()
    steps = StepsCard()
    do_dont = DoDontCard()
    case = CaseCard()

    class Meta:
        label = _("Cards")
        block_counts: ClassVar[dict[str, dict[str, int]]] = {}
