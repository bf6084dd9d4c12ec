"""The step of a review: a colleague approves, which publishes, or returns it with a comment."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from wagtail.models import AbstractGroupApprovalTask, PagePermissionTester

from courses.policy import is_own_work, may_publish_this
from people.models import User


class ColleagueReview(AbstractGroupApprovalTask):
    """Approval by a member of the groups who, where a review is a duty, is not approving the own work."""

    class Meta:
        verbose_name = _("review by a colleague")
        verbose_name_plural = _("reviews by colleagues")

    def get_actions(self, obj: Any, user: User) -> list[tuple[str, str, bool]]:
        """(name, label, whether it asks for a comment) of what ``user`` may answer."""
        if settings.REVIEW_REQUIRED and is_own_work(user, obj):
            return []
        actions: list[tuple[str, str, bool]] = super().get_actions(obj, user)
        return actions


class LessonPermissions(PagePermissionTester):
    """Wagtail's permissions of the groups, and the policy of reviews where it is about publishing."""

    def can_publish(self) -> bool:
        return bool(super().can_publish()) and may_publish_this(self.user, self.page)

    def can_publish_subpage(self) -> bool:
        """Whether a new page may be published at once."""
        return bool(super().can_publish_subpage()) and may_publish_this(self.user, None)

    def can_unschedule(self) -> bool:
        """Whoever may write may stop what is about to be published."""
        return bool(super().can_publish())
