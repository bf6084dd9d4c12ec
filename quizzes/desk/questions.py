"""The list and the editor of questions."""

from typing import Any

import django_filters
from django import forms
from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, Count, Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast, Coalesce
from django.http import HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from taggit.models import Tag
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.panels import ObjectList
from wagtail.admin.ui.tables import Column, NumberColumn, StatusTagColumn
from wagtail.admin.widgets.button import HeaderButton
from wagtail.models import WorkflowState
from wagtail.snippets.views.chooser import ChooseResultsView, ChooseView, SnippetChooserViewSet
from wagtail.snippets.views.snippets import (
    CreateView,
    EditView,
    IndexView,
    SnippetViewSet,
    UnpublishView,
)

from courses.endings import ending_of, flagged
from courses.policy import may_publish_this
from lms.lib.text import fold
from quizzes.desk.forms import QuestionForm
from quizzes.desk.panels import QUESTION_PANELS
from quizzes.desk.words import WORDS
from quizzes.duplicates import Twin
from quizzes.folders import choices
from quizzes.models import (
    AttemptItem,
    Difficulty,
    Question,
    QuestionBank,
    QuestionKind,
    QuestionOption,
    Scenario,
)

ROWS = 3  # empty ones that a new question begins with

DRAFT, PUBLISHED, NEWER, REVIEW, RETURNED, RETIRED = (
    "draft",
    "published",
    "newer",
    "review",
    "returned",
    "retired",
)


def found(questions: QuerySet[Question], query: str) -> QuerySet[Question]:
    """Every word, without regard to case and diacritics."""
    for word in fold(query).split():
        questions = questions.filter(search_text__contains=word)
    return questions


def reviews() -> QuerySet[WorkflowState]:
    """Reviews under way of the question in the outer query."""
    of_question = ContentType.objects.get_for_model(Question)
    states: QuerySet[WorkflowState] = WorkflowState.objects.active()
    return states.filter(base_content_type=of_question, object_id=Cast(OuterRef("pk"), CharField()))


class QuestionFilter(WagtailFilterSet):
    bank = django_filters.ChoiceFilter(
        label=gettext_lazy("Folder"), method="in_folder", choices=choices, help_text=gettext_lazy("And below")
    )
    kind = django_filters.ChoiceFilter(label=gettext_lazy("Kind"), choices=QuestionKind.choices)
    difficulty = django_filters.ChoiceFilter(label=gettext_lazy("Difficulty"), choices=Difficulty.choices)
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"),
        method="in_state",
        choices=[
            (PUBLISHED, gettext_lazy("published")),
            (NEWER, gettext_lazy("published, with a newer draft")),
            (DRAFT, gettext_lazy("draft")),
            (REVIEW, gettext_lazy("in review")),
            (RETURNED, gettext_lazy("returned for changes")),
            (RETIRED, gettext_lazy("retired")),
        ],
    )
    tag = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Tag"),
        field_name="tags",
        queryset=lambda request: (
            Tag.objects.filter(tagged_questions__isnull=False).distinct().order_by("name")
        ),
    )
    scenario = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Situation"), queryset=lambda request: Scenario.objects.all()
    )
    basis = django_filters.ChoiceFilter(
        label=gettext_lazy("Legal basis"),
        method="by_basis",
        choices=[("ending", gettext_lazy("ended, replaced or ending within 60 days"))],
    )

    class Meta:
        model = Question
        fields: list[str] = []

    def in_folder(self, questions: QuerySet[Question], name: str, value: str) -> QuerySet[Question]:
        bank = QuestionBank.objects.filter(pk=value).first()
        return questions.filter(bank__in=bank.with_below()) if bank else questions.none()

    def by_basis(self, questions: QuerySet[Question], name: str, value: str) -> QuerySet[Question]:
        return questions.filter(flagged("legal_basis__"))

    def in_state(self, questions: QuerySet[Question], name: str, value: str) -> QuerySet[Question]:
        drawn = Q(live=True, retired=False)
        states = {
            PUBLISHED: drawn,
            NEWER: drawn & Q(has_unpublished_changes=True),
            DRAFT: Q(live=False),
            REVIEW: Exists(reviews().filter(status=WorkflowState.STATUS_IN_PROGRESS)),
            RETURNED: Exists(reviews().filter(status=WorkflowState.STATUS_NEEDS_CHANGES)),
            RETIRED: Q(live=True, retired=True),
        }
        return questions.filter(states[value])


