"""The learner's side of a report: what is different on this card, and what was answered. No script needed."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from courses.models import ModuleVersion
from courses.rendering import published_version
from people.access import official_of, official_required
from people.models import Official
from records.forms import CardReportForm
from records.models import ModuleProgress
from records.reporting import ReportRefused, heading_of, own_reports, report_card


@official_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def report(request: HttpRequest, version: uuid.UUID, card: str) -> HttpResponse:
    """The form and the own reports of this card; POST keeps one more.

    The address names version and card, so a report of an older version, or one sent late, fits what was read.
    """
    official = official_of(request)
    read = _version(version, card)
    progress = _latest_progress(official, read.module_id)
    form = CardReportForm(request.POST or None, initial={"operation_id": uuid.uuid4()})
    if request.method == "POST" and form.is_valid():
        words = form.cleaned_data
        try:
            report_card(official, read, card, words["text"], operation_id=words["operation_id"])
        except ReportRefused as refused:
            form.add_error("text", str(refused))
        else:
            messages.success(
                request, _("Thank you. Your report was sent to the trainers; their answer comes here.")
            )
            return redirect("learning:report_card", version, card)
    studied = progress.version.card_ids
    return render(
        request,
        "records/report.html",
        {
            "form": form,
            "heading": heading_of(read, card),
            "title": read.title,
            "course": progress.enrolment.course.slug,
            "module": progress.module.slug,
            "number": studied.index(card) + 1 if card in studied else 1,
            "reports": own_reports(official, read.module_id, card),
        },
        status=400 if form.errors else 200,
    )


def _version(key: uuid.UUID, card: str) -> ModuleVersion:
    """The published version that has this card; else 404."""
    try:
        version = published_version(key)
    except ModuleVersion.DoesNotExist:
        raise Http404 from None
    if card not in version.card_ids:
        raise Http404
    return version


def _latest_progress(official: Official, module_id: int) -> ModuleProgress:
    """Of who has opened the lesson, in whatever period; for others it does not exist."""
    progress = (
        ModuleProgress.objects.filter(enrolment__official=official, module=module_id)
        .select_related("enrolment__course", "module", "version")
        .order_by("-enrolment__period")
        .first()
    )
    if progress is None:
        raise Http404
    return progress
