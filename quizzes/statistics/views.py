"""The statistics in the editors' desk: all quizzes, one quiz, one question. Never a person."""

from typing import Any

from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from courses.models import Module
from people.access import editor_required
from quizzes.models import Attempt, QuestionVersion
from quizzes.statistics.charts import histogram, pass_rates, share_bar
from quizzes.statistics.distractors import answer_lines, wrong_beats_right
from quizzes.statistics.forms import SelectionForm
from quizzes.statistics.formulas import item_figures
from quizzes.statistics.rows import (
    QuestionLine,
    answers_to,
    by_month,
    by_ward,
    judged,
    score_of,
    seconds_on,
    statistics_of,
)
from quizzes.statistics.verdicts import FLOOR, Verdict, verdict_on


@editor_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """All quizzes that were taken, those taken last first."""
    closed = Q(attempts__state__in=Attempt.CLOSED)
    first = closed & Q(attempts__number=1)
    modules = (
        Module.objects.filter(attempts__state__in=Attempt.CLOSED)
        .annotate(
            taken=Count("attempts", filter=first),
            passed=Count("attempts", filter=first & Q(attempts__passed=True)),
            score=score_of("attempts__", among=first),
            last_at=Max("attempts__graded_at", filter=closed),
        )
        .order_by("-last_at")
    )
    return render(request, "quizzes/admin/statistics.html", {"modules": modules, "floor": FLOOR})


@editor_required
@require_safe
def quiz(request: HttpRequest, module_id: int) -> HttpResponse:
    """One quiz: its scores, its questions with a verdict each, by place and by month."""
    module = get_object_or_404(Module, pk=module_id)
    form = SelectionForm(module, request.GET)
    form.is_valid()
    selection = form.selection()
    statistics = statistics_of(selection)
    context: dict[str, Any] = {
        "module": module,
        "form": form,
        "query": request.GET.urlencode(),
        "statistics": statistics,
        "figures": statistics.figures,
        "floor": FLOOR,
        "enough": statistics.figures.attempts >= FLOOR,
    }
    if context["enough"]:
        rule = module.current_version.quiz if module.current_version else None
        wards, others = by_ward(selection)
        months = by_month(selection)
        context |= {
            "histogram": histogram(statistics.scores, rule["pass_percent"] if rule else None),
            "lines": _with_verdicts(statistics.questions),
            "wards": wards,
            "other_wards": others,
            "months": months,
            "pass_rates": pass_rates(months) if len(months) > 1 else "",
        }
    return render(request, "quizzes/admin/statistics_quiz.html", context)


def _with_verdicts(lines: list[QuestionLine]) -> list[tuple[QuestionLine, Verdict, str]]:
    """The questions that need a look first, each with its verdict and the bar of its facility."""
    return [
        (line, verdict, share_bar(line.figures.facility if verdict.tone != "none" else None, verdict.tone))
        for line, verdict in judged(lines)
    ]


@editor_required
@require_safe
def question(request: HttpRequest, module_id: int, version_id: int) -> HttpResponse:
    """One version of a question in one quiz: its figures, what was answered, and by whom better or worse."""
    module = get_object_or_404(Module, pk=module_id)
    version = get_object_or_404(
        QuestionVersion.objects.select_related("question").distinct(),
        pk=version_id,
        items__attempt__module=module,
    )
    form = SelectionForm(module, request.GET)
    form.is_valid()
    selection = form.selection()
    given = answers_to(selection, version)
    figures = item_figures([row.share for row in given], [row.others for row in given])
    enough = len(given) >= FLOOR
    lines = answer_lines(version, given) if enough else []
    return render(
        request,
        "quizzes/admin/statistics_question.html",
        {
            "module": module,
            "version": version,
            "form": form,
            "query": request.GET.urlencode(),
            "figures": figures,
            "floor": FLOOR,
            "enough": enough,
            "verdict": verdict_on(figures, wrong_beats_right=wrong_beats_right(lines)),
            "lines": [(line, share_bar(line.share, "ok" if line.right else "")) for line in lines],
            "seconds": seconds_on(selection, version) if enough else None,
            "title": _("Statistics of a question"),
        },
    )
