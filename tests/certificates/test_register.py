"""Numbers without gap or repeat, and what an entry carries (rules 2 and 3)."""

import datetime

import pytest
import time_machine
from django.db import IntegrityError, models, transaction

from certificates.issuing import _give_up_on_the_dead, enter_in_register, not_entered, revoke
from certificates.models import Certificate, RegisterYear, Revocation
from certificates.register import by_register_number
from people.models import Ward
from records.models import Completion
from tests.certificates.conftest import at_once
from tests.factories import (
    BINH_THANH,
    TAN_VINH_LOC,
    THANH_VINH,
    Cast,
    correct,
    make_cast,
    make_completion,
    make_official,
    make_posting,
)

UTC = datetime.UTC


class Stop(Exception):
    """Something breaks after the entry and before the commit."""


@pytest.mark.django_db(transaction=True)
def test_twenty_workers_with_failures_in_between_leave_no_gap_and_no_repeat():
    official = make_cast().lan
    completions = [make_completion(official) for _ in range(60)]

    def work(worker: int) -> None:
        for number in range(worker, 60, 20):
            for attempt in ("fails", "holds"):
                try:
                    with transaction.atomic():
                        enter_in_register(completions[number])
                        if attempt == "fails" and number % 3 == 0:
                            raise Stop
                except Stop:
                    pass

    at_once(20, work)
    assert sorted(Certificate.objects.values_list("number", flat=True)) == list(range(1, 61))
    assert RegisterYear.objects.get().last_number == 60


@pytest.mark.django_db(transaction=True)
def test_ten_workers_with_the_same_completion_make_one_entry():
    completion = make_completion(make_cast().lan)
    entered = at_once(10, lambda worker: enter_in_register(completion).pk)
    assert len(set(entered)) == 1
    assert RegisterYear.objects.get().last_number == 1


def test_entering_again_returns_the_entry(completion: Completion):
    first = enter_in_register(completion)
    assert enter_in_register(completion) == first
    assert RegisterYear.objects.get(year=first.year).last_number == 1


def test_numbers_begin_with_one_in_each_local_year(cast: Cast):
    entries = []
    # 16:59 UTC on 31 December is 23:59 in Vietnam; a minute later the new year has begun there.
    for moment in ["2026-12-31T16:58", "2026-12-31T16:59", "2026-12-31T17:00", "2027-01-02T03:00"]:
        completion = make_completion(cast.lan, at=datetime.datetime(2026, 12, 30, tzinfo=UTC))
        with time_machine.travel(datetime.datetime.fromisoformat(moment).replace(tzinfo=UTC), tick=False):
            entries.append(str(enter_in_register(completion)))
    assert entries == ["000001/2026", "000002/2026", "000001/2027", "000002/2027"]


def test_entry_carries_what_the_completion_carries(completion: Completion):
    with time_machine.travel(datetime.datetime(2026, 11, 23, 3, tzinfo=UTC), tick=False):
        entry = enter_in_register(completion)
    assert entry.full_name == "Nguyễn Thị Lan"
    assert entry.date_of_birth == datetime.date(1990, 3, 5)
    assert entry.course_title == "Chữ ký số và văn bản điện tử"
    assert (entry.periods, entry.started_on, entry.completed_on) == (
        2,
        datetime.date(2026, 11, 20),
        datetime.date(2026, 11, 22),
    )
    assert (entry.issued_on, entry.place) == (datetime.date(2026, 11, 23), "Cầu Ông Lãnh")
    assert entry.issuer_parent == "UBND Thành phố Hồ Chí Minh"
    assert entry.issuer == "Ủy ban nhân dân phường Cầu Ông Lãnh"
    assert (entry.signer_title, entry.signer_name, entry.motto) == ("", "", True)


def test_certificate_keeps_the_ward_after_a_transfer(cast: Cast):
    completion = make_completion(cast.lan, at=datetime.datetime(2026, 5, 4, tzinfo=UTC))
    cast.lan.postings.update(ends_on=datetime.date(2026, 6, 30))
    make_posting(cast.lan, THANH_VINH, position="chu-tich", starts_on=datetime.date(2026, 7, 1))
    with time_machine.travel(datetime.datetime(2026, 8, 1, tzinfo=UTC), tick=False):
        entry = enter_in_register(completion)
    assert entry.ward_name == "Phường Cầu Ông Lãnh"
    assert entry.province_name == "Thành phố Hồ Chí Minh"
    assert entry.ward == completion.ward
    assert entry.position_name == completion.position_name
    assert entry.issuer == "Ủy ban nhân dân phường Cầu Ông Lãnh"


