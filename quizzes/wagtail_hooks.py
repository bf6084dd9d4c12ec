"""The editors' desk for questions, folders, situations and quizzes (quizzes.desk)."""

from collections.abc import Iterator
from typing import Any, cast

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse, reverse_lazy
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.admin.widgets import Button
from wagtail.models import Page
from wagtail.permissions import register_permission_policy
from wagtail.snippets.action_menu import ActionMenuItem
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSetGroup

from courses.models import Course, CourseIndex
from courses.policy import may_publish_this
from people.models import User
from quizzes import views_corrections as corrections
from quizzes import views_coursefile, views_exchange
from quizzes.desk import attempts, bulk, views
from quizzes.desk.export import Export
from quizzes.desk.folders import FolderViewSet
from quizzes.desk.questions import QuestionViewSet
from quizzes.desk.quizzes import QuizViewSet
from quizzes.desk.situations import SituationViewSet
from quizzes.desk.waiting import panels_for
from quizzes.models import Question
from quizzes.policy import QuestionPolicy
from quizzes.statistics import views as statistics

register_permission_policy(Question, QuestionPolicy(Question))


class QuestionsGroup(SnippetViewSetGroup):
    items = (QuestionViewSet, FolderViewSet, SituationViewSet, QuizViewSet)
    menu_label = gettext_lazy("Questions")
    menu_icon = "help"
    menu_order = 250


register_snippet(QuestionsGroup)

for action in [*bulk.ACTIONS, Export]:
    hooks.register("register_bulk_action", action)


@hooks.register("construct_snippet_action_menu")
def publish_only_after_review(items: list[Any], request: HttpRequest, context: dict[str, Any]) -> None:
    """Where a review is a duty, only a colleague's work is offered to publish, and to reviewers alone."""
    if context["model"] is Question and not may_publish_this(
        cast(User, request.user), context.get("instance")
    ):
        items[:] = [item for item in items if item.name != "action-publish"]


@hooks.register("construct_homepage_panels", order=10)  # after the courses' desk
def reviews(request: HttpRequest, panels: list[Component]) -> None:
    panels += panels_for(request)


@hooks.register("register_admin_urls")
def bank_addresses() -> list[URLPattern]:
    return [
        path("cau-hoi/trung-lap/", views.twins, name="quizzes_twins"),
        path("bai-kiem-tra/<int:pk>/de-thu/", views.papers, name="quiz_papers"),
        path("bai-kiem-tra/<int:pk>/luot/", attempts.attempts, name="quiz_attempts"),
        path("bai-kiem-tra/<int:pk>/luot/<int:enrolment>/", attempts.case, name="quiz_case"),
    ]


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


@hooks.register("register_admin_urls")
def correction_addresses() -> list[URLPattern]:
    return [
        path("sua-dap-an/", corrections.trail, name="key_corrections"),
        path("sua-dap-an/xuat/<str:format>/", corrections.export, name="key_corrections_export"),
        path("sua-dap-an/cau-hoi/<int:question_id>/", corrections.correct, name="correct_key"),
        path("sua-dap-an/<uuid:key>/", corrections.correction, name="key_correction"),
    ]


@hooks.register("register_admin_menu_item")
def corrections_menu_item() -> MenuItem:
    return MenuItem(
        gettext_lazy("Corrected keys"), reverse_lazy("key_corrections"), icon_name="history", order=270
    )


@hooks.register("register_snippet_listing_buttons")
def correct_key_button(snippet: Any, user: Any, next_url: str | None = None) -> Iterator[Button]:
    if isinstance(snippet, Question) and corrections.may_correct(user, snippet):
        yield Button(
            gettext_lazy("Correct the key"),
            reverse("correct_key", args=[snippet.pk]),
            icon_name="edit",
            priority=15,
        )


class CorrectKeyItem(ActionMenuItem):
    """Below the question as it is edited."""

    label = gettext_lazy("Correct the key")
    name = "action-correct-key"
    icon_name = "history"

    def is_shown(self, context: dict[str, Any]) -> bool:
        return context["view"] == "edit" and corrections.may_correct(
            context["request"].user, context["instance"]
        )

    def get_url(self, parent_context: dict[str, Any]) -> str:
        return reverse("correct_key", args=[parent_context["instance"].pk])


@hooks.register("register_snippet_action_menu_item")
def correct_key_item(model: type[Any]) -> CorrectKeyItem | None:
    return CorrectKeyItem(order=90) if model is Question else None


@hooks.register("register_admin_urls")
def exchange_addresses() -> list[URLPattern]:
    return [
        path("nhap-cau-hoi/", views_exchange.index, name="question_exchange"),
        path("nhap-cau-hoi/mau/", views_exchange.template_file, name="question_template"),
        path("nhap-cau-hoi/<int:pk>/", views_exchange.preview, name="question_import"),
        path("xuat-cau-hoi/", views_exchange.export, name="question_export"),
    ]


@hooks.register("register_admin_menu_item")
def exchange_menu_item() -> MenuItem:
    return MenuItem(
        gettext_lazy("Import and export"), reverse_lazy("question_exchange"), icon_name="download", order=255
    )


@hooks.register("register_admin_urls")
def course_file_addresses() -> list[URLPattern]:
    return [
        path("nhap-khoa-hoc/", views_coursefile.index, name="course_files"),
        path("nhap-khoa-hoc/<int:pk>/", views_coursefile.preview, name="course_import"),
        path("khoa-hoc/<int:page_id>/xuat/", views_coursefile.export, name="course_export"),
    ]


@hooks.register("register_page_header_buttons")
def course_file_buttons(
    page: Page, user: User, view_name: str, next_url: str | None = None
) -> Iterator[Button]:
    if isinstance(page, Course) and page.permissions_for_user(user).can_edit():
        yield Button(
            gettext_lazy("Export as a file"),
            reverse("course_export", args=[page.pk]),
            icon_name="download",
            priority=35,
        )
    if isinstance(page, CourseIndex) and page.permissions_for_user(user).can_add_subpage():
        yield Button(
            gettext_lazy("Import a course"), reverse("course_files"), icon_name="download", priority=35
        )
