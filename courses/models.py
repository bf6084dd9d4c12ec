"""What trainers edit: courses, modules, cards and legal bases; and the published versions that never change."""

import datetime
import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.forms import RadioSelect, TextInput
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import (
    CommentPanel,
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    MultiFieldPanel,
    PublishingPanel,
)
from wagtail.documents.models import Document
from wagtail.fields import StreamField
from wagtail.images.models import Image
from wagtail.models import Orderable, Page, PageManager
from wagtail.query import PageQuerySet
from wagtail.search import index

from courses.cards import CardsBlock
from courses.page_forms import CopyLessonForm, LessonPageForm, ModulePageForm
from courses.panels import EndingPanel
from courses.reviewing import LessonPermissions
from lms.lib.text import fold
from people.models import User


class LegalBasis(models.Model):
    """A legal document that lessons and questions rest on."""

    number = models.CharField(
        pgettext_lazy("legal document", "number"),
        max_length=80,
        unique=True,
        help_text=_("Such as 30/2020/NĐ-CP"),
    )
    title = models.CharField(pgettext_lazy("legal document", "title"), max_length=250)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    effective_from = models.DateField(_("in effect from"), null=True, blank=True)
    effective_to = models.DateField(_("in effect until"), null=True, blank=True)
    replaced_by = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="replaces",
        verbose_name=_("replaced by"),
    )
    link = models.URLField(_("link"), blank=True)
    search_text = models.CharField(max_length=400, editable=False)

    panels = [
        FieldPanel("number"),
        FieldPanel("title"),
        FieldPanel("issued_on"),
        FieldPanel("effective_from"),
        FieldPanel("effective_to"),
        FieldPanel("replaced_by"),
        FieldPanel("link"),
    ]

    class Meta:
        verbose_name = _("legal basis")
        verbose_name_plural = _("legal bases")
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.number} – {self.title}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_text = fold(f"{self.number} {self.title}")
        super().save(*args, **kwargs)

    def clean(self) -> None:
        if self.effective_from and self.effective_to and self.effective_to < self.effective_from:
            raise ValidationError({"effective_to": _("It ends before it begins to be in effect.")})
        if self.replaced_by_id is not None and self.replaced_by_id == self.pk:
            raise ValidationError({"replaced_by": _("A document does not replace itself.")})
        if self.pk in self._later_documents():
            raise ValidationError(
                {"replaced_by": _("That document is itself replaced, in one or more steps, by this one.")}
            )
        begins = self.replaced_by.effective_from if self.replaced_by else None
        if begins and self.effective_from and begins < self.effective_from:
            raise ValidationError({"replaced_by": _("That document was in effect before this one was.")})

    def _later_documents(self) -> set[int]:
        """The ids of what replaced this one, what replaced that, and so on; one query a step."""
        found: set[int] = set()
        after = self.replaced_by_id
        while after is not None and after not in found:
            found.add(after)
            after = LegalBasis.objects.filter(pk=after).values_list("replaced_by", flat=True).first()
        return found

    def in_effect(self, on: datetime.date | None = None) -> bool:
        today = on or timezone.localdate()
        started = self.effective_from is None or self.effective_from <= today
        return started and (self.effective_to is None or today <= self.effective_to)

    def snapshot(self) -> dict[str, str]:
        """What a published version keeps of this document; dates as ISO 8601, empty where not set."""
        return {
            "number": self.number,
            "title": self.title,
            "issued_on": self.issued_on.isoformat() if self.issued_on else "",
            "effective_from": self.effective_from.isoformat() if self.effective_from else "",
            "effective_to": self.effective_to.isoformat() if self.effective_to else "",
            "link": self.link,
        }


# Not Wagtail's own panel, which would fill the address as one types.
TITLE = FieldPanel("title", classname="title", widget=TextInput({"placeholder": _("Title")}))
ADDRESS = FieldPanel(
    "slug",
    heading=_("Address"),
    widget=TextInput,
    help_text=_("The last part of the page's address. Left empty, it is made from the title."),
)


