"""An outline into draft lessons of a course: upload, look where everything goes, import."""

from typing import cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from courses.exchange.uploads import keep, opened
from courses.models import Course, CourseImport
from courses.outline import LONG, MAX_BYTES, template
from courses.outline.applying import import_outline
from courses.outline.plan import OutlineRefused, checked
from courses.outline.reading import read_outline, too_large_message
from lms.lib.spreadsheets import XLSX
from lms.lib.uploads import Limit
from people.access import editor_required
from people.models import User

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SPLIT = "tach"


class OutlineForm(forms.Form):
    """Reading the file is its validation."""

    file = forms.FileField(
        label=gettext_lazy("Outline (DOCX or XLSX)"),
        widget=forms.FileInput(attrs={"accept": ".docx,.xlsx,.csv"}),
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("The file is empty."),
        },
    )

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        try:
            read_outline(file)
        except OutlineRefused as refused:
            raise forms.ValidationError(str(refused)) from refused
        return file


@csrf_exempt  # the limit has to stand before anything reads the form; _upload checks the token
@editor_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, page_id: int) -> HttpResponseBase:
    """For one course. Uploading makes no lesson."""
    limit = Limit(request, MAX_BYTES)
    request.upload_handlers.insert(0, limit)
    response: HttpResponseBase = _upload(request, _course(request, page_id), limit)
    return response


@csrf_protect
def _upload(request: HttpRequest, course: Course, limit: Limit) -> HttpResponseBase:
    form = OutlineForm(request.POST, request.FILES) if request.method == "POST" else OutlineForm()
    if form.is_bound and limit.exceeded:
        form.errors["file"] = form.error_class([too_large_message()])
    elif form.is_bound and form.is_valid():
        file = form.cleaned_data["file"]
        stored = keep(
            file,
            name=file.name,
            kind=CourseImport.Kind.OUTLINE,
            user=cast(User, request.user),
            course=course,
        )
        return redirect("outline_import", stored.pk)
    context = {"form": form, "course": course, "megabytes": MAX_BYTES // 1024 // 1024}
    return render(request, "courses/admin/outline.html", context, status=400 if form.is_bound else 200)


def _course(request: HttpRequest, page_id: int) -> Course:
    course = get_object_or_404(Course, pk=page_id)
    if not course.permissions_for_user(cast(User, request.user)).can_add_subpage():
        raise Http404
    return course


@editor_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Where each row or paragraph goes; the button makes the lessons, or nothing."""
    user = cast(User, request.user)
    uploads = CourseImport.objects.filter(kind=CourseImport.Kind.OUTLINE).select_related("course")
    stored = get_object_or_404(uploads if user.is_superuser else uploads.filter(uploaded_by=user), pk=pk)
    course = _course(request, stored.course_id or 0)
    split, warning = SPLIT in (request.POST if request.method == "POST" else request.GET), ""
    if request.method == "POST":
        try:
            import_outline(stored.pk, split=split, user=user)
        except OutlineRefused as refused:
            warning = str(refused)
        else:
            return redirect("outline_import", stored.pk)
    context = {"stored": stored, "course": course, "warning": warning, "split": split, "most_words": LONG}
    if stored.state == CourseImport.State.PREVIEWED:
        with opened(stored) as file:
            context["outline"] = checked(read_outline(file), course, split=split)
        context["before"] = uploads.filter(
            course=course, sha256=stored.sha256, state=CourseImport.State.IMPORTED
        ).first()
    return render(request, "courses/admin/outline_preview.html", context, status=409 if warning else 200)


@editor_required
@require_safe
def template_file(request: HttpRequest, extension: str) -> HttpResponse:
    """The workbook or document to fill in."""
    data, kind = (template.workbook(), XLSX) if extension == "xlsx" else (template.document(), DOCX)
    response = HttpResponse(data, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="mau-de-cuong.{extension}"'
    return response
