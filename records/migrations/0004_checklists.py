from typing import ClassVar

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("records", "0003_renewals")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="ChecklistMark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("card", models.CharField(max_length=36)),
                ("item", models.CharField(max_length=36)),
                ("ticked", models.BooleanField()),
                ("operation_id", models.UUIDField()),
                ("marked_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "progress",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="checklist_marks",
                        to="records.moduleprogress",
                    ),
                ),
            ],
            options={
                "verbose_name": "mark in a checklist",
                "verbose_name_plural": "marks in checklists",
                "indexes": [models.Index(fields=["progress", "card"], name="records_che_progres_8c7501_idx")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("progress", "operation_id"), name="checklist_operation_once"
                    )
                ],
            },
        ),
    ]
