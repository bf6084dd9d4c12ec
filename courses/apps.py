from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoursesConfig(AppConfig):
    name = "courses"
    verbose_name = _("Courses")

    def ready(self) -> None:
        from wagtail.signals import page_published

        from courses.models import Module
        from courses.publishing import publish_with_page
        from courses.rendering import prepare_pictures
        from courses.signals import version_published

        page_published.connect(publish_with_page, sender=Module)
        version_published.connect(prepare_pictures)
