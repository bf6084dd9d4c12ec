"""Sessions that know whose they are, so that a person can see the own devices and end them.

The engine behind ``SESSION_ENGINE``. What the list shows stands in the row of the session itself and is written
with it: no page pays a query for it, and a session that is gone from the list is gone.
"""

import datetime
from typing import Any, NamedTuple, cast

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db.models import QuerySet
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from people.devices import device_of
from people.models import Session, User

# Kept in the session: the day of the last visit as an ordinal, and what the browser calls itself.
DAY, BROWSER = "day", "browser"
BROWSER_LENGTH = 255


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row = cast(Session, super().create_model_instance(data))
        if SESSION_KEY in data:
            row.user_id = int(data[SESSION_KEY])
            row.browser = data.get(BROWSER, "")
            row.used_on = datetime.date.fromordinal(data[DAY]) if DAY in data else timezone.localdate()
        return row


class Device(NamedTuple):
    name: str  # in plain words
    used_on: datetime.date
    current: bool  # the one that asks
    handle: str  # names the session on a page; the session's own key never leaves its cookie


def note_visit(request: HttpRequest) -> None:
    """Once a day: today, and the browser. It also makes the session last on from today."""
    request.session[DAY] = timezone.localdate().toordinal()
    request.session[BROWSER] = request.headers.get("User-Agent", "")[:BROWSER_LENGTH]


def devices_of(user: User, request: HttpRequest) -> list[Device]:
    """The person's signed-in devices: this one first, then by the day of the last visit. One query."""
    here = request.session.session_key
    devices = [
        Device(
            name=device_of(row.browser),
            used_on=row.used_on or timezone.localdate(),
            current=row.session_key == here,
            handle=_handle(row.session_key),
        )
        for row in _open(user)
    ]
    return sorted(
        devices, key=lambda device: (not device.current, -device.used_on.toordinal(), device.handle)
    )


def end_device(user: User, handle: str) -> bool:
    """End one session of this person at once; False when there is none of that name (any more)."""
    for row in _open(user):
        if constant_time_compare(_handle(row.session_key), handle):
            return bool(row.delete()[0])
    return False


def end_others(user: User, request: HttpRequest) -> int:
    """End all sessions of this person but the one that asks → how many."""
    return _open(user).exclude(session_key=request.session.session_key).delete()[0]


def end_all(user: User) -> None:
    Session.objects.filter(user=user).delete()


def end_closed() -> None:
    """End the sessions of all accounts that are closed."""
    Session.objects.filter(user__is_active=False).delete()


def _open(user: User) -> QuerySet[Session]:
    return Session.objects.filter(user=user, expire_date__gt=timezone.now())


def _handle(session_key: str) -> str:
    return salted_hmac("people.sessions", session_key, algorithm="sha256").hexdigest()[:20]


@receiver(post_save, sender=User)
def end_sessions_of_a_closed_account(sender: Any, instance: User, **kwargs: Any) -> None:
    """It could do nothing while it is closed (people/backends.py); opened again, it signs in anew."""
    if not instance.is_active:
        end_all(instance)
