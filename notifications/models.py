"""The outbox: every message to a person, in the app and by e-mail, and the ledger that keeps it from going twice."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from people.models import Official


class Kind(models.TextChoices):
    CERTIFICATE_ISSUED = "certificate-issued", _("certificate issued")
    CERTIFICATE_REVOKED = "certificate-revoked", _("certificate revoked")
    ENTRY_LINK = "entry-link", _("entry link")
    RESULT_CORRECTED = "result-corrected", _("result calculated again")
    RENEWAL_DUE = "renewal-due", _("certificate to be renewed")
    BASIS_ENDING = "basis-ending", _("legal basis ends")
    REPORT_RECEIVED = "report-received", _("report from a learner")
    REPORT_ANSWERED = "report-answered", _("report answered")
    REVIEW_REQUESTED = "review-requested", _("review requested")
    REVIEW_ANSWERED = "review-answered", _("review answered")


class Message(models.Model):
    """One message to one person about one thing in one window of time; the unique key makes it a ledger.

    The notice in the app is the row itself. Its e-mail goes at most once: ``sending`` is written before the
    mail server hears of it, and a worker that dies there leaves a row that says "not known whether sent".
    """

    MAX_ATTEMPTS: ClassVar = 3

    class Mail(models.TextChoices):
        NONE = "none", _("no e-mail")
        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")

    official = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="messages")
    kind = models.CharField(max_length=32, choices=Kind)
    object_key = models.CharField(max_length=64)
    window = models.CharField(max_length=32, blank=True, help_text="Empty: once ever")
    subject = models.CharField(max_length=200)
    body = models.TextField()
    path = models.CharField(
        max_length=200, blank=True, help_text="Where the notice leads, from the site's root"
    )
    address = models.EmailField(blank=True)
    mail = models.CharField(max_length=8, choices=Mail, default=Mail.NONE)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["official", "kind", "object_key", "window"], name="message_once")
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=models.Q(mail__in=["waiting", "sending"]),
                name="message_waiting",
            )
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def unread(self) -> bool:
        return self.read_at is None
