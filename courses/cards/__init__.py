"""The card types, a file each. One StreamField child is one card: one thought on one phone screen."""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from courses.cards.base import INLINE
from courses.cards.case import CaseCard
from courses.cards.check import CheckCard
from courses.cards.checklist import ChecklistCard
from courses.cards.decision import DecisionCard
from courses.cards.do_dont import DoDontCard
from courses.cards.document import DocumentCard
from courses.cards.flip import FlipCard
from courses.cards.media import MediaCard
from courses.cards.quote import QuoteCard
from courses.cards.screen import ScreenCard
from courses.cards.steps import StepsCard
from courses.cards.text import TextCard

__all__ = ["INLINE", "CardsBlock"]


class CardsBlock(blocks.StreamBlock):
    """A child's name is stored with every card: never rename one."""

    text = TextCard()
    steps = StepsCard()
    screen = ScreenCard()
    do_dont = DoDontCard()
    case = CaseCard()
    checklist = ChecklistCard()
    flip = FlipCard()
    decision = DecisionCard()
    check = CheckCard()
    quote = QuoteCard()
    media = MediaCard()
    document = DocumentCard()

    class Meta:
        label = _("Cards")
        block_counts: ClassVar[dict[str, dict[str, int]]] = {}
