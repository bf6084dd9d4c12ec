"""The quiz of a module: what is drawn for a paper, and the rules of an attempt."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from taggit.models import Tag
from wagtail.models import Orderable

from courses.models import Module
from quizzes.models.bank import Difficulty, Question, QuestionBank, left_value


class Shown(models.TextChoices):
    """What a learner may see of a graded attempt. While it goes on: the own answers and nothing else (rule 4)."""

    NOTHING = "nothing", _("that it was received")
    SCORE = "score", _("the score")
    MARKS = "marks", _("the score, own answers and which were wrong")
    FULL_WHEN_PASSED = "full-when-passed", _("the same; once passed, the right answers and explanations too")
    FULL = "full", _("the score, own answers, right answers and explanations")


class Counting(models.TextChoices):
    """Which of several attempts counts."""

    BEST = "best", _("the best attempt")
    LAST = "last", _("the last attempt")
    AVERAGE = "average", _("the average of all attempts")


class Quiz(ClusterableModel):
    """What is drawn for a module's paper, and the rules of an attempt.

    A paper holds what ``parts`` name, in their order, and then ``draw`` further questions from ``bank``. The
    paper of a renewal holds ``delta_draw`` questions with ``delta_tag`` instead.
    """

    module = models.OneToOneField(
        Module, on_delete=models.CASCADE, related_name="quiz", verbose_name=_("module")
    )
    bank = models.ForeignKey(
        QuestionBank, on_delete=models.PROTECT, related_name="quizzes", verbose_name=_("bank")
    )
    draw = models.PositiveSmallIntegerField(
        _("questions drawn from the bank"),
        default=10,
        validators=[MaxValueValidator(100)],
        help_text=_("Beside those named below"),
    )
    pass_percent = models.PositiveSmallIntegerField(
        _("pass mark in percent"), default=80, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    attempts_allowed = models.PositiveSmallIntegerField(
        _("attempts allowed"), default=0, help_text=_("0: no limit")
    )
    waiting_minutes = models.PositiveIntegerField(
        _("waiting time between attempts in minutes"),
        default=0,
        validators=[MaxValueValidator(60 * 24 * 90)],
        help_text=_("0: at once"),
    )
    counting = models.CharField(_("what counts"), max_length=8, choices=Counting, default=Counting.BEST)
    time_limit_minutes = models.PositiveSmallIntegerField(
        _("time limit in minutes"), default=0, help_text=_("0: no limit")
    )
    grace_seconds = models.PositiveSmallIntegerField(
        _("grace in seconds"),
        default=60,
        help_text=_("Answers that arrive so long after the time limit still count: lines are slow"),
    )
    shuffle_questions = models.BooleanField(_("shuffle questions"), default=True)
    shuffle_options = models.BooleanField(_("shuffle options"), default=True)
    review = models.CharField(
        _("shown right after grading"), max_length=20, choices=Shown, default=Shown.FULL_WHEN_PASSED
    )
    review_later = models.CharField(
        _("shown after the due date"), max_length=20, choices=Shown, default=Shown.FULL_WHEN_PASSED
    )

    delta_tag = models.ForeignKey(
        Tag,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("tag of the questions about the latest change"),
        help_text=_("From the folders of this quiz. Choose it before the change is published."),
    )
    delta_draw = models.PositiveSmallIntegerField(
        _("questions about the change"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
        help_text=_("So many are drawn; where there are fewer, all of them"),
    )

    # Set by save() when the quiz moved: the module it left.
    left_module_id: int | None = None

    class Meta:
        verbose_name = _("quiz")
        verbose_name_plural = _("quizzes")

    def __str__(self) -> str:
        return str(self.module)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """One transaction with the new versions that follow from it (quizzes.publishing)."""
        with transaction.atomic():
            self.left_module_id = left_value(Quiz, self.pk, "module_id", self.module_id)
            super().save(*args, **kwargs)


class QuizPart(Orderable):
    """A row of a quiz: one named question (with its whole situation, where it has one), or so many of a sort."""

    quiz = ParentalKey(Quiz, on_delete=models.CASCADE, related_name="parts")
    question = models.ForeignKey(
        Question,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("this question"),
    )
    count = models.PositiveSmallIntegerField(
        _("or so many"), default=1, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    bank = models.ForeignKey(
        QuestionBank,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("from the bank"),
        help_text=_("Empty: the quiz's own bank"),
    )
    tag = models.ForeignKey(
        Tag, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("with the tag")
    )
    difficulty = models.PositiveSmallIntegerField(
        _("of the difficulty"), choices=Difficulty, null=True, blank=True
    )

    class Meta(Orderable.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(question__isnull=True)
                | Q(count=1, bank__isnull=True, tag__isnull=True, difficulty__isnull=True),
                name="quiz_part_question_or_draw",
            )
        ]
