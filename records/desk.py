"""The trainers' inbox: what learners reported of cards, grouped by card, and answering it. No name of a learner."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.response import TemplateResponse
from django.utils.csp import CSP, build_policy
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.ui.components import Component

from courses.models import Course, Module, ModuleVersion
from courses.preview import POLICY
from courses.rendering import CardView, cards_of
from people.access import editor_required
from people.models import User
from records.forms import InboxFilter, ReportAnswerForm, choice_of
from records.models import CardReport, CardReportAnswer
from records.reporting import ReportRefused, answer_reports, heading_of

CARDS = 30
SHOWN = 5


@dataclass(frozen=True)
class ReportedCard:
    """A line of the list; ``newest``: the last report with its version."""

    module: Module
    card: str
    total: int
    open: int
    newest: CardReport

    @property
    def heading(self) -> str:
        now = self.module.current_version
        return (heading_of(now, self.card) if now else "") or heading_of(self.newest.version, self.card)


def reported_cards(reports: QuerySet[CardReport], state: str = "") -> QuerySet[Any, Any]:
    """Groups {module, card, total, open, last} of reports, the newest first; ``state`` as in InboxFilter."""
    groups: QuerySet[Any, Any] = (
        reports.annotate(is_open=~Exists(CardReportAnswer.objects.filter(report=OuterRef("pk"))))
        .order_by()
        .values("module", "card")
        .annotate(total=Count("pk"), open=Count("pk", filter=Q(is_open=True)), last=Max("pk"))
        .order_by("-last")
    )
    if state == "all":
        return groups
    return groups.filter(open=0) if state == "answered" else groups.filter(open__gt=0)


def lines(groups: list[dict[str, Any]]) -> list[ReportedCard]:
    """Two queries, however many."""
    modules = Module.objects.select_related("current_version").in_bulk([group["module"] for group in groups])
    newest = CardReport.objects.select_related("version").in_bulk([group["last"] for group in groups])
    return [
        ReportedCard(
            modules[group["module"]], group["card"], group["total"], group["open"], newest[group["last"]]
        )
        for group in groups
    ]


@editor_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    form = InboxFilter(request.GET)
    reported = Module.objects.filter(card_reports__isnull=False).distinct().order_by("path")
    below = {path[: -Module.steplen] for path in reported.values_list("path", flat=True)}
    form.offer(Course.objects.filter(path__in=below).order_by("path"), reported)
    form.is_valid()
    chosen = form.cleaned_data
    reports = CardReport.objects.all()
    if chosen.get("course"):
        reports = reports.filter(module__in=Module.objects.child_of(chosen["course"]))
    if chosen.get("module"):
        reports = reports.filter(module=chosen["module"])
    page = Paginator(reported_cards(reports, chosen.get("state", "")), CARDS).get_page(
        request.GET.get("trang")
    )
    query = request.GET.copy()
    query.pop("trang", None)
    return render(
        request,
        "records/admin/reports.html",
        {"form": form, "page": page, "lines": lines(list(page.object_list)), "query": query.urlencode()},
    )


@editor_required
@require_http_methods(["GET", "HEAD", "POST"])
def card(request: HttpRequest, module_id: int, card: str) -> HttpResponse:
    """All reports of one card; POST answers the chosen ones, after a preview where they are several."""
    module = get_object_or_404(Module.objects.select_related("current_version"), pk=module_id)
    reports = list(
        CardReport.objects.filter(module=module, card=card)
        .select_related("version")
        .prefetch_related("answers__actor__official")
    )
    if not reports:
        raise Http404
    form = ReportAnswerForm(reports, request.POST or None, initial={"operation_id": uuid.uuid4()})
    preview = 0
    if request.method == "POST" and form.is_valid():
        fingerprint, count = form.fingerprint(), len(form.answered())
        if count > 1 and form.cleaned_data["confirmed"] != fingerprint:
            preview = count
            confirming = request.POST.copy()
            confirming["confirmed"] = fingerprint
            form.data = confirming
        elif _send(request, form):
            return redirect("card_report", module.pk, card)
    ticked = (
        request.POST.getlist("chosen")
        if form.is_bound
        else [choice_of(report) for report in reports if not report.answers.all()]
    )
    return render(
        request,
        "records/admin/report.html",
        {
            "module": module,
            "card": card,
            "card_heading": heading_of(reports[0].version, card),
            "rows": [(report, choice_of(report), choice_of(report) in ticked) for report in reports],
            "then": [each for each in _as_reported(reports, card) if each != module.current_version],
            "now": _shown(module.current_version, card),
            "same": any(report.version == module.current_version for report in reports),
            "form": form,
            "preview": preview,
        },
        status=400 if form.errors else 200,
    )


def _send(request: HttpRequest, form: ReportAnswerForm) -> bool:
    words, answered = form.cleaned_data, form.answered()
    try:
        sent = answer_reports(
            answered,
            actor=cast(User, request.user),
            verdict=words["verdict"],
            text=words["text"],
            operation_id=words["operation_id"],
            answered=answered,
        )
    except ReportRefused as refused:
        form.add_error(None, str(refused))
        return False
    messages.success(
        request,
        ngettext(
            "The answer was sent to one learner.", "The answer was sent to %(count)s learners.", len(sent)
        )
        % {"count": len(sent)},
    )
    return True


def _shown(version: ModuleVersion | None, card: str) -> CardView | None:
    return next((each for each in cards_of(version) if each.id == card), None) if version else None


def _as_reported(reports: list[CardReport], card: str) -> list[ModuleVersion]:
    """The versions that were reported of, the newest first; of those that show the card alike only one."""
    alike: dict[str, ModuleVersion] = {}
    for version in sorted({report.version for report in reports}, key=lambda each: -each.number):
        shown = _shown(version, card)
        if shown is not None:
            alike.setdefault(str(shown.html), version)
    return list(alike.values())


@editor_required
@require_safe
def one_card(request: HttpRequest, version: uuid.UUID, card: str) -> HttpResponse:
    """One card of one version as on a phone, for the frames beside the reports."""
    found = get_object_or_404(ModuleVersion, key=version)
    shown = _shown(found, card)
    if shown is None:
        raise Http404
    response = TemplateResponse(request, "records/admin/one_card.html", {"card": shown, "version": found})
    response.headers[str(CSP.HEADER_ENFORCE)] = build_policy(POLICY)
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


class ReportsPanel(Component):
    """On the start page: how many cards have open reports, and the latest of them."""

    name = "card-reports"
    template_name = "records/admin/panel.html"
    order = 400

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        groups = reported_cards(CardReport.objects.all())
        return {"count": groups.count(), "lines": lines(list(groups[:SHOWN])), "id": self.name}
