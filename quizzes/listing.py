"""What courses' own screens say of a quiz: in the list of a course, and between two versions of a lesson."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.listing import Link
from quizzes.models import Quiz


def quiz_links(modules: Iterable[int]) -> dict[int, list[Link]]:
    """To each quiz and its statistics; where there is none, to a new one. One query."""
    add = Link(_("Add a quiz"), reverse("wagtailsnippets_quizzes_quiz:add"))
    links = {module: [add] for module in modules}
    rows = Quiz.objects.filter(module__in=links).values_list("pk", "module", "module__current_version__parts")
    for pk, module, parts in rows:
        links[module] = [
            Link(_wording(parts), reverse("wagtailsnippets_quizzes_quiz:edit", args=[pk])),
            Link(_("Statistics"), reverse("quiz_statistics", args=[module])),
        ]
    return links


def _wording(parts: dict[str, Any] | None) -> str:
    """As published: how many questions a paper has, and from how many they are drawn."""
    quiz = (parts or {}).get("quiz")
    if quiz is None:
        return _("Quiz")
    count = len(quiz["question_versions"])
    return ngettext(
        "Quiz: %(draw)s of %(count)s question", "Quiz: %(draw)s of %(count)s questions", count
    ) % {"draw": quiz["draw"], "count": count}


# What a version keeps of a quiz, under the names of the model's fields.
RULES = (
    "pass_percent",
    "attempts_allowed",
    "waiting_minutes",
    "counting",
    "time_limit_minutes",
    "grace_seconds",
    "shuffle_questions",
    "shuffle_options",
    "review",
    "review_later",
)


def quiz_words(part: dict[str, Any] | None) -> list[tuple[str, str]]:
    """The rules of a published quiz in words (courses.comparing)."""
    if part is None:
        return []
    lines = [(_("Quiz"), _wording({"quiz": part}))]
    for name in RULES:
        if name in part:  # a version from before the rule does not have it
            field = Quiz._meta.get_field(name)
            value = dict(getattr(field, "choices", None) or ()).get(part[name], part[name])
            words = {True: _("yes"), False: _("no")}.get(value, value) if isinstance(value, bool) else value
            lines.append((str(field.verbose_name), str(words)))
    return lines
