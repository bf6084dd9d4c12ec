"""The bank: folders, questions as trainers edit them, situations, and the immutable published versions."""

import unicodedata
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, ClassVar, Self

from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from taggit.models import ItemBase, Tag
from wagtail.images.models import Image
from wagtail.models import (
    DraftStateMixin,
    LockableMixin,
    Orderable,
    PreviewableMixin,
    Revision,
    RevisionMixin,
    WorkflowMixin,
)

from courses.models import LegalBasis
from lms.lib.text import exact, fold, stream_safe


class QuestionBank(models.Model):
    """A folder of questions on one topic. Folders may stand in folders; drawing from one draws from those below."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("stands in"),
    )

    # Set by save(): whether the folder moved, and the one it stood in.
    moved = False
    left_parent_id: int | None = None

    class Meta:
        verbose_name = _("question bank")
        verbose_name_plural = _("question banks")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        if self.pk and self.parent_id in self.with_below():
            message = _("A folder cannot stand in itself or in a folder below it. Choose another one.")
            raise ValidationError({"parent": message})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """One transaction with the new versions that follow from a move (quizzes.publishing)."""
        self.name = exact(self.name)
        with transaction.atomic():
            before = QuestionBank.objects.filter(pk=self.pk).values_list("parent_id", flat=True)
            self.left_parent_id = before.first() if self.pk else None
            self.moved = bool(self.pk) and self.left_parent_id != self.parent_id
            super().save(*args, **kwargs)

    def with_below(self) -> set[int]:
        """The ids of this folder and of all folders below it. One query; there are few folders."""
        return _closure({self.pk}, QuestionBank.objects.values_list("parent", "pk"))

    def with_above(self) -> set[int]:
        """The ids of this folder and of all folders it stands in."""
        return _closure({self.pk}, QuestionBank.objects.values_list("pk", "parent"))


def _closure(start: set[int], edges: Iterable[tuple[int | None, int | None]]) -> set[int]:
    """All that can be reached from ``start`` over (from, to) pairs; a ring of folders does not trap it."""
    edges, found, fresh = list(edges), set(start), set(start)
    while fresh:
        fresh = {after for before, after in edges if before in fresh and after is not None} - found
        found |= fresh
    return found


class QuestionKind(models.TextChoices):
    """What each one takes and gives stands in quizzes.kinds, a file for each."""

    SINGLE = "single", _("one right answer")
    MULTIPLE = "multiple", _("several right answers")
    TRUE_FALSE = "true-false", _("true or false")
    ORDERING = "ordering", _("put in order")
    MATCHING = "matching", _("match pairs")
    SHORT = "short", _("short answer")
    NUMERIC = "numeric", _("a number")
    HOTSPOT = "hotspot", _("place on a picture")


class Difficulty(models.IntegerChoices):
    EASY = 1, _("easy")
    MEDIUM = 2, _("medium")
    HARD = 3, _("hard")


class Scenario(models.Model):
    """A situation from the desk with several questions about it; a paper shows them together, below its text.

    What is published changes with it (quizzes.publishing.scenario_changed).
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    bank = models.ForeignKey(
        QuestionBank, on_delete=models.PROTECT, related_name="scenarios", verbose_name=_("bank")
    )
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("situation"), max_length=2000)
    image = models.ForeignKey(
        Image, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("picture")
    )
    image_alt = models.CharField(
        _("what the picture shows"),
        max_length=300,
        blank=True,
        help_text=_("Read aloud to people who cannot see it"),
    )

    class Meta:
        verbose_name = _("situation")
        verbose_name_plural = _("situations")
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        _check_picture(self.image)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.title, self.image_alt = exact(self.title), exact(self.image_alt)
        self.text = _composed(self.text)
        with transaction.atomic():
            super().save(*args, **kwargs)


class QuestionTag(ItemBase):
    """A topic word of a question, such as “chứng thực”."""

    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="tagged_questions")
    content_object = ParentalKey("quizzes.Question", on_delete=models.CASCADE, related_name="tagged_items")


class QuestionQuerySet(models.QuerySet["Question"]):
    def published(self) -> Self:
        """Those that a new paper may draw."""
        return self.filter(live=True, retired=False, current_version__isnull=False)


