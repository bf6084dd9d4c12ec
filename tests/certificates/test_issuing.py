"""From a completion to a stored file: once, whatever is lost, repeated or killed (rules 3, 5 and 9)."""

import datetime
import hashlib
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from celery import current_app
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from certificates import issuing
from certificates.issuing import enter_in_register, issue_certificate, issue_missing, retry, revoke
from certificates.models import Certificate, Revocation
from certificates.rendering import render_certificate
from certificates.tasks import issue_certificate as issue_task
from certificates.tasks import issue_missing_certificates
from lms.lib.queue import lost_wakes
from notifications.models import Message
from records.models import Completion
from records.signals import course_completed
from tests.certificates.conftest import at_once, point_storage_at
from tests.factories import Cast, correct, make_cast, make_completion


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def later(**span: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(**span))


def test_file_is_stored_once_with_its_hash_and_size(completion: Completion, folder: Path):
    certificate = issue_certificate(completion.pk)
    [file] = files(folder)
    content = file.read_bytes()
    assert certificate.state == "issued"
    assert certificate.sha256 == hashlib.sha256(content).hexdigest()
    assert certificate.size == len(content)
    assert str(file.relative_to(folder)) == certificate.file.name
    assert (certificate.attempts, certificate.leased_until, certificate.last_error) == (1, None, "")
    with later(days=400):
        assert render_certificate(certificate) == content


def test_file_name_carries_the_number_and_the_code_and_no_name(certificate: Certificate):
    year, number = certificate.year, certificate.number
    beginning = f"{year}/{number:06d}-{certificate.code}-{certificate.sha256[:16]}"
    assert certificate.file.name == f"{beginning}.pdf"


def test_issuing_again_changes_nothing(certificate: Certificate, folder: Path):
    [file] = files(folder)
    before = (file.read_bytes(), file.stat().st_mtime_ns)
    with later(days=40):
        again = issue_certificate(certificate.completion_id)
    assert (again.attempts, again.stored_at, again.sha256) == (1, certificate.stored_at, certificate.sha256)
    assert files(folder) == [file]
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before
    assert Message.objects.count() == len(mail.outbox) + 1 == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_one_file_and_one_message(folder: Path):
    completion = make_completion(make_cast().lan)
    at_once(4, lambda worker: issue_certificate(completion.pk).pk)
    certificate = Certificate.objects.get()
    [file] = files(folder)
    assert (certificate.state, certificate.attempts) == ("issued", 1)
    assert hashlib.sha256(file.read_bytes()).hexdigest() == certificate.sha256
    assert Message.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_worker_that_outlives_its_lease_cannot_change_what_the_next_one_stored(folder: Path):
    """Both have the entry in hand and both finish: one set of bytes, one message."""
    entry = enter_in_register(make_completion(make_cast().lan))
    slow, fast = (Certificate.objects.get(pk=entry.pk) for _ in range(2))
    at_once(2, lambda worker: issuing._make_file([slow, fast][worker]))
    entry.refresh_from_db()
    assert {hashlib.sha256(file.read_bytes()).hexdigest() for file in files(folder)} == {entry.sha256}
    assert Message.objects.count() == 1


def test_crash_between_storing_and_the_row_is_made_good_by_the_next_run(completion: Completion, folder: Path):
    entry = enter_in_register(completion)
    assert issuing._take(entry)
    stored = issuing._store(entry, render_certificate(entry))
    with later(minutes=6):
        certificate = issue_certificate(completion.pk)
    assert (certificate.state, certificate.attempts) == ("issued", 2)
    assert (certificate.file.name, certificate.sha256) == stored
    assert len(files(folder)) == 1


def test_file_that_a_crash_left_half_written_is_written_again(completion: Completion, folder: Path):
    entry = enter_in_register(completion)
    content = render_certificate(entry)
    name, _digest = issuing._store(entry, content)
    (folder / name).write_bytes(content[:1000])
    certificate = issue_certificate(completion.pk)
    assert (folder / name).read_bytes() == content
    assert [certificate.file.name] == [str(file.relative_to(folder)) for file in files(folder)] == [name]


# --- What goes wrong -----------------------------------------------------------------------------------------


@pytest.fixture
def broken_storage(settings, tmp_path: Path, folder: Path) -> None:
    (tmp_path / "a-file").write_text("no folder")
    point_storage_at(settings, tmp_path / "a-file" / "certificates")


