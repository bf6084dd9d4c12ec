"""The editors' start page: what is unfinished, and the ways into the work."""

from collections.abc import Mapping
from typing import Any, cast

from django.contrib.contenttypes.models import ContentType
from django.db.models import BigIntegerField
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.components import Component
from wagtail.models import Page, TaskState, WorkflowState
from wagtail.query import PageQuerySet

from courses.endings import ending_bases, modules_to_review
from courses.policy import is_reviewer
from courses.resting import summaries
from courses.tree import course_root
from people.models import User

SHOWN = 10


class StartPanel(Component):
    """Where to begin."""

    name = "start"
    template_name = "courses/admin/start.html"
    order = 100

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        return {"root": course_root()}


class DraftsPanel(Component):
    """Pages with changes that learners do not see yet."""

    template_name = "courses/admin/drafts.html"

    def __init__(self, name: str, order: int, heading: Any, empty: Any, drafts: "PageQuerySet[Page]") -> None:
        self.name, self.order = name, order
        self.heading, self.empty, self.drafts = heading, empty, drafts

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "heading": self.heading,
            "empty": self.empty,
            "id": self.name,
            "drafts": self.drafts.select_related("latest_revision__user__official", "content_type")[:SHOWN],
        }


class EndingsPanel(Component):
    """Legal documents that end soon or ended, as far as anything rests on them."""

    name = "endings"
    template_name = "courses/admin/endings_panel.html"
    order = 410

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        resting = summaries()
        rows = [(each, resting[each.basis.pk]) for each in ending_bases() if each.basis.pk in resting]
        return {"rows": rows[:SHOWN], "count": len(rows), "id": self.name}


class ReviewsDuePanel(Component):
    """Lessons whose own date of review is near or past."""

    name = "reviews-due"
    template_name = "courses/admin/reviews_due_panel.html"
    order = 420

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        due = modules_to_review()
        return {"modules": due[:SHOWN], "id": self.name, "today": timezone.localdate()}


class ReviewsPanel(Component):
    """Reviews of courses and lessons: that wait for me, that came back to me, or that I asked for.

    Without ``empty`` the panel is there only when something is in it.
    """

    template_name = "courses/admin/reviews.html"

    def __init__(self, name: str, order: int, heading: Any, empty: Any, states: Any) -> None:
        self.name, self.order, self.heading, self.empty, self.states = name, order, heading, empty, states

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        states = list(self.states[:SHOWN])
        pages = Page.objects.in_bulk([int(each.object_id) for each in states])
        rows = [(each, pages[int(each.object_id)]) for each in states if int(each.object_id) in pages]
        return {"heading": self.heading, "empty": self.empty, "id": self.name, "rows": rows}


def review_panels(user: User) -> list[Component]:
    states = WorkflowState.objects.filter(
        base_content_type=ContentType.objects.get_for_model(Page)
    ).select_related("requested_by__official", "current_task_state__finished_by__official")
    under_way = states.filter(status=WorkflowState.STATUS_IN_PROGRESS).order_by("created_at")
    mine = TaskState.objects.reviewable_by(user).filter(status=TaskState.STATUS_IN_PROGRESS)
    to_me = under_way.filter(current_task_state__in=mine.values("pk")).exclude(requested_by=user)
    return [
        ReviewsPanel(
            "lessons-to-review",
            205,
            _("Lessons that wait for your review"),
            _("No lesson waits for your review.") if is_reviewer(user) else "",
            to_me,
        ),
        ReviewsPanel(
            "lessons-returned",
            215,
            _("Lessons returned to you"),
            "",
            states.filter(status=WorkflowState.STATUS_NEEDS_CHANGES, requested_by=user).order_by(
                "-current_task_state__finished_at"
            ),
        ),
        ReviewsPanel(
            "lessons-sent",
            240,
            _("Lessons you sent, not answered yet"),
            _("Nothing that you sent waits for an answer."),
            under_way.filter(requested_by=user),
        ),
    ]


def panels_for(request: HttpRequest) -> list[Component]:
    user = cast(User, request.user)
    drafts = (
        course_root()
        .get_descendants()
        .filter(has_unpublished_changes=True)
        .exclude(pk__in=_in_review())
        .order_by("-latest_revision_created_at")
    )
    return [
        StartPanel(),
        *review_panels(user),
        DraftsPanel(
            "my-drafts",
            230,
            _("My drafts"),
            _("You have no unpublished changes."),
            drafts.filter(latest_revision__user=user),
        ),
        DraftsPanel(
            "others-drafts", 390, _("Colleagues' drafts"), "", drafts.exclude(latest_revision__user=user)
        ),
        EndingsPanel(),
        ReviewsDuePanel(),
    ]


def _in_review() -> Any:
    """Pages that wait for a review or were returned: each stands in a panel of its own."""
    states = WorkflowState.objects.active().filter(base_content_type=ContentType.objects.get_for_model(Page))
    return states.annotate(subject=Cast("object_id", BigIntegerField())).values("subject")
