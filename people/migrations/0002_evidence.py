"""Two postings of one official never share a day: held by the database."""

from django.db import migrations

POSTGRESQL = """
CREATE EXTENSION IF NOT EXISTS btree_gist;
ALTER TABLE people_posting ADD CONSTRAINT posting_days_apart
    EXCLUDE USING gist (official_id WITH =, daterange(starts_on, ends_on, '[]') WITH &&);
"""

SHARES_A_DAY = """
SELECT 1 FROM people_posting other
 WHERE other.official_id = NEW.official_id AND other.id IS NOT NEW.id
   AND other.starts_on <= COALESCE(NEW.ends_on, '9999-12-31')
   AND NEW.starts_on <= COALESCE(other.ends_on, '9999-12-31')
"""
MESSAGE = "posting_days_apart: two postings of one official share a day"


def hold(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL, params=None)
        return
    for event in ("INSERT", "UPDATE"):
        schema_editor.execute(
            f"CREATE TRIGGER posting_days_apart_{event.lower()} BEFORE {event} ON people_posting "
            f"FOR EACH ROW WHEN EXISTS ({SHARES_A_DAY}) BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
            params=None,
        )


def release(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE people_posting DROP CONSTRAINT posting_days_apart", params=None)
        return
    for event in ("insert", "update"):
        schema_editor.execute(f"DROP TRIGGER posting_days_apart_{event}", params=None)


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [migrations.RunPython(hold, release)]