def attempt_all(completion: Completion) -> list[tuple[str, int]]:
    """State and attempts after each of five tries, an hour apart."""
    states = []
    for hour in range(5):
        with later(hours=hour):
            certificate = issue_certificate(completion.pk)
        states.append((certificate.state, certificate.attempts))
    return states


@pytest.mark.usefixtures("broken_storage")
def test_third_failure_is_the_last_and_says_why(completion: Completion):
    assert attempt_all(completion) == [
        ("pending", 1),
        ("pending", 2),
        ("failed", 3),
        ("failed", 3),
        ("failed", 3),
    ]
    certificate = Certificate.objects.get()
    assert certificate.last_error.startswith("NotADirectoryError: ")
    assert Message.objects.count() == 0


@pytest.mark.usefixtures("broken_storage")
def test_after_a_failure_nobody_tries_again_before_the_pause_is_over(completion: Completion):
    issue_certificate(completion.pk)
    assert issue_certificate(completion.pk).attempts == 1
    assert issue_missing() == []
    with later(seconds=61):
        assert [certificate.attempts for certificate in issue_missing()] == [2]


def test_attempt_is_counted_before_the_work(completion: Completion, folder: Path):
    """What a worker leaves behind that dies at once: an attempt and a lease."""
    entry = enter_in_register(completion)
    assert issuing._take(entry)
    assert not issuing._take(entry)
    entry.refresh_from_db()
    assert (entry.state, entry.attempts) == ("pending", 1)
    assert issue_missing() == []
    with later(minutes=6):
        assert [certificate.state for certificate in issue_missing()] == ["issued"]


def test_entry_that_kills_three_workers_has_failed_and_stands_in_nobodys_way(
    cast: Cast, completion: Completion, folder: Path
):
    deadly = enter_in_register(completion)
    for hour in range(3):
        with later(hours=hour):
            assert issuing._take(deadly)
    other = make_completion(cast.lan)
    with later(hours=3):
        assert [certificate.completion for certificate in issue_missing()] == [other]
    deadly.refresh_from_db()
    assert (deadly.state, deadly.attempts) == ("failed", 3)
    assert deadly.last_error == "The worker stopped without a word during each attempt."


def test_administrator_gives_failed_entries_new_attempts(
    settings, tmp_path: Path, broken_storage, completion: Completion, capsys
):
    attempt_all(completion)
    number = str(Certificate.objects.get())
    point_storage_at(settings, tmp_path / "mended")
    call_command("retry_certificates", number)
    assert f"{number}: three new attempts; the last error was: NotADirectoryError" in capsys.readouterr().out
    certificate = issue_certificate(completion.pk)
    assert (certificate.state, certificate.attempts, str(certificate)) == ("issued", 1, number)
    call_command("retry_certificates")
    assert "nothing to do" in capsys.readouterr().out


def test_retry_leaves_issued_and_pending_entries_alone(cast: Cast, certificate: Certificate):
    pending = enter_in_register(make_completion(cast.lan))
    assert retry(Certificate.objects.all()) == []
    pending.refresh_from_db()
    assert (pending.state, pending.attempts) == ("pending", 0)


# --- The sweep -----------------------------------------------------------------------------------------------


def test_message_that_no_broker_took_is_made_good_by_the_sweep(completion: Completion, folder: Path):
    before = current_app.conf.broker_url
    current_app.conf.broker_url = "redis://127.0.0.1:1/0"
    try:
        lost = lost_wakes()
        course_completed.send_robust(sender=Completion, completion=completion)
        assert lost_wakes() == lost + 1
    finally:
        current_app.conf.broker_url = before
    assert Certificate.objects.count() == 0
    issue_missing_certificates()
    assert Certificate.objects.get().state == "issued"


def test_sweep_takes_the_oldest_first_and_so_many_at_a_time(cast: Cast, folder: Path):
    start = timezone.now() - timedelta(days=3)
    completions = [make_completion(cast.lan, at=start + timedelta(hours=hour)) for hour in (2, 0, 1)]
    assert [certificate.completion for certificate in issue_missing(limit=2)] == [
        completions[1],
        completions[2],
    ]
    assert [certificate.completion for certificate in issue_missing(limit=2)] == [completions[0]]
    assert issue_missing() == []


