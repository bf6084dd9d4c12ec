"""The editors' desk of renewals by time: which certificates end in a month, and the word that enrols their holders."""

from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from certificates.expiring import asked, away, confirm, decline, may_decide, touched
from certificates.models import ExpiryRound
from people.access import editor_required
from people.models import User
from records.rounds import NAMED, RoundRefused, preview

PAGE = 25


@editor_required
@require_safe
@never_cache
def expiry_rounds(request: HttpRequest) -> HttpResponse:
    """All renewals by time, those that wait for a word first."""
    decided = Case(When(state=ExpiryRound.State.PROPOSED, then=0), default=1)
    found = ExpiryRound.objects.select_related("course", "decided_by").order_by(decided, "-month", "-pk")
    page = Paginator(found, PAGE).get_page(request.GET.get("trang"))
    return render(request, "certificates/admin/expiry_rounds.html", {"page": page})


@editor_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def expiry_round(request: HttpRequest, pk: int) -> HttpResponse:
    """Whose certificates end in the month; a POST confirms or declines, by whoever may publish the course."""
    user = cast(User, request.user)
    round = get_object_or_404(ExpiryRound.objects.select_related("course", "decided_by"), pk=pk)
    if request.method == "POST":
        _decide(request, user, round)
        return redirect("expiry_round", round.pk)
    enrolments = asked(round)
    plan = preview(touched(round), user)
    context = {
        "round": round,
        "plan": plan,
        "away": away(round).count(),
        "may": may_decide(user, round),
        "named": NAMED,
        "asked": enrolments.count(),
        "done": enrolments.completed().count(),
        "overdue": enrolments.overdue(timezone.localdate()).count(),
    }
    return render(request, "certificates/admin/expiry_round.html", context)


def _decide(request: HttpRequest, user: User, round: ExpiryRound) -> None:
    if not may_decide(user, round):
        messages.error(request, _("Only whoever may publish this course decides this. Nothing was changed."))
        return
    try:
        if "confirm" in request.POST:
            confirm(round, by=user)
            messages.success(
                request, _("Confirmed. Officials are being enrolled and told; this page shows how far.")
            )
        elif "decline" in request.POST:
            decline(round, by=user)
            messages.success(request, _("Declined: nobody is asked to complete this course again."))
    except RoundRefused as refused:
        messages.error(request, str(refused))
