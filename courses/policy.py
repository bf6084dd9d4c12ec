"""Who may publish: every trainer or, where REVIEW_REQUIRED asks for it, reviewers, and none of them the own work.

One policy for lessons, courses and questions. Nothing is imported here that loads a model: Wagtail reads
``publish_approved`` (setting WAGTAIL_FINISH_WORKFLOW_ACTION) while its own models are being loaded.
"""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import PermissionDenied

if TYPE_CHECKING:
    from wagtail.models import WorkflowState

    from people.models import User

REVIEWERS = "Reviewers"


def may_publish(user: "User") -> bool:
    """As far as the person goes."""
    return not settings.REVIEW_REQUIRED or is_reviewer(user)


def may_publish_this(user: "User", subject: Any) -> bool:
    """``subject``: a page or question with drafts; None where it is not saved yet, which is the own work."""
    if not settings.REVIEW_REQUIRED:
        return True
    return is_reviewer(user) and subject is not None and not is_own_work(user, subject)


def is_reviewer(user: "User") -> bool:
    return user.is_superuser or user.groups.filter(name=REVIEWERS).exists()


def is_own_work(user: "User", subject: Any) -> bool:
    """Whoever asked for the review that is under way, or wrote what it is about; without one, wrote the newest draft.

    A reviewer who mends a word while reviewing has not made it the own work: two people have read it.
    """
    state = subject.current_workflow_state
    if state is not None and state.status == state.STATUS_IN_PROGRESS:
        return _asked(user, state)
    return subject.latest_revision is not None and subject.latest_revision.user_id == user.pk


def publish_approved(state: "WorkflowState", user: "User | None" = None) -> None:
    """What a finished review does: the newest draft is published.

    Raises PermissionDenied, and the approval is undone, where the policy says no: also for steps of a workflow
    that do not know it.
    """
    if settings.REVIEW_REQUIRED and (user is None or not is_reviewer(user) or _asked(user, state)):
        raise PermissionDenied
    state.content_object.get_latest_revision().publish(user=user, skip_permission_checks=True)


def _asked(user: "User", state: "WorkflowState") -> bool:
    task = state.current_task_state
    return user.pk in (state.requested_by_id, task.revision.user_id if task else None)
