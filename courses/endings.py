"""When a legal document ends and when a lesson has to be reviewed: who is flagged, and in which words."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from courses.models import LegalBasis, Module, ModuleLegalBasis

SOON = datetime.timedelta(days=60)
A_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Ending:
    """``last_day``: the last one in effect; None where the document is replaced and nobody entered since when."""

    basis: LegalBasis
    last_day: datetime.date | None
    over: bool

    @property
    def label(self) -> str:
        return _("basis out of effect") if self.over else _("basis ends soon")

    def __str__(self) -> str:
        """One sentence, with the successor where one is known."""
        words = {"number": self.basis.number, "date": day(self.last_day)}
        if self.last_day is None:
            text = _("%(number)s has been replaced.") % words
        elif self.over:
            text = _("%(number)s was in effect until %(date)s and no longer is.") % words
        else:
            text = _("%(number)s is in effect until %(date)s only.") % words
        successor = self.basis.replaced_by
        if successor is None:
            return text
        return f"{text} {_('It is replaced by %(successor)s.') % {'successor': successor.number}}"


def day(date: datetime.date | None) -> str:
    return date_format(date, "SHORT_DATE_FORMAT") if date else ""


def last_day_of(basis: LegalBasis) -> datetime.date | None:
    """The last day in effect: as entered, else the day before its successor begins, where that is known."""
    if basis.effective_to:
        return basis.effective_to
    begins = basis.replaced_by.effective_from if basis.replaced_by else None
    return begins - A_DAY if begins else None


def ending_of(basis: LegalBasis) -> Ending | None:
    """None for a document that stays in effect for more than 60 days, as far as anybody knows."""
    last_day, today = last_day_of(basis), timezone.localdate()
    if last_day is None:
        return Ending(basis, None, over=True) if basis.replaced_by else None
    return Ending(basis, last_day, over=last_day < today) if last_day <= today + SOON else None


def flagged(prefix: str = "") -> Q:
    """The condition of ``ending_of`` for a queryset; ``prefix`` leads to the legal basis, such as "basis__"."""
    limit = timezone.localdate() + SOON
    unknown = Q(**{f"{prefix}effective_to__isnull": True, f"{prefix}replaced_by__isnull": False})
    begins = f"{prefix}replaced_by__effective_from"
    return Q(**{f"{prefix}effective_to__lte": limit}) | (
        unknown & (Q(**{f"{begins}__isnull": True}) | Q(**{f"{begins}__lte": limit + A_DAY}))
    )


def ending_bases() -> list[Ending]:
    """All documents that end within 60 days, the next first, then those that ended, the latest first. One query."""
    bases = LegalBasis.objects.filter(flagged()).select_related("replaced_by")
    endings = [ending for basis in bases if (ending := ending_of(basis))]
    return sorted(endings, key=_next_first)


def _next_first(ending: Ending) -> tuple[bool, int, str]:
    days = (ending.last_day or datetime.date.min).toordinal()
    return (ending.over, -days if ending.over else days, ending.basis.number)


def endings_of(instance: Any) -> list[Ending]:
    """Of the documents that a lesson or question cites or quotes as it is being edited."""
    if isinstance(instance, Module):
        cited = [link.basis for link in instance.basis_links.all() if link.basis_id]
        quoted = [basis for card in instance.cards if (basis := card.value.get("basis"))]
        bases = list(dict.fromkeys([*cited, *quoted]))
    else:
        bases = [instance.legal_basis] if instance.legal_basis_id else []
    return [ending for basis in bases if (ending := ending_of(basis))]


def endings_by_module() -> dict[int, list[Ending]]:
    """By module id, of the bases as they stand with the page. One query."""
    found: dict[int, list[Ending]] = {}
    links = ModuleLegalBasis.objects.filter(flagged("basis__")).select_related("basis__replaced_by")
    for link in links.order_by("module", "sort_order"):
        ending = ending_of(link.basis)
        if ending:
            found.setdefault(link.module_id, []).append(ending)
    return found


def review_due(review_on: datetime.date | None) -> bool:
    return review_on is not None and review_on <= timezone.localdate() + SOON


def review_note(instance: Any) -> str:
    """One sentence for a lesson whose review is due within 60 days or overdue; else empty."""
    if not isinstance(instance, Module) or not review_due(instance.review_on):
        return ""
    words = {"date": day(instance.review_on), "reason": instance.review_reason}
    if instance.review_reason:
        return _("This lesson is to be reviewed before %(date)s: %(reason)s") % words
    return _("This lesson is to be reviewed before %(date)s.") % words


def modules_to_review() -> QuerySet[Module]:
    """Published lessons whose review is due, the most urgent first."""
    limit = timezone.localdate() + SOON
    due: QuerySet[Module] = Module.objects.live().filter(review_on__lte=limit).order_by("review_on", "path")
    return due
