from typing import Any

from django.core.management.base import BaseCommand

from people.units import load_units


class Command(BaseCommand):
    help = (
        "Load or update the provinces and wards in force since 1 July 2025, with departments and positions."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        counts = load_units()
        self.stdout.write(", ".join(f"{count} {name}" for name, count in counts.items()))
