"""manage.py retry_certificates [123/2026 …]"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from certificates.issuing import retry
from certificates.models import Certificate
from certificates.register import named
from certificates.tasks import issue_certificate
from lms.lib.queue import wake


class Command(BaseCommand):
    help = "Give certificates whose file could not be made three new attempts, after the cause is removed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "numbers", nargs="*", help="Register numbers, such as 123/2026; none: all that failed"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            certificates = retry(named(options["numbers"]))
        except Certificate.DoesNotExist:
            raise CommandError("One of these numbers is not in the register; nothing was changed.") from None
        except ValueError as error:
            raise CommandError(f"{error}; nothing was changed.") from error
        for certificate in certificates:
            wake(issue_certificate, certificate.completion_id)
            self.stdout.write(
                f"{certificate}: three new attempts; the last error was: {certificate.last_error}"
            )
        if not certificates:
            self.stdout.write("None of them has failed; nothing to do.")