@pytest.mark.parametrize(
    ("code", "parent", "issuer", "place"),
    [
        (BINH_THANH, "UBND Thành phố Hồ Chí Minh", "Ủy ban nhân dân phường Bình Thạnh", "Bình Thạnh"),
        (TAN_VINH_LOC, "UBND Thành phố Hồ Chí Minh", "Ủy ban nhân dân xã Tân Vĩnh Lộc", "Tân Vĩnh Lộc"),
        (THANH_VINH, "UBND Tỉnh Nghệ An", "Ủy ban nhân dân phường Thành Vinh", "Thành Vinh"),
    ],
)
def test_issuer_is_the_peoples_committee_of_that_ward(db, code, parent, issuer, place):
    entry = enter_in_register(make_completion(make_official(at=code)))
    assert (entry.issuer_parent, entry.issuer, entry.place) == (parent, issuer, place)


def test_special_zone_confirms_as_special_zone(db):
    zone = Ward.objects.get(name="Đặc khu Phú Quốc", scheme="vn-2025")
    entry = enter_in_register(make_completion(make_official(at=zone)))
    assert entry.issuer == "Ủy ban nhân dân đặc khu Phú Quốc"


def test_configured_office_confirms_in_place_of_the_ward(settings, completion: Completion):
    settings.CERTIFICATE_ISSUER_PARENT = "Sở Nội vụ"
    settings.CERTIFICATE_ISSUER = "Trung tâm Bồi dưỡng"
    settings.CERTIFICATE_PLACE = "Thành phố Hồ Chí Minh"
    settings.CERTIFICATE_SIGNER_TITLE = "Giám đốc"
    settings.CERTIFICATE_SIGNER_NAME = "Trần Văn Bình"
    settings.CERTIFICATE_MOTTO = False
    entry = enter_in_register(completion)
    assert (entry.issuer_parent, entry.issuer) == ("Sở Nội vụ", "Trung tâm Bồi dưỡng")
    assert (entry.place, entry.motto) == ("Thành phố Hồ Chí Minh", False)
    assert (entry.signer_title, entry.signer_name) == ("Giám đốc", "Trần Văn Bình")
    assert entry.ward_name == "Phường Cầu Ông Lãnh"


def test_official_without_a_posting_gets_a_certificate_too(db):
    entry = enter_in_register(make_completion(make_official(at=None)))
    assert (entry.ward, entry.ward_name, entry.place) == (None, "", "")
    assert entry.issuer == "Học tập cấp xã"


def test_correction_is_entered_as_a_new_number_that_replaces_the_old(cast: Cast, completion: Completion):
    first = enter_in_register(completion)
    correction = correct(completion, cast.admin, full_name="Nguyễn Thị Lân")
    second = enter_in_register(correction)
    third = enter_in_register(correct(correction, cast.admin, full_name="Nguyễn Thị Lan"))
    assert (second.replaces, second.edition, second.number) == (first, 2, 2)
    assert (third.replaces, third.edition, third.number) == (second, 3, 3)
    assert second.full_name == "Nguyễn Thị Lân"
    first.refresh_from_db()
    assert (first.full_name, first.number) == ("Nguyễn Thị Lan", 1)


def test_completion_corrected_before_it_was_entered_is_entered_as_its_correction(
    cast: Cast, completion: Completion
):
    correction = correct(completion, cast.admin, full_name="Nguyễn Thị Lân")
    assert list(not_entered()) == [correction]
    entry = enter_in_register(completion)
    assert (entry.completion, entry.replaces, entry.edition) == (correction, None, 1)
    assert enter_in_register(correction) == entry
    assert Certificate.objects.count() == 1


def test_correction_replaces_the_nearest_certificate_before_it(cast: Cast, completion: Completion):
    first = enter_in_register(completion)
    skipped = correct(completion, cast.admin, full_name="Nguyễn Thị Lần")
    last = correct(skipped, cast.admin, full_name="Nguyễn Thị Lân")
    entry = enter_in_register(skipped)
    assert (entry.completion, entry.replaces, entry.edition) == (last, first, 2)


