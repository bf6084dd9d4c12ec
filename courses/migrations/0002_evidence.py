"""Published versions never change: held by the database."""

from django.db import migrations

from lms.lib.evidence import RefuseChange


class Migration(migrations.Migration):
    dependencies = [("courses", "0001_initial")]
    operations = [
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
                "published_at",
            ],
        ),
    ]