class Question(
    WorkflowMixin, DraftStateMixin, LockableMixin, RevisionMixin, PreviewableMixin, ClusterableModel
):
    """A bank entry as trainers edit it. Learners only ever meet its published versions.

    Publishing and unpublishing are one transaction with what follows from them (quizzes.publishing). While a
    colleague reviews it, only reviewers edit it (the workflow made by migration 0008).
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    bank = models.ForeignKey(
        QuestionBank, on_delete=models.PROTECT, related_name="questions", verbose_name=_("bank")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=QuestionKind, default=QuestionKind.SINGLE)
    scenario = models.ForeignKey(
        Scenario,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="questions",
        verbose_name=_("belongs to the situation"),
    )
    stem = models.TextField(_("question"), max_length=800)
    image = models.ForeignKey(
        Image, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("picture")
    )
    image_alt = models.CharField(
        _("what the picture shows"),
        max_length=300,
        blank=True,
        help_text=_("Read aloud to people who cannot see it"),
    )
    points = models.DecimalField(
        _("points"),
        max_digits=4,
        decimal_places=2,
        default=Decimal(1),
        validators=[MinValueValidator(Decimal("0.25")), MaxValueValidator(Decimal(10))],
    )
    partial_credit = models.BooleanField(
        _("partial credit"),
        default=False,
        help_text=_("A half-right answer earns its share; otherwise it is all or nothing"),
    )
    ignore_diacritics = models.BooleanField(
        _("accept without diacritics"),
        default=False,
        help_text=_("For a short answer: “chung thuc” counts as “chứng thực”. Capital letters never matter"),
    )
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
    difficulty = models.PositiveSmallIntegerField(
        _("difficulty"), choices=Difficulty, default=Difficulty.MEDIUM
    )
    tags = ClusterTaggableManager(
        through=QuestionTag, blank=True, verbose_name=_("tags"), related_name="questions"
    )
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
    # Named, so that the list of questions can ask for those in review.
    _workflow_states = GenericRelation(
        "wagtailcore.WorkflowState",
        content_type_field="base_content_type",
        object_id_field="object_id",
        related_query_name="question",
        for_concrete_model=False,
    )

    preview_modes: ClassVar[list[tuple[str, Any]]] = [
        ("paper", _("as learners see it")),
        ("key", _("with the right answer")),
    ]

    # Set by save() when the question moved: the bank it left.
    left_bank_id: int | None = None

    objects = QuestionQuerySet.as_manager()

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

    def clean(self) -> None:
        super().clean()
        _check_picture(self.image)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.stem, self.explanation = _composed(self.stem), _composed(self.explanation)
        self.image_alt, self.article = exact(self.image_alt), exact(self.article)
        self.search_text = fold(self.stem)
        if kwargs.get("update_fields"):  # Wagtail notes a draft or a lock: what is published stays as it is
            with references_unchanged():
                super().save(*args, **kwargs)
            return
        if self.pk:
            self.left_bank_id = left_value(Question, self.pk, "bank_id", self.bank_id)
        super().save(*args, **kwargs)

    def save_revision(self, *args: Any, **kwargs: Any) -> Revision:
        """A draft. Of a question that is not published the row follows, so that lists and searches find the draft."""
        revision: Revision = super().save_revision(*args, **kwargs)
        if not self.live:
            self.search_text = fold(self.stem)
            Question.objects.filter(pk=self.pk).update(**{name: getattr(self, name) for name in LISTED})
        return revision

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

    def serve_preview(self, request: HttpRequest, mode_name: str) -> TemplateResponse:
        from quizzes.desk.preview import preview  # which renders models, so it knows this file

        return preview(request, self, with_key=mode_name == "key")


@contextmanager
def references_unchanged() -> Iterator[None]:
    """Spare Wagtail's index of uses the six queries by which it finds that nothing changed."""
    from wagtail.signal_handlers import reference_index_auto_update_disabled  # which needs all models

    before = getattr(reference_index_auto_update_disabled, "value", False)
    reference_index_auto_update_disabled.value = True
    try:
        yield
    finally:
        reference_index_auto_update_disabled.value = before


def _check_picture(image: Image | None) -> None:
    """A drawing in SVG would be lost in every file that questions are exchanged in."""
    if image is not None and image.is_svg():
        raise ValidationError(
            {"image": gettext("A question takes no drawing in SVG. Save it as PNG and choose that.")}
        )


