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
from wagtail.admin.ui.tables import Column
from wagtail.snippets.views.chooser import ChooseResultsView, ChooseView, SnippetChooserViewSet
from wagtail.snippets.views.snippets import IndexView, SnippetViewSet

from courses.models import LegalBasis
from lms.lib.text import fold

ENDED, IN_EFFECT, COMING = "ended", "in-effect", "coming"


class LegalBasisFilter(WagtailFilterSet):
    effect = django_filters.ChoiceFilter(
        label=_("In effect"),
        method="by_effect",
        choices=[
            (IN_EFFECT, _("in effect today")),
            (COMING, _("not yet in effect")),
            (ENDED, _("no longer in effect")),
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


class LegalBasisIndex(IndexView):
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
    list_per_page = 50
    list_display: list[Any] = [
        "number",
        "title",
        DayColumn("effective_from", label=_("In effect from"), sort_key="effective_from"),
        DayColumn("effective_to", label=_("In effect until"), sort_key="effective_to"),
    ]
