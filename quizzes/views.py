"""The quiz on the learner's phone: rules, paper, result. Every page works without a script."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.models import Course
from courses.rendering import published_version
from people.access import official_of, official_required
from quizzes.answering import OperationConflict, answer_item, save_answers
from quizzes.grading import points_to_pass, submit_attempt
from quizzes.kinds import PaperQuestion, ResponseRefused
from quizzes.models import Attempt, AttemptItem, Shown
from quizzes.papers import paper_of
from quizzes.reviewing import later_grades, review_of, shown_of
from quizzes.starting import (
    AttemptRefused,
    Standing,
    attempts_in,
    open_attempt,
    rules_of,
    standing_of,
    start_attempt,
    why_not,
)
from quizzes.submissions import PostedPaper, read_paper, read_step
from records.learning import progress_in, study_of
from records.models import Enrolment, ModuleProgress
from records.updating import is_renewal

OWN = """
SELECT a.*, v.key AS version_key
FROM quizzes_attempt a JOIN courses_moduleversion v ON v.id = a.version_id
WHERE a.key = %s AND a.official_id = %s
"""

# Revalidated on every visit, but left to the browser's history: who presses Back while the line is down
# still sees the paper with the choices made on it.
own_page = cache_control(private=True, no_cache=True)


@official_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def start(request: HttpRequest, course: str, module: str) -> HttpResponse:
    """The rules of the quiz; POST draws the paper."""
    official = official_of(request)
    progress = progress_in(official, course, module)
    if progress is None:  # never opened: to its first card
        if not official.enrolments.filter(course__slug=course).exists():
            raise Http404
        return redirect("learning:module", course, module)
    refusal = ""
    if request.method == "POST":
        try:
            return redirect("quizzes:attempt", start_attempt(progress).key)
        except AttemptRefused as refused:
            refusal = str(refused)
    title = Course.objects.filter(slug=course).values_list("title", flat=True).first()
    context = {"course": course, "course_title": title, "module": module, **_rules(progress, refusal)}
    return render(request, "quizzes/start.html", context, status=409 if refusal else 200)


def _rules(progress: ModuleProgress, refusal: str) -> dict[str, Any]:
    version, quiz = rules_of(progress)
    attempts = list(attempts_in(progress))
    standing = standing_of(progress, quiz, attempts)
    closed = [attempt for attempt in attempts if attempt.is_closed]
    counts = standing.counted
    unfinished = open_attempt(attempts)
    questions = min(quiz["draw"], len(quiz["question_versions"]))
    last = closed[-1] if closed else None
    if last is not None:
        last.enrolment = progress.enrolment  # what the review rule asks for
    return {
        "progress": progress,
        "update": bool(quiz.get("delta")) and is_renewal(progress),
        "title": version.title,
        "questions": questions,
        "needed": points_to_pass(questions, quiz["pass_percent"]) if quiz["whole"] else None,
        "percent": quiz["pass_percent"],
        "allowed": standing.allowed,
        "left": standing.left,
        "minutes": standing.minutes,
        "grace": quiz["grace_seconds"],
        "waiting": _in_words(quiz["waiting_minutes"]),
        "counting": quiz["counting"],
        "review": quiz["review"],
        "open": unfinished,
        "over": unfinished is not None and unfinished.is_over(timezone.now()),
        "done": progress.done_at is not None or (counts is not None and counts.passed),
        "counts": (counts.attempt or closed[-1]) if counts else None,
        "last": last,
        "points_shown": last is not None and shown_of(last) != Shown.NOTHING,
        "refusal": refusal or why_not(progress, standing),
    }


def _in_words(minutes: int) -> str:
    """A waiting time in the largest unit that fits: 90 minutes, 2 hours, 3 days. Empty for none."""
    if not minutes:
        return ""
    if minutes % (24 * 60) == 0:
        days = minutes // (24 * 60)
        return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
    if minutes % 60 == 0:
        hours = minutes // 60
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}


@official_required
@require_http_methods(["GET", "HEAD", "POST"])
@own_page
def attempt(request: HttpRequest, key: UUID) -> HttpResponse:
    """The paper; POST saves it (``save``) or submits it, asking once when questions are unanswered."""
    attempt = _own_attempt(request, key)
    if request.method == "POST":
        return _receive(request, attempt)
    if attempt.state != Attempt.State.IN_PROGRESS:
        return redirect("quizzes:result", attempt.key)
    return _show_paper(request, attempt, paper_of(attempt))


def _own_attempt(request: HttpRequest, key: UUID) -> Attempt:
    """With its version, which this process may know already. One query; 404 for somebody else's."""
    attempt = next(iter(Attempt.objects.raw(OWN, [key.hex, official_of(request).pk])), None)
    if attempt is None:
        raise Http404
    attempt.version = published_version(UUID(str(attempt.version_key)))  # type: ignore[attr-defined]
    return attempt


