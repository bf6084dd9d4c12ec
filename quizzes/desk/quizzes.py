"""The list and the editor of quizzes, and whether the bank has enough for them."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel, ObjectList, Panel
from wagtail.admin.ui.tables import Column, NumberColumn, StatusTagColumn
from wagtail.admin.widgets.button import HeaderButton
from wagtail.snippets.views.snippets import CreateView, EditView, IndexView, SnippetViewSet

from quizzes.desk.widgets import FolderSelect
from quizzes.enough import Shortage, drawn_at_least, shortages
from quizzes.models import Quiz, Shown
from quizzes.publishing import quiz_part


def warnings_of(quiz: Quiz) -> list[str]:
    """What whoever edits the quiz should know of its bank; empty when every paper is as long as it should be."""
    rules = quiz_part(quiz.module)
    if rules is None:
        return []
    if not rules["parts"]:
        return [_("The quiz draws nothing: name questions or say how many are drawn.")]
    if not rules["question_versions"]:
        return [
            _("The bank “%(bank)s” has no published question yet: nobody can take this quiz.")
            % {"bank": quiz.bank}
        ]
    return [_sentence(each, _part_name(quiz, each.part)) for each in shortages(rules)]


def _part_name(quiz: Quiz, number: int) -> str:
    parts = list(quiz.parts.all())
    if number > len(parts):
        return _("The draw from the bank “%(bank)s”") % {"bank": quiz.bank}
    part = parts[number - 1]
    if part.question is not None:
        return _("Part %(number)d (“%(question)s”)") % {"number": number, "question": part.question}
    sort = [str(part.bank or quiz.bank)]
    sort += [str(part.tag)] if part.tag else []
    sort += [part.get_difficulty_display()] if part.difficulty else []
    return _("Part %(number)d (%(sort)s)") % {"number": number, "sort": ", ".join(sort)}


def _sentence(shortage: Shortage, part: str) -> str:
    words = {"part": part, "count": shortage.count, "has": shortage.has, "left": shortage.left}
    if shortage.never and not shortage.has:
        return _("%(part)s draws %(count)d, but nothing there is published.") % words
    if shortage.never:
        return (
            ngettext(
                "%(part)s draws %(count)d questions, but has only %(has)d published. Papers will be shorter.",
                "%(part)s draws %(count)d questions, but has only %(has)d published. Papers will be shorter.",
                shortage.has,
            )
            % words
        )
    return (
        ngettext(
            "%(part)s draws %(count)d questions, but may get only %(left)d: other parts draw from the same "
            "questions, or a situation is too long for what is left. Some papers will be shorter.",
            "%(part)s draws %(count)d questions, but may get only %(left)d: other parts draw from the same "
            "questions, or a situation is too long for what is left. Some papers will be shorter.",
            shortage.left,
        )
        % words
    )


class ReviewPanel(Panel):
    """The three phases of what a learner sees, in words."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "quizzes/admin/review_phases.html"

        def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context_data(parent_context)
            return context | {"levels": LEVELS}


# (level, score, own answers, which were wrong, right answers and explanations): yes, no or once passed
LEVELS = [
    (Shown.NOTHING.label, "no", "no", "no", "no"),
    (Shown.SCORE.label, "yes", "no", "no", "no"),
    (Shown.MARKS.label, "yes", "yes", "yes", "no"),
    (Shown.FULL_WHEN_PASSED.label, "yes", "yes", "yes", "passed"),
    (Shown.FULL.label, "yes", "yes", "yes", "yes"),
]


