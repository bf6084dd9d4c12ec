from django.apps import AppConfig, apps
from django.core.management import call_command
from django.db.models.signals import post_migrate


def create_cache_table(**kwargs: object) -> None:
    call_command("createcachetable", verbosity=0)


class LmsConfig(AppConfig):
    name = "lms"

    def ready(self) -> None:
        # The one registers the system checks, the other is the application that tasks belong to.
        from lms import celery, checks  # noqa: F401

        post_migrate.connect(create_cache_table, sender=apps.get_app_config("people"))