def _receive(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    try:
        posted = read_paper(attempt, paper_of(attempt), request.POST)
    except ResponseRefused:
        raise BadRequest from None
    if attempt.takes_answers(timezone.now()):
        if "save" in request.POST:
            if save_answers(attempt, posted.touched):
                messages.success(request, _("Your answers are saved. You can go on at any time."))
            return redirect("quizzes:attempt", attempt.key)
        if posted.unanswered and "confirmed" not in request.POST:
            save_answers(attempt, posted.touched)
            return _show_paper(request, attempt, posted.paper, asking=posted)
    elif posted.touched and attempt.state != Attempt.State.IN_PROGRESS:
        messages.warning(
            request,
            _(
                "This attempt was submitted or closed before these answers arrived. They are kept, but they do "
                "not change the result."
            ),
        )
    submit_attempt(attempt, posted.touched)
    return redirect("quizzes:result", attempt.key)


def _show_paper(
    request: HttpRequest, attempt: Attempt, paper: list[PaperQuestion], *, asking: PostedPaper | None = None
) -> HttpResponse:
    return render(
        request,
        "quizzes/attempt.html",
        {
            "attempt": attempt,
            "paper": paper,
            "answered": sum(question.answered for question in paper),
            "unanswered": asking.unanswered if asking else [],
            "over": attempt.is_over(timezone.now()),
            "now": timezone.now(),
        },
    )


@official_required
@require_POST
def answer(request: HttpRequest, key: UUID) -> HttpResponse:
    """Keep one answer; the reply is the same, byte for byte, whether it is right or wrong."""
    official = official_of(request)
    try:
        step = read_step(request.body)
        kept = answer_item(key, official.pk, step.item, step.response, step.operation_id)
    except AttemptItem.DoesNotExist:
        raise Http404 from None
    except ResponseRefused:
        message = _("This answer does not fit the question and was not kept. Please reload the page.")
        return JsonResponse({"status": "refused", "message": message}, status=400)
    except OperationConflict:
        message = _("Another answer was kept under the same number. Please reload the page.")
        return JsonResponse({"status": "conflict", "message": message}, status=409)
    if kept.late:
        return JsonResponse({"status": "late", "message": _why_late(key)}, status=409)
    return JsonResponse({"status": "kept"})


def _why_late(key: UUID) -> str:
    if Attempt.objects.filter(key=key, state=Attempt.State.IN_PROGRESS).exists():
        return _(
            "The time of this quiz is over. This answer is kept, but it does not count. Press “Submit” to see "
            "your result."
        )
    return _("This attempt was submitted already. This answer is kept, but it does not change the result.")


@official_required
@require_safe
@own_page
def result(request: HttpRequest, key: UUID) -> HttpResponse:
    """The grade of an own attempt, what comes next, and as much of the paper as the review rule allows."""
    attempt = _own_attempt(request, key)
    if attempt.state == Attempt.State.IN_PROGRESS:
        return redirect("quizzes:attempt", attempt.key)
    if attempt.state == Attempt.State.SUBMITTED:
        return render(request, "quizzes/received.html", {"attempt": attempt})
    late = Count("items", filter=Q(items__answers__late=True), distinct=True)
    around = Attempt.objects.filter(pk=attempt.pk).annotate(late=late)
    course, course_title, module, due_on, late_answers = around.values_list(
        *("enrolment__course__slug", "enrolment__course__title", "module__slug", "enrolment__due_on", "late")
    ).get()
    attempt.enrolment = Enrolment(pk=attempt.enrolment_id, due_on=due_on)  # what the review rule asks for
    study = study_of(official_of(request), course)
    steps = study.steps if study else []
    quiz = attempt.version.quiz or {}
    standing = _standing(attempt, quiz)
    shown = shown_of(attempt)
    return render(
        request,
        "quizzes/result.html",
        {
            "attempt": attempt,
            "ended_at": attempt.ended_at,
            "later_grades": later_grades(attempt),
            "course": course,
            "course_title": course_title,
            "module": module,
            "needed": points_to_pass(attempt.max_points, quiz["pass_percent"], whole=quiz["whole"]),
            "whole": quiz["whole"],
            "shown": shown,
            "completed": study is not None and study.enrolment.completed_at is not None,
            "update": study is not None and study.enrolment.delta,
            "done": any(step.module.pk == attempt.module_id and step.state == "done" for step in steps),
            "next": study.next_step if study else None,
            "counts": standing.counted,
            "counting": quiz["counting"],
            "attempts": len(standing.attempts),
            "allowed": standing.allowed,
            "left": standing.left,
            "retry": not standing.used_up,
            "opens_at": standing.opens_at,
            "late_answers": late_answers,
            "review": review_of(attempt, shown),
            "hides_key": quiz["review"] == Shown.FULL_WHEN_PASSED and not attempt.passed,
        },
    )


def _standing(attempt: Attempt, quiz: Mapping[str, Any]) -> Standing:
    progress = ModuleProgress(enrolment_id=attempt.enrolment_id, module_id=attempt.module_id)
    return standing_of(progress, quiz, list(attempts_in(progress)))
