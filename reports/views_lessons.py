"""The trainers' screens on how lessons are read: all courses, one course, one lesson. Never a person."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from courses.models import Course, Module, ModuleVersion
from people.access import editor_required
from quizzes.statistics.charts import columns, share_bar
from quizzes.statistics.rows import QuestionLine, Selection, judged, statistics_of
from quizzes.statistics.verdicts import Verdict
from reports.lessons import (
    AWAY,
    FLOOR,
    LessonFigures,
    VersionLine,
    course_lines,
    findings,
    lesson_figures,
    studied_courses,
    versions_studied,
)

WORST = 3  # questions named beside the cards; all of them stand in the quiz's own statistics


@editor_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "reports/admin/lessons.html",
        {"courses": studied_courses(), "floor": FLOOR, "days": AWAY.days},
    )


@editor_required
@require_safe
def course(request: HttpRequest, course_id: int) -> HttpResponse:
    shown = get_object_or_404(Course, pk=course_id)
    return render(
        request,
        "reports/admin/lessons_course.html",
        {"course": shown, "lines": course_lines(shown), "floor": FLOOR, "days": AWAY.days},
    )


@editor_required
@require_safe
def lesson(request: HttpRequest, module_id: int) -> HttpResponse:
    """One version of a lesson, ``?version=`` its number; without one, the newest that enough people began."""
    module = get_object_or_404(Module.objects.select_related("current_version"), pk=module_id)
    versions = versions_studied(module)
    number = _chosen(versions, request.GET.get("version", ""))
    figures, version = None, None
    if number:
        version = ModuleVersion.objects.select_related("module").get(module=module, number=number)
        figures = lesson_figures(version)
    quiz = module.current_version is not None and module.current_version.quiz is not None
    return render(
        request,
        "reports/admin/lesson.html",
        {
            "module": module,
            "course": module.get_parent(),
            "versions": versions,
            "version": version,
            "figures": figures,
            "floor": FLOOR,
            "days": AWAY.days,
            "quiz": quiz,
            **(_shown(figures) if figures and figures.enough else {}),
            **(_questions(module) if quiz else {}),
        },
    )


def _chosen(versions: list[VersionLine], asked: str) -> int | None:
    """The number asked for where somebody studied it, else the newest with enough learners, else the newest."""
    numbers = [line.number for line in versions]
    if asked in map(str, numbers):
        return int(asked)
    enough = [line.number for line in versions if line.learners >= FLOOR]
    return next(iter(enough + numbers), None)


def _shown(figures: LessonFigures) -> dict[str, object]:
    lines = [
        (line, share_bar(line.share), share_bar((line.stopped or 0) / figures.stopped, "bad"))
        if line.stopped
        else (line, share_bar(line.share), SafeString(""))
        for line in figures.cards
    ]
    return {
        "lines": lines,
        "findings": list(findings(figures)),
        "funnel": _funnel(figures),
        "times": _times(figures),
    }


def _funnel(figures: LessonFigures) -> SafeString:
    bars = [(str(line.number), line.seen, f"{line.share:.0%}") for line in figures.cards]
    done = figures.finished / figures.began
    bars.append((pgettext("end of a lesson", "done"), figures.finished, f"{done:.0%}"))
    label = _("Seen by: %(columns)s") % {"columns": ", ".join(f"{name}: {text}" for name, _n, text in bars)}
    return columns(bars, figures.began, label)


def _times(figures: LessonFigures) -> SafeString:
    """Empty while no card was measured on enough learners."""
    timed = [line.seconds or 0 for line in figures.cards]
    if not any(timed):
        return SafeString("")
    bars = [(str(line.number), line.seconds or 0, f"{line.seconds or 0:.0f}") for line in figures.cards]
    label = _("Median seconds: %(columns)s") % {
        "columns": ", ".join(f"{name}: {text}" for name, value, text in bars if value)
    }
    return columns(bars, max(timed), label)


def _questions(module: Module) -> dict[str, object]:
    """The questions that need a look most, and whether there are enough answers to judge any."""
    lines = judged(statistics_of(Selection(module)).questions)
    worst: list[tuple[QuestionLine, Verdict]] = [
        (line, verdict) for line, verdict in lines if verdict.tone in ("bad", "look")
    ]
    return {"worst": worst[:WORST], "judged": any(verdict.tone != "none" for _line, verdict in lines)}
