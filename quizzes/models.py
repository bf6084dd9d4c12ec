"""The question bank with its versions, the quizzes, and the attempts with their frozen papers."""

import unicodedata
import uuid
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Self

from django.contrib.contenttypes.fields import GenericRelation
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.models import DraftStateMixin, Orderable, Revision, RevisionMixin

from courses.models import LegalBasis, Module, ModuleVersion
from lms.lib.text import exact, fold
from people.models import Official, PostingSnapshot
from records.models import Enrolment


class QuestionBank(models.Model):
    """A named set of questions; quizzes draw from one."""

    name = models.CharField(_("name"), max_length=200, unique=True)

    panels = [FieldPanel("name")]

    class Meta:
        verbose_name = _("question bank")
        verbose_name_plural = _("question banks")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class QuestionKind(models.TextChoices):
    SINGLE = "single", _("one right answer")
    MULTIPLE = "multiple", _("several right answers")
    TRUE_FALSE = "true-false", _("true or false")
    ORDERING = "ordering", _("put in order")


class QuestionQuerySet(models.QuerySet["Question"]):
    def published(self) -> Self:
        """Those that a new paper may draw."""
        return self.filter(live=True, retired=False, current_version__isnull=False)


class Question(DraftStateMixin, RevisionMixin, ClusterableModel):
    """A bank entry as trainers edit it. Learners only ever meet its published versions.

    Publishing and unpublishing are one transaction with what follows from them (quizzes.publishing).
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    bank = models.ForeignKey(
        QuestionBank, on_delete=models.PROTECT, related_name="questions", verbose_name=_("bank")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=QuestionKind, default=QuestionKind.SINGLE)
    stem = models.TextField(_("question"), max_length=800)
    explanation = models.TextField(
        _("explanation"), max_length=800, blank=True, help_text=_("Shown after grading: why it is so")
    )
    legal_basis = models.ForeignKey(
        LegalBasis,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="questions",
        verbose_name=_("legal basis"),
    )
    article = models.CharField(_("article"), max_length=120, blank=True)
    retired = models.BooleanField(
        _("retired"), default=False, help_text=_("No longer drawn for new attempts")
    )
    current_version = models.ForeignKey(
        "quizzes.QuestionVersion",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    search_text = models.TextField(editable=False)
    _revisions = GenericRelation("wagtailcore.Revision", related_query_name="question")

    # Set by save() when the question moved: the bank it left.
    left_bank_id: int | None = None

    objects = QuestionQuerySet.as_manager()

    panels = [
        FieldPanel("bank"),
        FieldPanel("kind"),
        FieldPanel("stem"),
        InlinePanel(
            "options",
            label=_("Option"),
            heading=_("Options"),
            help_text=_(
                "For “true or false”, write the two options “Đúng” and “Sai”. "
                "For “put in order”, write the steps in the right order."
            ),
            min_num=2,
            max_num=10,
        ),
        FieldPanel("explanation"),
        FieldPanel("legal_basis"),
        FieldPanel("article"),
        FieldPanel("retired"),
    ]

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.stem if len(self.stem) <= 90 else f"{self.stem[:89]}…"

    @property
    def is_drawn(self) -> bool:
        """One of ``published()``."""
        return self.live and not self.retired and self.current_version_id is not None

    @property
    def status(self) -> str:
        """For the editors' list."""
        if self.retired and self.live:
            return gettext("retired")
        if self.live:
            newer = self.has_unpublished_changes
            return gettext("published, with a newer draft") if newer else gettext("published")
        return gettext("draft")

    @property
    def revisions(self) -> models.QuerySet[Revision]:
        history: models.QuerySet[Revision] = self._revisions
        return history

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.stem, self.explanation = _composed(self.stem), _composed(self.explanation)
        self.search_text = fold(self.stem)
        if not kwargs.get("update_fields"):
            self.left_bank_id = _left(Question, self.pk, "bank_id", self.bank_id)
        super().save(*args, **kwargs)

    def publish(self, *args: Any, **kwargs: Any) -> None:
        with transaction.atomic():
            super().publish(*args, **kwargs)

    def unpublish(self, *args: Any, **kwargs: Any) -> None:
        with transaction.atomic():
            super().unpublish(*args, **kwargs)

    def with_content_json(self, content: dict[str, Any]) -> "Question":
        """An older revision brings its text back, never an older pointer to what is published now."""
        revised: Question = super().with_content_json(content)
        revised.key = self.key
        revised.current_version_id = self.current_version_id
        return revised


