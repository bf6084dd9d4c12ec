"""Holds accounts that see other people's data to their second factor, keeps sessions in use alive, and
sends the mails of a sign-in after its answer has left."""

from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib.auth import SESSION_KEY
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from people import second_factor, sessions
from people.access import OFFICIAL, PUBLIC, start_page
from people.models import User

GetResponse = Callable[[HttpRequest], HttpResponse]

EDITORS = "/quan-tri/"
# Needed to show or to set up the second factor, or of no interest to anybody.
ALWAYS_OPEN = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_reauthenticate",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "set_language",
    "wagtailadmin_logout",
    "wagtailadmin_javascript_catalog",
    "wagtailadmin_sprite",
}
# Open to an account without any second factor only: where there is one, a session that has not shown it
# must not be able to set up another.
SET_UP = {"mfa_activate_totp", "mfa_add_webauthn"}
# Wagtail's own doors, without our rate limits and our second factor.
EDITORS_DOORS = ("wagtailadmin_login", "wagtailadmin_password_reset")


class SecondFactorMiddleware:
    """No page for an account that needs a second factor until it has one and this session has shown it.

    - Pages of a learner (``official_required``) show own data only. They look at one mark in the session, set
      at sign-in: no query. So does a picture of a lesson.
    - Everything else (HR, the editors' desk, account pages, views nobody marked) asks the database on every
      request. So an account that becomes HR in the middle of an open session is stopped at its first HR page.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name.startswith(EDITORS_DOORS):
            return self.our_door(request)
        if getattr(view, "access", "") == PUBLIC or name in ALWAYS_OPEN:
            return None
        if self.shows_only_own(request, view) and not request.session.get(second_factor.DUE):
            return None
        if not request.user.is_authenticated:
            return None
        return self.hold(request) or self.keep_from_editors(request)

    @staticmethod
    def shows_only_own(request: HttpRequest, view: Callable[..., Any]) -> bool:
        return getattr(view, "access", "") == OFFICIAL or view.__module__ == "django.views.static"

    @staticmethod
    def our_door(request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            return redirect(start_page(request.user))
        return redirect(f"{reverse('account_login')}?{urlencode({'next': EDITORS})}")

    @staticmethod
    def hold(request: HttpRequest) -> HttpResponseBase | None:
        needed, enabled, shown = second_factor.standing(request)
        if not needed or shown:
            return None
        if not enabled:
            here = request.resolver_match.view_name if request.resolver_match else ""
            return None if here in SET_UP else redirect("mfa_activate_totp")
        # A form that was open for a day is not sent again by itself; its page opens anew.
        back = urlencode({"next": request.get_full_path()})
        return redirect(f"{reverse(second_factor.page_to_show(cast(User, request.user)))}?{back}")

    @staticmethod
    def keep_from_editors(request: HttpRequest) -> None:
        # Wagtail would send a learner to the sign-in page, which sends whoever is signed in back: a loop.
        if request.path.startswith(EDITORS) and not request.user.has_perm("wagtailadmin.access_admin"):
            raise Http404


class SlidingSessionMiddleware:
    """Sixty days from the last visit, not from the sign-in: one write a day while somebody comes back."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        session = request.session
        today = timezone.localdate().toordinal()
        if session.accessed and SESSION_KEY in session and session.get(sessions.DAY) != today:
            sessions.note_visit(request)
        return response


class LateMailMiddleware:
    """Mails of account pages leave after the answer: its delay must not tell which addresses have an account."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.late_mails = []  # type: ignore[attr-defined]
        response = self.get_response(request)
        response._resource_closers.extend(request.late_mails)  # type: ignore[attr-defined]
        return response
