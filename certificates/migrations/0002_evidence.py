"""A certificate's printed fields never change, nor its file once it is stored: held by the database."""

from django.db import migrations

from lms.lib.evidence import RefuseChange


class Migration(migrations.Migration):
    dependencies = [("certificates", "0001_initial")]
    operations = [
        RefuseChange(
            "certificates_certificate",
            frozen=[
                "completion_id",
                "official_id",
                "replaces_id",
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
            "certificates_revocation", frozen=["certificate_id", "reason", "actor_id", "revoked_at"]
        ),
    ]
