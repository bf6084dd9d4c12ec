"""Completions are append-only, and an enrolment's facts are not undone: held by the database."""

from django.db import migrations

from lms.lib.evidence import RefuseChange


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial")]
    operations = [
        RefuseChange(
            "records_completion",
            frozen=[
                "id",
                "enrolment_id",
                "official_id",
                "course_id",
                "full_name",
                "date_of_birth",
                "course_title",
                "periods",
                "started_on",
                "completed_at",
                "score",
                "corrects_id",
                "reason",
                "actor_id",
                "ward_id",
                "ward_name",
                "province_name",
                "department_id",
                "department_name",
                "position_id",
                "position_name",
            ],
        ),
        RefuseChange(
            "records_enrolment",
            frozen=["official_id", "course_id", "period"],
            sealed=["started_at", "completed_at"],
            sealed_when="OLD.completed_at IS NOT NULL",
        ),
        RefuseChange(
            "records_moduleprogress",
            frozen=["enrolment_id", "module_id"],
            sealed=["version_id", "done_at", "score"],
            sealed_when="OLD.done_at IS NOT NULL",
        ),
    ]
