"""Situations and the questions about them."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, ObjectList, Panel
from wagtail.admin.ui.tables import Column, NumberColumn
from wagtail.snippets.views.snippets import CreateView, IndexView, SnippetViewSet

from lms.lib.text import fold
from quizzes.desk.panels import PICTURE
from quizzes.desk.widgets import FolderSelect
from quizzes.models import Question, QuestionKind, Scenario


class QuestionsPanel(Panel):
    """The questions about a situation, and the way to write another."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "quizzes/admin/situation_questions.html"

        def is_shown(self) -> bool:
            return self.instance is not None and self.instance.pk is not None

        def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context_data(parent_context)
            return context | {
                "situation": self.instance,
                "questions": Question.objects.filter(scenario=self.instance).order_by("pk"),
                "kinds": QuestionKind.choices,
            }


class SituationIndex(IndexView):
    def get_base_queryset(self) -> QuerySet[Scenario]:
        situations: QuerySet[Scenario] = super().get_base_queryset()
        drawn = Q(questions__live=True, questions__retired=False)
        return situations.select_related("bank").annotate(
            asked=Count("questions"), published=Count("questions", filter=drawn)
        )

    def search_queryset(self, queryset: QuerySet[Scenario]) -> Any:
        """Every word in title or text, without regard to case and diacritics; there are few situations."""
        words = fold(self.search_query or "").split()
        return [each for each in queryset if all(word in fold(f"{each.title} {each.text}") for word in words)]


class SituationCreate(CreateView):
    """Stays on the page, for the questions come next."""

    def get_success_url(self) -> str:
        url: str = self.get_edit_url()
        return url


class SituationViewSet(SnippetViewSet):
    model = Scenario
    icon = "doc-full"
    base_url_path = "tinh-huong"
    index_view_class = SituationIndex
    add_view_class = SituationCreate
    list_display = [
        "title",
        Column("bank", label=_("Folder"), sort_key="bank__name"),
        NumberColumn("asked", label=_("Questions")),
        NumberColumn("published", label=_("Of these published")),
    ]
    list_per_page = 50
    search_fields = ["title"]
    search_backend_name = None
    copy_view_enabled = False
    edit_handler = ObjectList(
        [
            FieldPanel("title"),
            FieldPanel("bank", widget=FolderSelect),
            FieldPanel("text", help_text=_("Shown above its questions, which a paper always draws together")),
            PICTURE,
            QuestionsPanel(heading=_("Questions about it")),
        ]
    )
