from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CertificatesConfig(AppConfig):
    name = "certificates"
    verbose_name = _("Certificates")

    def ready(self) -> None:
        from records.signals import course_completed

        course_completed.connect(wake_issuing, dispatch_uid="certificates.wake_issuing")


def wake_issuing(sender: Any, completion: Any, **kwargs: Any) -> None:
    """News of a completion, after its commit: wake a worker. If that fails, the sweep finds the completion."""
    from certificates import tasks
    from lms.lib.queue import wake

    wake(tasks.issue_certificate, completion.pk)
