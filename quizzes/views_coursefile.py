"""A whole course out as a file, and in again: upload, look, import as drafts."""

from typing import cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from courses.exchange.uploads import KEPT, keep, opened
from courses.models import Course, CourseImport
from courses.tree import course_root
from lms.lib.uploads import Limit
from people.access import editor_required
from people.models import User
from quizzes.coursefile import MAX_BYTES
from quizzes.coursefile.importing import import_upload
from quizzes.coursefile.planning import plan_of
from quizzes.coursefile.reading import CourseRefused, read_course_file, too_large_message
from quizzes.coursefile.writing import write_course

UPLOADS_A_PAGE = 20


class UploadForm(forms.Form):
    """Reading the file is its validation."""

    file = forms.FileField(
        label=gettext_lazy("Course file"),
        widget=forms.FileInput(attrs={"accept": ".zip"}),
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("The file is empty."),
        },
    )

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        try:
            read_course_file(file)
        except CourseRefused as refused:
            raise forms.ValidationError(str(refused)) from refused
        return file


@csrf_exempt  # the limit has to stand before anything reads the form; _index checks the token
@editor_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponseBase:
    """The files so far, and a new one. Uploading makes no course."""
    _may_add_courses(request)
    limit = Limit(request, MAX_BYTES)
    request.upload_handlers.insert(0, limit)
    response: HttpResponseBase = _index(request, limit)
    return response


@csrf_protect
def _index(request: HttpRequest, limit: Limit) -> HttpResponseBase:
    user = cast(User, request.user)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_bound and limit.exceeded:
        form.errors["file"] = form.error_class([too_large_message()])
    elif form.is_bound and form.is_valid():
        file = form.cleaned_data["file"]
        stored = keep(file, name=file.name, kind=CourseImport.Kind.COURSE, user=user)
        return redirect("course_import", stored.pk)
    context = {
        "form": form,
        "page": Paginator(_uploads(user), UPLOADS_A_PAGE).get_page(request.GET.get("trang")),
        "root": course_root(),
        "megabytes": MAX_BYTES // 1024 // 1024,
        "days": KEPT.days,
    }
    return render(request, "quizzes/admin/coursefile.html", context, status=400 if form.is_bound else 200)


@editor_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What the import would make, and what is wrong in the file; the button makes it, or nothing."""
    _may_add_courses(request)
    user = cast(User, request.user)
    stored = get_object_or_404(_uploads(user), pk=pk)
    warning = ""
    if request.method == "POST":
        try:
            import_upload(stored.pk, user=user)
        except CourseRefused as refused:
            warning = str(refused)
        else:
            return redirect("course_import", stored.pk)
    context = {"stored": stored, "warning": warning, "root": course_root()}
    if stored.state == CourseImport.State.PREVIEWED:
        with opened(stored) as handle:
            file = read_course_file(handle)
            context |= {"file": file, "plan": plan_of(file)}
    return render(request, "quizzes/admin/coursefile_preview.html", context, status=409 if warning else 200)


def _may_add_courses(request: HttpRequest) -> None:
    if not course_root().permissions_for_user(cast(User, request.user)).can_add_subpage():
        raise Http404


def _uploads(user: User) -> QuerySet[CourseImport]:
    """One's own; the administrator sees all."""
    uploads = CourseImport.objects.filter(kind=CourseImport.Kind.COURSE)
    uploads = uploads.select_related("uploaded_by__official", "course")
    return uploads if user.is_superuser else uploads.filter(uploaded_by=user)


@editor_required
@never_cache
@require_safe
def export(request: HttpRequest, page_id: int) -> HttpResponse:
    """What the file will hold and what not, and then the file (``tai``)."""
    course = get_object_or_404(Course, pk=page_id)
    if not course.permissions_for_user(cast(User, request.user)).can_edit():
        raise Http404
    written = write_course(course)
    if "tai" in request.GET:
        response = HttpResponse(written.data, content_type="application/zip")
        response["Content-Disposition"] = f'attachment; filename="{course.slug}.zip"'
        return response
    kilobytes = max(1, round(len(written.data) / 1024))
    context = {"course": course, "written": written, "kilobytes": kilobytes, "title": _("Export a course")}
    return render(request, "quizzes/admin/coursefile_export.html", context)
