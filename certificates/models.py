"""The register of certificates. A row is the register entry; its file is written once."""

import datetime
import secrets
from typing import ClassVar

from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.models import Course
from people.models import Official, PostingSnapshot, User
from records.models import Completion, Round


def certificate_storage() -> Storage:
    return storages["certificates"]


def new_code() -> str:
    """An unguessable code for the QR: 128 bits."""
    return secrets.token_urlsafe(16)


class RegisterYear(models.Model):
    """The last number given in a year. Locked while a number is given, so there is no gap and no repeat."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last_number = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.year}: {self.last_number}"


class Certificate(PostingSnapshot):
    """One register entry: number, everything that is printed, and the file with its SHA-256.

    The entry takes its number and its printed fields in one transaction; the file follows from a worker.
    Once written, neither changes (migration 0004). A correction ``replaces`` the entry before it; a renewal, for
    whoever has learnt what changed, ``renews`` it. ``attempts`` counts the tries *before* the work, so that a
    file that kills the process stops after three.
    """

    MAX_ATTEMPTS: ClassVar = 3

    class State(models.TextChoices):
        PENDING = "pending", _("being made")
        ISSUED = "issued", _("issued")
        FAILED = "failed", _("could not be made")

    completion = models.OneToOneField(Completion, on_delete=models.PROTECT, related_name="certificate")
    official = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="certificates")
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    renews = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="renewals"
    )
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    edition = models.PositiveSmallIntegerField(
        default=1, help_text="2 and more: issued again after a correction"
    )
    code = models.CharField(max_length=32, unique=True, default=new_code)

    full_name = models.CharField(max_length=120)
    date_of_birth = models.DateField(null=True, blank=True)
    course_title = models.CharField(max_length=255)
    periods = models.PositiveSmallIntegerField()
    started_on = models.DateField()
    completed_on = models.DateField(help_text="Of a renewal the day on which the change was learnt")
    first_completed_on = models.DateField(
        null=True, blank=True, help_text="Of a renewal the day on which the whole course was completed"
    )
    updated_for = models.CharField(
        max_length=300, blank=True, help_text="Of a renewal the numbers of the legal documents of the change"
    )
    score = models.DecimalField(max_digits=4, decimal_places=2, null=True)
    issued_on = models.DateField()
    valid_until = models.DateField(
        null=True, blank=True, help_text="The last day on which it is valid; null: without limit"
    )
    place = models.CharField(max_length=120, blank=True, help_text="Printed before the date of issue")
    motto = models.BooleanField(default=True, help_text="Whether the State's name and motto are printed")
    issuer_parent = models.CharField(max_length=200, blank=True)
    issuer = models.CharField(max_length=200)
    signer_title = models.CharField(max_length=120, blank=True)
    signer_name = models.CharField(max_length=120, blank=True)

    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=500, blank=True)
    file = models.FileField(storage=certificate_storage, blank=True, max_length=200)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveIntegerField(null=True, blank=True)
    stored_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        ordering = ["-year", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["year", "number"], name="register_number_once"),
            models.CheckConstraint(
                condition=~Q(state="issued") | (~Q(sha256="") & ~Q(file="") & Q(stored_at__isnull=False)),
                name="issued_has_file",
            ),
            models.CheckConstraint(condition=Q(number__gte=1, edition__gte=1), name="register_from_one"),
        ]
        indexes = [
            models.Index(fields=["leased_until"], condition=Q(state="pending"), name="certificate_pending"),
            models.Index(
                fields=["valid_until"], condition=Q(valid_until__isnull=False), name="certificate_ending"
            ),
        ]

    def __str__(self) -> str:
        return self.register_number

    @property
    def register_number(self) -> str:
        return f"{self.number:06d}/{self.year}"

    @property
    def expired_since(self) -> datetime.date | None:
        """The first day on which it is no longer valid, once that day has come."""
        if self.valid_until is None or self.valid_until >= timezone.localdate():
            return None
        return self.valid_until + datetime.timedelta(days=1)

    def get_absolute_url(self) -> str:
        """The public page that the QR leads to."""
        return reverse("certificates:verify", args=[self.code])


class Revocation(models.Model):
    """A certificate taken back: a further row, with who and why. The certificate itself stays as it was."""

    certificate = models.OneToOneField(Certificate, on_delete=models.PROTECT, related_name="revocation")
    reason = models.CharField(max_length=300)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("revocation")
        verbose_name_plural = _("revocations")

    def __str__(self) -> str:
        return f"{self.certificate}: {self.reason}"


class ExpiryRound(Round):
    """The certificates of a course that end in one month: their holders complete the course again (expiring.py).

    It stands here and not among the records, since whom it touches follows from the register.
    """

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="expiry_rounds")
    month = models.DateField(help_text="The first day of the month")

    class Meta:
        verbose_name = _("renewal by time")
        verbose_name_plural = _("renewals by time")
        ordering = ["-month", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["course", "month"], name="expiry_round_once"),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by__isnull=True, decided_at__isnull=True)
                | Q(state__in=["confirmed", "declined"], decided_by__isnull=False, decided_at__isnull=False),
                name="expiry_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.course} – {self.month:%m/%Y}"
