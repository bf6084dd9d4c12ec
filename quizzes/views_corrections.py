"""Correcting answer keys in the editors' desk: the form, its preview, the confirmation, and the audit trail."""

import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypedDict, cast
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from courses.policy import may_publish
from lms.lib.spreadsheets import CSV, XLSX, Cell, csv_lines, xlsx_stream
from people.access import editor_required
from people.models import User
from quizzes.correcting import (
    CorrectionRefused,
    correct_key,
    graded_alike,
    may_be_asked,
    versions_to_correct,
    with_key,
)
from quizzes.foreseeing import NAMED, foresee
from quizzes.key_form import KeyForm
from quizzes.keys import changes, frame_of
from quizzes.models import KeyCorrection, Question, QuestionVersion, Regrade, RegradeDecision
from quizzes.recalculating import attempts_of

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

PAGE = 25


@editor_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def correct(request: HttpRequest, question_id: int) -> HttpResponse:
    """The key of one version: a form, then what it would do, then the confirmation. A GET changes nothing."""
    user = cast(User, request.user)
    question = get_object_or_404(Question, pk=question_id)
    if not may_correct(user, question):
        raise Http404
    if "confirm" in request.POST and KeyCorrection.objects.filter(key=_operation(request)).exists():
        return redirect("key_correction", _operation(request))  # sent twice
    versions = versions_to_correct(question)
    wrong = _chosen([version for version, _marks in versions], request)
    if wrong is None:
        messages.error(
            request,
            _(
                "Somebody else has corrected this key in the meantime. Nothing was changed; here is the key of now."
            ),
        )
        return redirect("correct_key", question.pk)
    others = [
        version for version, _marks in versions if version != wrong and frame_of(version) == frame_of(wrong)
    ]
    posted = request.POST if request.method == "POST" else None
    form = KeyForm(posted, version=wrong, others=others)
    context = {"question": question, "versions": versions, "wrong": wrong, "form": form}
    if posted is None or "edit" in request.POST or not form.is_valid():
        status = 422 if posted is not None and "edit" not in request.POST else 200
        return render(request, "quizzes/admin/correct_key.html", context, status=status)
    if "confirm" not in request.POST:
        return _preview(request, user, context)
    try:
        made = correct_key(
            wrong,
            form.key(),
            also=form.cleaned_data.get("also", []),
            actor=user,
            reason=form.cleaned_data["reason"],
            operation=_operation(request),
        )
    except CorrectionRefused as refused:
        messages.error(request, str(refused))
        return redirect("correct_key", question.pk)
    messages.success(
        request, _("The key is corrected. The attempts are being graded again; this page shows how far.")
    )
    return redirect("key_correction", made.key)


def may_correct(user: User, question: Question) -> bool:
    """Whoever may publish questions (courses.policy), once there is something published."""
    return (
        question.current_version_id is not None
        and user.has_perm("quizzes.publish_question")
        and may_publish(user)
    )


def _chosen(versions: list[QuestionVersion], request: HttpRequest) -> QuestionVersion | None:
    """The version whose key is looked at: the one named by its number, else the newest.

    None where the posted one has been corrected by somebody else since its form was shown.
    """
    if not versions:
        raise Http404
    number = request.POST.get("version") or request.GET.get("phien-ban")
    found = [version for version in versions if str(version.number) == number]
    if not found and request.method == "POST":
        return None
    return found[0] if found else versions[0]


def _operation(request: HttpRequest) -> UUID:
    """Written into the preview, so that a confirmation that is sent twice is one correction."""
    try:
        return UUID(request.POST.get("operation", ""))
    except ValueError:
        raise Http404 from None


def _preview(request: HttpRequest, user: User, context: dict[str, Any]) -> HttpResponse:
    form, wrong = context["form"], context["wrong"]
    corrected = with_key(wrong, form.key())
    chosen = {wrong.pk, *form.cleaned_data.get("also", [])}
    context |= {
        "said": changes(wrong, corrected),
        "foreseen": foresee(graded_alike(context["question"], chosen), corrected, user),
        "asked": may_be_asked(corrected),
        "named": NAMED,
        "operation": uuid.uuid4(),
        "posted": [
            (name, value)
            for name in request.POST
            if name not in ("csrfmiddlewaretoken", "version", "operation", "edit")
            for value in request.POST.getlist(name)
        ],
    }
    return render(request, "quizzes/admin/correct_key_preview.html", context)


