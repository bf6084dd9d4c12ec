"""A renewed certificate is an entry of its own that names the one before it."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

from lms.lib.evidence import RefuseChange


class Migration(migrations.Migration):
    dependencies: ClassVar = [("certificates", "0002_evidence")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="certificate",
            name="first_completed_on",
            field=models.DateField(
                blank=True,
                help_text="Of a renewal the day on which the whole course was completed",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="certificate",
            name="renews",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="renewals",
                to="certificates.certificate",
            ),
        ),
        migrations.AddField(
            model_name="certificate",
            name="updated_for",
            field=models.CharField(
                blank=True,
                help_text="Of a renewal the numbers of the legal documents of the change",
                max_length=300,
            ),
        ),
        migrations.AlterField(
            model_name="certificate",
            name="completed_on",
            field=models.DateField(help_text="Of a renewal the day on which the change was learnt"),
        ),
        RefuseChange(
            "certificates_certificate",
            frozen=[
                "completion_id",
                "official_id",
                "replaces_id",
                "renews_id",
                "year",
                "number",
                "edition",
                "code",
                "full_name",
                "date_of_birth",
                "course_title",
                "periods",
                "started_on",
                "completed_on",
                "first_completed_on",
                "updated_for",
                "score",
                "issued_on",
                "place",
                "motto",
                "issuer_parent",
                "issuer",
                "signer_title",
                "signer_name",
                "ward_id",
                "ward_name",
                "province_name",
                "department_id",
                "department_name",
                "position_id",
                "position_name",
            ],
            sealed=["state", "file", "sha256", "size", "stored_at"],
            sealed_when="OLD.state = 'issued'",
        ),
    ]
