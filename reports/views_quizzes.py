"""HR decides on one official's quiz: further attempts, more time, no waiting, late answers that count after all."""

from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from courses.models import Module
from people.access import hr_required
from people.models import User
from people.scope import officials_in_scope
from quizzes.allowing import may_decide
from quizzes.cases import allowance_form, case_of, decide
from records.models import Enrolment


@hr_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def quiz(request: HttpRequest, enrolment: int, module: int) -> HttpResponse:
    """An official who serves in the scope today; whoever may not decide finds no such page."""
    user = cast(User, request.user)
    mine = Enrolment.objects.filter(official__in=officials_in_scope(user)).select_related(
        "official", "course"
    )
    found = get_object_or_404(mine, pk=enrolment)
    if not may_decide(user, found.official):
        raise Http404
    taught = Module.objects.child_of(found.course).select_related("current_version")
    shown = case_of(found, get_object_or_404(taught, pk=module), user)
    form = None
    if request.method == "POST":
        form = decide(request, user, shown)
        if form is None:
            return redirect("reports:quiz", found.pk, shown.module.pk)
    return render(request, "reports/quiz.html", {"case": shown, "form": form or allowance_form()})
