"""What of allauth is ours: accounts come from the roster, mails leave late, secrets are stored encrypted."""

import base64
import logging
import time
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context as allauth_context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.totp.internal.auth import generate_totp_secret
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import salted_hmac

from people.access import start_page
from people.devices import device_of
from people.models import User

logger = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    """Accounts come from the roster: nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_stages(self) -> list[str]:
        ours = {"allauth.mfa.stages.AuthenticateStage": "people.second_factor.SecondStep"}
        return [ours.get(stage, stage) for stage in super().get_login_stages()]

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return start_page(request.user)  # type: ignore[arg-type]

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("people:profile")

    def get_email_verification_redirect_url(self, email_address: Any) -> str:
        return reverse("people:profile")

    def format_email_subject(self, subject: str) -> str:
        return f"{settings.WAGTAIL_SITE_NAME}: {subject}"

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Not within minutes of a sign-in: who has just typed the password is not asked for it again."""
        request = allauth_context.request
        records = get_authentication_records(request, request.user)
        if records and time.time() - records[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT:
            return False
        return bool(super().is_reauthentication_required(app=app))

    def get_reset_password_from_key_url(self, key: str) -> str:
        return _at_home(super().get_reset_password_from_key_url(key))

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return _at_home(super().get_email_confirmation_url(request, emailconfirmation))

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        super().send_notification_mail(template_prefix, user, context, email or user.email or None)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Written now, sent once the answer is out (people.middleware.LateMailMiddleware)."""
        request = allauth_context.request
        site = {"site_name": settings.WAGTAIL_SITE_NAME, "base_url": settings.BASE_URL}
        message = self.render_mail(
            template_prefix, email, {"request": request, "email": email, **site, **context}
        )
        late_mails = getattr(request, "late_mails", None)
        if late_mails is None:
            message.send()
        else:
            late_mails.append(partial(_send_late, message))


def _at_home(url: str) -> str:
    """The same page at BASE_URL: a mail never leads to the host that somebody wrote into a request."""
    return settings.BASE_URL.rstrip("/") + urlsplit(url).path


def _send_late(message: EmailMessage) -> None:
    try:
        message.send()
    except Exception:
        # Nobody is left to be told; saying it on the screen would also say that the address is known.
        logger.exception("A mail of the sign-in pages was not sent: %s", message.subject)


class MFAAdapter(DefaultMFAAdapter):
    """Secrets of authenticators are encrypted with a key made from SECRET_KEY, so a stolen copy of the
    database opens no account. SECRET_KEY_FALLBACKS still decrypt after the key was changed."""

    def encrypt(self, text: str) -> str:
        return str(_fernet().encrypt(text.encode()), "ascii")

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return _fernet().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            # A secret that nobody knows: no code is right. An empty one would be a secret that everybody knows.
            logger.error(
                "The secret of an authenticator cannot be read: was SECRET_KEY changed? "
                "Put the old key in SECRET_KEY_FALLBACKS, or run: manage.py reset_second_factor ACCOUNT"
            )
            return str(generate_totp_secret())

    def get_totp_label(self, user: User) -> str:
        return user.username

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Passkeys belong to the host of BASE_URL, whatever host a request names."""
        return {"id": passkey_host(), "name": settings.WAGTAIL_SITE_NAME}

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, Any]:
        """What the phone shows when it asks which account: the name and the staff number."""
        return {**super().get_public_key_credential_user_entity(user), "name": user.username.upper()}

    def generate_authenticator_name(self, user: User, type: str) -> str:
        return device_of(allauth_context.request.headers.get("User-Agent", ""))


def passkey_host() -> str:
    """The host that passkeys are made for. Browsers refuse a bare number: at home it is ``localhost``."""
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    return "localhost" if host in {"127.0.0.1", "::1"} else host


def _fernet() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derive(key)) for key in keys])


def _derive(key: str | bytes) -> bytes:
    return base64.urlsafe_b64encode(
        salted_hmac("people.adapters.MFAAdapter", "fernet", secret=key, algorithm="sha256").digest()
    )
