"""Pages of the desk that are no forms: trial papers of a quiz, questions that ask the same."""

from typing import Any

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from people.access import editor_required
from quizzes.duplicates import all_twins, groups_of
from quizzes.enough import drawn_at_least
from quizzes.models import Question, Quiz
from quizzes.previewing import trial_papers
from quizzes.publishing import quiz_part

PAPERS = 10


@editor_required
@require_safe
def papers(request: HttpRequest, pk: int) -> HttpResponse:
    """Ten papers as ten learners would get them today, one shown in full; ``?tu=`` begins at another seed."""
    quiz = get_object_or_404(Quiz.objects.select_related("module"), pk=pk)
    first = _whole(request.GET.get("tu"), 1)
    seeds = list(range(first, first + PAPERS))
    chosen = _whole(request.GET.get("de"), first)
    rules = quiz_part(quiz.module)
    if rules is None:
        raise Http404
    trials = trial_papers(rules, sorted({*seeds, chosen}))
    return render(
        request,
        "quizzes/trial.html",
        {
            "quiz": quiz,
            "trials": [trial for trial in trials if trial.seed in seeds],
            "trial": next(trial for trial in trials if trial.seed == chosen),
            "draw": rules["draw"],
            "least": drawn_at_least(rules),
            "next": first + PAPERS,
            "first": first,
        },
    )


def _whole(text: str | None, default: int) -> int:
    """A seed in the address; 400 for what is none."""
    if text is None:
        return default
    if not text.isdecimal() or not 0 < int(text) < 2**31:
        raise BadRequest
    return int(text)


@editor_required
@require_safe
def twins(request: HttpRequest) -> HttpResponse:
    """All questions of the bank that ask the same or nearly the same, in groups."""
    stems = Question.objects.order_by().values_list("pk", "search_text")
    pairs = all_twins(stems)
    alike: dict[int, int] = {}
    for percent, one, other in pairs:
        for pk in (one, other):
            alike[pk] = max(alike.get(pk, 0), percent)
    questions = Question.objects.select_related("bank").in_bulk(list(alike))
    groups: list[dict[str, Any]] = [
        {"questions": [questions[pk] for pk in group], "percent": max(alike[pk] for pk in group)}
        for group in groups_of(pairs)
    ]
    groups.sort(key=lambda group: -group["percent"])
    return render(request, "quizzes/admin/twin_report.html", {"groups": groups})
