"""The evidence: who must learn what by when, how far they are, and what they completed. Append-only."""

import datetime
from typing import Any, ClassVar, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from courses.models import Course, Module, ModuleVersion
from people.models import Department, Official, Position, PostingSnapshot, User, Ward


class EnrolmentRule(models.Model):
    """Who must do which course by when. An empty list of departments or positions means all of them."""

    course = models.ForeignKey(
        Course, on_delete=models.PROTECT, related_name="rules", verbose_name=_("course")
    )
    wards = models.ManyToManyField(Ward, related_name="rules", verbose_name=_("wards"))
    departments = models.ManyToManyField(
        Department, related_name="rules", blank=True, verbose_name=_("departments")
    )
    positions = models.ManyToManyField(
        Position, related_name="rules", blank=True, verbose_name=_("positions")
    )
    due_on = models.DateField(_("due on"))
    active = models.BooleanField(
        _("active"), default=True, help_text=_("Newcomers are enrolled while it is active")
    )
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("enrolment rule")
        verbose_name_plural = _("enrolment rules")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.course} – {self.due_on:%d/%m/%Y}"


class Round(models.Model):
    """Learners are asked to learn again: proposed, seen by somebody who confirms or declines it, then worked through.

    The row is the job of enrolling them (records.rounds): ``finished_at`` says that everybody it touched then is
    enrolled. It stays confirmed, for whoever it touches later.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", pgettext_lazy("renewal", "proposed")
        CONFIRMED = "confirmed", pgettext_lazy("renewal", "confirmed")
        DECLINED = "declined", pgettext_lazy("renewal", "declined")

    proposed_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=9, choices=State, default=State.PROPOSED)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class RenewalRound(Round):
    """A material version of a module asks those who completed the course on an older one to learn the change.

    It is proposed when the version is published; nobody is enrolled or told before somebody has seen whom it
    touches and confirmed it (records.renewing). Whoever completes the course later on an older version is
    enrolled then.
    """

    DAYS: ClassVar = 60

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="renewal_rounds")
    version = models.OneToOneField(ModuleVersion, on_delete=models.PROTECT, related_name="renewal_round")
    days = models.PositiveSmallIntegerField(
        _("days to learn the change"),
        default=DAYS,
        validators=[MinValueValidator(7), MaxValueValidator(365)],
    )

    class Meta:
        verbose_name = _("renewal")
        verbose_name_plural = _("renewals")
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by__isnull=True, decided_at__isnull=True)
                | Q(state__in=["confirmed", "declined"], decided_by__isnull=False, decided_at__isnull=False),
                name="renewal_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return str(self.version)


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def completed(self) -> Self:
        return self.filter(completed_at__isnull=False)

    def overdue(self, on: datetime.date | None = None) -> Self:
        """Not completed and past the due date (the due date itself is still in time)."""
        return self.filter(completed_at__isnull=True, due_on__lt=on or timezone.localdate())


class Enrolment(models.Model):
    """One official × one course × one period. Periods after the first are renewals; none is ever reset.

    ``started_at`` and ``completed_at`` repeat, for lists of thousands, what ModuleProgress and Completion say;
    they are written in the same transaction as those rows and never moved afterwards.
    """

    official = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="enrolments")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="enrolments")
    period = models.PositiveSmallIntegerField(default=1)
    rule = models.ForeignKey(EnrolmentRule, on_delete=models.PROTECT, null=True, related_name="enrolments")
    delta = models.BooleanField(
        default=False,
        db_default=False,
        help_text="A renewal: asks only for what its RenewalTasks name, not for the whole course",
    )
    expires_on = models.DateField(
        null=True,
        blank=True,
        help_text="Of a renewal by time the last day on which the certificate that it renews is valid",
    )
    due_on = models.DateField(_("due on"), null=True, blank=True)
    enrolled_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        ordering = [F("due_on").asc(nulls_last=True), "pk"]
        constraints = [
            models.UniqueConstraint(fields=["official", "course", "period"], name="enrolment_once"),
            models.CheckConstraint(condition=Q(period__gte=1), name="enrolment_period_from_one"),
        ]
        indexes = [
            models.Index(fields=["course", "due_on"]),
            # What reports ask of every enrolment: is there a later one? There are few.
            models.Index(
                fields=["official", "course", "period"], condition=Q(period__gt=1), name="enrolment_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.official} – {self.course}"

    @property
    def overdue(self) -> bool:
        return self.completed_at is None and self.due_on is not None and self.due_on < timezone.localdate()


class RenewalTask(models.Model):
    """A change that an enrolment asks to be learnt: the module in ``version``, by somebody who knows ``held``.

    Several rounds of one course share one open enrolment, each with a task of its own.
    """

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="tasks")
    round = models.ForeignKey(RenewalRound, on_delete=models.PROTECT, related_name="tasks")
    module = models.ForeignKey(Module, on_delete=models.PROTECT, related_name="renewal_tasks")
    version = models.ForeignKey(ModuleVersion, on_delete=models.PROTECT, related_name="+")
    held = models.ForeignKey(ModuleVersion, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("change to be learnt")
        verbose_name_plural = _("changes to be learnt")
        ordering = ["enrolment", "pk"]
        constraints = [models.UniqueConstraint(fields=["enrolment", "version"], name="renewal_task_once")]

    def __str__(self) -> str:
        return f"{self.enrolment} – {self.version}"


class ModuleProgress(models.Model):
    """How far one enrolment is in one module, on the version with which the learner began."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="progress")
    module = models.ForeignKey(Module, on_delete=models.PROTECT, related_name="progress")
    version = models.ForeignKey(ModuleVersion, on_delete=models.PROTECT, related_name="+")
    cards_seen = models.JSONField(default=list, help_text="Card ids, in the order first seen")
    card_total = models.PositiveSmallIntegerField(help_text="Cards in the version being studied")
    last_card = models.CharField(max_length=36, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True, help_text="When last_card came to be the last card")
    card_seconds = models.JSONField(
        default=dict, help_text="Seconds by card id, until the module is done (records.reading_times)"
    )
    started_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True, help_text="All cards seen")
    done_at = models.DateTimeField(null=True, blank=True, help_text="Read and, where there is a quiz, passed")
    score = models.DecimalField(
        max_digits=4, decimal_places=2, null=True, help_text="Of the passed quiz, 0–10"
    )

    class Meta:
        verbose_name = _("progress in a module")
        verbose_name_plural = _("progress in modules")
        constraints = [models.UniqueConstraint(fields=["enrolment", "module"], name="progress_once")]

    def __str__(self) -> str:
        return f"{self.enrolment} – {self.version}"

    @property
    def percent(self) -> int:
        return percent_read(len(self.cards_seen), self.card_total, read=self.read_at is not None)


