"""Questions in and out of the bank: upload, look, choose, import; and files of the bank's questions."""

from typing import Any, cast
from uuid import UUID

from django import forms
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from courses.policy import may_publish_this
from lms.lib.spreadsheets import XLSX
from lms.lib.uploads import Limit
from people.access import editor_required
from people.models import User
from quizzes.desk.widgets import FolderSelect
from quizzes.exchange import exporting, storing
from quizzes.exchange.importing import ImportRefused, Wish, import_upload
from quizzes.exchange.judging import judged
from quizzes.exchange.question import MAX_BYTES, MAX_QUESTIONS, FileRefused, Reading
from quizzes.exchange.reading import FORMATS, read_file, too_large_message
from quizzes.exchange.showing import shown
from quizzes.exchange.template import template
from quizzes.exchange.uploads import FOLDER, KEPT, keep
from quizzes.models import Question, QuestionBank, QuestionImport
from quizzes.policy import QuestionPolicy

UPLOADS_A_PAGE = 20


class UploadForm(forms.Form):
    """Reading the file is its validation: ``reading`` is what stands in it."""

    bank = forms.ModelChoiceField(
        QuestionBank.objects.all(),
        label=gettext_lazy("Folder"),
        widget=FolderSelect,
        error_messages={"required": gettext_lazy("Choose the folder to import into.")},
    )
    file = forms.FileField(
        label=gettext_lazy("File of questions"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.xml,.gift,.txt,.zip"}),
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("The file is empty."),
        },
    )
    reading: Reading

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        try:
            self.reading = read_file(file)
        except FileRefused as refused:
            raise forms.ValidationError(str(refused)) from refused
        return file


class ImportForm(forms.Form):
    """How what was chosen is imported."""

    bank = forms.ModelChoiceField(
        QuestionBank.objects.all(), label=gettext_lazy("Into the folder"), widget=FolderSelect
    )
    folders = forms.BooleanField(
        required=False, label=gettext_lazy("Make the folders that the file names, below this one")
    )
    publish = forms.ChoiceField(
        label=gettext_lazy("State"),
        choices=[
            ("draft", gettext_lazy("as drafts, to be looked at and published later")),
            ("publish", gettext_lazy("publish at once")),
        ],
        widget=forms.RadioSelect,
    )


@csrf_exempt  # the limit has to stand before anything reads the form; _index checks the token
@editor_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponseBase:
    """The uploads so far, and a new one. Uploading keeps the questions as read and changes no bank."""
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
        stored = keep(form.reading, file, name=file.name, bank=form.cleaned_data["bank"], user=user)
        return redirect("question_import", stored.pk)
    context = {
        "form": form,
        "export": ExportForm(),
        "page": Paginator(_uploads(user), UPLOADS_A_PAGE).get_page(request.GET.get("trang")),
        "megabytes": MAX_BYTES // 1024 // 1024,
        "most": MAX_QUESTIONS,
        "days": KEPT.days,
    }
    return render(request, "quizzes/admin/exchange.html", context, status=400 if form.is_bound else 200)


@editor_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What an upload holds, as learners will see it; the button imports what is chosen, or nothing."""
    user = cast(User, request.user)
    stored = get_object_or_404(_uploads(user, whole=True), pk=pk)
    if request.method != "POST" or stored.state != QuestionImport.State.PREVIEWED:
        return _show(request, stored)
    form = ImportForm(request.POST)
    if not form.is_valid():
        return _show(request, stored, _("Choose the folder and the state."))
    publish = form.cleaned_data["publish"] == "publish"
    if publish and not _may_publish(user):
        raise Http404
    wish = Wish(
        _numbers(request, "chosen"), _numbers(request, "copies"), publish, form.cleaned_data["folders"]
    )
    try:
        import_upload(stored.pk, wish, bank=form.cleaned_data["bank"], user=user)
    except ImportRefused as refused:
        return _show(request, stored, str(refused))
    return redirect("question_import", stored.pk)


def _may_publish(user: User) -> bool:
    """What somebody brings in is the own work: where a review is a duty it comes as drafts."""
    return may_publish_this(user, None) and QuestionPolicy(Question).user_has_permission(user, "publish")


def _numbers(request: HttpRequest, name: str) -> frozenset[int]:
    return frozenset(
        int(number) for number in request.POST.getlist(name) if number.isdecimal() and len(number) < 6
    )


def _uploads(user: User, *, whole: bool = False) -> QuerySet[QuestionImport]:
    """One's own; the administrator sees all. What was read is large and not needed in lists."""
    uploads = QuestionImport.objects.select_related("uploaded_by__official", "bank")
    uploads = uploads if whole else uploads.defer("reading")
    return uploads if user.is_superuser else uploads.filter(uploaded_by=user)


