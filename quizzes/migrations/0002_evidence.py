"""Question versions, drawn papers, answers and graded attempts never change: held by the database."""

from django.db import migrations

from lms.lib.evidence import RefuseChange

MESSAGE = "quizzes_answer: the attempt is graded; only a late answer may be added"

# A submission that grades at this very moment holds the attempt's row: the share lock waits for it, so that no
# answer slips in after the grading as if it had counted.
POSTGRESQL = [
    f"""CREATE FUNCTION quizzes_answer_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE attempt_state text;
    BEGIN
        SELECT attempt.state INTO attempt_state FROM quizzes_attempt attempt
        JOIN quizzes_attemptitem item ON item.attempt_id = attempt.id
        WHERE item.id = NEW.item_id FOR SHARE OF attempt;
        IF attempt_state IN ('graded', 'late', 'abandoned') THEN
            RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$""",
    """CREATE TRIGGER quizzes_answer_late_refused BEFORE INSERT ON quizzes_answer
    FOR EACH ROW WHEN (NOT NEW.late) EXECUTE FUNCTION quizzes_answer_in_time()""",
]
SQLITE = [
    f"""CREATE TRIGGER quizzes_answer_late_refused BEFORE INSERT ON quizzes_answer
    FOR EACH ROW WHEN NOT NEW.late AND EXISTS (
        SELECT 1 FROM quizzes_attempt attempt
        JOIN quizzes_attemptitem item ON item.attempt_id = attempt.id
        WHERE item.id = NEW.item_id AND attempt.state IN ('graded', 'late', 'abandoned')
    ) BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END""",
]


def guard(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement, params=None)


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION IF EXISTS quizzes_answer_in_time() CASCADE", params=None)
    else:
        schema_editor.execute("DROP TRIGGER IF EXISTS quizzes_answer_late_refused", params=None)


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0001_initial")]
    operations = [
        RefuseChange(
            "quizzes_questionversion",
            frozen=[
                "question_id",
                "number",
                "kind",
                "stem",
                "options",
                "settings",
                "points",
                "explanation",
                "basis",
                "picture",
                "scenario",
                "digest",
                "published_at",
            ],
        ),
        RefuseChange(
            "quizzes_attempt",
            frozen=[
                "key",
                "enrolment_id",
                "official_id",
                "module_id",
                "version_id",
                "number",
                "seed",
                "started_at",
                "due_at",
                "max_points",
                "ward_id",
                "ward_name",
                "province_name",
                "department_id",
                "department_name",
                "position_id",
                "position_name",
            ],
            sealed=["state", "submitted_at", "graded_at", "grade_number", "points", "passed"],
            # A closed attempt gets another grade only with a further GradeStep, whose number it then names.
            sealed_when="OLD.state IN ('graded', 'late', 'abandoned') AND ("
            "NEW.state <> OLD.state OR NEW.graded_at <> OLD.graded_at OR NEW.submitted_at <> OLD.submitted_at "
            "OR NEW.grade_number <= OLD.grade_number)",
        ),
        RefuseChange(
            "quizzes_attemptitem",
            frozen=["attempt_id", "order", "question_version_id", "option_order", "max_points"],
            sealed=["points", "grade_number"],
            sealed_when="OLD.points IS NOT NULL AND NEW.grade_number <= OLD.grade_number",
        ),
        RefuseChange("quizzes_answer", frozen=["item_id", "operation_id", "response", "late", "received_at"]),
        RefuseChange(
            "quizzes_gradestep",
            frozen=[
                "attempt_id",
                "number",
                "cause",
                "points",
                "passed",
                "item_points",
                "actor_id",
                "reason",
                "graded_at",
            ],
        ),
        migrations.RunPython(guard, unguard),
    ]