class LessonPage(Page):
    """What folder, course and module have in common. Wagtail serves none of them: learners have own pages."""

    admin_default_ordering = "ord"  # the order in which they are learnt
    promote_panels: list[FieldPanel] = []
    settings_panels: list[Any] = []
    private_page_options: list[str] = []  # who may read follows from the enrolment
    preview_modes: list[tuple[str, str]] = []
    base_form_class = LessonPageForm
    copy_form_class = CopyLessonForm
    search_fields = [*Page.search_fields, index.AutocompleteField("bare_title")]

    class Meta:
        abstract = True

    def bare_title(self) -> str:
        """What is found when the search is typed without diacritics."""
        return fold(self.draft_title or self.title)

    def permissions_for_user(self, user: User) -> LessonPermissions:
        return LessonPermissions(user, self)

    def learner_path(self) -> str:
        """Where learners find it."""
        raise NotImplementedError

    def get_url_parts(self, request: HttpRequest | None = None) -> tuple[int, str | None, str | None] | None:
        """What the editor offers as "view live": nothing but for a published module."""
        roots = self._get_relevant_site_root_paths(request)
        return (roots[0].site_id, None, None) if roots else None

    def _get_autogenerated_slug(self, base_slug: str) -> str:
        slug: str = super()._get_autogenerated_slug(slugify(fold(self.title)) or base_slug)  # đ is d
        return slug


class CourseIndex(LessonPage):
    """The one folder that holds all courses."""

    max_count = 1
    parent_page_types: list[str] = []
    subpage_types = ["courses.Course"]

    class Meta:
        verbose_name = _("course folder")
        verbose_name_plural = _("course folders")

    def learner_path(self) -> str:
        return reverse("learning:home")


class Course(LessonPage):
    """What a certificate is issued for: an ordered set of modules."""

    summary = models.TextField(_("summary"), max_length=400, blank=True)
    periods = models.PositiveSmallIntegerField(
        _("length in lesson periods"),
        default=1,
        validators=[MinValueValidator(1)],
        help_text=_("Printed on the certificate"),
    )
    refreshers = models.BooleanField(
        _("offer refresher questions"),
        default=False,
        help_text=_(
            "Who has completed the course may then choose to answer up to three short questions a day"
        ),
    )

    validity_months = models.PositiveSmallIntegerField(
        _("certificates are valid for (months)"),
        default=0,
        validators=[MaxValueValidator(120)],
        help_text=_(
            "From the day of completion; 0: without limit. Printed on the certificate. A change holds for "
            "certificates entered afterwards; those already in the register keep their day."
        ),
    )
    renewal_days = models.PositiveSmallIntegerField(
        _("days to renew before a certificate ends"),
        default=60,
        validators=[MinValueValidator(7), MaxValueValidator(365)],
        help_text=_(
            "So many days before it ends a renewal is proposed to the trainers; nobody is enrolled or told "
            "before it is confirmed"
        ),
    )

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True, editable=False)
    # Of a course that came as a file (quizzes.coursefile): the key of the exported course, and SHA-256 of what it said.
    imported_from = models.UUIDField(null=True, blank=True, editable=False)
    imported_digest = models.CharField(max_length=64, blank=True, editable=False)

    parent_page_types = ["courses.CourseIndex"]
    subpage_types = ["courses.Module"]
    exclude_fields_in_copy = ["key", "archived_at", "imported_from", "imported_digest"]
    content_panels = [
        TITLE,
        FieldPanel("summary"),
        FieldPanel("periods"),
        FieldPanel("validity_months"),
        FieldPanel("renewal_days"),
        FieldPanel("refreshers"),
        ADDRESS,
    ]

    objects = PageManager()

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")
        constraints = [
            models.UniqueConstraint(fields=["imported_from", "imported_digest"], name="course_imported_once")
        ]

    def with_content_json(self, content: dict[str, Any]) -> "Course":
        """A revision brings back the trainer's text, never who the course is or whether it is archived."""
        course: Course = super().with_content_json(content)
        for name in self.exclude_fields_in_copy:
            setattr(course, name, getattr(self, name))
        return course

    def learner_path(self) -> str:
        return reverse("learning:course", args=[self.slug])

    def modules(self) -> "PageQuerySet[Module]":
        """The published modules in the trainer's order."""
        return Module.objects.child_of(self).live().filter(current_version__isnull=False).order_by("path")


class Change(models.TextChoices):
    """What a further version of a module means for whoever completed an earlier one."""

    EDITORIAL = (
        "editorial",
        _("Editorial: wording, a typo, a picture. Nobody is asked to learn anything again."),
    )
    MATERIAL = (
        "material",
        _("Material: the procedure has changed. Whoever completed this lesson has to learn the change."),
    )


class ChangePanel(MultiFieldPanel):
    """The question that publishing asks; a module that nobody has seen yet has nothing to change."""

    class BoundPanel(MultiFieldPanel.BoundPanel):
        def is_shown(self) -> bool:
            return bool(super().is_shown()) and self.instance.current_version_id is not None