def _show(request: HttpRequest, stored: QuestionImport, warning: str = "") -> HttpResponse:
    context: dict[str, Any] = {"stored": stored, "warning": warning}
    if stored.reading:
        reading = storing.from_json(stored.reading, storing.nothing)
        context |= {"refusals": reading.refusals, "format": FORMATS[reading.format]}
        if stored.state == QuestionImport.State.PREVIEWED:
            context |= _candidates(request, stored, reading)
    return render(request, "quizzes/admin/exchange_preview.html", context, status=409 if warning else 200)


def _candidates(request: HttpRequest, stored: QuestionImport, reading: Reading) -> dict[str, Any]:
    """What can be chosen; at first all that is sound, after a refusal what was chosen."""
    bank = stored.bank or QuestionBank.objects.first()
    if bank is None:
        return {"items": []}
    candidates = judged(reading.questions, bank)
    if request.method == "POST":
        ticked = _numbers(request, "chosen") | _numbers(request, "copies")
        form = ImportForm(request.POST)
    else:
        ticked = frozenset(candidate.number for candidate in candidates if candidate.is_sound)
        form = ImportForm(initial={"bank": bank, "folders": True, "publish": "draft"})
    sizes = stored.reading["pictures"]
    return {
        "form": form,
        "items": [shown(candidate, sizes) for candidate in candidates],
        "ticked": ticked,
        "may_publish": _may_publish(cast(User, request.user)),
        "sound": sum(candidate.is_sound for candidate in candidates),
        "repeated": sum(bool(candidate.duplicate) for candidate in candidates),
        "unsound": sum(bool(candidate.refused or candidate.faults) for candidate in candidates),
    }


@editor_required
@require_safe
def held_picture(request: HttpRequest, key: UUID, name: str) -> HttpResponseBase:
    """A picture of one's own upload, as long as it waits to be imported."""
    get_object_or_404(_uploads(cast(User, request.user)), key=key)
    try:
        return FileResponse(default_storage.open(f"{FOLDER}/{key}/{name}"))
    except (FileNotFoundError, ValueError):
        raise Http404 from None


@editor_required
@require_safe
def template_file(request: HttpRequest) -> HttpResponse:
    """The workbook to fill in."""
    response = HttpResponse(template(), content_type=XLSX)
    response["Content-Disposition"] = 'attachment; filename="mau-cau-hoi.xlsx"'
    return response


def _query(request: HttpRequest, **changes: str) -> str:
    query = request.GET.copy()
    for name, value in changes.items():
        query[name] = value
    return query.urlencode()


class ExportForm(forms.Form):
    """A folder, or chosen questions by their numbers (``cau``, from the list of questions)."""

    kho = forms.ModelChoiceField(
        QuestionBank.objects.all(), label=gettext_lazy("Folder"), required=False, widget=FolderSelect
    )
    cau = forms.CharField(required=False, widget=forms.HiddenInput)
    dang = forms.ChoiceField(
        label=gettext_lazy("Format"),
        choices=[(key, format.name) for key, format in exporting.FORMATS.items()],
    )

    def clean_cau(self) -> list[int]:
        return [
            int(number)
            for number in self.cleaned_data["cau"].split(",")[:5_000]
            if number.isdecimal() and len(number) < 10
        ]


@editor_required
@never_cache
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """What a file will not hold, and then the file (``tai``)."""
    form = ExportForm(request.GET)
    if not form.is_valid() or not (form.cleaned_data["kho"] or form.cleaned_data["cau"]):
        return redirect("question_exchange")
    bank, numbers = form.cleaned_data["kho"], form.cleaned_data["cau"]
    format = exporting.FORMATS[form.cleaned_data["dang"]]
    found: QuerySet[Question] = exporting.in_folder(bank) if bank else exporting.selected(numbers)
    prepared = exporting.prepared(exporting.exchanged(found, bank), format)
    if "tai" in request.GET and prepared.questions:
        response = HttpResponse(format.write(prepared.questions), content_type=format.content_type)
        name = slugify(bank.name.replace("đ", "d").replace("Đ", "D")) if bank else "cau-hoi"
        response["Content-Disposition"] = f'attachment; filename="{name or "cau-hoi"}.{format.extension}"'
        return response
    formats = [
        {"name": each.name, "here": each is format, "query": _query(request, dang=key)}
        for key, each in exporting.FORMATS.items()
    ]
    query = _query(request, tai="1")
    context = {"bank": bank, "format": format, "formats": formats, "prepared": prepared, "query": query}
    return render(request, "quizzes/admin/exchange_export.html", context)
