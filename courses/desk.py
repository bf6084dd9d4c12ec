"""The editors' start page: what is unfinished, and the ways into the work."""

from collections.abc import Mapping
from typing import Any, cast

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.components import Component
from wagtail.models import Page
from wagtail.query import PageQuerySet

from courses.endings import ending_bases, modules_to_review
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


def panels_for(request: HttpRequest) -> list[Component]:
    user = cast(User, request.user)
    drafts = (
        course_root()
        .get_descendants()
        .filter(has_unpublished_changes=True)
        .order_by("-latest_revision_created_at")
    )
    return [
        StartPanel(),
        DraftsPanel(
            "my-drafts",
            200,
            _("My drafts"),
            _("You have no unpublished changes."),
            drafts.filter(latest_revision__user=user),
        ),
        DraftsPanel(
            "others-drafts", 300, _("Colleagues' drafts"), "", drafts.exclude(latest_revision__user=user)
        ),
        EndingsPanel(),
        ReviewsDuePanel(),
    ]
