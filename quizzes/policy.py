"""Who may publish a question: every trainer or, where the setting asks for a review, reviewers alone."""

from typing import Any

from django.conf import settings
from wagtail.permission_policies import ModelPermissionPolicy

from people.models import User

REVIEWERS = "Reviewers"


class QuestionPolicy(ModelPermissionPolicy):
    """Django's permissions of the groups; with QUESTION_REVIEW_REQUIRED only reviewers hold “publish”."""

    def user_has_permission(self, user: User, action: str) -> bool:
        allowed: bool = super().user_has_permission(user, action)
        return allowed and (action != "publish" or may_publish(user))

    def user_has_any_permission(self, user: User, actions: list[str]) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)

    def users_with_any_permission(self, actions: list[str]) -> Any:
        users = super().users_with_any_permission(actions)
        if set(actions) != {"publish"} or not settings.QUESTION_REVIEW_REQUIRED:
            return users
        return users.filter(groups__name=REVIEWERS) | users.filter(is_superuser=True)


def may_publish(user: User) -> bool:
    """As far as the setting goes."""
    return (
        not settings.QUESTION_REVIEW_REQUIRED
        or user.is_superuser
        or user.groups.filter(name=REVIEWERS).exists()
    )
