"""Forms around passkeys: allauth's, which take as wrong whatever is wrong with what a browser sent."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as webauthn_forms
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

NAME_LENGTH = 60
REFUSED = _(
    "This passkey does not open the account: it was removed, or the request was too old. Try again, or sign in "
    "another way."
)
NOT_ADDED = _("The passkey was not added: what the device sent could not be checked. Please try again.")
# What reading a credential that was tampered with can raise, in allauth, fido2 and cryptography.
BROKEN = (
    ValidationError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    struct.error,
    InvalidSignature,
    UnsupportedAlgorithm,
)


@contextmanager
def _or_say(words: Any) -> Iterator[None]:
    try:
        yield
    except BROKEN as error:
        if getattr(error, "code", "") == "too_many_login_attempts":
            raise
        raise ValidationError(words) from error


class _Credential:
    def clean_credential(self) -> Authenticator:
        with _or_say(REFUSED):
            authenticator: Authenticator = super().clean_credential()  # type: ignore[misc]
        return authenticator


class LoginForm(_Credential, webauthn_forms.LoginWebAuthnForm):
    pass


class AuthenticateForm(_Credential, webauthn_forms.AuthenticateWebAuthnForm):
    pass


class ReauthenticateForm(_Credential, webauthn_forms.ReauthenticateWebAuthnForm):
    pass


class AddPasskeyForm(webauthn_forms.SignupWebAuthnForm):
    """A new passkey; its name may be left out, and is then that of the device."""

    name = forms.CharField(
        label=_("Name of the device"),
        required=False,
        max_length=NAME_LENGTH,
        help_text=_("So that you recognise it in your list."),
    )

    def clean(self) -> dict[str, Any]:
        with _or_say(NOT_ADDED):
            cleaned: dict[str, Any] = super().clean()
        return cleaned


class RenamePasskeyForm(webauthn_forms.EditWebAuthnForm):
    name = forms.CharField(label=_("Name of the device"), max_length=NAME_LENGTH)
