from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from people import second_factor
from people.models import User


class Command(BaseCommand):
    help = (
        "Take an account's authenticator app, passkeys and recovery codes away (a lost phone) and sign it out "
        "everywhere. The next sign-in sets up a new second factor."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account", help="the sign-in name; for officials the staff number")

    def handle(self, *args: Any, account: str, **options: Any) -> None:
        user = User.objects.filter(username__iexact=account).first()
        if user is None:
            raise CommandError(f"No account has the name {account}.")
        second_factor.reset(user)
        self.stdout.write(
            f"{user.username}: signed out everywhere; a new second factor is set up at the next sign-in."
        )
