"""What one person is allowed in one module beyond the rules of its quiz."""

import uuid

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.models import Module
from people.models import User
from records.models import Enrolment


class QuizAllowance(models.Model):
    """One decision for one enrolment in one module, by whom and why. Append-only (migration 0004).

    Several add up. ``minutes`` lengthen attempts begun afterwards; ``waives_waiting`` opens the next attempt
    after one that ended before ``at``. The operation id makes a form that is sent twice one decision (rule 5).
    """

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="quiz_allowances")
    module = models.ForeignKey(Module, on_delete=models.PROTECT, related_name="quiz_allowances")
    attempts = models.PositiveSmallIntegerField(
        _("further attempts"), default=0, validators=[MaxValueValidator(20)]
    )
    minutes = models.PositiveSmallIntegerField(
        _("further minutes for each attempt begun from now on"),
        default=0,
        validators=[MaxValueValidator(240)],
    )
    waives_waiting = models.BooleanField(_("the next attempt may begin without waiting"), default=False)
    reason = models.CharField(_("reason"), max_length=400)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    operation_id = models.UUIDField(default=uuid.uuid4, unique=True)

    class Meta:
        verbose_name = _("allowance")
        verbose_name_plural = _("allowances")
        ordering = ["enrolment", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(attempts__gt=0) | Q(minutes__gt=0) | Q(waives_waiting=True),
                name="quiz_allowance_gives_something",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="quiz_allowance_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id}/{self.module_id}: {self.reason}"
