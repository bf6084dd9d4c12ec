"""HR's screens of corrected answer keys: what waits for a word, the certificates concerned, and the whole list."""

from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from lms.lib.spreadsheets import CSV, XLSX, csv_lines, xlsx_stream
from people.access import hr_required
from people.models import User
from people.scope import officials_in_scope
from quizzes.keys import changes
from quizzes.models import Regrade, RegradeDecision
from quizzes.recalculating import DecisionRefused, decide
from reports.corrections import (
    decision_of,
    headings,
    outcome_of,
    regrades_in_scope,
    rows,
    touched_in_scope,
    waiting_in_scope,
    with_certificates,
)
from reports.exports import XLSX_ROWS, note

LINES = 50
LISTS = {"waiting": waiting_in_scope, "certificates": touched_in_scope, "all": regrades_in_scope}


@hr_required
@require_safe
@never_cache
def corrections(request: HttpRequest) -> HttpResponse:
    """One of three lists: what waits, certificates that rest on changed results, everything that changed."""
    user = cast(User, request.user)
    shown = request.GET.get("xem", "waiting")
    if shown not in LISTS:
        raise Http404
    page = Paginator(LISTS[shown](user), LINES).get_page(request.GET.get("trang"))
    context = {
        "shown": shown,
        "page": page,
        "lines": [
            (row, certificate, outcome_of(row))
            for row, certificate in with_certificates(list(page.object_list))
        ],
        "linked": linked(user, [row.attempt.official_id for row in page.object_list]),
        "waiting": waiting_in_scope(user).count(),
    }
    return render(request, "reports/corrections.html", context)


def linked(user: User, officials: list[int]) -> set[int]:
    """Of these officials (ids) those whose page the account may open."""
    return set(officials_in_scope(user).filter(pk__in=officials).values_list("pk", flat=True))


@hr_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def downgrade(request: HttpRequest, pk: int) -> HttpResponse:
    """One change in the scope with its reason; a POST approves or declines a downgrade that waits."""
    user = cast(User, request.user)
    row = get_object_or_404(regrades_in_scope(user), pk=pk)
    if request.method == "POST":
        return _decide(request, user, row)
    return _show(request, user, row)


def _show(
    request: HttpRequest, user: User, row: Regrade, *, error: str = "", reason: str = ""
) -> HttpResponse:
    [(_row, certificate)] = with_certificates([row])
    context: dict[str, Any] = {
        "row": row,
        "said": changes(row.correction.wrong, row.correction.corrected),
        "certificate": certificate,
        "decision": decision_of(row),
        "outcome": outcome_of(row),
        "open": Regrade.objects.open().filter(pk=row.pk).exists(),
        "linked": linked(user, [row.attempt.official_id]),
        "error": error,
        "reason": reason,
        "longest": RegradeDecision.REASON_LENGTH,
    }
    return render(request, "reports/correction.html", context, status=422 if error else 200)


def _decide(request: HttpRequest, user: User, row: Regrade) -> HttpResponse:
    verdict, reason = request.POST.get("verdict", ""), request.POST.get("reason", "")
    if verdict not in RegradeDecision.Verdict.values:
        raise Http404
    try:
        decide(row, verdict=RegradeDecision.Verdict(verdict), actor=user, reason=reason)
    except DecisionRefused as refused:
        return _show(request, user, row, error=str(refused), reason=reason)
    if verdict == RegradeDecision.Verdict.APPROVED:
        messages.success(
            request, _("Approved: the points are lowered and the official is told. Nothing else changed.")
        )
    else:
        messages.success(request, _("Declined: the points stay as they were."))
    return redirect("reports:corrections")


@hr_required
@require_safe
@never_cache
def export(request: HttpRequest, format: str) -> HttpResponseBase:
    """Everything that corrections changed in the scope, as a file."""
    user = cast(User, request.user)
    if format not in {"csv", "xlsx"}:
        raise Http404
    if format == "xlsx" and regrades_in_scope(user).count() > XLSX_ROWS:
        format = "csv"
    note(user, format, {"report": "corrections"})
    name = f"ket-qua-tinh-lai-{timezone.localdate():%Y%m%d}.{format}"
    if format == "xlsx":
        book = xlsx_stream(_("Results calculated again"), headings(), rows(user))
        return FileResponse(book, as_attachment=True, filename=name, content_type=XLSX)
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(csv_lines(headings(), rows(user)), content_type=CSV, headers=disposition)
