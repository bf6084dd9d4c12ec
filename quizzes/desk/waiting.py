"""On the start page: questions in review, and questions that fail."""

from collections.abc import Mapping
from typing import Any, cast

from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.components import Component
from wagtail.models import TaskState, WorkflowState

from people.models import User
from quizzes.models import Question
from quizzes.statistics.failing import failing_questions

SHOWN = 10


class ReviewsPanel(Component):
    template_name = "quizzes/admin/waiting.html"

    def __init__(self, name: str, order: int, heading: Any, states: Any) -> None:
        self.name, self.order, self.heading, self.states = name, order, heading, states

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        states = list(self.states[:SHOWN])
        questions = Question.objects.select_related("bank").in_bulk([int(each.object_id) for each in states])
        rows = [(each, questions[int(each.object_id)]) for each in states if int(each.object_id) in questions]
        return {"heading": self.heading, "id": self.name, "rows": rows}


class FailingPanel(Component):
    """Published questions whose answers speak against them."""

    name = "failing-questions"
    template_name = "quizzes/admin/failing_panel.html"
    order = 350

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        lines = failing_questions()
        return {"id": self.name, "lines": lines[:SHOWN], "count": len(lines)}


def panels_for(request: HttpRequest) -> list[Component]:
    """For reviewers what waits for them; for everybody what they sent, what was returned, and what fails."""
    user = cast(User, request.user)
    of_question = WorkflowState.objects.filter(
        base_content_type=ContentType.objects.get_for_model(Question)
    ).select_related("requested_by__official", "current_task_state__finished_by__official")
    mine = TaskState.objects.reviewable_by(user).filter(status=TaskState.STATUS_IN_PROGRESS)
    return [
        ReviewsPanel(
            "to-review",
            210,
            _("Questions that wait for your review"),
            of_question.filter(
                status=WorkflowState.STATUS_IN_PROGRESS, current_task_state__in=mine.values("pk")
            )
            .exclude(requested_by=user)
            .order_by("created_at"),
        ),
        ReviewsPanel(
            "returned",
            220,
            _("Questions returned to you"),
            of_question.filter(status=WorkflowState.STATUS_NEEDS_CHANGES, requested_by=user).order_by(
                "-current_task_state__finished_at"
            ),
        ),
        ReviewsPanel(
            "questions-sent",
            245,
            _("Questions you sent, not answered yet"),
            of_question.filter(status=WorkflowState.STATUS_IN_PROGRESS, requested_by=user).order_by(
                "created_at"
            ),
        ),
        FailingPanel(),
    ]
