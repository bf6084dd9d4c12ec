"""A file to take along: a form, a template, a table."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock

from courses.cards.base import Card, CardValue
from courses.cards.files import described, refuse_others
from lms.lib.filetypes import DOCUMENTS


class DocumentCard(Card):
    about = blocks.TextBlock(
        label=_("What it is and when it is needed"),
        max_length=500,
        help_text=_("So that nobody loads it in vain"),
    )
    document = DocumentChooserBlock(label=_("File"), help_text=_("PDF, DOCX, XLSX, ODT, ODS or TXT"))

    class Meta:
        icon = "download"
        label = _("Document to download")
        description = _("A form, a template or a table to take along")
        label_format = "{heading}"
        template = "courses/cards/document.html"

    def clean(self, value: CardValue) -> CardValue:
        cleaned: CardValue = super().clean(value)
        refuse_others(cleaned, {"document": DOCUMENTS})
        return cleaned

    def frozen(self, value: CardValue) -> dict[str, Any]:
        return {"document": described(value["document"])}