class ChecklistMark(models.Model):
    """One tap on an item of a checklist card: it is ticked, or no longer. The newest of an item holds.

    The operation id makes a repeated tap, however late it arrives, the same row (records.checklists). The next
    period of the course begins with nothing ticked, because its progress is a new one.
    """

    progress = models.ForeignKey(ModuleProgress, on_delete=models.PROTECT, related_name="checklist_marks")
    card = models.CharField(max_length=36)
    item = models.CharField(max_length=36)
    ticked = models.BooleanField()
    operation_id = models.UUIDField()
    marked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("mark in a checklist")
        verbose_name_plural = _("marks in checklists")
        constraints = [
            models.UniqueConstraint(fields=["progress", "operation_id"], name="checklist_operation_once")
        ]
        indexes = [models.Index(fields=["progress", "card"])]

    def __str__(self) -> str:
        return f"{self.progress} – {self.item}"


def percent_read(seen: int, total: int, *, read: bool) -> int:
    return 100 if read or not total else round(100 * seen / total)


class Completion(PostingSnapshot):
    """The fact that a course was completed, with the posting of that moment. Append-only (migration 0002).

    A correction is a further row that names the row it corrects, who did it and why.
    """

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="completions")
    official = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="completions")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="completions")
    full_name = models.CharField(max_length=120)
    date_of_birth = models.DateField(null=True, blank=True)
    course_title = models.CharField(max_length=255)
    periods = models.PositiveSmallIntegerField(help_text="Length in lesson periods, as printed")
    started_on = models.DateField()
    completed_at = models.DateTimeField(default=timezone.now)
    score = models.DecimalField(
        max_digits=4, decimal_places=2, null=True, help_text="Mean of the passed quizzes, 0–10; null: no quiz"
    )
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrected_by"
    )
    reason = models.CharField(max_length=300, blank=True)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("completion")
        verbose_name_plural = _("completions")
        ordering = ["-completed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment"], condition=Q(corrects__isnull=True), name="completion_once_per_enrolment"
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True) | (~Q(reason="") & Q(actor__isnull=False)),
                name="correction_has_actor_and_reason",
            ),
        ]
        indexes = [models.Index(fields=["ward", "course", "completed_at"])]

    def __str__(self) -> str:
        return f"{self.full_name} – {self.course_title}"

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("A completion is never deleted; write a correction.")


class CardReport(PostingSnapshot):
    """A learner's word that a card does not match what is done or seen at work. Append-only (migration 0006).

    It names the version and the card that were read, so it can be shown again as it was. The operation id makes
    a form that is sent twice one report (rule 5).
    """

    official = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="card_reports")
    module = models.ForeignKey(Module, on_delete=models.PROTECT, related_name="card_reports")
    version = models.ForeignKey(ModuleVersion, on_delete=models.PROTECT, related_name="+")
    card = models.CharField(max_length=36, help_text="The card's id, the same in all versions")
    text = models.TextField()
    operation_id = models.UUIDField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("report of a card")
        verbose_name_plural = _("reports of cards")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["official", "operation_id"], name="card_report_once"),
            models.CheckConstraint(condition=~Q(text=""), name="card_report_has_a_text"),
        ]
        indexes = [models.Index(fields=["module", "card"]), models.Index(fields=["official", "created_at"])]

    def __str__(self) -> str:
        return f"{self.version} – {self.text[:60]}"


class CardReportAnswer(models.Model):
    """What a trainer answered to one report. Append-only; an answer is corrected by a further one."""

    class Verdict(models.TextChoices):
        ANSWERED = "answered", pgettext_lazy("report of a card", "answered")
        CHANGED = "changed", _("lesson changed")
        NOT_SO = "not-so", _("the lesson is right as it is")

    report = models.ForeignKey(CardReport, on_delete=models.PROTECT, related_name="answers")
    verdict = models.CharField(_("outcome"), max_length=8, choices=Verdict)
    text = models.TextField(_("answer"))
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    operation_id = models.UUIDField()

    class Meta:
        verbose_name = _("answer to a report")
        verbose_name_plural = _("answers to reports")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["report", "operation_id"], name="card_report_answer_once"),
            models.CheckConstraint(condition=~Q(text=""), name="card_report_answer_has_a_text"),
        ]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()}: {self.text[:60]}"