def test_failed_entry_keeps_its_number_and_the_next_takes_the_next(cast: Cast, completion: Completion):
    failed = enter_in_register(completion)
    past = datetime.datetime(2026, 11, 22, tzinfo=UTC)
    Certificate.objects.filter(pk=failed.pk).update(attempts=3, leased_until=past)
    _give_up_on_the_dead()
    failed.refresh_from_db()
    assert (failed.state, failed.number) == ("failed", 1)
    assert enter_in_register(make_completion(cast.lan)).number == 2


def test_entry_is_found_by_its_number_with_or_without_zeros(cast: Cast):
    with time_machine.travel(datetime.datetime(2026, 11, 22, tzinfo=UTC)):
        entries = [enter_in_register(make_completion(cast.lan)) for _ in range(3)]
    found = [by_register_number(number) for number in ("000002/2026", "2/2026", " 02/2026 ")]
    assert found == [entries[1]] * 3


@pytest.mark.parametrize("number", ["2", "2/26", "2/2026/1", "hai/2026", ""])
def test_what_is_no_register_number_is_refused(number: str):
    with pytest.raises(ValueError, match="write it as 123/2026"):
        by_register_number(number)


# --- The database itself holds it -----------------------------------------------------------------------------


def refused(row: models.Model, **change: object) -> bool:
    """Whether the database itself refuses the change."""
    try:
        with transaction.atomic():
            type(row)._base_manager.filter(pk=row.pk).update(**change)
    except IntegrityError as error:
        return "evidence is never changed" in str(error)
    return False


def test_database_refuses_to_change_what_is_printed(completion: Completion):
    entry = enter_in_register(completion)
    changes = {
        "number": 99,
        "year": 2020,
        "edition": 2,
        "code": "another-code-altogether",
        "full_name": "Nguyễn Văn Khác",
        "date_of_birth": datetime.date(1980, 1, 1),
        "course_title": "Khóa khác",
        "periods": 9,
        "ward_name": "Phường Khác",
        "ward": None,
        "province_name": "Tỉnh Khác",
        "position_name": "Chức khác",
        "score": 10,
        "issuer": "Cơ quan khác",
        "signer_name": "Người khác",
        "place": "Nơi khác",
        "motto": False,
        "issued_on": datetime.date(2020, 1, 1),
    }
    assert [name for name, value in changes.items() if not refused(entry, **{name: value})] == []


def test_database_refuses_to_change_an_issued_file(certificate: Certificate):
    changes = {
        "sha256": "0" * 64,
        "file": "2026/another.pdf",
        "size": 1,
        "state": "pending",
        "stored_at": None,
    }
    assert [name for name, value in changes.items() if not refused(certificate, **{name: value})] == []


def test_database_refuses_to_delete_an_entry(completion: Completion):
    entry = enter_in_register(completion)
    with pytest.raises(IntegrityError, match="evidence is never changed"), transaction.atomic():
        Certificate.objects.filter(pk=entry.pk)._raw_delete("default")


def test_database_refuses_two_entries_of_one_number(cast: Cast, completion: Completion):
    entry = enter_in_register(completion)
    with pytest.raises(IntegrityError), transaction.atomic():
        Certificate.objects.create(
            completion=make_completion(cast.lan),
            official=cast.lan,
            year=entry.year,
            number=entry.number,
            full_name="Nguyễn Thị Lan",
            course_title="Khóa khác",
            periods=1,
            started_on=entry.started_on,
            completed_on=entry.completed_on,
            issued_on=entry.issued_on,
            issuer="Cơ quan",
        )


def test_database_refuses_to_change_or_delete_a_revocation(cast: Cast, completion: Completion):
    revocation = revoke(enter_in_register(completion), reason="Học hộ", by=cast.admin)
    with pytest.raises(IntegrityError, match="evidence is never changed"), transaction.atomic():
        Revocation.objects.filter(pk=revocation.pk).update(reason="Nhầm")
    with pytest.raises(IntegrityError, match="evidence is never changed"), transaction.atomic():
        Revocation.objects.filter(pk=revocation.pk)._raw_delete("default")
