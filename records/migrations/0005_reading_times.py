from typing import ClassVar

from django.db import migrations, models

from lms.lib.evidence import RefuseChange


class Migration(migrations.Migration):
    dependencies: ClassVar = [("records", "0004_checklists")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="moduleprogress",
            name="card_seconds",
            field=models.JSONField(
                default=dict, help_text="Seconds by card id, until the module is done (records.reading_times)"
            ),
        ),
        migrations.AddField(
            model_name="moduleprogress",
            name="seen_at",
            field=models.DateTimeField(
                blank=True, help_text="When last_card came to be the last card", null=True
            ),
        ),
        # SQLite made the table anew and lost its guards on the way.
        RefuseChange(
            "records_moduleprogress",
            frozen=["enrolment_id", "module_id"],
            sealed=["version_id", "done_at", "score"],
            sealed_when="OLD.done_at IS NOT NULL",
        ),
    ]
