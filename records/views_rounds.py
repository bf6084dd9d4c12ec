"""The editors' desk of renewals: what waits for a word, whom a change touches, and how far those asked are."""

from typing import cast

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case, Count, Q, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from people.access import editor_required
from people.models import User
from records.models import Enrolment, RenewalRound
from records.renewing import confirm, decline, may_decide, plan_round
from records.rounds import NAMED, RoundRefused
from records.updating import changed_cards

PAGE = 25


class DaysForm(forms.ModelForm[RenewalRound]):
    class Meta:
        model = RenewalRound
        fields = ("days",)


@editor_required
@require_safe
@never_cache
def rounds(request: HttpRequest) -> HttpResponse:
    """All renewals, those that wait for a word first."""
    found = RenewalRound.objects.select_related("version", "course", "decided_by").annotate(
        asked=Count("tasks"), done=Count("tasks", filter=Q(tasks__enrolment__completed_at__isnull=False))
    )
    decided = Case(When(state=RenewalRound.State.PROPOSED, then=0), default=1)
    page = Paginator(found.order_by(decided, "-proposed_at", "-pk"), PAGE).get_page(request.GET.get("trang"))
    return render(request, "records/admin/rounds.html", {"page": page})


@editor_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def round(request: HttpRequest, pk: int) -> HttpResponse:
    """Whom one change touches; a POST confirms or declines it, by whoever may publish the lesson."""
    user = cast(User, request.user)
    round = get_object_or_404(
        RenewalRound.objects.select_related("version__module", "course", "decided_by"), pk=pk
    )
    form = DaysForm(request.POST if "confirm" in request.POST else None, instance=round)
    if request.method == "POST":
        if answered := _decide(request, user, round, form):
            return answered
        round.refresh_from_db(fields=["days"])
    enrolments = Enrolment.objects.filter(tasks__round=round).order_by()
    before = round.version.module.versions.filter(number__lt=round.version.number).order_by("-number").first()
    context = {
        "round": round,
        "version": round.version,
        "form": form,
        "plan": plan_round(round, user),
        "may": may_decide(user, round),
        "named": NAMED,
        "cards": len(changed_cards(before, round.version)) if before else 0,
        "questions": _questions(round),
        "asked": enrolments.count(),
        "done": enrolments.completed().count(),
        "overdue": enrolments.overdue(timezone.localdate()).count(),
    }
    return render(request, "records/admin/round.html", context, status=422 if form.errors else 200)


def _questions(round: RenewalRound) -> int:
    delta = round.version.delta
    return min(delta["count"], sum(len(unit) for unit in delta["units"])) if delta else 0


def _decide(request: HttpRequest, user: User, round: RenewalRound, form: DaysForm) -> HttpResponse | None:
    """The way back after a decision; None where the form has to be shown again."""
    if not may_decide(user, round):
        messages.error(request, _("Only whoever may publish this lesson decides this. Nothing was changed."))
        return redirect("renewal_round", round.pk)
    if "confirm" in request.POST and not form.is_valid():
        return None
    try:
        if "confirm" in request.POST:
            confirm(round, by=user, days=form.cleaned_data["days"])
            messages.success(
                request, _("Confirmed. Officials are being enrolled and told; this page shows how far.")
            )
        elif "decline" in request.POST:
            decline(round, by=user)
            messages.success(request, _("Declined: nobody is asked to learn this change."))
    except RoundRefused as refused:
        messages.error(request, str(refused))
    return redirect("renewal_round", round.pk)
