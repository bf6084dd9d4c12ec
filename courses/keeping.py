"""What learners' results rest on is taken down, never deleted or moved away."""

from collections.abc import Iterable

from django.db.models import PROTECT, Model
from wagtail.models import Page

from courses.models import ModuleVersion


def kept_by(page: Page) -> set[type[Model]]:
    """The models whose rows would refuse the deletion of this page or of a page below it.

    Read from the foreign keys with PROTECT, so an app above is heard without being known here.
    """
    found: set[type[Model]] = set()
    for each in page.get_descendants(inclusive=True).specific():
        found |= _refusing(each)
    return found


def has_evidence(page: Page) -> bool:
    """Whether anybody was assigned to, studied or completed the page or a page below it."""
    return bool(kept_by(page) - {ModuleVersion})


def any_has_evidence(pages: Iterable[Page]) -> bool:
    return any(has_evidence(page) for page in pages)


def _refusing(page: Page) -> set[type[Model]]:
    return {
        relation.related_model
        for relation in page._meta.related_objects
        if relation.on_delete is PROTECT
        and relation.related_model._base_manager.filter(**{relation.field.name: page.pk}).exists()
    }
