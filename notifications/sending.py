"""Telling a person something once: a notice in the app and, where there is an address, one e-mail (rule 9).

The e-mail goes *at most once*. ``sending`` is committed before the mail server hears of the message, so a
worker that dies in between leaves a row of which nobody can know whether it went: it is reported as failed
and not tried again, since the notice in the app is there in any case. A refusal that is certain (no
connection, address refused) leaves the message waiting; the third one ends it.
"""

import datetime
import logging
import smtplib

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, mailers
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone, translation

from lms.lib.queue import wake_on_commit
from notifications.models import Kind, Message
from people.models import Official

logger = logging.getLogger(__name__)

LEASE = datetime.timedelta(minutes=5)
PAUSE = datetime.timedelta(minutes=2)  # after the first failure; four times as long after each further one
BATCH = 200
UNREAD = "SELECT count(*) FROM notifications_message WHERE official_id = %s AND read_at IS NULL"
# A server that answers so has not taken the message. A broken line or a silence may come after its yes.
REFUSALS = (
    smtplib.SMTPHeloError,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPDataError,
    smtplib.SMTPNotSupportedError,
)


class NotSentError(Exception):
    """The message has certainly not left; it may be tried again."""


def notify(
    official: Official,
    kind: Kind,
    object_key: str,
    *,
    subject: str,
    body: str,
    path: str = "",
    window: str = "",
) -> Message | None:
    """Tell ``official`` about one thing once; None when the ledger has it already.

    The key is (official, kind, object_key, window); an empty window means once ever. ``body`` is plain text,
    ``path`` leads from the site's root. The row belongs to the caller's transaction: if that fails, nothing
    was said, and the worker that mails is woken only after the commit.
    """
    message, created = Message.objects.get_or_create(
        official=official,
        kind=kind,
        object_key=object_key,
        window=window,
        defaults={
            "subject": " ".join(subject.split())[:200],
            "body": body,
            "path": path,
            "address": official.email,
            "mail": Message.Mail.WAITING if official.email else Message.Mail.NONE,
        },
    )
    if not created:
        return None
    if message.mail == Message.Mail.WAITING:
        from notifications import tasks  # which call send_message below

        wake_on_commit(tasks.send_message, message.pk)
    return message


def unread_count(official: Official) -> int:
    """How many notices the official has not seen yet. One query, written out as in records/learning.py."""
    with connection.cursor() as cursor:
        cursor.execute(UNREAD, [official.pk])
        return int(cursor.fetchone()[0])


def send_message(message_id: int) -> Message:
    """Send the e-mail of one message if it waits and nobody else has it in hand. Safe to repeat.

    Never inside a transaction (RuntimeError): the mark that it is being sent must be durable before it is.
    """
    if _take(message_id):
        message = Message.objects.select_related("official").get(pk=message_id)
        try:
            _hand_over(message)
        except NotSentError as error:
            _put_back(message, str(error))
        except Exception as error:
            logger.exception("Message %s: not known whether it was sent", message_id)
            _close(message, Message.Mail.FAILED, f"Not known whether it was sent: {error}")
        else:
            _close(message, Message.Mail.SENT)
    return Message.objects.get(pk=message_id)


def send_waiting(*, limit: int = BATCH) -> int:
    """The sweep: send what no wake-up reached, oldest first, and report what a worker died over.

    Returns how many were sent.
    """
    _give_up_on_the_unknown()
    waiting = _ready().order_by("created_at", "pk").values_list("pk", flat=True)[:limit]
    return sum(send_message(message_id).mail == Message.Mail.SENT for message_id in list(waiting))


def _ready() -> QuerySet[Message]:
    """Waiting, and not put off until later after a failure."""
    rested = Q(leased_until__isnull=True) | Q(leased_until__lte=timezone.now())
    return Message.objects.filter(rested, mail=Message.Mail.WAITING)


def _take(message_id: int) -> bool:
    """Mark as being sent and count the attempt in one statement: of two workers one gets it."""
    with transaction.atomic(durable=True):
        taken = (
            _ready()
            .filter(pk=message_id)
            .update(
                mail=Message.Mail.SENDING, attempts=F("attempts") + 1, leased_until=timezone.now() + LEASE
            )
        )
    return taken == 1


def _hand_over(message: Message) -> None:
    """Give the e-mail to the mail server. NotSentError: certainly not taken; anything else: not known."""
    connection = mailers.default
    try:
        mail = _compose(message)
        connection.open()
        _greet(connection)
    except Exception as error:
        raise NotSentError(f"{type(error).__name__}: {error}") from error
    try:
        connection.send_messages([mail])
    except REFUSALS as error:
        raise NotSentError(f"{type(error).__name__}: {error}") from error
    finally:
        _hang_up(connection)


def _greet(connection: object) -> None:
    """Say hello before the letter, so that a server too busy to answer counts as one that took nothing."""
    client = getattr(connection, "connection", None)
    if isinstance(client, smtplib.SMTP):
        client.ehlo_or_helo_if_needed()


def _hang_up(connection: object) -> None:
    """A goodbye that fails says nothing about the message."""
    try:
        connection.close()  # type: ignore[attr-defined]
    except Exception:
        logger.info("The mail connection did not close cleanly", exc_info=True)


def _compose(message: Message) -> EmailMultiAlternatives:
    context = {
        "message": message,
        "official": message.official,
        "url": f"{settings.BASE_URL}{message.path}" if message.path else "",
        "site_name": settings.WAGTAIL_SITE_NAME,
    }
    with translation.override(settings.LANGUAGE_CODE):
        mail = EmailMultiAlternatives(
            message.subject,
            render_to_string("notifications/mail/message.txt", context),
            to=[message.address],
            headers={"Auto-Submitted": "auto-generated"},
        )
        mail.attach_alternative(render_to_string("notifications/mail/message.html", context), "text/html")
    return mail


def _put_back(message: Message, error: str) -> None:
    """Wait and try again; after the last attempt it has failed, with the reason in the row."""
    logger.warning("Message %s was not sent (attempt %s): %s", message.pk, message.attempts, error)
    if message.attempts >= Message.MAX_ATTEMPTS:
        _close(message, Message.Mail.FAILED, error)
    else:
        _in_hand(message).update(
            mail=Message.Mail.WAITING,
            last_error=error[:300],
            leased_until=timezone.now() + PAUSE * 4 ** (message.attempts - 1),
        )


def _close(message: Message, mail: Message.Mail, error: str = "") -> None:
    _in_hand(message).update(
        mail=mail,
        last_error=error[:300],
        leased_until=None,
        sent_at=timezone.now() if mail == Message.Mail.SENT else None,
    )


def _in_hand(message: Message) -> QuerySet[Message]:
    return Message.objects.filter(pk=message.pk, mail=Message.Mail.SENDING, attempts=message.attempts)


def _give_up_on_the_unknown() -> None:
    lost = Message.objects.filter(mail=Message.Mail.SENDING, leased_until__lt=timezone.now()).update(
        mail=Message.Mail.FAILED,
        leased_until=None,
        last_error="Not known whether it was sent: the worker stopped while sending",
    )
    if lost:
        logger.error("%s messages: not known whether they were sent, the worker stopped while sending", lost)
