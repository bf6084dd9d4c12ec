"""The last day of a certificate, frozen with the entry; and the rounds of renewal by time."""

from typing import ClassVar

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from lms.lib.evidence import RefuseChange


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("certificates", "0003_renewals"),
        ("courses", "0012_expiry"),
        ("people", "0002_evidence"),
        ("records", "0007_expiry"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="ExpiryRound",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("proposed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "proposed"),
                            ("confirmed", "confirmed"),
                            ("declined", "declined"),
                        ],
                        default="proposed",
                        max_length=9,
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("leased_until", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("month", models.DateField(help_text="The first day of the month")),
            ],
            options={
                "verbose_name": "renewal by time",
                "verbose_name_plural": "renewals by time",
                "ordering": ["-month", "-pk"],
            },
        ),
        migrations.AddField(
            model_name="certificate",
            name="valid_until",
            field=models.DateField(
                blank=True, help_text="The last day on which it is valid; null: without limit", null=True
            ),
        ),
        migrations.AddIndex(
            model_name="certificate",
            index=models.Index(
                condition=models.Q(("valid_until__isnull", False)),
                fields=["valid_until"],
                name="certificate_ending",
            ),
        ),
        migrations.AddField(
            model_name="expiryround",
            name="course",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="expiry_rounds", to="courses.course"
            ),
        ),
        migrations.AddField(
            model_name="expiryround",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="expiryround",
            constraint=models.UniqueConstraint(fields=("course", "month"), name="expiry_round_once"),
        ),
        migrations.AddConstraint(
            model_name="expiryround",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at__isnull", True), ("decided_by__isnull", True), ("state", "proposed")
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("state__in", ["confirmed", "declined"]),
                    ),
                    _connector="OR",
                ),
                name="expiry_decided_by_somebody",
            ),
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
                "valid_until",
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
        RefuseChange(
            "certificates_expiryround",
            frozen=["course_id", "month", "proposed_at"],
            sealed=["state", "decided_by_id", "decided_at"],
            sealed_when="OLD.state <> 'proposed'",
        ),
    ]
