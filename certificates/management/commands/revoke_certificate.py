"""manage.py revoke_certificate 123/2026 --reason "…" --by USERNAME"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from certificates.issuing import revoke
from certificates.models import Certificate
from certificates.register import by_register_number
from people.models import User


class Command(BaseCommand):
    help = "Revoke a certificate: a further row with who and why. The entry and its file stay as they are."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", help="Register number, such as 123/2026")
        parser.add_argument("--reason", required=True, help="Why; the official is told")
        parser.add_argument("--by", required=True, metavar="USERNAME", help="Who decided it")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            certificate = by_register_number(options["number"])
            actor = User.objects.get(username=options["by"], is_active=True)
            already = hasattr(certificate, "revocation")
            revocation = revoke(certificate, reason=options["reason"], by=actor)
        except Certificate.DoesNotExist:
            raise CommandError(f"There is no certificate {options['number']} in the register.") from None
        except User.DoesNotExist:
            raise CommandError(f"There is no active account {options['by']!r}.") from None
        except ValueError as error:
            raise CommandError(str(error)) from error
        day = f"{revocation.revoked_at:%Y-%m-%d}"
        if already:
            self.stdout.write(
                f"{certificate} was revoked before, on {day} by {revocation.actor}; nothing changed."
            )
        else:
            self.stdout.write(f"{certificate} of {certificate.full_name} is revoked as of {day}.")
