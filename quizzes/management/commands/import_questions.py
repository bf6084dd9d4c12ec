from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from people.models import User
from quizzes.exchange.importing import ImportRefused, Wish, import_upload
from quizzes.exchange.judging import judged
from quizzes.exchange.question import FileRefused, Reading, beginning
from quizzes.exchange.reading import read_file
from quizzes.exchange.uploads import keep
from quizzes.models import QuestionBank


class Command(BaseCommand):
    help = (
        "Read a file of questions (GIFT, Moodle XML, Aiken, QTI, XLSX) and import the sound ones, "
        "as drafts or published."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--bank", required=True, help="name of the folder to import into")
        parser.add_argument("--publish", action="store_true", help="publish at once (default: drafts)")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be imported")
        parser.add_argument("--user", default="", help="account in whose name it is done")

    def handle(self, *args: Any, file: Path, bank: str, user: str, **options: Any) -> None:
        folder = QuestionBank.objects.filter(name=bank).first()
        if folder is None:
            raise CommandError(_("No folder is called “%(name)s”.") % {"name": bank})
        account = self._account(user)
        try:
            with file.open("rb") as handle:
                reading = read_file(handle)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        except FileRefused as refused:
            raise CommandError(str(refused)) from refused
        sound = self._look_at(reading, folder)
        bad = len(reading.refusals) + len(reading.questions) - len(sound)
        if options["dry_run"]:
            self.stdout.write(
                _("Nothing was written. Sound questions: %(good)d, others: %(bad)d.")
                % {"good": len(sound), "bad": bad}
            )
            return
        if not sound:
            raise CommandError(_("No question of the file can be imported."))
        with file.open("rb") as handle:
            stored = keep(reading, handle, name=file.name, bank=folder, user=account)
        try:
            import_upload(stored.pk, Wish(sound, publish=options["publish"]), bank=folder, user=account)
        except ImportRefused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(
            self.style.SUCCESS(_("Imported: %(good)d, left out: %(bad)d.") % {"good": len(sound), "bad": bad})
        )

    def _account(self, username: str) -> User | None:
        if not username:
            return None
        account = User.objects.filter(username=username).first()
        if account is None:
            raise CommandError(_("No account is called %(name)s.") % {"name": username})
        return account

    def _look_at(self, reading: Reading, folder: QuestionBank) -> frozenset[int]:
        """The numbers of the sound questions; the others are printed with line and reason."""
        candidates = judged(reading.questions, folder)
        said = [(refusal.line, refusal.subject, refusal.reason) for refusal in reading.refusals]
        for candidate in candidates:
            if not candidate.is_sound:
                reasons = [*candidate.refused, *candidate.faults, candidate.duplicate]
                question = candidate.question
                said.append((question.line, beginning(question.stem), " ".join(filter(None, reasons))))
        for line, subject, reason in sorted(said):
            self.stdout.write(
                _("line %(line)d: %(subject)s – %(reason)s")
                % {"line": line, "subject": subject, "reason": reason}
            )
        return frozenset(candidate.number for candidate in candidates if candidate.is_sound)
