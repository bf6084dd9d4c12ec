"""allauth's forms where our accounts differ: the staff number is the sign-in name, and an e-mail address
opens an account only if it belongs to one."""

from typing import Any

from allauth.account import forms as account_forms
from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.base import forms as mfa_forms
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from people.addresses import owner_of

TYPED_AS_IS = {"autocapitalize": "none", "autocorrect": "off", "spellcheck": "false"}


class LoginForm(account_forms.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Staff number or e-mail")
        self.fields["login"].widget.attrs.update(
            {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        )

    def user_credentials(self) -> dict[str, str]:
        """Either the one or the other: trying an address as a name too would hash the password twice where
        the address is known, and the time of the answer would tell it."""
        credentials: dict[str, str] = super().user_credentials()
        if "email" in credentials:
            credentials.pop("username", None)
        return credentials


class RequestLoginCodeForm(account_forms.RequestLoginCodeForm):
    def clean_email(self) -> str:
        email: str = super().clean_email()
        self._user = owner_of(email)
        return email


class ResetPasswordForm(account_forms.ResetPasswordForm):
    def clean_email(self) -> str:
        email: str = super().clean_email()
        owner = owner_of(email)
        self.users = [owner] if owner else []
        return email


class _OnceOnly:
    """A code counts once in all the time it is good for; the tolerance makes that longer than allauth keeps it."""

    user: Any

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]
        seconds = mfa_settings.TOTP_PERIOD * (2 * mfa_settings.TOTP_TOLERANCE + 1)
        if not cache.add(f"second-factor:{self.user.pk}:{code}", True, timeout=seconds):
            raise get_mfa_adapter().validation_error("incorrect_code")
        return code


class AuthenticateForm(_OnceOnly, mfa_forms.AuthenticateForm):
    pass


class ReauthenticateForm(_OnceOnly, mfa_forms.ReauthenticateForm):
    pass
