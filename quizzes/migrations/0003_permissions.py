"""Trainers and reviewers write, mend and publish questions and quizzes."""

from django.db import migrations

MODELS = {
    "questionbank": "question bank",
    "question": "question",
    "scenario": "situation",
    "quiz": "quiz",
}
ACTIONS = ["add", "change", "delete", "view"]


def grant(apps, schema_editor):
    """Permissions are normally made after all migrations; the groups need them now (as Wagtail's own do)."""
    content_type = apps.get_model("contenttypes", "ContentType")
    permission = apps.get_model("auth", "Permission")
    group = apps.get_model("auth", "Group")
    groups = [group.objects.get_or_create(name=name)[0] for name in ("Trainers", "Reviewers")]
    for model, name in MODELS.items():
        of_model, _created = content_type.objects.get_or_create(app_label="quizzes", model=model)
        for action in [*ACTIONS, "publish"] if model == "question" else ACTIONS:
            allowed, _created = permission.objects.get_or_create(
                content_type=of_model,
                codename=f"{action}_{model}",
                defaults={"name": f"Can {action} {name}"},
            )
            for each in groups:
                each.permissions.add(allowed)


class Migration(migrations.Migration):
    dependencies = [
        ("quizzes", "0002_evidence"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
