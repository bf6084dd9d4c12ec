"""The folders of the bank."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.admin.ui.tables import Column, NumberColumn
from wagtail.snippets.views.snippets import IndexView, SnippetViewSet

from quizzes.desk.widgets import FolderSelect
from quizzes.folders import Folder, tree
from quizzes.models import QuestionBank


class NameColumn(Column):
    """Indented by its depth."""

    cell_template_name = "quizzes/admin/folder.html"

    def get_cell_context_data(self, instance: QuestionBank, parent_context: dict[str, Any]) -> dict[str, Any]:
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        url = reverse("wagtailsnippets_quizzes_questionbank:edit", args=[instance.pk])
        return context | {"folder": instance.place, "url": url}  # type: ignore[attr-defined]


def questions_link(bank: Any) -> SafeString:
    address = f"{reverse('wagtailsnippets_quizzes_question:list')}?bank={bank.pk}"
    return format_html('<a href="{}">{}</a>', address, bank.place.questions)


class FolderIndex(IndexView):
    """The whole tree on one page: there are few folders."""

    @cached_property
    def places(self) -> dict[int, tuple[int, Folder]]:
        return {folder.bank.pk: (at, folder) for at, folder in enumerate(tree(counts=True))}

    def search_queryset(self, queryset: QuerySet[QuestionBank]) -> Any:
        """In the order of the tree, whatever is searched."""
        banks = [bank for bank in super().search_queryset(queryset) if bank.pk in self.places]
        for bank in banks:
            bank.place = self.places[bank.pk][1]
        return sorted(banks, key=lambda bank: self.places[bank.pk][0])


class FolderViewSet(SnippetViewSet):
    model = QuestionBank
    icon = "folder-open-inverse"
    base_url_path = "kho-cau-hoi"
    index_view_class = FolderIndex
    list_display = [
        NameColumn("name", label=_("Folder")),
        Column("questions", label=_("Questions, with those below"), accessor=questions_link),
        NumberColumn("published", label=_("Of these published"), accessor="place.published"),
    ]
    list_per_page = 500
    search_fields = ["name"]
    search_backend_name = None
    copy_view_enabled = False
    edit_handler = ObjectList([FieldPanel("name"), FieldPanel("parent", widget=FolderSelect)])
