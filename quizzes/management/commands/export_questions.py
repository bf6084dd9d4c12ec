from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from quizzes.exchange.exporting import FORMATS, exchanged, in_folder, prepared
from quizzes.exchange.question import beginning
from quizzes.models import QuestionBank


class Command(BaseCommand):
    help = (
        "Write the questions of a folder, and of those below it, to a file; say what the format cannot hold."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--bank", required=True, help="name of the folder")
        parser.add_argument("--format", required=True, choices=list(FORMATS))
        parser.add_argument(
            "--output", type=Path, help="file to write (default: the folder's name, in this directory)"
        )

    def handle(self, *args: Any, bank: str, output: Path | None, **options: Any) -> None:
        folder = QuestionBank.objects.filter(name=bank).first()
        if folder is None:
            raise CommandError(_("No folder is called “%(name)s”.") % {"name": bank})
        format = FORMATS[options["format"]]
        result = prepared(exchanged(in_folder(folder), folder), format)
        for sentence, questions in (
            (_("left out: %(subject)s – %(reason)s"), result.left_out),
            (_("lost: %(subject)s – %(reason)s"), result.losses),
        ):
            for question, reasons in questions:
                subject = beginning(question.stem, 60)
                self.stderr.write(sentence % {"subject": subject, "reason": "; ".join(reasons)})
        file = output or Path(f"{bank.replace('/', '-')}.{format.extension}")
        try:
            file.write_bytes(format.write(result.questions))
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        self.stdout.write(f"{file}: " + _("Written: %(count)d questions.") % {"count": len(result.questions)})
