"""Who may publish a question: the one policy of reviews (courses.policy) beside the permissions of the groups."""

from typing import Any

from django.conf import settings
from wagtail.permission_policies import ModelPermissionPolicy

from courses.policy import REVIEWERS, may_publish
from people.models import User


class QuestionPolicy(ModelPermissionPolicy):
    """Django's permissions of the groups; where a review is a duty only reviewers hold “publish”."""

    def user_has_permission(self, user: User, action: str) -> bool:
        allowed: bool = super().user_has_permission(user, action)
        return allowed and (action != "publish" or may_publish(user))

    def user_has_any_permission(self, user: User, actions: list[str]) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)

    def users_with_any_permission(self, actions: list[str]) -> Any:
        users = super().users_with_any_permission(actions)
        if set(actions) != {"publish"} or not settings.REVIEW_REQUIRED:
            return users
        return users.filter(groups__name=REVIEWERS) | users.filter(is_superuser=True)
