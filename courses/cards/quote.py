"""The words of a legal document, with where they stand and from when until when they hold."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.snippets.blocks import SnippetChooserBlock

from courses.cards.base import Card, CardValue


class QuoteCard(Card):
    """A draft shows the document as the register has it today; a version keeps it as it was when it was published."""

    basis = SnippetChooserBlock("courses.LegalBasis", label=_("Legal basis"))
    article = blocks.CharBlock(label=_("Article"), max_length=120, help_text=_("Such as Điều 21 khoản 2"))
    words = blocks.TextBlock(
        label=_("The words of the document"),
        max_length=900,
        help_text=_("Word for word as the document has them; mark what you leave out with […]"),
    )
    meaning = blocks.TextBlock(label=_("What this means at the desk"), required=False, max_length=400)

    class Meta:
        icon = "openquote"
        label = _("Legal quote")
        description = _("What a legal document says, with its dates and a link")
        label_format = "{heading}"
        template = "courses/cards/quote.html"

    def frozen(self, value: CardValue) -> dict[str, Any]:
        return value["basis"].snapshot() if value["basis"] else {}
