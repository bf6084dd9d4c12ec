from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from courses.lookup import rebuild


class Command(BaseCommand):
    help = "Makes the index of “Tra cứu” anew from the published lessons. Safe to run at any time."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(_("Cards that can be looked up: %(count)d.") % {"count": rebuild()})
