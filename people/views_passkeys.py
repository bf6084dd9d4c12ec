"""Passkeys of one's own: added here, shown again where a session has to; allauth renames and removes them."""

from typing import Any, cast

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.account.mixins import NextRedirectMixin
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.flows import auto_generate_recovery_codes
from allauth.mfa.signals import authenticator_added
from allauth.mfa.webauthn.internal.auth import WebAuthn, begin_registration
from allauth.mfa.webauthn.views import AddWebAuthnView, ReauthenticateWebAuthnView
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from people.access import needs_second_factor, signed_in_required
from people.models import User


def offer(user: User) -> dict[str, Any]:
    """What a device needs to make a passkey for this account, for the button of a page. Noted in the session."""
    return cast(dict[str, Any], begin_registration(user, passwordless=True))


def add_passkey(request: HttpRequest, *, name: str, credential: dict[str, Any]) -> bool:
    """Keep a checked credential; → whether recovery codes were made, which the person must see now.

    Learners get none: for them a passkey is one more way in, and nothing is locked by it.
    """
    raise_if_reauthentication_required(request, app="allauth.mfa")
    user = cast(User, request.user)
    authenticator = WebAuthn.add(user, name, credential).instance
    authenticator_added.send(sender=Authenticator, request=request, user=user, authenticator=authenticator)
    get_adapter().send_notification_mail("mfa/email/webauthn_added", user)
    messages.success(request, _("The passkey was added. From now on this device signs in with it."))
    return needs_second_factor(user) and auto_generate_recovery_codes(request) is not None


class AddPasskey(NextRedirectMixin, AddWebAuthnView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        # Past allauth's own, which asks for a key that need not be found without a name.
        context: dict[str, Any] = super(AddWebAuthnView, self).get_context_data(**kwargs)
        url = self.get_next_url() or reverse("people:profile")
        return {**context, "options": offer(self.request.user), "back": url}

    def form_valid(self, form: Any) -> HttpResponse:
        data = form.cleaned_data
        if add_passkey(self.request, name=data["name"], credential=data["credential"]):
            return redirect("mfa_view_recovery_codes")
        return redirect(self.get_next_url() or reverse("people:profile"))


class ShowPasskey(ReauthenticateWebAuthnView):
    def form_invalid(self, form: Any) -> HttpResponse:
        page: HttpResponse = self.render_to_response(self.get_context_data(form=form))
        return page


add = signed_in_required(never_cache(AddPasskey.as_view()))
show_again = signed_in_required(never_cache(ShowPasskey.as_view()))
