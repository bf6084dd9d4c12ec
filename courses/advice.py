"""What a trainer should know about a lesson: beside the editor, after publishing, and in the walk through the starter.

Nothing here refuses: whoever knows the subject decides.
"""

from collections.abc import Iterable, Iterator
from math import ceil

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.blocks import StreamValue

from courses.cards.texts import pictures_in, pictures_without_words
from courses.endings import ending_of
from courses.models import LegalBasis, Module

MINUTES_AT_MOST = 10
WORDS_ON_A_CARD = 75  # what fits one screen of 360 × 640 without scrolling far
WORDS_A_MINUTE = 200
SECONDS_A_PICTURE = 10


def advice_on(module: Module) -> list[str]:
    """Sentences: on the time it takes, on cards in their order, on its legal bases in theirs."""
    cited = [link.basis for link in module.basis_links.all()]
    quoted = [
        card.value["basis"] for card in module.cards if card.block_type == "quote" and card.value["basis"]
    ]
    bases = dict.fromkeys([*cited, *quoted])
    return [*on_time(module.cards), *on_cards(module.cards), *on_bases(bases)]


def reading_minutes(cards: StreamValue) -> int:
    """How long the cards take, in whole minutes, rounded up: an estimate, not a measurement.

    200 written syllables a minute (a syllable is what stands between two spaces in Vietnamese), ten seconds for each
    picture, and what a card type says its task takes. No measured figure for Vietnamese on a phone was found: the
    International Reading Speed Texts give 184 ± 29 words a minute aloud over seventeen languages, Vietnamese
    not among them (Trauzettel-Klosinski and Dietz 2012, doi:10.1167/iovs.11-8284).
    """
    words: int = sum(len(card.block.words_read(card.value)) for card in cards)
    pictures: int = sum(pictures_in(card.block, card.value) for card in cards)
    tasks: int = sum(card.block.task_seconds for card in cards)
    return ceil(words / WORDS_A_MINUTE + (pictures * SECONDS_A_PICTURE + tasks) / 60)


def on_time(cards: StreamValue) -> Iterator[str]:
    minutes = reading_minutes(cards)
    if minutes > MINUTES_AT_MOST:
        yield ngettext(
            "Reading it takes about %(minutes)d minute, more than the %(most)d that somebody has between two "
            "citizens. Divide it into two lessons.",
            "Reading it takes about %(minutes)d minutes, more than the %(most)d that somebody has between two "
            "citizens. Divide it into two lessons.",
            minutes,
        ) % {"minutes": minutes, "most": MINUTES_AT_MOST}


def on_cards(cards: StreamValue) -> Iterator[str]:
    for card in cards:
        names = {"heading": card.value["heading"]}
        words = len(card.block.words_read(card.value, unfolded=False))
        if words > WORDS_ON_A_CARD:
            yield _(
                "The card “%(heading)s” has %(words)d words; %(most)d fit a phone's screen. "
                "Shorten it or divide it."
            ) % {**names, "words": words, "most": WORDS_ON_A_CARD}
        if pictures_without_words(card.block, card.value):
            yield (
                _(
                    "The picture on the card “%(heading)s” has no description. "
                    "People who cannot see it learn nothing from it."
                )
                % names
            )
        yield from card.block.own_warnings(card.value)


def on_bases(bases: Iterable[LegalBasis]) -> Iterator[str]:
    today = timezone.localdate()
    for basis in bases:
        ending = ending_of(basis)
        if ending:
            yield f"{ending} {_('Check the lesson and its legal basis.')}"
        elif basis.effective_from and basis.effective_from > today:
            yield _("%(number)s is in effect only from %(date)s. Until then the present rule applies.") % {
                "number": basis.number,
                "date": date_format(basis.effective_from, "SHORT_DATE_FORMAT"),
            }
