"""The editors' desk for question banks, questions and quizzes."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import ObjectList
from wagtail.admin.ui.tables import Column, NumberColumn, StatusTagColumn
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import (
    CreateView,
    EditView,
    IndexView,
    SnippetViewSet,
    SnippetViewSetGroup,
)

from lms.lib.text import fold
from quizzes.forms import QuestionForm
from quizzes.models import Question, QuestionBank, Quiz
from quizzes.statistics import views as statistics


def published_in(bank: str) -> Coalesce:
    """How many questions may be drawn from the bank named by a field of the outer query."""
    count = Question.objects.published().filter(bank=OuterRef(bank)).order_by().values("bank")
    return Coalesce(Subquery(count.annotate(count=Count("pk")).values("count")), 0)


class QuestionIndex(IndexView):
    def get_base_queryset(self) -> QuerySet[Question]:
        questions: QuerySet[Question] = super().get_base_queryset()
        return questions.select_related("bank")

    def search_queryset(self, queryset: QuerySet[Question]) -> QuerySet[Question]:
        """Every word, without regard to case and diacritics."""
        for word in fold(self.search_query).split():
            queryset = queryset.filter(search_text__contains=word)
        return queryset


class QuestionViewSet(SnippetViewSet):
    model = Question
    icon = "help"
    base_url_path = "cau-hoi"
    index_view_class = QuestionIndex
    list_display = [
        "__str__",
        "kind",
        Column("bank", label=gettext_lazy("Bank"), sort_key="bank__name"),
        # Wagtail's own column asks twice per row for a scheduled revision.
        StatusTagColumn(
            "status",
            label=gettext_lazy("Status"),
            primary=lambda question: question.is_drawn,
            sort_key="live",
        ),
    ]
    list_filter = ["bank", "kind", "live", "retired"]
    list_per_page = 50
    search_fields = ["search_text"]
    search_backend_name = None
    ordering = "-pk"
    edit_handler = ObjectList(Question.panels, base_form_class=QuestionForm)


class BankIndex(IndexView):
    def get_base_queryset(self) -> QuerySet[QuestionBank]:
        banks: QuerySet[QuestionBank] = super().get_base_queryset()
        return banks.annotate(published=published_in("pk"))


class BankViewSet(SnippetViewSet):
    model = QuestionBank
    icon = "folder-open-inverse"
    base_url_path = "kho-cau-hoi"
    index_view_class = BankIndex
    list_display = ["name", NumberColumn("published", label=gettext_lazy("Published questions"))]
    search_fields = ["name"]
    search_backend_name = None


class QuizIndex(IndexView):
    def get_base_queryset(self) -> QuerySet[Quiz]:
        quizzes: QuerySet[Quiz] = super().get_base_queryset()
        shown: QuerySet[Quiz] = quizzes.select_related("module", "bank").annotate(
            published=published_in("bank")
        )
        return shown


class WarnsOfSmallBank:
    """After saving: a quiz that draws more than its bank has is told so, but may be saved first and filled later."""

    object: Quiz
    request: Any

    def save_action(self) -> HttpResponse:
        response: HttpResponse = super().save_action()  # type: ignore[misc]
        if warning := small_bank_warning(self.object):
            messages.warning(self.request, warning)
        return response


def small_bank_warning(quiz: Quiz) -> str:
    """Empty where the bank has as many published questions as an attempt draws."""
    published = Question.objects.published().filter(bank=quiz.bank_id).count()
    if published == 0:
        return _("The bank “%(bank)s” has no published question yet: nobody can take this quiz.") % {
            "bank": quiz.bank
        }
    if published >= quiz.draw:
        return ""
    return ngettext(
        "The quiz draws %(draw)d questions, but the bank “%(bank)s” has only %(published)d published. "
        "An attempt will have that one question.",
        "The quiz draws %(draw)d questions, but the bank “%(bank)s” has only %(published)d published. "
        "An attempt will have these %(published)d.",
        published,
    ) % {"draw": quiz.draw, "bank": quiz.bank, "published": published}


class QuizCreate(WarnsOfSmallBank, CreateView):
    pass


class QuizEdit(WarnsOfSmallBank, EditView):
    pass


class QuizViewSet(SnippetViewSet):
    model = Quiz
    icon = "form"
    base_url_path = "bai-kiem-tra"
    index_view_class = QuizIndex
    add_view_class = QuizCreate
    edit_view_class = QuizEdit
    list_display = [
        "__str__",
        Column("bank", label=gettext_lazy("Bank"), sort_key="bank__name"),
        NumberColumn("draw", label=gettext_lazy("Questions per attempt")),
        NumberColumn("published", label=gettext_lazy("Published questions")),
        NumberColumn("pass_percent", label=gettext_lazy("Pass mark (%)")),
    ]
    search_fields = ["module__title", "bank__name"]
    search_backend_name = None


class QuestionsGroup(SnippetViewSetGroup):
    items = (QuestionViewSet, BankViewSet, QuizViewSet)
    menu_label = gettext_lazy("Questions")
    menu_icon = "help"
    menu_order = 250


register_snippet(QuestionsGroup)


@hooks.register("register_admin_urls")
def statistics_addresses() -> list[URLPattern]:
    return [
        path("thong-ke/", statistics.overview, name="quizzes_statistics"),
        path("thong-ke/<int:module_id>/", statistics.quiz, name="quiz_statistics"),
        path(
            "thong-ke/<int:module_id>/cau/<int:version_id>/", statistics.question, name="question_statistics"
        ),
    ]


@hooks.register("register_admin_menu_item")
def statistics_menu_item() -> MenuItem:
    return MenuItem(
        gettext_lazy("Statistics"), reverse_lazy("quizzes_statistics"), icon_name="table", order=260
    )
