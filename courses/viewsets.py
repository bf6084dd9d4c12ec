"""The register of legal bases as trainers see it."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.panels import ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.snippets.views.chooser import ChooseResultsView, ChooseView, SnippetChooserViewSet
from wagtail.snippets.views.snippets import IndexView, SnippetViewSet

from courses.basis_form import LegalBasisForm
from courses.endings import ending_of, flagged
from courses.models import LegalBasis
from courses.panels import RestingPanel
from courses.resting import summaries
from lms.lib.text import fold

ENDED, IN_EFFECT, COMING, FLAGGED = "ended", "in-effect", "coming", "flagged"


class LegalBasisFilter(WagtailFilterSet):
    effect = django_filters.ChoiceFilter(
        label=_("In effect"),
        method="by_effect",
        choices=[
            (IN_EFFECT, _("in effect today")),
            (COMING, _("not yet in effect")),
            (ENDED, _("no longer in effect")),
            (FLAGGED, _("ended, replaced or ending within 60 days")),
        ],
    )

    class Meta:
        model = LegalBasis
        fields: list[str] = []

    def by_effect(self, queryset: QuerySet[LegalBasis], name: str, value: str) -> QuerySet[LegalBasis]:
        today = timezone.localdate()
        ended, coming = Q(effective_to__lt=today), Q(effective_from__gt=today)
        if value == ENDED:
            return queryset.filter(ended)
        if value == FLAGGED:
            return queryset.filter(flagged())
        return queryset.filter(coming) if value == COMING else queryset.exclude(ended).exclude(coming)


class DayColumn(Column):
    """A date as it is written on the document, not "6 years ago"."""

    def get_value(self, instance: LegalBasis) -> str:
        day = super().get_value(instance)
        return date_format(day, "SHORT_DATE_FORMAT") if day else ""


def found(bases: QuerySet[LegalBasis], query: str) -> QuerySet[LegalBasis]:
    """Every word must occur in number or title; case and diacritics do not matter."""
    for word in fold(query).split():
        bases = bases.filter(search_text__contains=word)
    return bases


class StateColumn(Column):
    """In effect, coming, ending or ended, in a word or two."""

    cell_template_name = "courses/admin/basis_state_cell.html"

    def get_value(self, instance: LegalBasis) -> Any:
        return ending_of(instance)


class RestingColumn(Column):
    """How much rests on the document, with the way to the list; asked for once for the whole page."""

    cell_template_name = "courses/admin/basis_resting_cell.html"

    def get_cell_context_data(self, instance: LegalBasis, parent_context: dict[str, Any]) -> dict[str, Any]:
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        request = parent_context["request"]
        if not hasattr(request, "resting"):
            request.resting = summaries()
        return context | {"summary": request.resting.get(instance.pk, "")}

    def get_value(self, instance: LegalBasis) -> str:
        return ""


class LegalBasisIndex(IndexView):
    def get_base_queryset(self) -> QuerySet[LegalBasis]:
        bases: QuerySet[LegalBasis] = super().get_base_queryset()
        return bases.select_related("replaced_by")

    def search_queryset(self, queryset: QuerySet[LegalBasis]) -> QuerySet[LegalBasis]:
        return found(queryset, self.search_query or "")


class LegalBasisSearch(BaseFilterForm):
    """The search above the list in which a lesson's legal basis is chosen."""

    q = forms.CharField(label=_("Number or title"), required=False)

    def filter(self, objects: QuerySet[LegalBasis]) -> QuerySet[LegalBasis]:
        self.search_query = self.cleaned_data["q"]
        self.is_searching = bool(self.search_query)
        return found(super().filter(objects), self.search_query)


class ChooseBasis(ChooseView):
    filter_form_class = LegalBasisSearch


class ChooseBasisResults(ChooseResultsView):
    filter_form_class = LegalBasisSearch


class LegalBasisChooser(SnippetChooserViewSet):
    """Search the register, or enter what it lacks without leaving the lesson."""

    choose_view_class = ChooseBasis
    choose_results_view_class = ChooseBasisResults
    form_fields = ["number", "title", "issued_on", "effective_from", "effective_to", "link"]


class LegalBasisViewSet(SnippetViewSet):
    model = LegalBasis
    icon = "doc-full"
    menu_label = _("Legal bases")
    menu_name = "legal-bases"
    menu_order = 300
    add_to_admin_menu = True
    admin_url_namespace = "legal_bases"
    base_url_path = "can-cu-phap-ly"
    index_view_class = LegalBasisIndex
    filterset_class = LegalBasisFilter
    chooser_viewset_class = LegalBasisChooser
    search_fields = ["search_text"]
    copy_view_enabled = False
    edit_handler = ObjectList([RestingPanel(), *LegalBasis.panels], base_form_class=LegalBasisForm)
    list_per_page = 50
    list_display: list[Any] = [
        "number",
        "title",
        DayColumn("effective_from", label=_("In effect from"), sort_key="effective_from"),
        DayColumn("effective_to", label=_("In effect until"), sort_key="effective_to"),
        StateColumn("ending", label=_("State")),
        RestingColumn("resting", label=_("What rests on it")),
    ]
