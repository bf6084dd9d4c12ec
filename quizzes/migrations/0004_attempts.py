"""Time limits, allowances and how attempts end."""

import uuid

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from lms.lib.evidence import RefuseChange

MESSAGE = "quizzes_answer: the attempt is over or graded; only a late answer may be added"

# Replaces what 0002 said: an answer is in time while its attempt goes on and, by the clock that stamped it, not
# after the attempt closes. The share lock waits for a submission that grades at this very moment.
POSTGRESQL = f"""CREATE OR REPLACE FUNCTION quizzes_answer_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE found record;
    BEGIN
        SELECT attempt.state, attempt.closes_at INTO found FROM quizzes_attempt attempt
        JOIN quizzes_attemptitem item ON item.attempt_id = attempt.id
        WHERE item.id = NEW.item_id FOR SHARE OF attempt;
        IF found.state <> 'in-progress' OR NEW.received_at > found.closes_at THEN
            RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$"""
SQLITE = [
    "DROP TRIGGER quizzes_answer_late_refused",
    f"""CREATE TRIGGER quizzes_answer_late_refused BEFORE INSERT ON quizzes_answer
    FOR EACH ROW WHEN NOT NEW.late AND EXISTS (
        SELECT 1 FROM quizzes_attempt attempt
        JOIN quizzes_attemptitem item ON item.attempt_id = attempt.id
        WHERE item.id = NEW.item_id
        AND (attempt.state <> 'in-progress' OR NEW.received_at > attempt.closes_at)
    ) BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END""",
]

# Who writes the lessons may see who took their quizzes, and decide on a person's case.
OF_TRAINERS = {
    "attempt": {"view": "Can view attempt"},
    "quizallowance": {"add": "Can add allowance", "view": "Can view allowance"},
}


def guard(apps, schema_editor):
    for statement in [POSTGRESQL] if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement, params=None)


def grant(apps, schema_editor):
    """As in 0003: permissions are normally made after all migrations, and the group needs them now."""
    content_type = apps.get_model("contenttypes", "ContentType")
    permission = apps.get_model("auth", "Permission")
    trainers, _created = apps.get_model("auth", "Group").objects.get_or_create(name="Trainers")
    for model, actions in OF_TRAINERS.items():
        of_model, _created = content_type.objects.get_or_create(app_label="quizzes", model=model)
        for action, name in actions.items():
            allowed, _created = permission.objects.get_or_create(
                content_type=of_model, codename=f"{action}_{model}", defaults={"name": name}
            )
            trainers.permissions.add(allowed)


class Migration(migrations.Migration):
    dependencies = [
        ("quizzes", "0003_permissions"),
        ("courses", "0004_roles"),
        ("people", "0002_evidence"),
        ("records", "0002_evidence"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AddField(
            model_name="attempt",
            name="closes_at",
            field=models.DateTimeField(
                blank=True,
                help_text="End of the grace: what arrives later is kept and does not count",
                null=True,
            ),
        ),
        migrations.AddIndex(
            model_name="attempt",
            index=models.Index(
                condition=models.Q(("state__in", ["in-progress", "submitted"])),
                fields=["closes_at"],
                name="attempt_open_closes",
            ),
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
                "closes_at",
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
            # A closed attempt gets another grade only with a further GradeStep, whose number it then names;
            # what was submitted is not taken up again.
            sealed_when="(OLD.state IN ('graded', 'late', 'abandoned') AND ("
            "NEW.state <> OLD.state OR NEW.graded_at <> OLD.graded_at OR NEW.grade_number <= OLD.grade_number))"
            " OR (OLD.state <> 'in-progress' AND (NEW.state = 'in-progress' "
            "OR NEW.submitted_at <> OLD.submitted_at "
            "OR (NEW.submitted_at IS NULL) <> (OLD.submitted_at IS NULL)))",
        ),
        migrations.RunPython(guard, migrations.RunPython.noop),
        migrations.CreateModel(
            name="QuizAllowance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "attempts",
                    models.PositiveSmallIntegerField(
                        default=0,
                        validators=[django.core.validators.MaxValueValidator(20)],
                        verbose_name="further attempts",
                    ),
                ),
                (
                    "minutes",
                    models.PositiveSmallIntegerField(
                        default=0,
                        validators=[django.core.validators.MaxValueValidator(240)],
                        verbose_name="further minutes for each attempt begun from now on",
                    ),
                ),
                (
                    "waives_waiting",
                    models.BooleanField(
                        default=False, verbose_name="the next attempt may begin without waiting"
                    ),
                ),
                ("reason", models.CharField(max_length=400, verbose_name="reason")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("operation_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quiz_allowances",
                        to="records.enrolment",
                    ),
                ),
                (
                    "module",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quiz_allowances",
                        to="courses.module",
                    ),
                ),
            ],
            options={
                "verbose_name": "allowance",
                "verbose_name_plural": "allowances",
                "ordering": ["enrolment", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("attempts__gt", 0),
                            ("minutes__gt", 0),
                            ("waives_waiting", True),
                            _connector="OR",
                        ),
                        name="quiz_allowance_gives_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="quiz_allowance_has_a_reason",
                    ),
                ],
            },
        ),
        RefuseChange(
            "quizzes_quizallowance",
            frozen=[
                "enrolment_id",
                "module_id",
                "attempts",
                "minutes",
                "waives_waiting",
                "reason",
                "actor_id",
                "at",
                "operation_id",
            ],
        ),
        migrations.RunPython(grant, migrations.RunPython.noop),
    ]
