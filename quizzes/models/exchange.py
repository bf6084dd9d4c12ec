"""Uploaded files of questions, between their preview and their import."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from people.models import User
from quizzes.models.bank import QuestionBank


class QuestionImport(models.Model):
    """A file as it was read, and the record of what became of it. The file itself is not kept, only its digest.

    ``reading``: what quizzes.exchange.storing makes of a file; emptied, with its pictures, after a week.
    ``counts``: {"imported": n, "refused": n, "left_out": n}.
    """

    class State(models.TextChoices):
        PREVIEWED = "previewed", pgettext_lazy("uploaded file", "not imported yet")
        IMPORTED = "imported", pgettext_lazy("uploaded file", "imported")
        EXPIRED = "expired", pgettext_lazy("uploaded file", "expired")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    bank = models.ForeignKey(QuestionBank, on_delete=models.SET_NULL, null=True, related_name="+")
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    reading = models.JSONField()
    state = models.CharField(max_length=10, choices=State, default=State.PREVIEWED)
    counts = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    imported_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("import of questions")
        verbose_name_plural = _("imports of questions")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.get_state_display()})"