def test_sweep_looks_at_the_newest_and_once_an_hour_at_all(cast: Cast, folder: Path, monkeypatch):
    monkeypatch.setattr(issuing, "NEWEST", 2)
    completions = [make_completion(cast.lan) for _ in range(3)]
    assert [certificate.completion for certificate in issue_missing()] == completions[1:]
    issue_missing_certificates()
    assert Certificate.objects.count() == 2
    issue_missing_certificates(everything=True)
    assert Certificate.objects.count() == 3


def test_sweep_stops_when_its_time_is_over(cast: Cast, folder: Path):
    for _ in range(3):
        make_completion(cast.lan)
    assert len(issue_missing(seconds=0)) == 1


def test_task_does_what_the_function_does(completion: Completion, folder: Path):
    issue_task(completion.pk)
    assert Certificate.objects.get().state == "issued"


# --- Telling the official --------------------------------------------------------------------------------------


def test_official_is_told_once_in_vietnamese_terms_with_the_number(certificate: Certificate):
    message = Message.objects.get()
    assert (message.official, message.kind) == (certificate.official, "certificate-issued")
    assert (message.address, message.mail) == ("lan@phuong.example", "waiting")
    assert message.path == "/giay-xac-nhan/"
    assert str(certificate) in message.body
    assert certificate.course_title in message.body


def test_certificate_that_is_already_replaced_is_not_announced(
    cast: Cast, completion: Completion, folder: Path
):
    enter_in_register(completion)
    new = issue_certificate(correct(completion, cast.admin, full_name="Nguyễn Thị Lân").pk)
    old = issue_certificate(completion.pk)
    assert (old.state, new.state, new.replaces) == ("issued", "issued", old)
    assert [message.object_key for message in Message.objects.all()] == [str(new.pk)]


def test_revocation_is_a_further_row_and_the_official_is_told(
    cast: Cast, certificate: Certificate, folder: Path
):
    before = files(folder)[0].read_bytes()
    revocation = revoke(certificate, reason="Học hộ", by=cast.admin)
    again = revoke(certificate, reason="Lý do khác", by=cast.trainer)
    assert again == revocation
    assert (again.reason, again.actor) == ("Học hộ", cast.admin)
    assert Certificate.objects.get().state == "issued"
    assert files(folder)[0].read_bytes() == before
    told = Message.objects.get(kind="certificate-revoked")
    assert "Học hộ" in told.body


def test_revocation_without_a_reason_is_refused(cast: Cast, certificate: Certificate):
    with pytest.raises(ValueError, match="needs a reason"):
        revoke(certificate, reason="  ", by=cast.admin)
    assert Revocation.objects.count() == 0


def test_revoking_by_command(cast: Cast, certificate: Certificate, capsys):
    number = str(certificate)
    call_command("revoke_certificate", number, reason="Học hộ", by="quan-tri")
    assert f"{number} of Nguyễn Thị Lan is revoked" in capsys.readouterr().out
    call_command("revoke_certificate", number, reason="Lần nữa", by="quan-tri")
    assert "was revoked before" in capsys.readouterr().out
    assert Revocation.objects.get().reason == "Học hộ"


@pytest.mark.parametrize(
    ("number", "by", "message"),
    [
        ("999/2026", "quan-tri", "There is no certificate 999/2026"),
        ("abc", "quan-tri", "is not a register number"),
        ("", "nobody", "is not a register number"),
        ("1/YEAR", "nobody", "There is no active account 'nobody'"),
    ],
)
def test_revoking_by_command_with_a_wrong_word_changes_nothing(certificate, number, by, message):
    with pytest.raises(CommandError, match=message):
        call_command(
            "revoke_certificate", number.replace("YEAR", str(certificate.year)), reason="Học hộ", by=by
        )
    assert Revocation.objects.count() == 0


def test_lost_folder_does_not_undo_an_issued_certificate(certificate: Certificate, folder: Path):
    shutil.rmtree(folder)
    assert issue_certificate(certificate.completion_id).sha256 == certificate.sha256
    assert files(folder) == []


def test_completion_stands_whatever_becomes_of_its_certificate(completion: Completion, broken_storage):
    attempt_all(completion)
    completion.refresh_from_db()
    assert completion.completed_at == datetime.datetime(2026, 11, 22, 2, tzinfo=datetime.UTC)
    assert completion.certificate.number == 1
