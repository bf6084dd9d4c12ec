"""HR's roster import: upload, look at what would change, apply."""

from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from lms.lib.spreadsheets import XLSX, SpreadsheetError, too_large_message
from lms.lib.spreadsheets.errors import MAX_BYTES, MAX_ROWS
from people.access import hr_required
from people.models import CodeScheme, RosterImport, User
from people.roster import (
    Kind,
    Roster,
    RosterChanged,
    RosterHasErrors,
    RosterPlan,
    RowPlan,
    apply_import,
    plan,
    read_roster,
)
from people.roster.columns import COLUMNS, heading
from people.roster.importing import keep
from people.roster.template import template_stream
from people.scope import wards_in_scope

UPLOADS_A_PAGE, ROWS_A_PAGE = 20, 100
BADGES = {
    Kind.NEW: "ok",
    Kind.TRANSFER: "info",
    Kind.POSTING: "info",
    Kind.CHANGED: "warn",
    Kind.UNCHANGED: "",
    Kind.ERROR: "bad",
}
# The preview's parts, by the word in the address
PARTS: dict[str, tuple[Kind, ...]] = {
    "loi": (Kind.ERROR,),
    "thay-doi": (Kind.NEW, Kind.TRANSFER, Kind.POSTING, Kind.CHANGED),
    "giu-nguyen": (Kind.UNCHANGED,),
}


class RosterForm(forms.Form):
    """Reading the file is its validation: ``roster`` is what stands in it."""

    file = forms.FileField(
        label=gettext_lazy("Roster file"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={"empty": gettext_lazy("The file is empty.")},
    )
    roster: Roster

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > MAX_BYTES:
            raise forms.ValidationError(too_large_message())
        try:
            self.roster = read_roster(file)
        except SpreadsheetError as error:
            raise forms.ValidationError(str(error)) from error
        return file


@hr_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def roster(request: HttpRequest) -> HttpResponseBase:
    """The uploads so far, and a new one. Uploading saves the rows as read and changes nobody."""
    user = cast(User, request.user)
    form = RosterForm(request.POST, request.FILES) if request.method == "POST" else RosterForm()
    if form.is_bound and form.is_valid():
        file = form.cleaned_data["file"]
        stored = keep(form.roster, file, name=file.name, user=user)
        return redirect("people:roster_preview", stored.pk)
    page = Paginator(_uploads(user), UPLOADS_A_PAGE).get_page(request.GET.get("trang"))
    context = {
        "form": form,
        "page": page,
        "section": "roster",
        "required": [column.heading for column in COLUMNS if column.required],
        "megabytes": MAX_BYTES // 1024 // 1024,
        "rows": MAX_ROWS,
        "days": settings.ROSTER_ROWS_DAYS,
    }
    return render(request, "people/roster.html", context, status=400 if form.is_bound else 200)


@hr_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def roster_preview(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What an upload would change; the button writes exactly what was shown, or nothing."""
    user = cast(User, request.user)
    stored = get_object_or_404(_uploads(user), pk=pk)
    if request.method != "POST" or stored.state == RosterImport.State.APPLIED:
        return _show(request, stored)
    try:
        apply_import(stored.pk, user=user, digest=request.POST.get("digest", ""))
    except RosterHasErrors as refused:
        return _show(request, stored, refused.plan, _("Nothing was written: the file has errors."))
    except RosterChanged as refused:
        sentence = _(
            "The data changed since the preview, so nothing was written. "
            "Below is what the file would change now: look at it and confirm again."
        )
        return _show(request, stored, refused.plan, sentence)
    return redirect("people:roster_preview", stored.pk)


@hr_required
@require_safe
def roster_template(request: HttpRequest) -> HttpResponseBase:
    """The file to fill in, with the codes of one's own wards."""
    wards = wards_in_scope(cast(User, request.user)).filter(scheme=CodeScheme.VN_2025)
    wards = wards.exclude(successions__on__lte=timezone.localdate())  # nobody begins in a unit that ended
    units = wards.order_by("province__sort_key", "sort_key").values_list("code", "name", "province__name")
    file = template_stream(units)
    return FileResponse(file, as_attachment=True, filename="mau-danh-sach-can-bo.xlsx", content_type=XLSX)


def _uploads(user: User) -> QuerySet[RosterImport]:
    """One's own; the administrator sees all. The rows are large and not needed in lists."""
    uploads = RosterImport.objects.defer("rows").select_related("uploaded_by__official")
    return uploads if user.is_superuser else uploads.filter(uploaded_by=user)


def _show(
    request: HttpRequest, stored: RosterImport, dry_run: RosterPlan | None = None, warning: str = ""
) -> HttpResponse:
    context: dict[str, Any] = {"stored": stored, "section": "roster", "warning": warning}
    if stored.state == RosterImport.State.APPLIED:
        context["counts"] = _counts(stored.counts)
    elif not stored.rows:
        context["forgotten"] = settings.ROSTER_ROWS_DAYS
    else:
        dry_run = dry_run or plan(Roster.from_json(stored.rows), user=cast(User, request.user))
        context |= _preview(request, dry_run)
    return render(request, "people/roster_preview.html", context, status=409 if warning else 200)


def _preview(request: HttpRequest, dry_run: RosterPlan) -> dict[str, Any]:
    sizes = {part: sum(dry_run.counts[kind] for kind in kinds) for part, kinds in PARTS.items()}
    fullest = next((part for part, size in sizes.items() if size), "thay-doi")
    part = request.GET.get("xem", "")
    part = part if part in PARTS else fullest
    rows = [row for row in dry_run.rows if row.kind in PARTS[part]]
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("trang"))
    return {
        "plan": dry_run,
        "counts": _counts(dry_run.counts),
        "errors": sizes["loi"],
        "changes": sizes["thay-doi"],
        "unchanged": sizes["giu-nguyen"],
        "part": part,
        "page": page,
        "rows": [_row(dry_run, row) for row in page],
    }


def _counts(counts: dict[str, int]) -> list[tuple[Kind, int, str]]:
    """(kind, rows, colour) of the kinds that occur."""
    return [(kind, counts[kind], BADGES[kind]) for kind in Kind if counts.get(kind)]


def _row(dry_run: RosterPlan, row: RowPlan) -> dict[str, Any]:
    return {
        "plan": row,
        "badge": BADGES[row.kind],
        "errors": [
            {
                "cell": dry_run.roster.cell(error.row, error.column),
                "heading": heading(error.column) if error.column else "",
                "message": error.message,
            }
            for error in row.errors
        ],
    }
