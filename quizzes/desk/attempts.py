"""The trainer's list of who took a quiz and how it ended, and the decisions on one person's case."""

from typing import Any, cast

from django import forms
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from courses.models import Course, Module
from lms.lib.text import fold
from people.access import editor_required
from people.models import User
from quizzes.cases import allowance_form, case_of, decide
from quizzes.models import Attempt, Quiz
from records.models import Enrolment

PEOPLE = 50
NOT_STARTED = "not-started"


class AttemptFilter(forms.Form):
    """In the address, so that a list can be passed on as a link. What does not fit is left out."""

    q = forms.CharField(label=gettext_lazy("Name or staff number"), required=False)
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        choices=[
            ("", gettext_lazy("all")),
            (NOT_STARTED, pgettext_lazy("quiz", "not started")),
            *Attempt.State.choices,
        ],
        required=False,
    )


def _trainer(request: HttpRequest) -> User:
    """Names of people are for those who may decide on them; a reviewer's desk has no such page."""
    user = cast(User, request.user)
    if not user.has_perm("quizzes.view_attempt"):
        raise Http404
    return user


@editor_required
@require_safe
def attempts(request: HttpRequest, pk: int) -> HttpResponse:
    """Everybody enrolled in the newest period, with all their attempts at this quiz."""
    _trainer(request)
    quiz = get_object_or_404(Quiz.objects.select_related("module"), pk=pk)
    form = AttemptFilter(request.GET)
    form.is_valid()
    people = enrolled(quiz.module, **form.cleaned_data)
    page = Paginator(people, PEOPLE).get_page(request.GET.get("trang"))
    query = request.GET.copy()
    query.pop("trang", None)
    context = {"quiz": quiz, "form": form, "page": page, "query": query.urlencode()}
    return render(request, "quizzes/admin/attempts.html", context)


def enrolled(module: Module, q: str = "", state: str = "") -> QuerySet[Enrolment]:
    """Enrolments with ``taken``: the attempts at this module's quiz, the newest first. Two queries for a page."""
    course = module.get_parent()
    newer = Enrolment.objects.filter(
        official=OuterRef("official"), course=OuterRef("course"), period__gt=OuterRef("period")
    )
    mine = Attempt.objects.filter(module=module)
    found = Enrolment.objects.filter(~Exists(newer), course=course.pk).select_related("official")
    for word in fold(q).split():
        found = found.filter(official__search_text__contains=word) | found.filter(
            official__staff_number__iexact=word
        )
    here = mine.filter(enrolment=OuterRef("pk"))
    if state == NOT_STARTED:
        found = found.filter(~Exists(here))
    elif state:
        found = found.filter(Exists(here.filter(state=state)))
    taken = Prefetch("attempts", queryset=mine.order_by("-number"), to_attr="taken")
    return found.prefetch_related(taken).order_by("official__sort_key", "official__staff_number")


@editor_required
@require_http_methods(["GET", "HEAD", "POST"])
def case(request: HttpRequest, pk: int, enrolment: int) -> HttpResponse:
    """One person's attempts; POST grants something or accepts late answers."""
    user = _trainer(request)
    quiz = get_object_or_404(Quiz.objects.select_related("module__current_version"), pk=pk)
    course = Course.objects.get(pk=quiz.module.get_parent().pk)
    found = get_object_or_404(course.enrolments.select_related("official"), pk=enrolment)
    shown = case_of(found, quiz.module, user)
    form = None
    if request.method == "POST":
        form = decide(request, user, shown)
        if form is None:
            return redirect("quiz_case", quiz.pk, found.pk)
    context: dict[str, Any] = {"quiz": quiz, "case": shown, "form": form or allowance_form()}
    return render(request, "quizzes/admin/case.html", context)
