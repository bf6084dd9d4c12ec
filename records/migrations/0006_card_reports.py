"""What learners report of cards and what trainers answer; neither is ever changed."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from lms.lib.evidence import RefuseChange


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0004_roles"),
        ("people", "0002_evidence"),
        ("records", "0005_reading_times"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="CardReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ward_name", models.CharField(blank=True, max_length=120)),
                ("province_name", models.CharField(blank=True, max_length=100)),
                ("department_name", models.CharField(blank=True, max_length=120)),
                ("position_name", models.CharField(blank=True, max_length=120)),
                (
                    "card",
                    models.CharField(help_text="The card's id, the same in all versions", max_length=36),
                ),
                ("text", models.TextField()),
                ("operation_id", models.UUIDField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "department",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.department",
                    ),
                ),
                (
                    "module",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="card_reports",
                        to="courses.module",
                    ),
                ),
                (
                    "official",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="card_reports",
                        to="people.official",
                    ),
                ),
                (
                    "position",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.position",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="courses.moduleversion",
                    ),
                ),
                (
                    "ward",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.ward",
                    ),
                ),
            ],
            options={
                "verbose_name": "report of a card",
                "verbose_name_plural": "reports of cards",
                "ordering": ["-created_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="CardReportAnswer",
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
                        choices=[
                            ("answered", "answered"),
                            ("changed", "lesson changed"),
                            ("not-so", "the lesson is right as it is"),
                        ],
                        max_length=8,
                        verbose_name="outcome",
                    ),
                ),
                ("text", models.TextField(verbose_name="answer")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("operation_id", models.UUIDField()),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="records.cardreport",
                    ),
                ),
            ],
            options={
                "verbose_name": "answer to a report",
                "verbose_name_plural": "answers to reports",
                "ordering": ["at", "pk"],
            },
        ),
        migrations.AddIndex(
            model_name="cardreport",
            index=models.Index(fields=["module", "card"], name="records_car_module__2e7107_idx"),
        ),
        migrations.AddIndex(
            model_name="cardreport",
            index=models.Index(fields=["official", "created_at"], name="records_car_officia_66b46a_idx"),
        ),
        migrations.AddConstraint(
            model_name="cardreport",
            constraint=models.UniqueConstraint(fields=("official", "operation_id"), name="card_report_once"),
        ),
        migrations.AddConstraint(
            model_name="cardreport",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="card_report_has_a_text"
            ),
        ),
        migrations.AddConstraint(
            model_name="cardreportanswer",
            constraint=models.UniqueConstraint(
                fields=("report", "operation_id"), name="card_report_answer_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="cardreportanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="card_report_answer_has_a_text"
            ),
        ),
        RefuseChange(
            "records_cardreport",
            frozen=[
                "id",
                "official_id",
                "module_id",
                "version_id",
                "card",
                "text",
                "operation_id",
                "created_at",
                "ward_id",
                "ward_name",
                "province_name",
                "department_id",
                "department_name",
                "position_id",
                "position_name",
            ],
        ),
        RefuseChange(
            "records_cardreportanswer",
            frozen=["id", "report_id", "verdict", "text", "actor_id", "at", "operation_id"],
        ),
    ]