def _composed(text: str) -> str:
    """NFC without blanks at the ends; line breaks stay as written."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()


def _left(model: type[models.Model], pk: int | None, field: str, now: int) -> int | None:
    """What the stored row has in ``field`` where a save is about to change it."""
    before: int | None = model._default_manager.filter(pk=pk).values_list(field, flat=True).first()
    return None if before == now else before


class QuestionOption(Orderable):
    """An option; for an ordering question the options stand in the right order."""

    question = ParentalKey(Question, on_delete=models.CASCADE, related_name="options")
    text = models.CharField(_("text"), max_length=400)
    correct = models.BooleanField(_("right"), default=False)
    feedback = models.CharField(_("feedback"), max_length=400, blank=True)

    panels = [FieldPanel("text"), FieldPanel("correct"), FieldPanel("feedback")]

    class Meta(Orderable.Meta):
        pass

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.text, self.feedback = exact(self.text), exact(self.feedback)
        super().save(*args, **kwargs)


class QuestionVersion(models.Model):
    """An immutable published state of a question (the database refuses changes, migration 0002).

    ``options``: list of {"key": str, "text": str, "correct": bool, "feedback": str}; a key follows from the
    option's text and says nothing about order or correctness. For ordering, the list stands in the right order.
    """

    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=QuestionKind)
    stem = models.TextField()
    options = models.JSONField()
    explanation = models.TextField(blank=True)
    basis = models.JSONField(default=dict, help_text="LegalBasis.snapshot() plus article, or empty")
    digest = models.CharField(max_length=64)
    published_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("version of a question")
        verbose_name_plural = _("versions of questions")
        constraints = [models.UniqueConstraint(fields=["question", "number"], name="question_version_once")]

    def __str__(self) -> str:
        return f"{self.stem[:60]} (v{self.number})"


class Review(models.TextChoices):
    """What a learner sees after grading."""

    FULL = "full", _("own answers, right answers and explanations")
    FULL_WHEN_PASSED = "full-when-passed", _("right answers only once passed; before that, which were wrong")
    SCORE = "score", _("the score only")


class Quiz(models.Model):
    """What is drawn from the bank for a module, and the rules of an attempt."""

    module = models.OneToOneField(
        Module, on_delete=models.CASCADE, related_name="quiz", verbose_name=_("module")
    )
    bank = models.ForeignKey(
        QuestionBank, on_delete=models.PROTECT, related_name="quizzes", verbose_name=_("bank")
    )
    draw = models.PositiveSmallIntegerField(
        _("questions per attempt"), default=10, validators=[MinValueValidator(1)]
    )
    pass_percent = models.PositiveSmallIntegerField(
        _("pass mark in percent"), default=80, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    attempts_allowed = models.PositiveSmallIntegerField(
        _("attempts allowed"), default=0, help_text=_("0: no limit")
    )
    shuffle_questions = models.BooleanField(_("shuffle questions"), default=True)
    shuffle_options = models.BooleanField(_("shuffle options"), default=True)
    review = models.CharField(
        _("shown after grading"), max_length=20, choices=Review, default=Review.FULL_WHEN_PASSED
    )

    # Set by save() when the quiz moved: the module it left.
    left_module_id: int | None = None

    panels = [
        FieldPanel("module"),
        FieldPanel("bank"),
        FieldPanel("draw"),
        FieldPanel("pass_percent"),
        FieldPanel("attempts_allowed"),
        FieldPanel("shuffle_questions"),
        FieldPanel("shuffle_options"),
        FieldPanel("review"),
    ]

    class Meta:
        verbose_name = _("quiz")
        verbose_name_plural = _("quizzes")

    def __str__(self) -> str:
        return str(self.module)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """One transaction with the new versions that follow from it (quizzes.publishing)."""
        with transaction.atomic():
            self.left_module_id = _left(Quiz, self.pk, "module_id", self.module_id)
            super().save(*args, **kwargs)


class Attempt(PostingSnapshot):
    """One sitting: a frozen paper drawn from one ModuleVersion, its answers and its score."""

    class State(models.TextChoices):
        IN_PROGRESS = "in-progress", _("in progress")
        GRADED = "graded", _("graded")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="attempts")
    official = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="attempts")
    module = models.ForeignKey(Module, on_delete=models.PROTECT, related_name="attempts")
    version = models.ForeignKey(ModuleVersion, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12, choices=State, default=State.IN_PROGRESS)
    seed = models.BigIntegerField()
    started_at = models.DateTimeField(default=timezone.now)
    graded_at = models.DateTimeField(null=True, blank=True)
    points = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    max_points = models.PositiveSmallIntegerField()
    passed = models.BooleanField(null=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "module", "number"], name="attempt_number_once"),
            models.UniqueConstraint(
                fields=["enrolment", "module"], condition=Q(state="in-progress"), name="attempt_one_open"
            ),
            models.CheckConstraint(
                condition=Q(
                    state="in-progress", graded_at__isnull=True, points__isnull=True, passed__isnull=True
                )
                | Q(state="graded", graded_at__isnull=False, points__isnull=False, passed__isnull=False),
                name="attempt_graded_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.official} – {self.version} #{self.number}"

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
    question_version = models.ForeignKey(QuestionVersion, on_delete=models.PROTECT, related_name="+")
    option_order = models.JSONField(help_text="The version's option keys in the order shown")
    points = models.DecimalField(max_digits=4, decimal_places=2, null=True)

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

    A step that arrived after grading is kept as ``late`` and counts for nothing; the database refuses one that
    does not say so (migration 0002).
    """

    item = models.ForeignKey(AttemptItem, on_delete=models.PROTECT, related_name="answers")
    operation_id = models.UUIDField(unique=True)
    response = models.JSONField(help_text="List of option keys: those chosen, or all in the order given")
    late = models.BooleanField(default=False)
    received_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ["item", "pk"]

    def __str__(self) -> str:
        return str(self.operation_id)
