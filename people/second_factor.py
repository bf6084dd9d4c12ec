"""The second factor of everyone who sees other people's data: is it there, and did this session show it?

The session itself says so: allauth notes there every step of a sign-in, with the authenticator that was used.
A note counts only as long as that authenticator still exists, so a reset counts at once in every open session.
A passkey is both steps in one: the phone is had, and its owner has unlocked it (docs/decisions/0020).
"""

import time
from typing import Any, NamedTuple, cast

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.signals import authenticator_added
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib.auth.signals import user_logged_in
from django.db.models import Exists, OuterRef
from django.dispatch import receiver
from django.http import HttpRequest

from people.access import needs_second_factor, sees_others
from people.models import User
from people.sessions import end_all

# Set while the account has to set up a second factor before it may open anything.
DUE = "second_factor_due"
SEEN = "second_factor_seen"
# An office computer left open: after so many idle seconds other people's data asks for a code again.
IDLE_SECONDS = 12 * 3600
NOTE_SECONDS = 3600


class Standing(NamedTuple):
    needed: bool  # the account sees other people's data
    enabled: bool  # it has an authenticator (recovery codes alone are none)
    shown: bool  # this session has shown it, and was not idle since


def standing(request: HttpRequest) -> Standing:
    """Where a signed-in account stands. One query; writes at most once an hour, to the session."""
    user = cast(User, request.user)
    shown_at = _shown(request, user)
    own = Authenticator.objects.filter(user_id=OuterRef("pk"))
    needed, enabled, held = (
        User.objects.filter(pk=user.pk)
        .values_list(
            Exists(User.objects.filter(sees_others(), pk=OuterRef("pk"))),
            Exists(own.exclude(type=Authenticator.Type.RECOVERY_CODES)),
            Exists(own.filter(pk__in=shown_at)),
        )
        .get()
    )
    fresh = held and _still_there(request, max(shown_at.values()))
    result = Standing(needed, enabled, enabled and fresh)
    _remember_due(request, due=needed and not enabled)
    return result


def _shown(request: HttpRequest, user: User) -> dict[int, float]:
    """The authenticators this session has used → when, in seconds since 1970."""
    records: list[dict[str, Any]] = get_authentication_records(request, user)
    return {record["id"]: record["at"] for record in records if record["method"] == "mfa" and "id" in record}


def _still_there(request: HttpRequest, shown_at: float) -> bool:
    now = time.time()
    seen = max(shown_at, request.session.get(SEEN, 0))
    if now - seen > IDLE_SECONDS:
        return False
    if now - seen > NOTE_SECONDS:
        request.session[SEEN] = now
    return True


class SecondStep(AuthenticateStage):
    """The second step of a sign-in: asked of those who need it, and of those who set up an app of their own will.

    Not of a learner who only has passkeys: they are one more way in. Whoever has lost that phone still enters by
    password, by code or by a new personal link.
    """

    def _should_handle(self, request: HttpRequest) -> bool:
        user = self.login.user
        asked = bool(super()._should_handle(request))
        return asked and (needs_second_factor(user) or _has_app(user))


def page_to_show(user: User) -> str:
    """The name of the page where an open session shows the second factor again."""
    return "mfa_reauthenticate" if _has_app(user) else "mfa_reauthenticate_webauthn"


def _has_app(user: User) -> bool:
    return bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists())


def _remember_due(request: HttpRequest, *, due: bool) -> None:
    if due and not request.session.get(DUE):
        request.session[DUE] = True
    elif not due:
        request.session.pop(DUE, None)


@receiver(user_logged_in)
def note_at_sign_in(sender: Any, request: HttpRequest | None, user: User, **kwargs: Any) -> None:
    """Whoever has to set up a second factor is held from the first page on, at no cost to the others."""
    if request is not None and getattr(request, "user", None) is not None:
        standing(request)


@receiver(authenticator_added)
def note_activation(sender: Any, request: HttpRequest, user: User, authenticator: Any, **kwargs: Any) -> None:
    """Setting it up proves that it is in hand: this session need not ask again."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        record_authentication(request, user, method="mfa", id=authenticator.pk, type=authenticator.type)
        _remember_due(request, due=False)


def enable(user: User, secret: str = "") -> str:
    """Give an account an authenticator app and recovery codes; → the secret for the app (base32).

    For the demonstration and for tests: people do it on the screen, where the secret is theirs alone.
    """
    secret = secret or generate_totp_secret()
    Authenticator.objects.filter(user=user).delete()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


def reset(user: User) -> None:
    """Take all authenticators away and sign out everywhere (a lost phone): the next sign-in sets up a new one."""
    Authenticator.objects.filter(user=user).delete()
    end_all(user)


def code_now(secret: str) -> str:
    """What an authenticator app with this secret shows at the moment."""
    counters = list(yield_hotp_counters_from_time())
    return str(format_hotp_value(hotp_value(secret, counters[len(counters) // 2])))