class Module(LessonPage):
    """5–10 minutes: cards to read, then perhaps a quiz. Learners see its published versions only."""

    summary = models.TextField(_("summary"), max_length=300, blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=8, validators=[MinValueValidator(1)])
    required = models.BooleanField(_("required for the certificate"), default=True)
    cards = StreamField(CardsBlock(), verbose_name=_("cards"))
    review_on = models.DateField(
        _("to be reviewed before"),
        null=True,
        blank=True,
        help_text=_("Whoever answers for the lesson is told 60 days before; learners do not see the date"),
    )
    review_reason = models.CharField(
        _("what to look at"), max_length=200, blank=True, help_text=_("Such as: the new decree on land")
    )
    # The answer that publishing asks for: part of the draft, moved into the version, then empty again.
    change = models.CharField(_("What kind of change is this?"), max_length=9, choices=Change, blank=True)
    change_note = models.TextField(
        _("What has changed, in words for learners"),
        max_length=600,
        blank=True,
        help_text=_(
            "Shown to whoever has to learn the change; a few sentences. Needed for a material change."
        ),
    )
    change_basis = models.ForeignKey(
        LegalBasis,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Legal basis of the change"),
        help_text=_("Needed for a material change; named on the renewed certificate"),
    )
    current_version = models.ForeignKey(
        "courses.ModuleVersion",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True, editable=False)

    parent_page_types = ["courses.Course"]
    subpage_types: list[str] = []
    base_form_class = ModulePageForm
    # A copy begins its own history.
    exclude_fields_in_copy = ["current_version", "archived_at", "change", "change_note", "change_basis"]
    settings_panels = [PublishingPanel(), CommentPanel()]
    preview_modes: list[Any] = [("light", _("Light")), ("dark", _("Dark"))]  # courses.preview
    preview_sizes = [
        {"name": "phone", "icon": "mobile-alt", "device_width": 360, "label": _("As on the phone")},
        {"name": "wide", "icon": "desktop", "device_width": 1024, "label": _("As on a computer")},
    ]
    content_panels = [
        EndingPanel(),
        TITLE,
        FieldPanel("summary"),
        FieldRowPanel([FieldPanel("minutes"), FieldPanel("required")]),
        FieldPanel("cards"),
        InlinePanel("basis_links", label=_("Legal basis"), heading=_("Legal bases")),
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("review_on"), FieldPanel("review_reason")])], heading=_("Review")
        ),
        ADDRESS,
        ChangePanel(
            [
                FieldPanel("change", widget=RadioSelect),
                FieldPanel("change_note"),
                FieldPanel("change_basis"),
            ],
            heading=_("What changes with this publication"),
            help_text=_(
                "Asked whenever a published lesson is published again; a draft may leave it open. A material "
                "change mails nobody by itself: after publishing you see whom it touches and confirm it."
            ),
        ),
    ]

    objects = PageManager()

    class Meta:
        verbose_name = _("module")
        verbose_name_plural = _("modules")

    def with_content_json(self, content: dict[str, Any]) -> "Module":
        """A revision brings back the trainer's text, never an older published version."""
        module: Module = super().with_content_json(content)
        module.current_version_id = self.current_version_id
        module.archived_at = self.archived_at
        if _milliseconds(module.last_published_at) != _milliseconds(self.last_published_at):
            # Published since the draft was saved: its answer was given to an earlier question.
            module.change, module.change_note, module.change_basis = "", "", None
        return module

    def learner_path(self) -> str:
        return reverse("learning:module", args=[self.get_parent().slug, self.slug])

    def get_url_parts(self, request: HttpRequest | None = None) -> tuple[int, str | None, str | None] | None:
        """Editors are no learners of the course, so they see the published version on a page of their own."""
        roots = self._get_relevant_site_root_paths(request)
        if self.current_version_id is None or not roots:
            return super().get_url_parts(request)
        return (roots[0].site_id, roots[0].root_url, reverse("published_lesson", args=[self.pk]))

    def serve_preview(self, request: HttpRequest, mode_name: str) -> TemplateResponse:
        from courses.preview import preview  # which renders models, so it knows this file

        return preview(request, self, mode_name)


def _milliseconds(moment: datetime.datetime | None) -> int:
    """As exact as a revision keeps a moment."""
    return int(moment.timestamp() * 1000) if moment else 0


class ModuleLegalBasis(Orderable):
    module = ParentalKey(Module, on_delete=models.CASCADE, related_name="basis_links")
    basis = models.ForeignKey(
        LegalBasis, on_delete=models.PROTECT, related_name="module_links", verbose_name=_("legal basis")
    )
    article = models.CharField(
        _("article"), max_length=120, blank=True, help_text=_("Such as Điều 21 khoản 2")
    )

    panels = [FieldPanel("basis"), FieldPanel("article")]

    class Meta(Orderable.Meta):
        constraints = [models.UniqueConstraint(fields=["module", "basis"], name="module_basis_once")]