@editor_required
@require_safe
@never_cache
def trail(request: HttpRequest) -> HttpResponse:
    """All corrections, the newest first: who, when, why, what, and what came of it. Nobody's result is named."""
    page = Paginator(counted(KeyCorrection.objects.all()), PAGE).get_page(request.GET.get("trang"))
    lines = [(made, changes(made.wrong, made.corrected)) for made in page.object_list]
    return render(request, "quizzes/admin/corrections.html", {"page": page, "lines": lines})


@editor_required
@require_safe
@never_cache
def correction(request: HttpRequest, key: UUID) -> HttpResponse:
    """One correction, and how far its regrading is."""
    made = get_object_or_404(counted(KeyCorrection.objects.all()), key=key)
    attempts = attempts_of(made)
    context = {
        "made": made,
        "said": changes(made.wrong, made.corrected),
        "total": attempts.count(),
        "reached": attempts.filter(pk__lte=made.reached).count(),
        "versions": [row.wrong for row in made.replacements.select_related("wrong").order_by("wrong")],
        "decisions": RegradeDecision.objects.filter(regrade__correction=made)
        .select_related("actor", "regrade")
        .order_by("-decided_at"),
    }
    return render(request, "quizzes/admin/correction.html", context)


class Outcomes(TypedDict):
    """How many attempts a correction raised, passed and would lower, and what HR said to those."""

    applied: int
    to_passed: int
    down: int
    approved: int
    declined: int


def counted(corrections: QuerySet[KeyCorrection]) -> "QuerySet[WithAnnotations[KeyCorrection, Outcomes]]":
    """With their Outcomes."""
    outcome, verdict = Regrade.Outcome, RegradeDecision.Verdict
    applied = Q(regrades__outcome=outcome.APPLIED)
    passed = Q(regrades__passed_before=False, regrades__passed_after=True)
    found = corrections.select_related("question", "wrong", "corrected", "actor__official")
    return found.annotate(
        applied=Count("regrades", filter=applied),
        to_passed=Count("regrades", filter=applied & passed),
        down=Count("regrades", filter=Q(regrades__outcome=outcome.AWAITING)),
        approved=Count("regrades", filter=Q(regrades__decision__verdict=verdict.APPROVED)),
        declined=Count("regrades", filter=Q(regrades__decision__verdict=verdict.DECLINED)),
    ).order_by("-made_at", "-pk")


@editor_required
@require_safe
@never_cache
def export(request: HttpRequest, format: str) -> HttpResponseBase:
    """The audit trail as a file."""
    if format not in {"csv", "xlsx"}:
        raise Http404
    name = f"sua-dap-an-{timezone.localdate():%Y%m%d}.{format}"
    headings = [
        *(_("Corrected at"), _("By"), _("Question"), _("Version"), _("Corrected version"), _("What changed")),
        *(
            _("Reason"),
            _("Raised"),
            _("Now passed"),
            _("Downgrades"),
            _("Approved"),
            _("Declined"),
            _("Finished at"),
        ),
    ]
    if format == "xlsx":
        book = xlsx_stream(_("Corrections of answer keys"), headings, _rows())
        return FileResponse(book, as_attachment=True, filename=name, content_type=XLSX)
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(csv_lines(headings, _rows()), content_type=CSV, headers=disposition)


def _rows() -> Iterator[list[Cell]]:
    for made in counted(KeyCorrection.objects.all()).iterator(chunk_size=500):
        yield [
            *(made.made_at, str(made.actor), made.wrong.stem, made.wrong.number, made.corrected.number),
            *(" ".join(changes(made.wrong, made.corrected)), made.reason),
            *(made.applied, made.to_passed, made.down, made.approved, made.declined, made.finished_at),
        ]
