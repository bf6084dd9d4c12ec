"""Files that published versions hand out are kept; trainers and reviewers put files into the library."""

from importlib import import_module
from typing import ClassVar

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

roles = import_module("courses.migrations.0004_roles")
DOCUMENTS = (("wagtaildocs", "document", ("add", "change", "choose"), "document"),)


def let_trainers_keep_files(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    collection = apps.get_model("wagtailcore", "Collection").objects.get(depth=1)
    of_group = apps.get_model("wagtailcore", "GroupCollectionPermission")
    for group in apps.get_model("auth", "Group").objects.filter(name__in=roles.ROLES):
        for permission in roles.permissions(apps, DOCUMENTS):
            of_group.objects.get_or_create(group=group, collection=collection, permission=permission)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("courses", "0008_exchange"), ("wagtaildocs", "0014_alter_document_file_size")]
    operations: ClassVar = [
        migrations.CreateModel(
            "VersionDocument",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="wagtaildocs.document",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="courses.moduleversion",
                    ),
                ),
            ],
            options={
                "verbose_name": "file of a version",
                "verbose_name_plural": "files of versions",
                "constraints": [
                    models.UniqueConstraint(fields=["version", "document"], name="version_document_once")
                ],
            },
        ),
        migrations.RunPython(let_trainers_keep_files, migrations.RunPython.noop, elidable=True),
    ]
