"""``prepare``: bring an installation up to date. script/server runs it before every start; safe to run again."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from lms import catalog, demo
from lms.starter.loading import load_starter
from people.models import Official, User, Ward
from people.units import load_units


class Command(BaseCommand):
    help = "Compiles the catalogues, migrates, loads provinces and wards and, with DEMO=1, the demo data."

    def handle(self, *args: Any, **options: Any) -> None:
        catalog.compile_all()
        if pending_migrations():
            self.say("Preparing the database (half a minute the first time)")
            call_command("migrate", verbosity=0, interactive=False)
        first = not Ward.objects.exists()
        counts = load_units()
        if first:
            self.say(
                f"Loaded {counts['provinces']} provinces and {counts['wards']:,} wards, communes and special zones"
            )
        if settings.DEMO:
            self.prepare_demo()
        elif not User.objects.filter(is_superuser=True).exists():
            self.say("Nobody can sign in yet. In a second terminal, make the first administrator:")
            self.say(
                "    .venv/bin/python manage.py createsuperuser   (in a container: script/start createsuperuser)"
            )

    def prepare_demo(self) -> None:
        if not demo.loaded():
            if Official.objects.exists():
                self.say("This installation has officials of its own, so no demo data is loaded into it")
                return
            self.say("Loading the demo: a course, a hundred officials, some of them already done")
            demo.load()
            self.say("Loading the other courses that come with it")
            load_starter()
        demo.refresh_signins()

    def say(self, line: str) -> None:
        self.stdout.write(f"==> {line}")


def pending_migrations() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
