"""One sitting: its frozen paper, the answers as append-only steps, and how it was graded, step by step."""

import datetime
import uuid
from decimal import ROUND_HALF_UP, Decimal

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.models import Module, ModuleVersion
from people.models import Official, PostingSnapshot, User
from quizzes.models.bank import QuestionVersion
from records.models import Enrolment


class Attempt(PostingSnapshot):
    """One sitting: a frozen paper drawn from one ModuleVersion, its answers and its score.

    ``points`` and ``passed`` say what counts now; every grade it ever had is a GradeStep, and ``grade_number``
    names the newest. The database refuses another grade without a further step (migration 0002).
    """

    class State(models.TextChoices):
        """An attempt that was not started has no row. The last three are closed: graded, each ended differently."""

        IN_PROGRESS = "in-progress", _("in progress")
        SUBMITTED = "submitted", _("submitted")  # received whole, not graded yet
        GRADED = "graded", _("graded")
        LATE = "late", _("submitted late")  # after its time: graded by what had come in time
        ABANDONED = (
            "abandoned",
            _("abandoned"),
        )  # never submitted: closed by the server when its time was over

    CLOSED = (State.GRADED, State.LATE, State.ABANDONED)

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="attempts")
    official = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="attempts")
    module = models.ForeignKey(Module, on_delete=models.PROTECT, related_name="attempts")
    version = models.ForeignKey(ModuleVersion, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12, choices=State, default=State.IN_PROGRESS)
    seed = models.BigIntegerField()
    started_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(null=True, blank=True, help_text="End of the time limit, without grace")
    closes_at = models.DateTimeField(
        null=True, blank=True, help_text="End of the grace: what arrives later is kept and does not count"
    )
    submitted_at = models.DateTimeField(null=True, blank=True)
    graded_at = models.DateTimeField(null=True, blank=True)
    grade_number = models.PositiveSmallIntegerField(default=0)
    points = models.DecimalField(max_digits=9, decimal_places=5, null=True)
    max_points = models.DecimalField(max_digits=6, decimal_places=2)
    passed = models.BooleanField(null=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "module", "number"], name="attempt_number_once"),
            models.UniqueConstraint(
                fields=["enrolment", "module"],
                condition=Q(state__in=["in-progress", "submitted"]),
                name="attempt_one_open",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["in-progress", "submitted"],
                    graded_at__isnull=True,
                    points__isnull=True,
                    passed__isnull=True,
                )
                | Q(
                    state__in=["graded", "late", "abandoned"],
                    graded_at__isnull=False,
                    points__isnull=False,
                    passed__isnull=False,
                ),
                name="attempt_graded_whole",
            ),
        ]
        indexes = [
            models.Index(
                fields=["closes_at"],
                condition=Q(state__in=["in-progress", "submitted"]),
                name="attempt_open_closes",
            )
        ]

    def __str__(self) -> str:
        return f"{self.official} – {self.version} #{self.number}"

    @property
    def is_closed(self) -> bool:
        """Graded, however it ended."""
        return self.state in self.CLOSED

    def is_over(self, at: datetime.datetime) -> bool:
        """The time limit and its grace have passed: what arrives at ``at`` does not count."""
        return self.closes_at is not None and at > self.closes_at

    def takes_answers(self, at: datetime.datetime) -> bool:
        """What arrives at ``at`` counts."""
        return self.state == self.State.IN_PROGRESS and not self.is_over(at)

    @property
    def ended_at(self) -> datetime.datetime | None:
        """When the sitting ended for the learner: by submission, or by its time; None while it is open."""
        return (self.submitted_at or self.closes_at or self.graded_at) if self.is_closed else None

    @property
    def score(self) -> Decimal | None:
        """On the scale of ten, two decimals; None before grading."""
        if self.points is None or not self.max_points:
            return None
        return (self.points * 10 / self.max_points).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


class AttemptItem(models.Model):
    """One question on one paper: its version and the order of its options, fixed when the paper was drawn."""

    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="items")
    order = models.PositiveSmallIntegerField()
    question_version = models.ForeignKey(QuestionVersion, on_delete=models.PROTECT, related_name="items")
    option_order = models.JSONField(help_text="The version's option keys in the order shown (quizzes.kinds)")
    max_points = models.DecimalField(max_digits=4, decimal_places=2)
    points = models.DecimalField(max_digits=8, decimal_places=5, null=True)
    grade_number = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("question of an attempt")
        verbose_name_plural = _("questions of attempts")
        ordering = ["attempt", "order"]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "order"], name="item_order_once"),
            models.UniqueConstraint(fields=["attempt", "question_version"], name="item_question_once"),
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id}/{self.order}"


class Answer(models.Model):
    """A response as an append-only step; the newest of an item counts. The operation id makes a repeat harmless.

    A step that arrived after its time or after the submission is kept as ``late`` and counts for nothing; the
    database refuses one that does not say so (migrations 0002 and 0004).
    """

    item = models.ForeignKey(AttemptItem, on_delete=models.PROTECT, related_name="answers")
    operation_id = models.UUIDField(unique=True)
    response = models.JSONField(help_text="List of texts: option keys or what was typed (quizzes.kinds)")
    late = models.BooleanField(default=False)
    received_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ["item", "pk"]

    def __str__(self) -> str:
        return str(self.operation_id)


class GradeStep(models.Model):
    """A grade that an attempt got, and why: append-only, number 1 at submission, each later one a correction.

    ``item_points``: the points by item order, {"1": "0.50000", …}.
    """

    class Cause(models.TextChoices):
        SUBMITTED = "submitted", _("submitted")
        TIME_OVER = "time-over", _("time was over")
        LATE_ACCEPTED = "late-accepted", _("late answers were accepted")
        KEY_CORRECTED = "key-corrected", _("the answer key was corrected")

    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="grade_steps")
    number = models.PositiveSmallIntegerField()
    cause = models.CharField(max_length=16, choices=Cause)
    points = models.DecimalField(max_digits=9, decimal_places=5)
    passed = models.BooleanField()
    item_points = models.JSONField()
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=400, blank=True)
    graded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("grade")
        verbose_name_plural = _("grades")
        ordering = ["attempt", "number"]
        constraints = [models.UniqueConstraint(fields=["attempt", "number"], name="grade_step_once")]

    def __str__(self) -> str:
        return f"{self.attempt_id} #{self.number}: {self.points}"
