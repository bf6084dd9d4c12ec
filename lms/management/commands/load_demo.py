"""``load_demo``: invented officials in real wards, some of whom have learnt already. Safe to run again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lms import demo


class Command(BaseCommand):
    help = "Loads the demo data into an installation that has no officials yet."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            demo.load()
        except ValueError as error:
            raise CommandError(str(error)) from error
        demo.refresh_signins()
        if options["verbosity"]:
            self.stdout.write("The demo is loaded; script/server prints its sign-ins.")
