"""Answer keys that were corrected, what each correction did to each attempt, and what HR said. Append-only."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from people.models import User
from quizzes.models.attempts import Attempt, AttemptItem, GradeStep
from quizzes.models.bank import Question, QuestionVersion


class CountsFor(models.TextChoices):
    """Whom a corrected question gives its points, whatever the key says (QuestionVersion.settings["counts_for"])."""

    KEY = "", _("whoever answered rightly by the corrected key")
    ANSWERED = "answered", _("whoever answered it")
    EVERYBODY = "everybody", _("everybody: the question is cancelled")


class KeyCorrection(models.Model):
    """One event: somebody found the answer key of a published question wrong and said what is right.

    ``wrong`` is the version that was looked at, ``corrected`` the one that holds the right key. Which versions
    it grades since then stands in ``replacements``. The row is also the job of regrading (quizzes.recalculating):
    only ``reached``, ``leased_until`` and ``finished_at`` ever change (migration 0005).
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="corrections")
    wrong = models.ForeignKey(QuestionVersion, on_delete=models.PROTECT, related_name="+")
    corrected = models.ForeignKey(QuestionVersion, on_delete=models.PROTECT, related_name="+")
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=400)
    made_at = models.DateTimeField(default=timezone.now)
    reached = models.BigIntegerField(
        default=0, help_text="The last attempt's id that the regrading has dealt with"
    )
    leased_until = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("correction of an answer key")
        verbose_name_plural = _("corrections of answer keys")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="key_correction_has_reason"),
            # So no chain of corrections can come back to where it began.
            models.CheckConstraint(condition=Q(corrected__gt=F("wrong")), name="key_correction_goes_forward"),
        ]
        indexes = [
            models.Index(
                fields=["made_at"], condition=Q(finished_at__isnull=True), name="key_correction_to_do"
            )
        ]

    def __str__(self) -> str:
        return f"{self.wrong} → v{self.corrected.number}"

    @property
    def counts_for(self) -> CountsFor:
        return CountsFor(self.corrected.settings.get("counts_for", ""))


class KeyReplacement(models.Model):
    """``wrong`` is graded by the key of ``corrected`` from now on; the highest number of a version counts."""

    correction = models.ForeignKey(KeyCorrection, on_delete=models.PROTECT, related_name="replacements")
    wrong = models.ForeignKey(QuestionVersion, on_delete=models.PROTECT, related_name="replacements")
    corrected = models.ForeignKey(QuestionVersion, on_delete=models.PROTECT, related_name="replaces")
    number = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("replaced answer key")
        verbose_name_plural = _("replaced answer keys")
        ordering = ["wrong", "number"]
        constraints = [
            # Two corrections of one key at the same moment: the second finds the number taken.
            models.UniqueConstraint(fields=["wrong", "number"], name="key_replacement_once"),
            models.CheckConstraint(
                condition=Q(corrected__gt=F("wrong")), name="key_replacement_goes_forward"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.wrong_id} → {self.corrected_id}"


class RegradeQuerySet(models.QuerySet["Regrade"]):
    def changed(self) -> "RegradeQuerySet":
        return self.exclude(outcome=Regrade.Outcome.UNCHANGED)

    def open(self) -> "RegradeQuerySet":
        """Downgrades that wait for HR's word; one whose question was corrected again is decided anew there."""
        later = Regrade.objects.filter(item=OuterRef("item"), pk__gt=OuterRef("pk"))
        return self.filter(~Exists(later), outcome=Regrade.Outcome.AWAITING, decision__isnull=True)


class Regrade(models.Model):
    """What one correction means for one question of one closed attempt; points before and after.

    An upgrade is applied with the row. A downgrade waits: what HR decides is a RegradeDecision.
    """

    class Outcome(models.TextChoices):
        UNCHANGED = "unchanged", _("no change")
        APPLIED = "applied", _("applied")
        AWAITING = "awaiting", _("waits for HR")

    correction = models.ForeignKey(KeyCorrection, on_delete=models.PROTECT, related_name="regrades")
    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="regrades")
    item = models.ForeignKey(AttemptItem, on_delete=models.PROTECT, related_name="regrades")
    outcome = models.CharField(max_length=10, choices=Outcome)
    item_points_before = models.DecimalField(max_digits=8, decimal_places=5)
    item_points_after = models.DecimalField(max_digits=8, decimal_places=5)
    points_before = models.DecimalField(max_digits=9, decimal_places=5)
    points_after = models.DecimalField(max_digits=9, decimal_places=5)
    passed_before = models.BooleanField()
    passed_after = models.BooleanField()
    step = models.OneToOneField(
        GradeStep, on_delete=models.PROTECT, null=True, blank=True, related_name="regrade"
    )
    made_at = models.DateTimeField(default=timezone.now)

    objects = RegradeQuerySet.as_manager()

    class Meta:
        verbose_name = _("regraded question")
        verbose_name_plural = _("regraded questions")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["correction", "item"], name="regrade_once"),
            models.CheckConstraint(
                condition=Q(outcome="unchanged", item_points_after=F("item_points_before"), step__isnull=True)
                | Q(outcome="applied", item_points_after__gt=F("item_points_before"), step__isnull=False)
                | Q(outcome="awaiting", item_points_after__lt=F("item_points_before"), step__isnull=True),
                name="regrade_down_waits",
            ),
        ]
        indexes = [
            models.Index(fields=["attempt"], condition=Q(outcome="awaiting"), name="regrade_awaiting"),
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id}: {self.points_before} → {self.points_after}"


class RegradeDecision(models.Model):
    """HR's word on a downgrade: once, with who and why.

    ``step``: the grade that an approval wrote; none where the points had meanwhile fallen as far already.
    """

    class Verdict(models.TextChoices):
        APPROVED = "approved", _("approved")
        DECLINED = "declined", _("declined")

    REASON_LENGTH: ClassVar = 400

    regrade = models.OneToOneField(Regrade, on_delete=models.PROTECT, related_name="decision")
    verdict = models.CharField(max_length=8, choices=Verdict)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=REASON_LENGTH)
    step = models.OneToOneField(
        GradeStep, on_delete=models.PROTECT, null=True, blank=True, related_name="regrade_decision"
    )
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("decision on a downgrade")
        verbose_name_plural = _("decisions on downgrades")
        ordering = ["-decided_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="regrade_decision_has_reason"),
            models.CheckConstraint(
                condition=Q(verdict="approved") | Q(step__isnull=True), name="regrade_declined_grades_nothing"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.regrade_id}: {self.verdict}"
