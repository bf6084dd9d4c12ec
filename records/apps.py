from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecordsConfig(AppConfig):
    name = "records"
    verbose_name = _("Records")

    def ready(self) -> None:
        from courses.signals import version_published
        from records.renewing import propose_new

        version_published.connect(propose_new, dispatch_uid="records.propose_new")
