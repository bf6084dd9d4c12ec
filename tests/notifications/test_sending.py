"""A message is sent once (rule 9): the ledger, two workers, a mail server that is down or dies half way."""

import smtplib
import socketserver
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from notifications.models import Kind, Message
from notifications.sending import _take, notify, send_message, send_waiting, unread_count
from notifications.tasks import send_message as send_task
from notifications.tasks import send_waiting_messages
from people.models import Official
from tests.certificates.conftest import at_once
from tests.factories import Cast, make_cast, make_official


def tell(official: Official, key: str = "1", **fields: str) -> Message | None:
    text = {"subject": "Giấy xác nhận đã sẵn sàng", "body": "Mời anh/chị tải về.", **fields}
    return notify(official, Kind.CERTIFICATE_ISSUED, key, path="/giay-xac-nhan/", **text)


def waiting(official: Official, key: str = "1") -> Message:
    message = tell(official, key)
    assert message is not None
    return message


def later(**span: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(**span))


# --- The ledger ------------------------------------------------------------------------------------------------


def test_second_message_about_the_same_thing_is_not_written(cast: Cast):
    first = tell(cast.lan)
    assert tell(cast.lan, subject="Lần nữa") is None
    assert list(Message.objects.all()) == [first]


def test_other_person_thing_and_window_are_other_messages(cast: Cast):
    tell(cast.lan)
    tell(cast.lan, "2")
    tell(cast.lan, window="2026-11")
    tell(make_official("Trần Thị Bé"))
    assert Message.objects.count() == 4


def test_database_refuses_the_second_row_itself(cast: Cast):
    message = waiting(cast.lan)
    message.pk = None
    message._state.adding = True
    with pytest.raises(IntegrityError), transaction.atomic():
        message.save()


@pytest.mark.django_db(transaction=True)
def test_ten_workers_that_tell_the_same_write_one_row():
    official = make_cast().lan
    told = at_once(10, lambda worker: tell(official))
    assert Message.objects.count() == 1
    assert [message for message in told if message] == [Message.objects.get()]


def test_what_is_rolled_back_was_never_said(cast: Cast, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as wakes, transaction.atomic():
        tell(cast.lan)
        transaction.set_rollback(True)
    assert Message.objects.count() == 0
    assert wakes == []


def test_telling_within_a_transaction_leaves_it_usable_when_the_ledger_has_it(cast: Cast):
    with transaction.atomic():
        tell(cast.lan)
        tell(cast.lan)
        tell(cast.lan, "2")
    assert Message.objects.count() == 2


def test_official_without_an_address_gets_the_notice_alone(cast: Cast):
    official = make_official("Trần Thị Bé")
    message = waiting(official)
    assert (message.mail, message.address) == ("none", "")
    assert send_message(message.pk).mail == "none"
    assert send_waiting() == 0
    assert mail.outbox == []
    assert unread_count(official) == 1


# --- The e-mail -------------------------------------------------------------------------------------------------


def test_mail_says_it_in_words_and_leads_to_the_page(cast: Cast, settings):
    settings.BASE_URL = "https://hoc.example.vn"
    sent = send_message(waiting(cast.lan).pk)
    [letter] = mail.outbox
    assert (sent.mail, sent.attempts, sent.last_error) == ("sent", 1, "")
    assert sent.sent_at is not None
    assert (letter.to, letter.subject) == (["lan@phuong.example"], "Giấy xác nhận đã sẵn sàng")
    assert letter.extra_headers["Auto-Submitted"] == "auto-generated"
    [(html, kind)] = letter.alternatives
    assert kind == "text/html"
    for part in (letter.body, html):
        assert "Nguyễn Thị Lan" in part
        assert "Mời anh/chị tải về." in part
        assert "https://hoc.example.vn/giay-xac-nhan/" in part


def test_markup_in_a_message_is_shown_as_text(cast: Cast):
    message = tell(cast.lan, subject="Khóa\n<b>1</b>", body="<script>x</script> & “ký”")
    assert message is not None
    send_message(message.pk)
    [letter] = mail.outbox
    assert letter.subject == "Khóa <b>1</b>"
    assert "<script>x</script> & “ký”" in letter.body
    assert "<script>" not in letter.alternatives[0][0]


def test_address_is_the_one_of_the_day_it_was_written(cast: Cast):
    message = waiting(cast.lan)
    cast.lan.email = "khac@phuong.example"
    cast.lan.save()
    send_message(message.pk)
    assert mail.outbox[0].to == ["lan@phuong.example"]


def test_sending_again_sends_nothing(cast: Cast):
    message = waiting(cast.lan)
    for _ in range(3):
        send_task(message.pk)
    with later(days=3):
        send_waiting_messages()
    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_send_one_mail():
    message = waiting(make_cast().lan)
    at_once(6, lambda worker: send_message(message.pk).mail)
    assert len(mail.outbox) == 1
    assert Message.objects.get().attempts == 1


@pytest.mark.django_db(transaction=True)
def test_sending_inside_a_transaction_is_refused():
    message = waiting(make_cast().lan)
    with pytest.raises(RuntimeError), transaction.atomic():
        send_message(message.pk)
    assert mail.outbox == []


def test_sweep_sends_what_no_message_woke_oldest_first(cast: Cast):
    others = [make_official(f"Trần Thị {name}", email=f"{name.lower()}@x.example") for name in ("Ba", "Tư")]
    messages = [waiting(official) for official in (cast.lan, *others)]
    Message.objects.filter(pk=messages[1].pk).update(created_at=timezone.now() - timedelta(days=1))
    assert send_waiting(limit=2) == 2
    assert [letter.to for letter in mail.outbox] == [["ba@x.example"], ["lan@phuong.example"]]
    assert send_waiting() == 1
    assert send_waiting() == 0


# --- Mail servers that fail ---------------------------------------------------------------------------------------


class Server(socketserver.StreamRequestHandler):
    """A mail server that follows a script: what to answer to each command; None hangs up."""

    answers: dict[str, str | None] = {}
    heard: list[str] = []

    def handle(self) -> None:
        self.say("220 here")
        in_letter = False
        while line := self.rfile.readline().decode().strip() or "\n":
            if self.rfile.closed:
                return
            if in_letter and line != ".":
                continue
            command = "END" if in_letter else line[:4].upper()
            self.heard.append(command)
            answer = self.answers.get(command, {"DATA": "354 go on"}.get(command, "250 yes"))
            if answer is None:
                return
            self.say(answer)
            in_letter = command == "DATA" and answer.startswith("354")
            if command == "QUIT":
                return

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@pytest.fixture
def server(settings) -> Iterator[type[Server]]:
    """A scripted mail server of this test, to which the settings point."""
    script = type("Script", (Server,), {"answers": {}, "heard": []})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), script) as running:
        running.daemon_threads = True
        threading.Thread(target=running.serve_forever, args=[0.02], daemon=True).start()
        point_at(settings, running.server_address[1])
        yield script
        running.shutdown()