class ModuleVersion(models.Model):
    """An immutable published state of a module and its quiz (the database refuses changes, migration 0002).

    ``cards``: the StreamField's stored form, a list of {id, type, value}. ``legal_bases``: list of
    ``LegalBasis.snapshot()`` plus ``article``. ``parts``: what apps above froze with it, by name, such as
    {"quiz": {...}} (see courses.publishing). ``digest``: SHA-256 of all of it; publishing the same again
    makes no new version. ``change``: what this version is against the one before it (empty for the first);
    ``change_note`` says what changed, ``change_basis`` is the ``LegalBasis.snapshot()`` of what changed it.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    module = models.ForeignKey(Module, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("number"))
    title = models.CharField(max_length=255)
    summary = models.TextField(blank=True)
    minutes = models.PositiveSmallIntegerField()
    cards = models.JSONField()
    legal_bases = models.JSONField()
    parts = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    change = models.CharField(max_length=9, choices=Change, blank=True)
    change_note = models.TextField(blank=True)
    change_basis = models.JSONField(default=dict)
    published_at = models.DateTimeField(default=timezone.now)
    published_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering = ["module", "-number"]
        constraints = [models.UniqueConstraint(fields=["module", "number"], name="module_version_once")]

    def __str__(self) -> str:
        return f"{self.title} (v{self.number})"

    @property
    def quiz(self) -> dict[str, Any] | None:
        """The frozen quiz, or None for a module that is done when its cards are read."""
        quiz: dict[str, Any] | None = self.parts.get("quiz")
        return quiz

    @property
    def delta(self) -> dict[str, Any] | None:
        """The frozen questions about what changed, or None where learning the change is reading it."""
        return (self.quiz or {}).get("delta")

    @property
    def card_ids(self) -> list[str]:
        return [card["id"] for card in self.cards]


class VersionPicture(models.Model):
    """A picture that a published version shows: such a picture is neither deleted nor replaced."""

    version = models.ForeignKey(ModuleVersion, on_delete=models.PROTECT, related_name="pictures")
    image = models.ForeignKey(Image, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("picture of a version")
        verbose_name_plural = _("pictures of versions")
        constraints = [models.UniqueConstraint(fields=["version", "image"], name="version_picture_once")]

    def __str__(self) -> str:
        return str(self.version)


class PublishedCard(models.Model):
    """A card of a module's current version, to be found by its words (courses.lookup); all of it can be made again.

    ``card``: its id; ``number``: its place from 1. ``folded`` (heading and text), ``folded_heading`` and ``typed``:
    the forms to search in, of ``courses.lookup_rows``.
    """

    module = models.ForeignKey(Module, on_delete=models.CASCADE, related_name="+")
    version = models.ForeignKey(ModuleVersion, on_delete=models.CASCADE, related_name="+")
    card = models.CharField(max_length=64)
    number = models.PositiveSmallIntegerField()
    heading = models.TextField()
    text = models.TextField()
    folded_heading = models.TextField()
    folded = models.TextField()
    typed = models.TextField()

    class Meta:
        verbose_name = _("published card")
        verbose_name_plural = _("published cards")
        constraints = [models.UniqueConstraint(fields=["module", "number"], name="published_card_once")]

    def __str__(self) -> str:
        return self.heading


class CourseImport(models.Model):
    """An uploaded file (a whole course, or an outline) between its preview and its import.

    The file waits in the storage under ``file`` and is deleted with the import, or after a week.
    ``course``: where an outline goes; afterwards the course that the import made or added to.
    """

    class Kind(models.TextChoices):
        COURSE = "course", _("whole course")
        OUTLINE = "outline", _("outline")

    class State(models.TextChoices):
        PREVIEWED = "previewed", pgettext_lazy("uploaded file", "not imported yet")
        IMPORTED = "imported", pgettext_lazy("uploaded file", "imported")
        EXPIRED = "expired", pgettext_lazy("uploaded file", "expired")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=Kind)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    file_name = models.CharField(max_length=200)
    file = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State, default=State.PREVIEWED)
    course = models.ForeignKey(Course, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    imported_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("import of a course")
        verbose_name_plural = _("imports of courses")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.get_state_display()})"


class VersionDocument(models.Model):
    """A file that a published version shows or hands out: such a file is neither deleted nor replaced."""

    version = models.ForeignKey(ModuleVersion, on_delete=models.PROTECT, related_name="documents")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("file of a version")
        verbose_name_plural = _("files of versions")
        constraints = [models.UniqueConstraint(fields=["version", "document"], name="version_document_once")]

    def __str__(self) -> str:
        return str(self.version)
