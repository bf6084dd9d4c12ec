"""Uploaded files between their preview and their import: kept in the storage, deleted after a week."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import IO, Any

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from courses.models import Course, CourseImport
from lms.lib.text import exact
from people.models import User

KEPT = timedelta(days=7)
FOLDER = "course-imports"


def keep(
    file: IO[Any], *, name: str, kind: CourseImport.Kind, user: User | None, course: Course | None = None
) -> CourseImport:
    """Store a file as it came. A file whose row was not written is deleted again."""
    stored = CourseImport(kind=kind, uploaded_by=user, file_name=exact(name)[-200:], course=course)
    file.seek(0)
    digest = hashlib.sha256()
    while piece := file.read(64 * 1024):
        digest.update(piece)
    stored.sha256 = digest.hexdigest()
    file.seek(0)
    stored.file = default_storage.save(f"{FOLDER}/{stored.key}", File(file))
    try:
        stored.save()
    except Exception:
        default_storage.delete(stored.file)
        raise
    return stored


@contextmanager
def opened(stored: CourseImport) -> Iterator[IO[bytes]]:
    """The file of an upload that waits. FileNotFoundError where it is gone."""
    with default_storage.open(stored.file) as file:
        yield file


def forget_old() -> int:
    """Delete the files of uploads that waited a week; who, when and what became of them stay. Gives how many."""
    old = CourseImport.objects.filter(
        state=CourseImport.State.PREVIEWED, created_at__lt=timezone.now() - KEPT
    )
    for pk in (pks := list(old.values_list("pk", flat=True))):
        with transaction.atomic():
            stored = CourseImport.objects.select_for_update(of=("self",)).get(pk=pk)
            if stored.state == CourseImport.State.PREVIEWED:
                stored.state = CourseImport.State.EXPIRED
                stored.save(update_fields=["state"])
                default_storage.delete(
                    stored.file
                )  # before the commit: what fails here is tried again tomorrow
    return len(pks)