def _composed(text: str) -> str:
    """NFC without blanks at the ends; line breaks stay as written."""
    return unicodedata.normalize("NFC", stream_safe(text.replace("\r\n", "\n"))).strip()


# What lists show and search.
LISTED = ("bank_id", "kind", "scenario_id", "stem", "search_text", "difficulty", "retired")


def left_value(model: type[models.Model], pk: int | None, field: str, now: int) -> int | None:
    """What the stored row has in ``field`` where a save is about to change it."""
    before: int | None = model._default_manager.filter(pk=pk).values_list(field, flat=True).first()
    return None if before == now else before


class QuestionOption(Orderable):
    """An option, a step, the left half of a pair, an accepted answer or a place on the picture, as its kind has it.

    For an ordering question the options stand in the right order. ``fraction`` is the share of the points in
    percent (Moodle's answer fraction); without it the share follows from ``correct`` (quizzes.kinds).
    """

    question = ParentalKey(Question, on_delete=models.CASCADE, related_name="options")
    text = models.CharField(_("text"), max_length=400, blank=True)
    correct = models.BooleanField(_("right"), default=False)
    fraction = models.DecimalField(
        _("share in percent"),
        max_digits=8,
        decimal_places=5,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(-100)), MaxValueValidator(Decimal(100))],
    )
    match = models.CharField(_("belongs to"), max_length=400, blank=True)
    tolerance = models.DecimalField(
        _("tolerance"),
        max_digits=18,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
    )
    area = models.JSONField(
        _("place"), null=True, blank=True, help_text="[x, y, width, height] in thousandths of the picture"
    )
    feedback = models.CharField(_("feedback"), max_length=400, blank=True)

    class Meta(Orderable.Meta):
        pass

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.text, self.match, self.feedback = exact(self.text), exact(self.match), exact(self.feedback)
        super().save(*args, **kwargs)


class QuestionVersion(models.Model):
    """An immutable published state of a question (the database refuses changes, migration 0002).

    ``options``: list of {"key", "text", "correct", "feedback"} and, where the kind has them, "fraction" (percent
    as text), "match" and "match_key", "tolerance" (number as text), "area" ([x, y, width, height] in thousandths
    of the picture). A key follows from the option's text and says nothing about order or correctness. For
    ordering, the list stands in the right order. ``settings``: {"partial": bool, "fold": bool} and, in a corrected
    version alone, "counts_for" (CountsFor).
    ``picture``: {"file": name in the media storage, "width": px, "height": px, "alt": str} or empty.
    ``scenario``: {"key": str, "title": str, "text": str, "picture": as above} or empty.
    """

    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=QuestionKind)
    stem = models.TextField()
    options = models.JSONField()
    settings = models.JSONField(default=dict)
    points = models.DecimalField(max_digits=4, decimal_places=2, default=Decimal(1))
    explanation = models.TextField(blank=True)
    basis = models.JSONField(default=dict, help_text="LegalBasis.snapshot() plus article, or empty")
    picture = models.JSONField(default=dict)
    scenario = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    published_at = models.DateTimeField(default=timezone.now)
    published_by = models.ForeignKey(
        "people.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("version of a question")
        verbose_name_plural = _("versions of questions")
        constraints = [models.UniqueConstraint(fields=["question", "number"], name="question_version_once")]

    def __str__(self) -> str:
        return f"{self.stem[:60]} (v{self.number})"

    @property
    def graded_by(self) -> "QuestionVersion":
        """The version whose key grades this one: itself or, since a correction, the corrected one.

        One query, none where ``replacements`` are prefetched (quizzes.keys.WITH_KEYS).
        """
        if self.pk is None:  # the preview of a draft
            return self
        newest = max(self.replacements.all(), key=lambda each: each.number, default=None)
        return newest.corrected if newest else self


class QuestionPicture(models.Model):
    """A picture that a published question shows: such a picture is neither deleted nor replaced."""

    version = models.ForeignKey(QuestionVersion, on_delete=models.PROTECT, related_name="pictures")
    image = models.ForeignKey(Image, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("picture of a question")
        verbose_name_plural = _("pictures of questions")
        constraints = [models.UniqueConstraint(fields=["version", "image"], name="question_picture_once")]

    def __str__(self) -> str:
        return str(self.version)