def state_of(question: Any) -> str:
    """A word or two for the list; the list annotates ``review``."""
    if question.review == WorkflowState.STATUS_IN_PROGRESS:
        return _("in review")
    if question.review == WorkflowState.STATUS_NEEDS_CHANGES:
        return _("returned for changes")
    status: str = question.status
    return status


class BasisColumn(Column):
    """The document's number, marked where it ended or ends soon."""

    cell_template_name = "quizzes/admin/basis_cell.html"

    def get_cell_context_data(self, instance: Question, parent_context: dict[str, Any]) -> dict[str, Any]:
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        basis = instance.legal_basis
        return context | {"basis": basis, "ending": ending_of(basis) if basis else None}


def last_drawn(question: Any) -> str:
    return date_format(question.last_drawn, "SHORT_DATE_FORMAT") if question.last_drawn else "–"


class QuestionIndex(IndexView):
    def get_base_queryset(self) -> QuerySet[Question]:
        """With what its columns show: some queries for the page, however long it is."""
        questions: QuerySet[Question] = super().get_base_queryset()
        items = (
            AttemptItem.objects.filter(question_version__question=OuterRef("pk"))
            .order_by()
            .values("question_version__question")
        )
        shown: QuerySet[Question] = questions.select_related("bank", "legal_basis__replaced_by").annotate(
            papers=Coalesce(Subquery(items.annotate(count=Count("pk")).values("count")), 0),
            last_drawn=Subquery(items.annotate(last=Max("attempt__started_at")).values("last")),
            review=Subquery(reviews().values("status")[:1]),
        )
        return shown

    def search_queryset(self, queryset: QuerySet[Question]) -> QuerySet[Question]:
        return found(queryset, self.search_query or "")

    @cached_property
    def header_more_buttons(self) -> list[Any]:
        twins = HeaderButton(
            _("Questions that ask the same"), reverse("quizzes_twins"), icon_name="copy", priority=90
        )
        return [*super().header_more_buttons, twins]


class AsksThePolicy:
    """Where a review is a duty, nobody publishes the own question, not by an address typed by hand either."""

    def get_available_actions(self) -> list[str]:
        actions: list[str] = super().get_available_actions()  # type: ignore[misc]
        may = may_publish_this(self.request.user, self.object)  # type: ignore[attr-defined]
        return [action for action in actions if may or action != "publish"]


class TellsOfTwins:
    """After saving a draft: which questions of the bank ask the same. Publishing asks before (QuestionForm)."""

    form: QuestionForm
    request: Any
    expects_json_response: bool

    def save_action(self) -> HttpResponse:
        response: HttpResponse = super().save_action()  # type: ignore[misc]
        if not self.expects_json_response and self.form.twins:
            messages.warning(self.request, twins_sentence(self.form.twins))
        return response


def twins_sentence(twins: list[Twin]) -> SafeString:
    links = format_html_join(
        ", ",
        '<a href="{}">{}</a> ({})',
        (
            (
                reverse("wagtailsnippets_quizzes_question:edit", args=[twin.question.pk]),
                twin.question,
                twin.question.bank,
            )
            for twin in twins
        ),
    )
    return format_html(
        "{} {}", _("It was saved. The bank has questions that ask the same or nearly so:"), links
    )


