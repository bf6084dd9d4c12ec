"""Uploads between preview and import: kept with their pictures, forgotten after a week."""

import hashlib
from datetime import timedelta
from typing import IO, Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from lms.lib.pictures import header_of
from lms.lib.text import exact
from people.models import User
from quizzes.exchange.question import Reading
from quizzes.exchange.storing import from_json, to_json
from quizzes.models import QuestionBank, QuestionImport

KEPT = timedelta(days=7)
FOLDER = "question-imports"


def keep(
    reading: Reading, file: IO[Any], *, name: str, bank: QuestionBank, user: User | None
) -> QuestionImport:
    """Store a file as it was read. A picture whose row was not written is deleted again."""
    stored = QuestionImport(bank=bank, uploaded_by=user, file_name=exact(name)[-200:])
    names: list[str] = []

    def save(picture: bytes) -> str:
        path = f"{FOLDER}/{stored.key}/{len(names) + 1}.{header_of(picture).extension}"
        names.append(default_storage.save(path, ContentFile(picture)))
        return names[-1]

    file.seek(0)
    stored.sha256 = hashlib.sha256(file.read()).hexdigest()
    try:
        stored.reading = to_json(reading, save)
        stored.save()
    except Exception:
        _delete(names)
        raise
    return stored


def reading_of(stored: QuestionImport) -> Reading:
    """With its pictures; FileNotFoundError where one of them is gone."""

    def load(name: str) -> bytes:
        with default_storage.open(name) as file:
            data: bytes = file.read()
            return data

    return from_json(stored.reading, load)


def forget_old() -> int:
    """Empty what was uploaded more than a week ago; who, when and how many stay. Gives how many were emptied."""
    old = QuestionImport.objects.filter(created_at__lt=timezone.now() - KEPT).exclude(reading={})
    emptied = 0
    for pk in list(old.values_list("pk", flat=True)):
        with transaction.atomic():
            stored = QuestionImport.objects.select_for_update(of=("self",)).get(pk=pk)
            pictures = list(stored.reading.get("pictures", {}))
            stored.reading = {}
            if stored.state == QuestionImport.State.PREVIEWED:
                stored.state = QuestionImport.State.EXPIRED
            stored.save(update_fields=["reading", "state"])
            _delete(pictures)  # before the row is committed: what fails here is tried again tomorrow
        emptied += 1
    return emptied


def _delete(names: list[str]) -> None:
    for name in names:
        default_storage.delete(name)
