from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from courses.models import Course
from quizzes.coursefile.writing import write_course


class Command(BaseCommand):
    help = "Write a whole course into one file, which another installation can import (docs/tep-khoa-hoc.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="the last part of the course's address")
        parser.add_argument("file", type=Path, help="where to write it, such as chu-ky-so.zip")

    def handle(self, *args: Any, slug: str, file: Path, **options: Any) -> None:
        course = Course.objects.filter(slug=slug).first()
        if course is None:
            raise CommandError(_("No course has the address “%(slug)s”.") % {"slug": slug})
        written = write_course(course)
        try:
            file.write_bytes(written.data)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        for sentence in written.losses:
            self.stderr.write(sentence)
        self.stdout.write(
            _("%(file)s: %(modules)d lessons, %(questions)d questions.")
            % {"file": file, "modules": written.modules, "questions": written.questions}
        )
