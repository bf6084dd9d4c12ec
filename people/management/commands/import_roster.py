from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from lms.lib.spreadsheets import SpreadsheetError
from people.models import RosterImport, User
from people.roster import Kind, RosterChanged, RosterPlan, RowPlan, apply, plan, read_roster
from people.roster.columns import heading
from people.roster.importing import keep


class Command(BaseCommand):
    help = (
        "Read a roster (XLSX or CSV), show what it would change and, with --apply, change it. "
        "Never deletes, never sends mail."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--apply", action="store_true", help="write the changes that are shown")
        parser.add_argument(
            "--user", default="", help="account whose scope limits the import (default: no limit)"
        )

    def handle(self, *args: Any, file: Path, user: str, **options: Any) -> None:
        account = self._account(user)
        try:
            with file.open("rb") as handle:
                roster = read_roster(handle)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        except SpreadsheetError as error:
            raise CommandError(str(error)) from error
        dry_run = plan(roster, user=account)
        self._print(dry_run)
        if dry_run.errors:
            raise CommandError(
                _("Nothing was written. Rows with errors: %(bad)s, without: %(good)s.")
                % {"bad": dry_run.counts[Kind.ERROR], "good": dry_run.fine_rows}
            )
        if not options["apply"]:
            self.stdout.write(_("Nothing was written. Add --apply to write these changes."))
            return
        try:
            applied = apply(dry_run)
        except RosterChanged as error:
            raise CommandError(_("The data changed meanwhile; nothing was written. Try again.")) from error
        with file.open("rb") as handle:
            keep(
                roster,
                handle,
                name=file.name,
                user=account,
                state=RosterImport.State.APPLIED,
                counts=applied.counts,
            )
        self.stdout.write(self.style.SUCCESS(_("Written.")))

    def _account(self, username: str) -> User | None:
        if not username:
            return None
        account = User.objects.filter(username=username).first()
        if account is None:
            raise CommandError(_("No account is called %(name)s.") % {"name": username})
        return account

    def _print(self, dry_run: RosterPlan) -> None:
        for heading_text in dry_run.roster.unread:
            self.stdout.write(self.style.WARNING(_("Column not read: %(name)s") % {"name": heading_text}))
        for shared in dry_run.shared:
            names = ", ".join([*shared.names, *([f"+{shared.more}"] if shared.more else [])])
            said = _("%(address)s belongs to several officials: %(names)s. Only one can sign in by it.")
            self.stdout.write(self.style.WARNING(said % {"address": shared.address, "names": names}))
        for row in dry_run.rows:
            if row.kind is not Kind.UNCHANGED:
                self.stdout.write(self._line(dry_run, row))
        counts = (f"{kind.label}: {dry_run.counts[kind]}" for kind in Kind)
        self.stdout.write(" · ".join(counts))

    def _line(self, dry_run: RosterPlan, row: RowPlan) -> str:
        title = f"{row.number:>6}  {row.staff_number}  {row.full_name}  [{row.kind.label}]"
        errors = [
            self.style.ERROR(
                f"\n        {dry_run.roster.cell(error.row, error.column)} {heading(error.column)}: {error.message}"
            )
            for error in row.errors
        ]
        changes = [f"\n        {change}" for change in row.changes]
        return title + "".join(errors + changes)
