"""Looking something up at the desk: it counts as nothing and starts nothing."""

from dataclasses import replace
from typing import Any, cast
from uuid import UUID

from django.db.models import F, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from courses.lookup import MOST_LETTERS, Query, findable, open_courses, search
from courses.models import Course, ModuleVersion
from courses.rendering import cards_of, legal_bases_of, published_version, render_for_learner
from people.access import is_editor, signed_in_required
from people.models import User
from records.models import Enrolment, ModuleProgress

HAS_FILES = {"media", "document"}  # given out in the lesson only (records.files)


@signed_in_required
@require_safe
@never_cache
def lookup(request: HttpRequest) -> HttpResponse:
    """The field and what it found; the address says what was looked for. Three queries for the results."""
    query = Query.of(request.GET.get("q", ""))
    return render(
        request,
        "records/lookup.html",
        {"tab": "lookup", "query": query, "found": search(query), "most_letters": MOST_LETTERS},
    )


@signed_in_required
@require_safe
@never_cache
def card(request: HttpRequest, version: UUID, card: str) -> HttpResponse:
    """One card to read, whether or not one learns its course. An address of an earlier version leads to today's."""
    row = _current(version, card)
    if row.version_key != version:
        return redirect("learning:lookup_card", row.version_key, card)
    read = published_version(version)
    cards = cards_of(read)
    shown = cards[row.number - 1]
    if shown.kind == "checklist":
        shown = replace(shown, html=render_for_learner(read, shown.id, read_only=True))
    user = cast(User, request.user)
    course = Course.objects.only("slug", "title").get(path=row.course_path)
    return render(
        request,
        "records/lookup_card.html",
        {
            "tab": "lookup",
            "query": Query.of(request.GET.get("q", "")),
            "course": course,
            "version": read,
            "module": row.slug,
            "card": shown,
            "files_elsewhere": shown.kind in HAS_FILES and not _may_fetch(user, read),
            "text": row.text,
            "number": row.number,
            "total": len(cards),
            "previous": cards[row.number - 2].id if row.number > 1 else "",
            "next": cards[row.number].id if row.number < len(cards) else "",
            "legal_bases": legal_bases_of(read),
            "enrolled": Enrolment.objects.filter(official__user=user, course=course).exists(),
        },
    )


def _current(version: UUID, card: str) -> Any:
    """The index's row of the card as it is published today; 404 where it is not, or not any more."""
    rows = findable(open_courses()).annotate(version_key=F("version__key"), slug=F("module__slug"))
    of_module = Q(module__in=ModuleVersion.objects.filter(key=version).values("module"))
    row = rows.filter(of_module, card=card).first()
    if row is None:
        raise Http404
    return row


def _may_fetch(user: User, version: ModuleVersion) -> bool:
    studies = ModuleProgress.objects.filter(enrolment__official__user=user, version=version)
    return studies.exists() or is_editor(user)
