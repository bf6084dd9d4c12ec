"""``curriculum_report``: the walk through the starter courses, for people or as JSON."""

import dataclasses
import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from lms.starter import loading
from lms.starter.spelling import find_dictionary
from lms.starter.walking import Finding, Walk, walk


class Command(BaseCommand):
    help = "Walks through the courses that come with the product and says what is there and what is not in order."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--json", action="store_true", help="One JSON object: every word with its number."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        spelling = find_dictionary() is not None
        found = walk(loading.FOLDERS, on=timezone.localdate(), spelling=spelling)
        numbers = {name: _number(value) for name, value in _items(found)}
        if options["json"]:
            self.stdout.write(json.dumps(numbers))
            return
        for name, value in _items(found):
            self.stdout.write(f"{name:26} {'–' if numbers[name] is None else numbers[name]}")
            for finding in value if isinstance(value, list) else ():
                self.stdout.write(f"    {finding.where}: {finding.what}")
        if not spelling:
            self.stderr.write(
                _(
                    "No Vietnamese dictionary is on this machine, so spelling was not checked: install hunspell-vi."
                )
            )


def _items(found: Walk) -> list[tuple[str, int | list[Finding] | None]]:
    return [(each.name, getattr(found, each.name)) for each in dataclasses.fields(found)]


def _number(value: int | list[Finding] | None) -> int | None:
    return len(value) if isinstance(value, list) else value
