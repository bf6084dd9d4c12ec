"""Refresher questions after a course was passed."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from lms.lib.evidence import RefuseChange


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0004_roles"),
        ("people", "0002_evidence"),
        ("quizzes", "0006_exchange"),
    ]

    operations = [
        migrations.CreateModel(
            name="RefresherPlan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("started_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("stopped_at", models.DateTimeField(blank=True, null=True)),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refresher_plans",
                        to="courses.course",
                    ),
                ),
                (
                    "official",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refresher_plans",
                        to="people.official",
                    ),
                ),
            ],
            options={
                "verbose_name": "refresher plan",
                "verbose_name_plural": "refresher plans",
            },
        ),
        migrations.CreateModel(
            name="RefresherItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("memory", models.JSONField()),
                ("missed", models.BooleanField(default=False, help_text="The newest answer was not right")),
                ("due_at", models.DateTimeField()),
                (
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="quizzes.question"
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="quizzes.refresherplan",
                    ),
                ),
            ],
            options={
                "verbose_name": "refresher question",
                "verbose_name_plural": "refresher questions",
            },
        ),
        migrations.CreateModel(
            name="RefresherReview",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("number", models.PositiveIntegerField()),
                ("option_order", models.JSONField()),
                ("response", models.JSONField()),
                (
                    "share",
                    models.DecimalField(decimal_places=5, help_text="Of the points, 0 to 1", max_digits=6),
                ),
                ("answered_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to="quizzes.refresheritem",
                    ),
                ),
                (
                    "official",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refresher_reviews",
                        to="people.official",
                    ),
                ),
                (
                    "question_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="quizzes.questionversion",
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
                "verbose_name": "refresher answer",
                "verbose_name_plural": "refresher answers",
            },
        ),
        migrations.AddConstraint(
            model_name="refresherplan",
            constraint=models.UniqueConstraint(fields=("official", "course"), name="refresher_plan_once"),
        ),
        migrations.AddIndex(
            model_name="refresheritem",
            index=models.Index(fields=["plan", "due_at"], name="refresher_due"),
        ),
        migrations.AddConstraint(
            model_name="refresheritem",
            constraint=models.UniqueConstraint(fields=("plan", "question"), name="refresher_item_once"),
        ),
        migrations.AddIndex(
            model_name="refresherreview",
            index=models.Index(fields=["official", "answered_at"], name="refresher_by_day"),
        ),
        migrations.AddIndex(
            model_name="refresherreview",
            index=models.Index(fields=["ward", "answered_at"], name="refresher_by_ward"),
        ),
        migrations.AddConstraint(
            model_name="refresherreview",
            constraint=models.UniqueConstraint(fields=("item", "number"), name="refresher_review_once"),
        ),
        RefuseChange(
            "quizzes_refresherreview",
            frozen=[
                "key",
                "official_id",
                "item_id",
                "number",
                "question_version_id",
                "option_order",
                "response",
                "share",
                "ward_id",
                "answered_at",
            ],
        ),
    ]
