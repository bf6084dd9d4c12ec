"""``load_starter``: the courses that come with the product. Safe to run again: what is there is left alone."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from courses.models import Module
from lms.starter.loading import load_starter
from lms.starter.tables import StarterError
from quizzes.models import Question


class Command(BaseCommand):
    help = "Loads the starter courses with their lessons and questions, where they are not there yet."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            courses = load_starter()
        except StarterError as error:
            message = _("Nothing was loaded. Mend the content file and run it again: %(error)s")
            raise CommandError(message % {"error": error}) from error
        for course in courses:
            modules = Module.objects.child_of(course)
            questions = Question.objects.filter(bank__quizzes__module__in=modules).distinct().count()
            self.stdout.write(
                _("“%(course)s” is there: %(modules)d lessons, %(questions)d questions.")
                % {"course": course.title, "modules": modules.count(), "questions": questions}
            )
