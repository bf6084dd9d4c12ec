"""Refreshers on the learner's phone: taking part, one question at a time, what was right. No script needed."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.models import Course
from people.access import official_of, official_required
from quizzes.kinds import ResponseRefused, kind_of
from quizzes.models import QuestionVersion, RefresherItem, RefresherReview
from quizzes.refreshing import (
    answer_refresher,
    left_today,
    next_refresher,
    order_for,
    reviewed,
    shown,
    start_plan,
    stop_plan,
)


@official_required
@require_POST
def take_part(request: HttpRequest, course: str) -> HttpResponse:
    """Begin, or with ``stop`` end; either may be done again at any time."""
    official = official_of(request)
    found = get_object_or_404(Course, slug=course, enrolments__official=official)
    if "stop" in request.POST:
        stop_plan(official, found)
        messages.success(request, _("You get no more refresher questions from this course."))
    elif start_plan(official, found) is None:
        raise Http404
    else:
        messages.success(
            request, _("From now on up to three short questions a day wait for you under “Learn”.")
        )
    return redirect("learning:course", course)


@official_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def refresher(request: HttpRequest) -> HttpResponse:
    """The most urgent question of today; POST answers the one that was shown."""
    if request.method == "POST":
        return _answer(request)
    refresher = next_refresher(official_of(request))
    return render(
        request,
        "quizzes/refresher.html",
        {
            "tab": "home",
            "refresher": refresher,
            "question": refresher.question if refresher else None,
            "left": refresher.left_today if refresher else left_today(official_of(request)),
        },
    )


def _answer(request: HttpRequest) -> HttpResponse:
    try:
        item, number, version = (int(request.POST.get(name, "")) for name in ("item", "number", "version"))
    except ValueError:
        raise Http404 from None
    own = get_object_or_404(
        RefresherItem.objects.select_related("plan"), pk=item, plan__official=official_of(request)
    )
    asked = get_object_or_404(QuestionVersion, pk=version, question=own.question_id)
    question = shown(asked, order_for(own, number, asked))
    try:
        response = kind_of(asked.kind).posted(question, request.POST)
        if not response:
            messages.warning(request, _("Please answer the question first; nothing was sent yet."))
            return redirect("quizzes:refresher")
        review = answer_refresher(own, number, asked, response)
    except ResponseRefused:
        messages.warning(request, _("The page was out of date. This is the question that waits for you now."))
        return redirect("quizzes:refresher")
    return redirect("quizzes:refreshed", review.key)


@official_required
@require_safe
@never_cache
def refreshed(request: HttpRequest, key: UUID) -> HttpResponse:
    """What was right, and why."""
    official = official_of(request)
    review = get_object_or_404(
        RefresherReview.objects.select_related("question_version", "item"), key=key, official=official
    )
    return render(
        request,
        "quizzes/refreshed.html",
        {
            "tab": "home",
            "question": reviewed(review),
            "again_on": review.item.due_at,
            "next": next_refresher(official) is not None,
        },
    )
