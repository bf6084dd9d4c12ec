"""Renewals: rounds, and what an enrolment of a later period asks to be learnt."""

from typing import ClassVar

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from lms.lib.evidence import RefuseChange


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("courses", "0005_changes"),
        ("people", "0002_evidence"),
        ("records", "0002_evidence"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations: ClassVar = [
        migrations.CreateModel(
            name="RenewalRound",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("proposed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "proposed"),
                            ("confirmed", "confirmed"),
                            ("declined", "declined"),
                        ],
                        default="proposed",
                        max_length=9,
                    ),
                ),
                (
                    "days",
                    models.PositiveSmallIntegerField(
                        default=60,
                        validators=[
                            django.core.validators.MinValueValidator(7),
                            django.core.validators.MaxValueValidator(365),
                        ],
                        verbose_name="days to learn the change",
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("leased_until", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "renewal",
                "verbose_name_plural": "renewals",
                "ordering": ["-proposed_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="RenewalTask",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("added_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name": "change to be learnt",
                "verbose_name_plural": "changes to be learnt",
                "ordering": ["enrolment", "pk"],
            },
        ),
        migrations.AddField(
            model_name="enrolment",
            name="delta",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="A renewal: asks only for what its RenewalTasks name, not for the whole course",
            ),
        ),
        migrations.AddIndex(
            model_name="enrolment",
            index=models.Index(
                condition=models.Q(("period__gt", 1)),
                fields=["official", "course", "period"],
                name="enrolment_later",
            ),
        ),
        migrations.AddField(
            model_name="renewalround",
            name="course",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="renewal_rounds",
                to="courses.course",
            ),
        ),
        migrations.AddField(
            model_name="renewalround",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="renewalround",
            name="version",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="renewal_round",
                to="courses.moduleversion",
            ),
        ),
        migrations.AddField(
            model_name="renewaltask",
            name="enrolment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="tasks", to="records.enrolment"
            ),
        ),
        migrations.AddField(
            model_name="renewaltask",
            name="held",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="courses.moduleversion"
            ),
        ),
        migrations.AddField(
            model_name="renewaltask",
            name="module",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="renewal_tasks", to="courses.module"
            ),
        ),
        migrations.AddField(
            model_name="renewaltask",
            name="round",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="tasks", to="records.renewalround"
            ),
        ),
        migrations.AddField(
            model_name="renewaltask",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="courses.moduleversion"
            ),
        ),
        migrations.AddConstraint(
            model_name="renewalround",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at__isnull", True), ("decided_by__isnull", True), ("state", "proposed")
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("state__in", ["confirmed", "declined"]),
                    ),
                    _connector="OR",
                ),
                name="renewal_decided_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="renewaltask",
            constraint=models.UniqueConstraint(fields=("enrolment", "version"), name="renewal_task_once"),
        ),
        RefuseChange(
            "records_enrolment",
            frozen=["official_id", "course_id", "period", "delta"],
            sealed=["started_at", "completed_at"],
            sealed_when="OLD.completed_at IS NOT NULL",
        ),
        RefuseChange(
            "records_renewalround",
            frozen=["course_id", "version_id", "proposed_at"],
            sealed=["state", "days", "decided_by_id", "decided_at"],
            sealed_when="OLD.state <> 'proposed'",
        ),
        RefuseChange(
            "records_renewaltask",
            frozen=["enrolment_id", "round_id", "module_id", "version_id", "held_id", "added_at"],
        ),
    ]
