"""A published version as learners see it: its cards as HTML, its legal bases as sentences.

A version never changes, so it is kept in the process under its key, and its rendered cards under its digest
and the language; a warm card costs no query. What changes around a version (the address of a lesson that a
card links to) shows in each process after its next start.
"""

import datetime
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Self
from uuid import UUID

from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from wagtail.blocks import StreamValue

from courses.models import LegalBasis, Module, ModuleVersion

KEPT = 200  # versions × languages; a version of 12 cards is some 10 kB


@dataclass(frozen=True)
class CardView:
    """One card; ``html`` begins with the heading as h1. ``kind`` is the card type, such as "steps"."""

    id: str
    heading: str
    kind: str
    html: SafeString


@dataclass(frozen=True)
class BasisView:
    """One legal basis as it was when the version was published; dates None where not set."""

    number: str
    title: str
    article: str
    link: str
    effective_from: datetime.date | None
    effective_to: datetime.date | None

    @classmethod
    def of(cls, basis: LegalBasis, article: str) -> Self:
        """A basis as it stands in the register now."""
        return cls.frozen({**basis.snapshot(), "article": article})

    @classmethod
    def frozen(cls, basis: dict[str, str]) -> Self:
        """A basis as a version keeps it (ModuleVersion.legal_bases)."""
        return cls(
            number=basis["number"],
            title=basis["title"],
            article=basis["article"],
            link=basis["link"],
            effective_from=_date(basis["effective_from"]),
            effective_to=_date(basis["effective_to"]),
        )

    def __str__(self) -> str:
        text = " – ".join(filter(None, [self.number, self.title]))
        return ", ".join(filter(None, [text, self.article, self.dates]))

    @property
    def dates(self) -> str:
        """In effect from when until when, in words; empty when neither is known."""
        parts = []
        if self.effective_from:
            parts.append(_("in effect from %(date)s") % {"date": _day(self.effective_from)})
        if self.effective_to:
            parts.append(_("in effect until %(date)s") % {"date": _day(self.effective_to)})
        return ", ".join(parts)


_kept: OrderedDict[tuple[str, str], tuple[CardView, ...]] = OrderedDict()
_lock = Lock()


def cards_of(version: ModuleVersion) -> list[CardView]:
    """The version's cards in order, in the active language. No query once this process has rendered them."""
    key = (version.digest, get_language() or "")
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return list(_kept[key])
    cards = tuple(render_cards(Module.cards.field.stream_block.to_python(version.cards)))
    with _lock:
        _kept[key] = cards
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return list(cards)


@lru_cache(maxsize=KEPT)
def published_version(key: UUID | str) -> ModuleVersion:
    """The version with this key, for reading only. No query once this process has met it."""
    return ModuleVersion.objects.get(key=key)


def render_cards(stream: StreamValue) -> list[CardView]:
    """Cards of a stream, published or draft, rendered now. One query for all pictures and one per picture."""
    return [
        CardView(str(child.id), child.value["heading"], child.block_type, SafeString(child.render().strip()))
        for child in stream
    ]


def render_for_learner(version: ModuleVersion, card_id: str, **own: object) -> SafeString:
    """One card of a version rendered now, with what is the learner's ``own`` for its template. Never kept."""
    raw = next(card for card in version.cards if card["id"] == card_id)
    (child,) = Module.cards.field.stream_block.to_python([raw])
    return SafeString(child.render(own).strip())


def prepare_pictures(sender: type[ModuleVersion], version: ModuleVersion, **kwargs: object) -> None:
    """Receiver of ``version_published``: the trainer waits for the phone-sized pictures, not the first learner."""
    if version.pictures.exists():
        cards_of(version)


def legal_bases_of(version: ModuleVersion) -> list[BasisView]:
    """The version's legal bases in the trainer's order. No query."""
    return [BasisView.frozen(basis) for basis in version.legal_bases]


def _date(iso: str) -> datetime.date | None:
    return datetime.date.fromisoformat(iso) if iso else None


def _day(date: datetime.date) -> str:
    return date_format(date, "SHORT_DATE_FORMAT")
