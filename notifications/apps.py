from django.apps import AppConfig
from django.db.models.signals import pre_save
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = _("Notifications")

    def ready(self) -> None:
        from wagtail.models import WorkflowState
        from wagtail.signals import task_submitted, workflow_approved, workflow_rejected
        from wagtail.users.models import UserProfile

        from notifications import reviews

        task_submitted.connect(reviews.review_requested)
        workflow_approved.connect(reviews.review_approved, sender=WorkflowState)
        workflow_rejected.connect(reviews.review_returned, sender=WorkflowState)
        pre_save.connect(reviews.no_mails_of_its_own, sender=UserProfile)
