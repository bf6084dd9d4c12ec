"""Publishing again asks what has changed: the answer in the draft, and for good in the version."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

from lms.lib.evidence import RefuseChange


class Migration(migrations.Migration):
    dependencies: ClassVar = [("courses", "0004_roles")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="module",
            name="change",
            field=models.CharField(
                blank=True,
                choices=[
                    (
                        "editorial",
                        "Editorial: wording, a typo, a picture. Nobody is asked to learn anything again.",
                    ),
                    (
                        "material",
                        "Material: the procedure has changed. Whoever completed this lesson has to learn the change.",
                    ),
                ],
                max_length=9,
                verbose_name="What kind of change is this?",
            ),
        ),
        migrations.AddField(
            model_name="module",
            name="change_basis",
            field=models.ForeignKey(
                blank=True,
                help_text="Needed for a material change; named on the renewed certificate",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="courses.legalbasis",
                verbose_name="Legal basis of the change",
            ),
        ),
        migrations.AddField(
            model_name="module",
            name="change_note",
            field=models.TextField(
                blank=True,
                help_text="Shown to whoever has to learn the change; a few sentences. Needed for a material change.",
                max_length=600,
                verbose_name="What has changed, in words for learners",
            ),
        ),
        migrations.AddField(
            model_name="moduleversion",
            name="change",
            field=models.CharField(
                blank=True,
                choices=[
                    (
                        "editorial",
                        "Editorial: wording, a typo, a picture. Nobody is asked to learn anything again.",
                    ),
                    (
                        "material",
                        "Material: the procedure has changed. Whoever completed this lesson has to learn the change.",
                    ),
                ],
                max_length=9,
            ),
        ),
        migrations.AddField(
            model_name="moduleversion",
            name="change_basis",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="moduleversion",
            name="change_note",
            field=models.TextField(blank=True),
        ),
        RefuseChange(
            "courses_moduleversion",
            frozen=[
                "key",
                "module_id",
                "number",
                "title",
                "summary",
                "minutes",
                "cards",
                "legal_bases",
                "parts",
                "digest",
                "change",
                "change_note",
                "change_basis",
                "published_at",
            ],
        ),
    ]
