"""The rows of an uploaded roster are personal data: kept as long as they are needed, and no longer."""

import datetime
import io

import pytest
import time_machine
from celery import current_app
from django.conf import settings as live
from django.utils import timezone

from people.models import Official, RosterImport
from people.roster import apply_import, plan
from people.roster.importing import forget_old_rows, keep
from people.tasks import forget_old_roster_rows
from tests.people.conftest import roster

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)


def later(days: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + days * DAY)


@pytest.fixture
def upload(cast) -> RosterImport:
    """Looked at by the ward's HR, not applied yet."""
    return keep(roster({}), io.BytesIO(b"file"), name="danh-sach.xlsx", user=cast.ward_hr)


def apply(upload: RosterImport) -> RosterImport:
    digest = plan(roster({}), user=upload.uploaded_by).digest
    return apply_import(upload.pk, user=upload.uploaded_by, digest=digest)


def test_after_ninety_days_the_rows_are_gone_and_who_when_and_how_many_are_kept(upload, cast):
    apply(upload)
    names = ["uploaded_by", "file_name", "sha256", "state", "counts", "created_at", "applied_at"]
    before = RosterImport.objects.values(*names).get()
    with later(89):
        forget_old_roster_rows()
        assert RosterImport.objects.get().rows["rows"]
    with later(91):
        forget_old_roster_rows()
    assert RosterImport.objects.get().rows == {}
    assert RosterImport.objects.values(*names).get() == before
    assert (before["uploaded_by"], before["counts"]["new"]) == (cast.ward_hr.pk, 1)
    assert Official.objects.filter(staff_number="CB-0001").exists()


def test_the_days_count_from_the_application(upload):
    with later(60):
        apply(upload)
    with later(100):
        assert forget_old_rows() == 0
    with later(151):
        assert forget_old_rows() == 1
        assert forget_old_rows() == 0


def test_the_days_are_a_setting(upload, settings):
    settings.ROSTER_ROWS_DAYS = 7
    with later(8):
        assert forget_old_rows() == 1


def test_an_upload_that_was_never_applied_is_forgotten_too_and_can_no_longer_be(upload, client, cast):
    address = f"/quan-ly/danh-sach/{upload.pk}/"
    with later(91):
        forget_old_rows()
        client.force_login(cast.ward_hr)
        page = client.get(address).content.decode()
        assert "đã được xóa sau 90 ngày" in page
        assert "danh-sach.xlsx" in page
        assert 'name="digest"' not in page
        digest = plan(roster({}), user=cast.ward_hr).digest
        assert client.post(address, {"digest": digest}).status_code == 302
        assert client.get("/quan-ly/danh-sach/").status_code == 200
    assert not Official.objects.filter(staff_number="CB-0001").exists()
    assert RosterImport.objects.get().state == "previewed"


def test_every_task_of_the_schedule_is_one_that_a_worker_knows():
    current_app.loader.import_default_modules()
    assert {entry["task"] for entry in live.CELERY_BEAT_SCHEDULE.values()} <= set(current_app.tasks)
