"""``catalog check``, ``catalog update``, ``catalog compile``: the Vietnamese catalogue, see lms/catalog.py."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lms import catalog


class Command(BaseCommand):
    help = "Checks, updates or compiles the Vietnamese catalogue."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["check", "update", "compile"])

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        {"check": self.check_ours, "update": self.update, "compile": self.compile}[action]()

    def check_ours(self) -> None:
        problems = catalog.problems()
        for problem in problems:
            self.stdout.write(problem)
        if problems:
            raise CommandError(f"{len(problems)} messages to mend; `catalog update` adds and drops entries.")
        self.stdout.write(f"{len(catalog.found())} messages, all with their Vietnamese.")

    def update(self) -> None:
        added, dropped = catalog.update()
        self.stdout.write(f"{added} added, {dropped} dropped; untranslated ones have an empty msgstr.")

    def compile(self) -> None:
        self.stdout.write(f"{catalog.compile_all()} catalogues compiled.")
