"""The editors' desk for questions, folders, situations and quizzes (quizzes.desk)."""

from typing import Any, cast

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSetGroup

from people.models import User
from quizzes.desk import bulk, views
from quizzes.desk.folders import FolderViewSet
from quizzes.desk.questions import QuestionViewSet
from quizzes.desk.quizzes import QuizViewSet
from quizzes.desk.situations import SituationViewSet
from quizzes.desk.waiting import panels_for
from quizzes.models import Question
from quizzes.policy import QuestionPolicy, may_publish
from quizzes.statistics import views as statistics

register_permission_policy(Question, QuestionPolicy(Question))


class QuestionsGroup(SnippetViewSetGroup):
    items = (QuestionViewSet, FolderViewSet, SituationViewSet, QuizViewSet)
    menu_label = gettext_lazy("Questions")
    menu_icon = "help"
    menu_order = 250


register_snippet(QuestionsGroup)

for action in bulk.ACTIONS:
    hooks.register("register_bulk_action", action)


@hooks.register("construct_snippet_action_menu")
def publish_only_after_review(items: list[Any], request: HttpRequest, context: dict[str, Any]) -> None:
    """Where the setting asks for a review, who is no reviewer is not offered to publish."""
    if context["model"] is Question and not may_publish(cast(User, request.user)):
        items[:] = [item for item in items if item.name != "action-publish"]


@hooks.register("construct_homepage_panels", order=10)  # after the courses' desk
def reviews(request: HttpRequest, panels: list[Component]) -> None:
    panels += panels_for(request)


@hooks.register("register_admin_urls")
def bank_addresses() -> list[URLPattern]:
    return [
        path("cau-hoi/trung-lap/", views.twins, name="quizzes_twins"),
        path("cau-hoi/hinh/<int:pk>/", views.picture, name="quizzes_picture"),
        path("bai-kiem-tra/<int:pk>/de-thu/", views.papers, name="quiz_papers"),
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
