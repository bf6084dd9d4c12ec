from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from people.entry import EntryRefused, create_entry_link
from people.models import Official


class Command(BaseCommand):
    help = "Print a personal one-time entry link for an official. Older unused links of this official end."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("staff_number")

    def handle(self, *args: Any, staff_number: str, **options: Any) -> None:
        official = Official.objects.filter(staff_number=staff_number).first()
        if official is None:
            raise CommandError(f"No official has the staff number {staff_number}. Import the roster first.")
        try:
            _link, url = create_entry_link(official, by=None)
        except EntryRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(url)