class QuestionCreate(AsksThePolicy, TellsOfTwins, CreateView):
    """``?kind=…&bank=…&scenario=…`` fill the form in advance; what does not exist is ignored."""

    def get_initial_form_instance(self) -> Question:
        question: Question = super().get_initial_form_instance() or Question()
        asked = self.request.GET
        if asked.get("kind") in WORDS:
            question.kind = asked["kind"]
        if self.request.method == "GET":
            texts = WORDS[question.kind].fixed or ("",) * ROWS
            question.options = [QuestionOption(text=text, sort_order=row) for row, text in enumerate(texts)]
        if asked.get("scenario", "").isdecimal():
            question.scenario = Scenario.objects.filter(pk=asked["scenario"]).first()
            question.bank_id = question.scenario.bank_id if question.scenario else None
        if asked.get("bank", "").isdecimal():
            question.bank = QuestionBank.objects.filter(pk=asked["bank"]).first()
        return question


class QuestionEdit(AsksThePolicy, TellsOfTwins, EditView):
    pass


class QuestionUnpublish(UnpublishView):
    """Whoever may mend a question may take it out of use, also where only reviewers publish."""

    permission_required = "change"


class QuestionSearch(BaseFilterForm):
    """Above the list in which a quiz's named question is chosen."""

    q = forms.CharField(label=gettext_lazy("Words of the question"), required=False)
    bank = forms.ChoiceField(label=gettext_lazy("Folder"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bank"].choices = [("", "---------"), *choices()]

    def filter(self, objects: QuerySet[Question]) -> QuerySet[Question]:
        self.search_query = self.cleaned_data["q"]
        self.is_searching = bool(self.search_query)
        objects = found(super().filter(objects), self.search_query)
        if self.cleaned_data["bank"]:
            bank = QuestionBank.objects.get(pk=self.cleaned_data["bank"])
            objects = objects.filter(bank__in=bank.with_below())
        return objects


class Chooses:
    """Only what a paper may draw is offered."""

    filter_form_class = QuestionSearch

    def get_object_list(self) -> QuerySet[Question]:
        return Question.objects.published().select_related("bank").order_by("-pk")

    @property
    def columns(self) -> list[Any]:
        return [
            *super().columns,  # type: ignore[misc]
            Column("kind", label=gettext_lazy("Kind"), accessor="get_kind_display"),
            Column("bank", label=gettext_lazy("Folder")),
        ]


class ChooseQuestion(Chooses, ChooseView):
    pass


class ChooseQuestionResults(Chooses, ChooseResultsView):
    pass


class QuestionChooser(SnippetChooserViewSet):
    choose_view_class = ChooseQuestion
    choose_results_view_class = ChooseQuestionResults


class QuestionViewSet(SnippetViewSet):
    model = Question
    icon = "help"
    base_url_path = "cau-hoi"
    index_view_class = QuestionIndex
    add_view_class = QuestionCreate
    edit_view_class = QuestionEdit
    unpublish_view_class = QuestionUnpublish
    chooser_viewset_class = QuestionChooser
    filterset_class = QuestionFilter
    list_display = [
        "__str__",
        Column("kind", label=gettext_lazy("Kind"), accessor="get_kind_display", sort_key="kind"),
        Column("bank", label=gettext_lazy("Folder"), sort_key="bank__name"),
        Column(
            "difficulty",
            label=gettext_lazy("Difficulty"),
            accessor="get_difficulty_display",
            sort_key="difficulty",
        ),
        BasisColumn("legal_basis", label=gettext_lazy("Legal basis"), sort_key="legal_basis__number"),
        # Wagtail's own column asks twice per row for a scheduled revision.
        StatusTagColumn(
            "status",
            label=gettext_lazy("State"),
            accessor=state_of,
            primary=lambda question: question.is_drawn,
            sort_key="live",
        ),
        NumberColumn("papers", label=gettext_lazy("Papers"), sort_key="papers"),
        Column("last_drawn", label=gettext_lazy("Last drawn"), accessor=last_drawn, sort_key="last_drawn"),
    ]
    list_per_page = 50
    search_fields = ["search_text"]
    search_backend_name = None
    ordering = "-pk"
    copy_view_enabled = False
    edit_handler = ObjectList(QUESTION_PANELS, base_form_class=QuestionForm)
