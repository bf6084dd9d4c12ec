"""Courses and lessons can pass a colleague's review; Wagtail's own e-mails about it go, our outbox tells instead.

The workflow's name is data: an administrator may rename it or add further steps.
"""

import django.db.models.deletion
from django.db import migrations, models

WORKFLOW, TASK = "Duyệt bài học", "Đồng nghiệp duyệt bài học"


def make_workflow(apps, schema_editor):
    content_type = apps.get_model("contenttypes", "ContentType")
    of_task, _created = content_type.objects.get_or_create(app_label="courses", model="colleaguereview")
    task = apps.get_model("courses", "ColleagueReview").objects.create(name=TASK, content_type=of_task)
    task.groups.add(apps.get_model("auth", "Group").objects.get(name="Reviewers"))
    workflow = apps.get_model("wagtailcore", "Workflow").objects.create(name=WORKFLOW)
    apps.get_model("wagtailcore", "WorkflowTask").objects.create(workflow=workflow, task=task, sort_order=0)
    root = apps.get_model("courses", "CourseIndex").objects.get()
    apps.get_model("wagtailcore", "WorkflowPage").objects.create(workflow=workflow, page_id=root.pk)


def no_mails(apps, schema_editor):
    apps.get_model("wagtailusers", "UserProfile").objects.update(
        submitted_notifications=False,
        approved_notifications=False,
        rejected_notifications=False,
        updated_comments_notifications=False,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0006_basis_register"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("wagtailcore", "0098_apitoken"),
        ("wagtailusers", "0015_userprofile_keyboard_shortcuts"),
    ]
    operations = [
        migrations.CreateModel(
            name="ColleagueReview",
            fields=[
                (
                    "task_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="wagtailcore.task",
                    ),
                ),
                (
                    "groups",
                    models.ManyToManyField(
                        help_text="Pages/snippets at this step in a workflow will be moderated or approved by "
                        "these groups of users",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
            ],
            options={
                "verbose_name": "review by a colleague",
                "verbose_name_plural": "reviews by colleagues",
            },
            bases=("wagtailcore.task",),
        ),
        migrations.RunPython(make_workflow, migrations.RunPython.noop),
        migrations.RunPython(no_mails, migrations.RunPython.noop),
    ]
