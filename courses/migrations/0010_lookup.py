"""The cards of published lessons can be looked up."""

from typing import ClassVar

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from courses.lookup_rows import rows_of

FIELDS = ("card", "number", "heading", "text", "folded_heading", "folded", "typed")


def find_what_is_published(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Versions that are there already are found as well."""
    module, card = apps.get_model("courses", "Module"), apps.get_model("courses", "PublishedCard")
    version = apps.get_model("courses", "ModuleVersion")
    current = module.objects.filter(current_version__isnull=False).values("current_version")
    for each in version.objects.filter(pk__in=current).iterator(chunk_size=50):
        card.objects.bulk_create(
            card(module_id=each.module_id, version=each, **{name: row[name] for name in FIELDS})
            for row in rows_of(each.cards, each.legal_bases)
        )


class Migration(migrations.Migration):
    dependencies: ClassVar = [("courses", "0009_documents")]
    operations: ClassVar = [
        migrations.CreateModel(
            "PublishedCard",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("card", models.CharField(max_length=64)),
                ("number", models.PositiveSmallIntegerField()),
                ("heading", models.TextField()),
                ("text", models.TextField()),
                ("folded_heading", models.TextField()),
                ("folded", models.TextField()),
                ("typed", models.TextField()),
                (
                    "module",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="courses.module"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="courses.moduleversion",
                    ),
                ),
            ],
            options={
                "verbose_name": "published card",
                "verbose_name_plural": "published cards",
                "constraints": [
                    models.UniqueConstraint(fields=["module", "number"], name="published_card_once")
                ],
            },
        ),
        migrations.RunPython(find_what_is_published, migrations.RunPython.noop, elidable=True),
    ]