class EnoughPanel(Panel):
    """Whether the bank has enough for the quiz as it is saved."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "quizzes/admin/enough.html"

        def is_shown(self) -> bool:
            return self.instance is not None and self.instance.pk is not None

        def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context_data(parent_context)
            quiz = Quiz.objects.select_related("module", "bank").get(pk=self.instance.pk)
            rules = quiz_part(quiz.module)
            return context | {
                "quiz": quiz,
                "warnings": warnings_of(quiz),
                "draw": rules["draw"] if rules else 0,
                "least": drawn_at_least(rules) if rules else 0,
                "published": len(rules["question_versions"]) if rules else 0,
            }


QUIZ_PANELS = [
    EnoughPanel(heading=gettext_lazy("Are there enough questions?")),
    FieldPanel("module"),
    MultiFieldPanel(
        [
            InlinePanel(
                "parts",
                panels=[
                    FieldPanel("question"),
                    FieldRowPanel([FieldPanel("count"), FieldPanel("bank", widget=FolderSelect)]),
                    FieldRowPanel([FieldPanel("tag"), FieldPanel("difficulty")]),
                ],
                label=gettext_lazy("Part"),
                heading=gettext_lazy("Parts"),
                help_text=gettext_lazy(
                    "Each part either names one question (a question about a situation brings the whole "
                    "situation) or draws so many of a sort. Parts are drawn from top to bottom, so put named "
                    "questions and narrow sorts first. A quiz needs no parts."
                ),
            ),
            FieldRowPanel([FieldPanel("draw"), FieldPanel("bank", widget=FolderSelect)]),
        ],
        heading=gettext_lazy("What a paper holds"),
        help_text=gettext_lazy("The parts below, and then so many further questions from a folder."),
    ),
    MultiFieldPanel(
        [FieldRowPanel([FieldPanel("delta_tag"), FieldPanel("delta_draw")])],
        heading=gettext_lazy("Questions about the latest change"),
        help_text=gettext_lazy(
            "When the procedure changes, those who completed the lesson before are asked these few questions "
            "instead of the whole quiz; pass mark and attempts are those of the quiz."
        ),
    ),
    MultiFieldPanel(
        [
            FieldRowPanel([FieldPanel("pass_percent"), FieldPanel("attempts_allowed")]),
            FieldRowPanel([FieldPanel("waiting_minutes"), FieldPanel("counting")]),
        ],
        heading=gettext_lazy("Passing and attempts"),
        help_text=gettext_lazy(
            "Whoever has passed is done; the module stays passed whatever is changed here later. What counts "
            "matters for the score that is shown and reported."
        ),
    ),
    MultiFieldPanel(
        [FieldRowPanel([FieldPanel("time_limit_minutes"), FieldPanel("grace_seconds")])],
        heading=gettext_lazy("Time"),
        help_text=gettext_lazy(
            "Officials learn between two visitors on lines that drop: set a limit only where speed is part of "
            "the task."
        ),
    ),
    MultiFieldPanel(
        [FieldRowPanel([FieldPanel("shuffle_questions"), FieldPanel("shuffle_options")])],
        heading=gettext_lazy("Order"),
    ),
    MultiFieldPanel(
        [
            FieldPanel("review"),
            FieldPanel("review_later"),
            ReviewPanel(),
        ],
        heading=gettext_lazy("What learners see of their attempt"),
    ),
]


class QuizIndex(IndexView):
    def get_base_queryset(self) -> QuerySet[Quiz]:
        quizzes: QuerySet[Quiz] = super().get_base_queryset()
        return quizzes.select_related("module__current_version", "bank")


def frozen(quiz: Quiz) -> dict[str, Any] | None:
    """The rules in the module's published version: they never disagree with the bank (quizzes.publishing)."""
    version = quiz.module.current_version if quiz.module.live else None
    return version.quiz if version else None


def drawn(quiz: Quiz) -> Any:
    rules = frozen(quiz)
    return rules["draw"] if rules else "–"


def available(quiz: Quiz) -> Any:
    rules = frozen(quiz)
    return len(rules["question_versions"]) if rules else "–"


def is_enough(quiz: Quiz) -> bool:
    rules = frozen(quiz)
    return rules is not None and drawn_at_least(rules) == rules["draw"] > 0


def enough(quiz: Quiz) -> str:
    rules = frozen(quiz)
    if rules is None:
        return _("lesson not published")
    if not rules["question_versions"]:
        return _("no question")
    least = drawn_at_least(rules)
    if least == rules["draw"]:
        return _("enough questions")
    return _("only %(least)d of %(draw)d for certain") % {"least": least, "draw": rules["draw"]}


class TellsOfShortage:
    """After saving: a part that may come out short is named, but the quiz is saved and may be filled later."""

    object: Quiz
    request: Any

    def save_action(self) -> HttpResponse:
        response: HttpResponse = super().save_action()  # type: ignore[misc]
        quiz = Quiz.objects.select_related("module", "bank").get(pk=self.object.pk)
        for warning in warnings_of(quiz):
            messages.warning(self.request, warning)
        return response


class QuizCreate(TellsOfShortage, CreateView):
    pass


class QuizEdit(TellsOfShortage, EditView):
    @cached_property
    def header_more_buttons(self) -> list[Any]:
        more = [*super().header_more_buttons, trial_button(self.object)]
        if self.request.user.has_perm("quizzes.view_attempt"):
            more.append(attempts_button(self.object))
        return more


def trial_button(quiz: Quiz) -> HeaderButton:
    return HeaderButton(
        _("Trial papers"), reverse("quiz_papers", args=[quiz.pk]), icon_name="view", priority=5
    )


def attempts_button(quiz: Quiz) -> HeaderButton:
    return HeaderButton(
        _("Quiz attempts"), reverse("quiz_attempts", args=[quiz.pk]), icon_name="list-ul", priority=6
    )


class QuizViewSet(SnippetViewSet):
    model = Quiz
    icon = "form"
    base_url_path = "bai-kiem-tra"
    index_view_class = QuizIndex
    add_view_class = QuizCreate
    edit_view_class = QuizEdit
    list_display = [
        "__str__",
        Column("bank", label=gettext_lazy("Folder"), sort_key="bank__name"),
        NumberColumn("draw", label=gettext_lazy("Questions per attempt"), accessor=drawn),
        NumberColumn("available", label=gettext_lazy("To draw from"), accessor=available),
        StatusTagColumn(
            "enough",
            label=gettext_lazy("Enough?"),
            accessor=enough,
            primary=is_enough,
        ),
        NumberColumn("pass_percent", label=gettext_lazy("Pass mark (%)")),
    ]
    list_per_page = 50
    search_fields = ["module__title", "bank__name"]
    search_backend_name = None
    copy_view_enabled = False
    edit_handler = ObjectList(QUIZ_PANELS)
