"""Who is where: the two tiers of government, the officials on their rosters, the accounts and their scopes."""

import datetime
from typing import Any, ClassVar, Self

from django.contrib.auth.models import AbstractUser
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lms.lib.text import exact, fold, name_key, title_key


class CodeScheme(models.TextChoices):
    """Which list a unit's code belongs to: the same five digits name different places in each."""

    VN_2025 = "vn-2025", _("in force since 1 July 2025")
    VN_LEGACY = "vn-legacy", _("before 1 July 2025")


class Province(models.Model):
    code = models.CharField(_("code"), max_length=2)
    scheme = models.CharField(max_length=16, choices=CodeScheme, default=CodeScheme.VN_2025)
    name = models.CharField(_("name"), max_length=100, help_text=_("With its type, such as Tỉnh Nghệ An"))
    sort_key = models.CharField(max_length=400, editable=False, db_index=True)

    class Meta:
        verbose_name = _("province")
        verbose_name_plural = _("provinces")
        ordering = ["sort_key"]
        constraints = [models.UniqueConstraint(fields=["code", "scheme"], name="province_code_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def short_name(self) -> str:
        """The name without its type."""
        return self.name.removeprefix("Thành phố ").removeprefix("Tỉnh ")

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.sort_key = title_key(self.short_name)
        super().save(*args, **kwargs)


class WardKind(models.TextChoices):
    WARD = "phuong", pgettext_lazy("kind of unit", "ward")
    COMMUNE = "xa", pgettext_lazy("kind of unit", "commune")
    SPECIAL_ZONE = "dac-khu", pgettext_lazy("kind of unit", "special zone")
    TOWNSHIP = "thi-tran", pgettext_lazy("kind of unit", "township (until 30 June 2025)")


class Ward(models.Model):
    """Any commune-level unit. Its identity is (code, scheme), never its name: six units are called Tân Hòa."""

    code = models.CharField(_("code"), max_length=5)
    scheme = models.CharField(max_length=16, choices=CodeScheme, default=CodeScheme.VN_2025)
    kind = models.CharField(_("kind"), max_length=16, choices=WardKind)
    name = models.CharField(_("name"), max_length=120, help_text=_("With its kind, such as Phường Tân Hòa"))
    province = models.ForeignKey(Province, on_delete=models.PROTECT, related_name="wards")
    search_text = models.CharField(max_length=250, editable=False)
    sort_key = models.CharField(max_length=500, editable=False, db_index=True)
    as_of = models.DateField(_("data as of"), help_text=_("Date of the list from which this row was read"))

    class Meta:
        verbose_name = pgettext_lazy("any commune-level unit", "ward")
        verbose_name_plural = pgettext_lazy("any commune-level unit", "wards")
        ordering = ["sort_key"]
        constraints = [models.UniqueConstraint(fields=["code", "scheme"], name="ward_code_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def full_name(self) -> str:
        return f"{self.name}, {self.province.name}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.derive()
        super().save(*args, **kwargs)

    def derive(self) -> None:
        """Fill the columns that follow from others; bulk writers call it themselves."""
        bare = self.name
        for kind in ("Phường ", "Xã ", "Đặc khu ", "Thị trấn "):
            bare = bare.removeprefix(kind)
        self.sort_key = title_key(bare)
        self.search_text = fold(f"{self.name} {self.code}")


class WardSuccession(models.Model):
    """A dated edge from a unit that ended to one that took over all or part of it."""

    class Kind(models.TextChoices):
        MERGE = "merge", _("merger")
        SPLIT = "split", _("division")
        RENAME = "rename", _("renaming")

    predecessor = models.ForeignKey(
        Ward, on_delete=models.PROTECT, related_name="successions", verbose_name=_("unit that ended")
    )
    successor = models.ForeignKey(
        Ward, on_delete=models.PROTECT, related_name="origins", verbose_name=_("unit that took over")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    on = models.DateField(_("in force on"))
    decision = models.CharField(_("decision"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("succession of units")
        verbose_name_plural = _("successions of units")
        ordering = ["on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["predecessor", "successor"], name="succession_once"),
            models.CheckConstraint(
                condition=~Q(predecessor=models.F("successor")), name="succession_of_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor} → {self.successor}"


class _Catalogue(models.Model):
    """A short list with a code for files and a name for people."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120, unique=True)
    order = models.PositiveSmallIntegerField(_("order"), default=100)

    class Meta:
        abstract = True
        ordering: ClassVar = ["order", "name"]

    def __str__(self) -> str:
        return self.name


class Department(_Catalogue):
    """A division of a commune-level People's Committee (source: Decree 150/2025/NĐ-CP)."""

    class Meta(_Catalogue.Meta):
        verbose_name = _("department")
        verbose_name_plural = _("departments")


class Position(_Catalogue):
    """A job position."""

    class Meta(_Catalogue.Meta):
        verbose_name = _("position")
        verbose_name_plural = _("positions")


class User(AbstractUser):
    """An account. ``username`` is the staff number for officials, so it can be typed from a roster."""

    # Names live on Official; an account without an official (an administrator) has a display name.
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    display_name = models.CharField(_("name"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        official = getattr(self, "official", None)
        return official.full_name if official else (self.display_name or self.username)

    def get_short_name(self) -> str:
        return self.get_full_name()


class Session(AbstractBaseSession):
    """A browser's session, and of a signed-in one: whose, in which browser, last used on which day.

    ``people.sessions`` writes the row together with the session itself, so both are always one truth.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="sessions")
    browser = models.CharField(max_length=255, blank=True)
    used_on = models.DateField(null=True)
    wagtail_reference_index_ignore = True  # or every save would look for pages that it may show

    @classmethod
    def get_session_store_class(cls) -> Any:
        from people.sessions import SessionStore

        return SessionStore


class OfficialQuerySet(models.QuerySet["Official"]):
    def search(self, text: str) -> Self:
        """By any part of the name without diacritics, or by the start of the staff number."""
        result = self
        for word in fold(text).split():
            result = result.filter(Q(search_text__contains=word) | Q(staff_number__istartswith=word))
        return result

    def serving(self, wards: Any, *, on: datetime.date | None = None) -> Self:
        """Those with a posting in ``wards`` (a queryset or list) on a day, today by default."""
        return self.filter(pk__in=Posting.objects.on(on).filter(ward__in=wards).values("official"))


class Official(models.Model):
    """A person on a ward's roster; the account comes with the first entry."""

    staff_number = models.CharField(
        _("staff number"),
        max_length=32,
        unique=True,
        validators=[RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9._/-]*$", _("Letters, digits and . _ / - only."))],
    )
    full_name = models.CharField(_("full name"), max_length=120)
    date_of_birth = models.DateField(_("date of birth"), null=True, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    user = models.OneToOneField(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="official"
    )
    search_text = models.CharField(max_length=200, editable=False)
    sort_key = models.CharField(max_length=600, editable=False, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OfficialQuerySet.as_manager()

    class Meta:
        verbose_name = _("official")
        verbose_name_plural = _("officials")
        ordering = ["sort_key", "staff_number"]
        constraints = [
            # cb1 and CB1 are one person: the sign-in name is the staff number in lower case.
            models.UniqueConstraint(
                Upper("staff_number"),
                name="staff_number_once",
                violation_error_message=_("Another official has this staff number."),
            )
        ]

    def __str__(self) -> str:
        return self.full_name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.derive()
        super().save(*args, **kwargs)

    def derive(self) -> None:
        """Fill the columns that follow from others; bulk writers call it themselves."""
        self.full_name = exact(self.full_name)
        self.search_text = fold(self.full_name)
        self.sort_key = name_key(self.full_name)

    def posting_on(self, day: datetime.date | None = None) -> "Posting | None":
        """The posting that counts on a day: the one in force, else the last one before it, else none."""
        day = day or timezone.localdate()
        return (
            self.postings.filter(starts_on__lte=day)
            .select_related("ward__province", "department", "position")
            .order_by("-starts_on")
            .first()
        )


class PostingQuerySet(models.QuerySet["Posting"]):
    def on(self, day: datetime.date | None = None) -> Self:
        """Those in force on a day, today by default."""
        day = day or timezone.localdate()
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), starts_on__lte=day)


class Posting(models.Model):
    """Where an official works from a day until a day (both included; no end: until further notice).

    The database refuses two postings of one official that share a day (migration 0002).
    """

    official = models.ForeignKey(
        Official, on_delete=models.PROTECT, related_name="postings", verbose_name=_("official")
    )
    ward = models.ForeignKey(
        Ward,
        on_delete=models.PROTECT,
        related_name="postings",
        verbose_name=pgettext_lazy("any commune-level unit", "ward"),
    )
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="postings", verbose_name=_("department")
    )
    position = models.ForeignKey(
        Position, on_delete=models.PROTECT, related_name="postings", verbose_name=_("position")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    decision = models.CharField(_("decision number"), max_length=80, blank=True)

    objects = PostingQuerySet.as_manager()

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        ordering = ["official", "starts_on"]
        constraints = [
            models.UniqueConstraint(fields=["official", "starts_on"], name="posting_start_once"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=models.F("starts_on")),
                name="posting_ends_after_start",
            ),
        ]
        indexes = [models.Index(fields=["ward", "starts_on"])]

    def __str__(self) -> str:
        return f"{self.position}, {self.department}, {self.ward}"

    def clean(self) -> None:
        """A form gets a sentence where the database would only refuse."""
        others = Posting.objects.filter(official=self.official_id).exclude(pk=self.pk)
        last = self.ends_on or datetime.date.max
        if self.starts_on and others.filter(starts_on__lte=last).exclude(ends_on__lt=self.starts_on).exists():
            raise ValidationError(
                _("Another posting of this official shares a day with this one. End that one first.")
            )


class PostingSnapshot(models.Model):
    """The posting of a day, copied: what evidence carries, so that no later transfer or merger edits it."""

    SNAPSHOT_FIELDS: ClassVar[list[str]] = [
        "ward",
        "ward_name",
        "province_name",
        "department",
        "department_name",
        "position",
        "position_name",
    ]

    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, null=True, related_name="+")
    ward_name = models.CharField(max_length=120, blank=True)
    province_name = models.CharField(max_length=100, blank=True)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, null=True, related_name="+")
    department_name = models.CharField(max_length=120, blank=True)
    position = models.ForeignKey(Position, on_delete=models.PROTECT, null=True, related_name="+")
    position_name = models.CharField(max_length=120, blank=True)

    class Meta:
        abstract = True

    def copy_posting(self, posting: Posting | None) -> None:
        if posting is None:
            return
        self.ward, self.department, self.position = posting.ward, posting.department, posting.position
        self.ward_name = posting.ward.name
        self.province_name = posting.ward.province.name
        self.department_name = posting.department.name
        self.position_name = posting.position.name

    def copy_snapshot(self, other: "PostingSnapshot") -> None:
        """Take over another row's copy: a certificate carries what its completion carries."""
        for field in self.SNAPSHOT_FIELDS:
            setattr(self, field, getattr(other, field))


class Scope(models.Model):
    """The wards an HR user may see: one ward, all wards of a province, or the country (neither set)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="scopes", verbose_name=_("account"))
    ward = models.ForeignKey(
        Ward,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=pgettext_lazy("any commune-level unit", "ward"),
    )
    province = models.ForeignKey(
        Province,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("province"),
    )

    class Meta:
        verbose_name = _("scope")
        verbose_name_plural = _("scopes")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "ward"], condition=Q(ward__isnull=False), name="scope_ward_once"
            ),
            models.UniqueConstraint(
                fields=["user", "province"], condition=Q(province__isnull=False), name="scope_province_once"
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(ward__isnull=True, province__isnull=True),
                name="scope_country_once",
            ),
            models.CheckConstraint(
                condition=Q(ward__isnull=True) | Q(province__isnull=True), name="scope_ward_or_province"
            ),
        ]

    def __str__(self) -> str:
        return str(self.ward or self.province or _("whole country"))


class EntryLink(models.Model):
    """A personal one-time link for the first entry. Only a hash of its secret is kept."""

    official = models.ForeignKey(Official, on_delete=models.CASCADE, related_name="entry_links")
    secret_hash = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("entry link")
        verbose_name_plural = _("entry links")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.official} {self.created_at:%Y-%m-%d}"


class RosterImport(models.Model):
    """An uploaded roster between its preview and its application, and the record of it afterwards."""

    class State(models.TextChoices):
        PREVIEWED = "previewed", _("previewed")
        APPLIED = "applied", _("applied")

    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    # Empty once they are forgotten (people/roster/importing.py).
    rows = models.JSONField(help_text=_("The file's table as read, before any check"))
    state = models.CharField(max_length=10, choices=State, default=State.PREVIEWED)
    counts = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("roster import")
        verbose_name_plural = _("roster imports")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.get_state_display()})"
