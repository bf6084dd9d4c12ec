"""Refresher questions after a course was passed: who takes part, what is due, and every answer as it was given."""

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.models import Course
from people.models import Official, Ward
from quizzes.models.bank import Question, QuestionVersion


class RefresherPlan(models.Model):
    """An official takes part for one course, of the own free will; ``stopped_at`` set: no longer."""

    official = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="refresher_plans")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="refresher_plans")
    started_at = models.DateTimeField(default=timezone.now)
    stopped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("refresher plan")
        verbose_name_plural = _("refresher plans")
        constraints = [models.UniqueConstraint(fields=["official", "course"], name="refresher_plan_once")]

    def __str__(self) -> str:
        return f"{self.official} – {self.course}"


class RefresherItem(models.Model):
    """One question of a plan. ``memory``: the state of the scheduler (quizzes.refreshing), as its Card.to_dict()."""

    plan = models.ForeignKey(RefresherPlan, on_delete=models.PROTECT, related_name="items")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="+")
    memory = models.JSONField()
    missed = models.BooleanField(default=False, help_text="The newest answer was not right")
    due_at = models.DateTimeField()

    class Meta:
        verbose_name = _("refresher question")
        verbose_name_plural = _("refresher questions")
        constraints = [models.UniqueConstraint(fields=["plan", "question"], name="refresher_item_once")]
        indexes = [models.Index(fields=["plan", "due_at"], name="refresher_due")]

    def __str__(self) -> str:
        return str(self.question)


class RefresherReview(models.Model):
    """One answer, append-only. The ward is that of the day; only its figures as a whole are ever shown to others."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    official = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="refresher_reviews")
    item = models.ForeignKey(RefresherItem, on_delete=models.PROTECT, related_name="reviews")
    number = models.PositiveIntegerField()
    question_version = models.ForeignKey(QuestionVersion, on_delete=models.PROTECT, related_name="+")
    option_order = models.JSONField()
    response = models.JSONField()
    share = models.DecimalField(max_digits=6, decimal_places=5, help_text="Of the points, 0 to 1")
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("refresher answer")
        verbose_name_plural = _("refresher answers")
        constraints = [models.UniqueConstraint(fields=["item", "number"], name="refresher_review_once")]
        indexes = [
            models.Index(fields=["official", "answered_at"], name="refresher_by_day"),
            models.Index(fields=["ward", "answered_at"], name="refresher_by_ward"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} #{self.number}"
