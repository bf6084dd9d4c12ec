"""A place of one's own for the files, and people who work at the same moment."""

import datetime
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from certificates.issuing import _seal, _take, enter_in_register
from certificates.models import Certificate
from records.models import Completion
from tests.factories import Cast, make_completion, make_course


def at_once(count: int, work: Callable[[int], Any]) -> list[Any]:
    """The results of ``work(0)`` … ``work(count - 1)`` in as many threads, which all start together."""
    gate = Barrier(count)

    def run(number: int) -> Any:
        gate.wait()
        try:
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


@pytest.fixture
def folder(settings, tmp_path: Path) -> Iterator[Path]:
    """The certificate storage of this test alone."""
    place = tmp_path / "certificates"
    point_storage_at(settings, place)
    field = Certificate._meta.get_field("file")
    before, field.storage = field.storage, field._storage_callable()
    yield place
    field.storage = before


def point_storage_at(settings, place: Path) -> None:
    """A storage at ``place``; at a plain file, every attempt to store something fails."""
    settings.STORAGES = {
        **settings.STORAGES,
        "certificates": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": place, "base_url": None},
        },
    }


@pytest.fixture
def completion(cast: Cast) -> Completion:
    """Lan, born on 5 March 1990, completed "Chữ ký số" on 22 November 2026 with 9.5."""
    cast.lan.date_of_birth = datetime.date(1990, 3, 5)
    cast.lan.save()
    return make_completion(
        cast.lan,
        make_course("Chữ ký số và văn bản điện tử"),
        at=datetime.datetime(2026, 11, 22, 2, 0, tzinfo=datetime.UTC),
        started_on=datetime.date(2026, 11, 20),
    )


def issue(completion: Completion) -> Certificate:
    """Entered and issued as a worker does it, with a few bytes in place of the rendered page."""
    entry = enter_in_register(completion)
    assert _take(entry)
    _seal(entry, f"%PDF-1.7 {entry} {entry.full_name}".encode())
    entry.refresh_from_db()
    return entry


@pytest.fixture
def certificate(completion: Completion, folder: Path) -> Certificate:
    """The same, issued (with a few bytes as its file)."""
    return issue(completion)
