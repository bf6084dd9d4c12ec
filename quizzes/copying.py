"""The quiz of a copied lesson: the same rules over the same questions of the bank."""

from django.utils.translation import gettext_lazy as _

from courses.copying import Companion
from courses.models import Module
from quizzes.models import Quiz, QuizPart


def copy_quiz(source: Module, copy: Module) -> None:
    """A lesson without a quiz gives none; a copy that has one already keeps it."""
    quiz = Quiz.objects.filter(module=source).first()
    if quiz is None or Quiz.objects.filter(module=copy).exists():
        return
    parts = list(QuizPart.objects.filter(quiz=quiz))
    quiz.pk, quiz.module = None, copy
    quiz._state.adding = True
    quiz.save()
    for part in parts:
        part.pk, part.quiz = None, quiz
        part._state.adding = True
        part.save()


QUIZ = Companion(
    label=_("Copy the quiz rules as well"),
    help=_("The questions are not doubled: the copy draws from the same folders of the bank."),
    exists=lambda lessons: Quiz.objects.filter(module__in=lessons).exists(),
    copy=copy_quiz,
)
