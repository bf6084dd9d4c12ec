"""What is no longer offered: kept with all its results, out of the way, and brought back when it is wanted again."""

from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log

from courses.models import Course, Module
from people.models import User


def archive(page: Course | Module, *, by: User | None) -> None:
    """Doing it twice is doing it once.

    A course stays published: who is enrolled finishes it, and nobody else is enrolled from now on. A lesson is taken
    down: who began it may finish it, and it no longer counts for the course.
    """
    with transaction.atomic():
        if not _moved(page, archived=True):
            return
        if isinstance(page, Module) and page.live:
            page.unpublish(user=by)
        log(instance=page, action="courses.archive", user=by)


def bring_back(page: Course | Module, *, by: User | None) -> None:
    """A lesson comes back as a draft, to be looked at and published."""
    with transaction.atomic():
        if _moved(page, archived=False):
            log(instance=page, action="courses.bring_back", user=by)


def _moved(page: Course | Module, *, archived: bool) -> bool:
    """Whether it was not so before."""
    rows = type(page).objects.filter(pk=page.pk, archived_at__isnull=archived)
    page.archived_at = timezone.now() if archived else None
    return bool(rows.update(archived_at=page.archived_at))
