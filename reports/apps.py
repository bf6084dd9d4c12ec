from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = _("Reports")

    def ready(self) -> None:
        from quizzes.foreseeing import register_certificates
        from reports.corrections import certificates_resting_on

        register_certificates(certificates_resting_on)
