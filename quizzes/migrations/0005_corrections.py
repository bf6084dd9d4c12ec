"""Corrections of answer keys."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from lms.lib.evidence import RefuseChange


class Migration(migrations.Migration):
    dependencies = [
        ("quizzes", "0004_attempts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="KeyCorrection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("reason", models.CharField(max_length=400)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "reached",
                    models.BigIntegerField(
                        default=0, help_text="The last attempt's id that the regrading has dealt with"
                    ),
                ),
                ("leased_until", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "corrected",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="quizzes.questionversion",
                    ),
                ),
                (
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="quizzes.question",
                    ),
                ),
                (
                    "wrong",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="quizzes.questionversion",
                    ),
                ),
            ],
            options={
                "verbose_name": "correction of an answer key",
                "verbose_name_plural": "corrections of answer keys",
                "ordering": ["-made_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="key_correction_has_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("corrected__gt", models.F("wrong"))),
                        name="key_correction_goes_forward",
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("finished_at__isnull", True)),
                        fields=["made_at"],
                        name="key_correction_to_do",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="KeyReplacement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "corrected",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaces",
                        to="quizzes.questionversion",
                    ),
                ),
                (
                    "correction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replacements",
                        to="quizzes.keycorrection",
                    ),
                ),
                (
                    "wrong",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replacements",
                        to="quizzes.questionversion",
                    ),
                ),
            ],
            options={
                "verbose_name": "replaced answer key",
                "verbose_name_plural": "replaced answer keys",
                "ordering": ["wrong", "number"],
                "constraints": [
                    models.UniqueConstraint(fields=("wrong", "number"), name="key_replacement_once"),
                    models.CheckConstraint(
                        condition=models.Q(("corrected__gt", models.F("wrong"))),
                        name="key_replacement_goes_forward",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Regrade",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("unchanged", "no change"),
                            ("applied", "applied"),
                            ("awaiting", "waits for HR"),
                        ],
                        max_length=10,
                    ),
                ),
                ("item_points_before", models.DecimalField(decimal_places=5, max_digits=8)),
                ("item_points_after", models.DecimalField(decimal_places=5, max_digits=8)),
                ("points_before", models.DecimalField(decimal_places=5, max_digits=9)),
                ("points_after", models.DecimalField(decimal_places=5, max_digits=9)),
                ("passed_before", models.BooleanField()),
                ("passed_after", models.BooleanField()),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "attempt",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="regrades",
                        to="quizzes.attempt",
                    ),
                ),
                (
                    "correction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="regrades",
                        to="quizzes.keycorrection",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="regrades",
                        to="quizzes.attemptitem",
                    ),
                ),
                (
                    "step",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="regrade",
                        to="quizzes.gradestep",
                    ),
                ),
            ],
            options={
                "verbose_name": "regraded question",
                "verbose_name_plural": "regraded questions",
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("correction", "item"), name="regrade_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("item_points_after", models.F("item_points_before")),
                                ("outcome", "unchanged"),
                                ("step__isnull", True),
                            ),
                            models.Q(
                                ("item_points_after__gt", models.F("item_points_before")),
                                ("outcome", "applied"),
                                ("step__isnull", False),
                            ),
                            models.Q(
                                ("item_points_after__lt", models.F("item_points_before")),
                                ("outcome", "awaiting"),
                                ("step__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="regrade_down_waits",
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("outcome", "awaiting")),
                        fields=["attempt"],
                        name="regrade_awaiting",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RegradeDecision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[("approved", "approved"), ("declined", "declined")], max_length=8
                    ),
                ),
                ("reason", models.CharField(max_length=400)),
                ("decided_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "regrade",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decision",
                        to="quizzes.regrade",
                    ),
                ),
                (
                    "step",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="regrade_decision",
                        to="quizzes.gradestep",
                    ),
                ),
            ],
            options={
                "verbose_name": "decision on a downgrade",
                "verbose_name_plural": "decisions on downgrades",
                "ordering": ["-decided_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="regrade_decision_has_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("verdict", "approved"), ("step__isnull", True), _connector="OR"),
                        name="regrade_declined_grades_nothing",
                    ),
                ],
            },
        ),
        RefuseChange(
            "quizzes_keycorrection",
            frozen=["key", "question_id", "wrong_id", "corrected_id", "actor_id", "reason", "made_at"],
            sealed=["reached", "finished_at"],
            sealed_when="OLD.finished_at IS NOT NULL",
        ),
        RefuseChange(
            "quizzes_keyreplacement", frozen=["correction_id", "wrong_id", "corrected_id", "number"]
        ),
        RefuseChange(
            "quizzes_regrade",
            frozen=[
                "correction_id",
                "attempt_id",
                "item_id",
                "outcome",
                "item_points_before",
                "item_points_after",
                "points_before",
                "points_after",
                "passed_before",
                "passed_after",
                "step_id",
                "made_at",
            ],
        ),
        RefuseChange(
            "quizzes_regradedecision",
            frozen=["regrade_id", "verdict", "actor_id", "reason", "step_id", "decided_at"],
        ),
    ]