def point_at(settings, port: int) -> None:
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": port, "timeout": 60},
        }
    }


def tries(message: Message) -> list[tuple[str, int]]:
    found = []
    for day in range(4):
        with later(days=day):
            send_waiting()
            message.refresh_from_db()
        found.append((message.mail, message.attempts))
    return found


def test_scripted_server_takes_a_letter(cast: Cast, server):
    assert send_message(waiting(cast.lan).pk).mail == "sent"
    assert server.heard.count("DATA") == 1


def test_no_mail_server_leaves_it_waiting_and_the_third_failure_ends_it(cast: Cast, settings):
    point_at(settings, 1)
    message = waiting(cast.lan)
    assert tries(message) == [("waiting", 1), ("waiting", 2), ("failed", 3), ("failed", 3)]
    assert message.last_error == "ConnectionRefusedError: [Errno 111] Connection refused"
    assert unread_count(cast.lan) == 1


def test_after_a_failure_it_rests_before_the_next_attempt(cast: Cast, settings):
    point_at(settings, 1)
    message = waiting(cast.lan)
    send_message(message.pk)
    assert send_message(message.pk).attempts == 1
    with later(seconds=121):
        assert send_message(message.pk).attempts == 2


@pytest.mark.parametrize(
    ("command", "answer", "error"),
    [
        ("RCPT", "550 no such person", "SMTPRecipientsRefused"),
        ("MAIL", "451 later", "SMTPSenderRefused"),
        ("DATA", "452 full", "SMTPDataError"),
        ("END", "554 spam", "SMTPDataError"),
        ("EHLO", None, "SMTPServerDisconnected"),
    ],
)
def test_certain_refusal_is_tried_again(cast: Cast, server, command: str, answer: str | None, error: str):
    server.answers = {command: answer, "HELO": answer} if command == "EHLO" else {command: answer}
    message = send_message(waiting(cast.lan).pk)
    assert (message.mail, message.attempts) == ("waiting", 1)
    assert message.last_error.startswith(error)
    server.answers = {}
    with later(minutes=3):
        assert send_message(message.pk).mail == "sent"


def test_line_that_breaks_after_the_letter_is_not_tried_again(cast: Cast, server):
    server.answers = {"END": None}
    message = waiting(cast.lan)
    assert tries(message) == [("failed", 1)] * 4
    assert message.last_error.startswith("Not known whether it was sent: ")
    assert server.heard.count("END") == 1


def test_goodbye_that_fails_does_not_undo_a_sent_letter(cast: Cast, server):
    server.answers = {"QUIT": "500 what"}
    assert send_message(waiting(cast.lan).pk).mail == "sent"


def test_worker_that_dies_while_sending_is_reported_and_not_repeated(cast: Cast):
    message = waiting(cast.lan)
    assert _take(message.pk)
    assert send_waiting() == 0
    message.refresh_from_db()
    assert (message.mail, message.attempts) == ("sending", 1)
    with later(minutes=6):
        send_waiting()
        send_message(message.pk)
    message.refresh_from_db()
    assert message.mail == "failed"
    assert message.last_error == "Not known whether it was sent: the worker stopped while sending"
    assert mail.outbox == []


def test_refusals_are_kinds_that_smtplib_knows():
    from notifications.sending import REFUSALS

    assert all(issubclass(kind, smtplib.SMTPException) for kind in REFUSALS)
    assert smtplib.SMTPServerDisconnected not in REFUSALS
