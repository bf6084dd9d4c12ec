"""The official's own pages: what to learn next, a course, a module card by card."""

from dataclasses import replace
from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.csp import CSP
from django.utils.http import content_disposition_header
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe
from wagtail.documents.models import Document

from courses.models import Module
from courses.rendering import cards_of, legal_bases_of, render_for_learner
from lms.lib.filetypes import AUDIO, CAPTIONS, TYPES, VIDEO, extension_of
from lms.lib.prefetch import is_prefetch
from lms.lib.ranges import stored_file
from notifications.sending import unread_count
from people.access import official_of, official_required, signed_in_required
from people.models import User
from records.checklists import ticked_items
from records.files import may_fetch
from records.learning import Study, first_unread, open_module, progress_in, see_card, studies_of, study_of
from records.models import ModuleProgress
from records.reporting import own_reports
from records.updating import change_shown

PLAYED = {*VIDEO, *AUDIO, *CAPTIONS}  # shown in the page; everything else is only taken along


@official_required
@require_safe
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    official = official_of(request)
    studies = studies_of(official)
    open_studies = [study for study in studies if study.enrolment.completed_at is None]
    return render(
        request,
        "records/home.html",
        {
            "tab": "home",
            "official": official,
            "next": next((study for study in open_studies if study.next_step), None),
            "open": open_studies,
            "completed": [study for study in studies if study.enrolment.completed_at is not None],
            "unread": unread_count(official),
        },
    )


@official_required
@require_safe
@never_cache
def course(request: HttpRequest, course: str) -> HttpResponse:
    return render(request, "records/course.html", {"study": _study(request, course), "tab": "home"})


@official_required
@require_safe
@never_cache
def module(request: HttpRequest, course: str, module: str) -> HttpResponse:
    """To the card where the learner left off; in a renewal to what changed."""
    study = _study(request, course)
    step = study.step(module)
    if step is None:
        raise Http404
    if study.enrolment.delta and step in study.steps and step.progress is None:
        return _to_the_change(course, _progress(request, course, module), module)
    return redirect("learning:card", course, module, step.resume_at)


def _to_the_change(course: str, progress: ModuleProgress, module: str) -> HttpResponse:
    if progress.read_at is not None and progress.done_at is None:  # no card has changed
        return redirect("quizzes:start", course, module)
    return redirect(
        "learning:card", course, module, first_unread(progress.version.card_ids, progress.cards_seen) or 1
    )


@official_required
@require_safe
@never_cache
def card(request: HttpRequest, course: str, module: str, number: int) -> HttpResponse:
    """One card; opening it is what counts as seeing it, so that reading needs no script and no extra request."""
    progress = _progress(request, course, module)
    has_reports = getattr(progress, "has_reports", True)  # known of all but the first opening
    cards = cards_of(progress.version)
    if not 1 <= number <= len(cards):
        raise Http404
    if not is_prefetch(request):
        progress = see_card(progress, cards[number - 1].id)
    shown, ticked = cards[number - 1], set[str]()
    if shown.kind == "checklist":
        ticked = ticked_items(progress, shown.id)
        shown = replace(shown, html=render_for_learner(progress.version, shown.id, ticked=ticked))
    is_last = number == len(cards)
    update = change_shown(progress, progress.version.card_ids, number)
    return render(
        request,
        "records/card.html",
        {
            "course": course,
            "module": module,
            "title": progress.version.title,
            "progress": progress,
            "card": shown,
            "ticked": sorted(ticked),
            "total": len(cards),
            "number": number,
            "unseen": first_unread(progress.version.card_ids, progress.cards_seen)
            if is_last or update
            else 0,
            "legal_bases": legal_bases_of(progress.version) if is_last else [],
            "reports": own_reports(official_of(request), progress.module_id, cards[number - 1].id)
            if has_reports
            else [],
            "update": update,
        },
    )


@signed_in_required
@require_safe
@cache_control(private=True, max_age=24 * 3600)
def lesson_file(request: HttpRequest, document_id: int, name: str) -> HttpResponseBase:
    """A file that a lesson hands out or plays, for its learners and for the editors; in parts where it is played."""
    document = get_object_or_404(Document, pk=document_id)
    if document.filename != name or not may_fetch(cast(User, request.user), document.pk):
        raise Http404
    kind = extension_of(name)
    try:
        response = stored_file(
            request, document.file.storage, document.file.name, TYPES.get(kind, "application/octet-stream")
        )
    except FileNotFoundError:
        raise Http404 from None
    if kind not in PLAYED:
        response.headers["Content-Disposition"] = content_disposition_header(True, name)
    response.headers[str(CSP.HEADER_ENFORCE)] = "default-src 'none'; sandbox"
    return response


def _study(request: HttpRequest, course: str) -> Study:
    study = study_of(official_of(request), course)
    if study is None:
        raise Http404
    return study


def _progress(request: HttpRequest, course: str, module: str) -> ModuleProgress:
    """The learner's progress in one query; the first opening of a module takes the longer way."""
    progress = progress_in(official_of(request), course, module)
    if progress is not None:
        return progress
    study = _study(request, course)
    step = study.step(module)
    if step is None:
        raise Http404
    published = Module.objects.select_related("current_version").only("current_version")
    return open_module(study.enrolment, published.get(pk=step.module.pk))
