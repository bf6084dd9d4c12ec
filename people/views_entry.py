"""The first entry, the page after it, the links that HR hands out, and one's own profile."""

from typing import Any, cast

import segno
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress
from allauth.account.utils import perform_login
from allauth.core.internal import ratelimit
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from people.access import hr_required, is_hr, public, signed_in_required, start_page
from people.entry import EntryRefused, consume, create_entry_link, officials_to_invite, open_link
from people.forms_entry import InviteForm, WelcomeForm
from people.models import Official, User
from people.scope import wards_in_scope
from people.sessions import devices_of
from people.views_passkeys import offer

WRONG_LINKS = {"entry": "60/m/ip"}
LINKS_AT_ONCE = 300


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("secret")
def entry(request: HttpRequest, secret: str) -> HttpResponse:
    """A personal link: the page asks, the button uses the link up and signs in."""
    return _unindexed(_enter(request, secret) if request.method == "POST" else _ask(request, secret))


@sensitive_variables("secret")
def _ask(request: HttpRequest, secret: str) -> HttpResponse:
    if not _may_guess(request):
        return _too_many(request)
    link = open_link(secret)
    if link is None:
        return _refuse(request)
    posting = link.official.posting_on()
    return render(request, "people/entry.html", {"official": link.official, "posting": posting})


@sensitive_variables("secret")
def _enter(request: HttpRequest, secret: str) -> HttpResponse:
    if not _may_guess(request):
        return _too_many(request)
    try:
        official = consume(secret)
    except EntryRefused:
        return _refuse(request)
    user = cast(User, official.user)
    if request.user.is_authenticated:  # somebody else's session on a shared phone
        get_adapter().logout(request)
    record_authentication(request, user, method="entry_link")
    response: HttpResponse = perform_login(request, user, redirect_url=_first_page(user))
    return response


def _first_page(user: User) -> str:
    return start_page(user) if user.has_usable_password() else reverse("people:welcome")


def _may_guess(request: HttpRequest) -> bool:
    return bool(
        ratelimit.consume(
            request, app="people", action="entry", config=WRONG_LINKS, limit_get=True, dry_run=True
        )
    )


def _refuse(request: HttpRequest) -> HttpResponse:
    """One page for a used, replaced, expired or invented link: which it was is nobody's business."""
    ratelimit.consume(request, app="people", action="entry", config=WRONG_LINKS, limit_get=True)
    return render(request, "people/entry_refused.html", status=404)


def _too_many(request: HttpRequest) -> HttpResponse:
    return render(request, "429.html", status=429)


def _unindexed(response: HttpResponse) -> HttpResponse:
    # Not "no-referrer": browsers then send "Origin: null" with the form, which the CSRF check refuses.
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


@signed_in_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def welcome(request: HttpRequest) -> HttpResponseBase:
    """After the first entry: a passkey, or a password and an e-mail for the next time; all may be left out."""
    user = cast(User, request.user)
    if user.has_usable_password():
        return redirect(start_page(user))
    form = WelcomeForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        form.save(request)
        return redirect(start_page(user))
    passkey = {"options": offer(user), "back": start_page(user)}
    return render(request, "people/entry_welcome.html", {"form": form, "start": start_page(user), **passkey})


@signed_in_required
@never_cache
@require_safe
def profile(request: HttpRequest) -> HttpResponse:
    """What the house knows of the person, which comes from the roster and is read only, and the ways of signing in."""
    user = cast(User, request.user)
    official: Official | None = getattr(user, "official", None)
    postings = (
        official.postings.select_related("ward__province", "department", "position") if official else []
    )
    return render(
        request,
        "people/profile.html",
        {
            "tab": "profile",
            "official": official,
            "postings": sorted(postings, key=lambda posting: posting.starts_on, reverse=True),
            "waiting_address": EmailAddress.objects.get_new(user),
            **_authenticators(user),
            "devices": devices_of(user, request),
            "hr": is_hr(user),
            "editor": user.has_perm("wagtailadmin.access_admin"),
        },
    )


def _authenticators(user: User) -> dict[str, Any]:
    own = list(Authenticator.objects.filter(user=user).order_by("created_at", "pk"))
    return {
        "passkeys": [each for each in own if each.type == Authenticator.Type.WEBAUTHN],
        "app": any(each.type == Authenticator.Type.TOTP for each in own),
    }


@hr_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def entry_links(request: HttpRequest) -> HttpResponse:
    """Choose officials of one ward; the answer to the button is the only time their links can be seen."""
    user = cast(User, request.user)
    wards = wards_in_scope(user).filter(scheme="vn-2025").select_related("province")
    form = InviteForm(request.GET, wards=wards)
    if request.method == "POST":
        return _sheet(request, user)
    choices = form.choices_for(officials_to_invite(user))
    return render(request, "people/entry_links.html", {"form": form, "section": "links", **choices})


@transaction.atomic
def _sheet(request: HttpRequest, user: User) -> HttpResponse:
    wanted = {int(pk) for pk in request.POST.getlist("official") if pk.isdecimal()}
    if not 0 < len(wanted) <= LINKS_AT_ONCE:
        messages.error(
            request, _("Choose at least one official and at most %d. No link was made.") % LINKS_AT_ONCE
        )
        return redirect(request.get_full_path())
    officials = list(officials_to_invite(user).filter(pk__in=wanted))
    if len(officials) != len(wanted):
        raise Http404  # nothing is made for anybody when one of them is out of scope
    strips = [_strip(official, user) for official in officials]
    return render(request, "people/entry_links_sheet.html", {"strips": strips, "section": "links"})


def _strip(official: Official, user: User) -> dict[str, Any]:
    try:
        link, url = create_entry_link(official, by=user)
    except EntryRefused as refusal:
        return {"official": official, "refusal": str(refusal)}
    return {
        "official": official,
        "link": link,
        "url": url,
        "qr": qr_of(url),
        "posting": official.posting_on(),
    }


def qr_of(url: str) -> SafeString:
    """An inline SVG without any style attribute, which the content policy would refuse."""
    code = segno.make(url, error="m", micro=False)
    return mark_safe(code.svg_inline(omitsize=True, border=2, svgclass="qr", lineclass=None))  # noqa: S308
