"""What a trainer should know about a module that was published all the same."""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from courses.endings import ending_of
from courses.models import LegalBasis, Module


def advice_on(module: Module) -> list[str]:
    """Sentences, in the order of the page: legal bases out of effect, pictures without a description."""
    bases = [link.basis for link in module.basis_links.all()]
    return [*_on_bases(bases), *_on_pictures(module)]


def _on_bases(bases: list[LegalBasis]) -> Iterator[str]:
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


def _on_pictures(module: Module) -> Iterator[str]:
    for card in module.cards:
        if card.block_type == "text" and card.value["image"] and not card.value["image_alt"]:
            yield _(
                "The picture on the card “%(heading)s” has no description. "
                "People who cannot see it learn nothing from it."
            ) % {"heading": card.value["heading"]}
