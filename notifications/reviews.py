"""Who reviews is told that something waits, whoever asked is told the answer: once, through the outbox.

Receivers of the signals of Wagtail's workflow, whatever passes it (lessons, courses, questions). Its own e-mails are
off: each account's switches for them are, and the screen that has those switches is not ours.
"""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.db.models import Model
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.utils import get_latest_str
from wagtail.models import Page, TaskState, WorkflowState
from wagtail.users.models import UserProfile

from notifications.models import Kind
from notifications.sending import notify
from people.models import Official, User


def review_requested(sender: type[TaskState], instance: TaskState, user: User | None, **kwargs: Any) -> None:
    """Receiver of ``task_submitted``: a step of a review begins."""
    asked_by = instance.workflow_state.requested_by
    groups = Group.objects.filter(pk__in=_groups_of(instance))
    reviewers = Official.objects.filter(user__groups__in=groups, user__is_active=True).select_related("user")
    for reviewer in reviewers.exclude(user=user).exclude(user=asked_by).distinct():
        with translation.override(settings.LANGUAGE_CODE):
            words = _words(instance.workflow_state, user or asked_by)
            notify(
                reviewer,
                Kind.REVIEW_REQUESTED,
                f"review/{instance.pk}",
                subject=_("Please review: %(title)s") % words,
                body=_(
                    "%(who)s asks for your review of the %(kind)s “%(title)s”. Approving it publishes it; "
                    "returning it with a comment says what is still to be done."
                )
                % words,
                path=_path(instance.workflow_state, reviewer.user),
            )


def review_approved(
    sender: type[WorkflowState], instance: WorkflowState, user: User | None, **kwargs: Any
) -> None:
    """Receiver of ``workflow_approved``."""
    _answered(
        instance,
        user,
        subject=gettext_lazy("Approved: %(title)s"),
        body=gettext_lazy(
            "%(who)s approved the %(kind)s “%(title)s”. It is published, or will be at the time set in it."
        ),
    )


def review_returned(
    sender: type[WorkflowState], instance: WorkflowState, user: User | None, **kwargs: Any
) -> None:
    """Receiver of ``workflow_rejected``."""
    _answered(
        instance,
        user,
        subject=gettext_lazy("Returned for changes: %(title)s"),
        body=gettext_lazy(
            "%(who)s returned the %(kind)s “%(title)s” to you. It was kept as it is: mend it and send it again."
        ),
    )


def no_mails_of_its_own(sender: type[UserProfile], instance: UserProfile, **kwargs: Any) -> None:
    """Receiver of ``pre_save``: a new profile of the editor gets none of Wagtail's mails."""
    if instance._state.adding:
        instance.submitted_notifications = False
        instance.approved_notifications = False
        instance.rejected_notifications = False
        instance.updated_comments_notifications = False


def _answered(state: WorkflowState, user: User | None, *, subject: Promise, body: Promise) -> None:
    """Tell whoever asked and whoever sent the draft that was answered, unless it is who answers."""
    task = state.current_task_state
    asked = {state.requested_by_id, task.revision.user_id} - {None, user.pk if user else None}
    for official in Official.objects.filter(user__in=asked).select_related("user"):
        with translation.override(settings.LANGUAGE_CODE):
            words = _words(state, user)
            comment = _("Comment: %(comment)s") % {"comment": task.comment} if task.comment else ""
            notify(
                official,
                Kind.REVIEW_ANSWERED,
                f"review/{task.pk}",
                subject=str(subject) % words,
                body="\n\n".join(filter(None, [str(body) % words, comment])),
                path=_path(state, official.user),
            )


def _groups_of(task_state: TaskState) -> list[int]:
    task = task_state.task.specific
    return list(task.groups.values_list("pk", flat=True)) if hasattr(task, "groups") else []


def _subject(state: WorkflowState) -> Model:
    subject: Model = state.content_object
    return subject.specific_deferred if isinstance(subject, Page) else subject


def _words(state: WorkflowState, who: User | None) -> dict[str, str]:
    subject = _subject(state)
    return {
        "who": str(who) if who else _("Somebody"),
        "kind": str(subject._meta.verbose_name),
        "title": get_latest_str(subject),
    }


def _path(state: WorkflowState, user: User | None) -> str:
    return AdminURLFinder(user).get_edit_url(_subject(state)) or ""
