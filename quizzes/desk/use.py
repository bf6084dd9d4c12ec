"""Where a question is used: the quizzes that may draw it, and how often each of its versions was asked."""

import datetime
from dataclasses import dataclass, field

from django.db.models import Count, Max, Q

from quizzes.models import Question, QuestionVersion, Quiz


@dataclass(frozen=True)
class Drawing:
    """A quiz that may draw the question; ``named``: by a part of its own. ``now``: learners can meet it today."""

    quiz: Quiz
    named: bool
    now: bool


@dataclass(frozen=True)
class Use:
    """``versions``: newest first, each with ``papers`` (how many drew it) and ``last_asked``."""

    versions: list[QuestionVersion] = field(default_factory=list)
    drawings: list[Drawing] = field(default_factory=list)

    @property
    def papers(self) -> int:
        return sum(getattr(version, "papers", 0) for version in self.versions)

    @property
    def last_asked(self) -> datetime.datetime | None:
        days = [day for version in self.versions if (day := getattr(version, "last_asked", None))]
        return max(days, default=None)


def use_of(question: Question) -> Use:
    """Four queries, however often it was asked."""
    versions = (
        QuestionVersion.objects.filter(question=question)
        .select_related("published_by")
        .annotate(papers=Count("items"), last_asked=Max("items__attempt__started_at"))
        .order_by("-number")
    )
    named = Q(parts__question=question)
    if question.scenario_id:
        named |= Q(parts__question__scenario=question.scenario_id)
    folders = question.bank.with_above()
    by_name = set(Quiz.objects.filter(named).values_list("pk", flat=True))
    quizzes = (
        Quiz.objects.filter(Q(pk__in=by_name) | Q(bank__in=folders) | Q(parts__bank__in=folders))
        .select_related("module__current_version")
        .order_by("module__path")
        .distinct()
    )
    drawings = []
    for quiz in quizzes:
        version = quiz.module.current_version
        frozen = (version.quiz if version else None) or {}
        now = quiz.module.live and question.current_version_id in frozen.get("question_versions", ())
        if now or quiz.pk in by_name:
            drawings.append(Drawing(quiz, named=quiz.pk in by_name, now=now))
    return Use(list(versions), drawings)
