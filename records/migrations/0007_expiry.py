"""A renewal by time says which day it is about."""

from typing import ClassVar

from django.db import migrations, models

from lms.lib.evidence import RefuseChange


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("records", "0006_card_reports"),
    ]

    operations: ClassVar = [
        migrations.AddField(
            model_name="enrolment",
            name="expires_on",
            field=models.DateField(
                blank=True,
                help_text="Of a renewal by time the last day on which the certificate that it renews is valid",
                null=True,
            ),
        ),
        RefuseChange(
            "records_enrolment",
            frozen=["official_id", "course_id", "period", "delta", "expires_on"],
            sealed=["started_at", "completed_at"],
            sealed_when="OLD.completed_at IS NOT NULL",
        ),
    ]
