"""Courses that come and go as files, and courses and lessons that are no longer offered."""

import uuid
from typing import ClassVar

import django.db.models.deletion
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def give_keys(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Every course that is there gets a key of its own."""
    course = apps.get_model("courses", "Course")
    for each in course.objects.all():
        course.objects.filter(pk=each.pk).update(key=uuid.uuid4())


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("courses", "0007_workflow"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        migrations.swappable_dependency(settings.WAGTAIL_PAGE_MODEL),
    ]
    operations: ClassVar = [
        migrations.AddField("course", "key", models.UUIDField(default=uuid.uuid4, editable=False, null=True)),
        migrations.RunPython(give_keys, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            "course", "key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
        ),
        migrations.AddField(
            "course",
            "archived_at",
            models.DateTimeField(blank=True, editable=False, null=True, verbose_name="archived"),
        ),
        migrations.AddField(
            "course", "imported_digest", models.CharField(blank=True, editable=False, max_length=64)
        ),
        migrations.AddField(
            "course", "imported_from", models.UUIDField(blank=True, editable=False, null=True)
        ),
        migrations.AddConstraint(
            "course",
            models.UniqueConstraint(fields=["imported_from", "imported_digest"], name="course_imported_once"),
        ),
        migrations.AddField(
            "module",
            "archived_at",
            models.DateTimeField(blank=True, editable=False, null=True, verbose_name="archived"),
        ),
        migrations.CreateModel(
            name="CourseImport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("course", "whole course"), ("outline", "outline")], max_length=10
                    ),
                ),
                ("file_name", models.CharField(max_length=200)),
                ("file", models.CharField(max_length=100)),
                ("sha256", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("previewed", "not imported yet"),
                            ("imported", "imported"),
                            ("expired", "expired"),
                        ],
                        default="previewed",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("imported_at", models.DateTimeField(blank=True, null=True)),
                (
                    "course",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="courses.course",
                    ),
                ),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "import of a course",
                "verbose_name_plural": "imports of courses",
                "ordering": ["-created_at", "-pk"],
            },
        ),
    ]
