"""Questions can pass a colleague's review before they are published: the fields of the lock, and the workflow.

The workflow's name is data: an administrator may rename it or add further steps. Wagtail's own workflow for all
pages goes, as its groups went (courses migration 0004): nobody could approve in it.
"""

from django.conf import settings
from django.db import migrations, models

WORKFLOW, TASK = "Duyệt câu hỏi", "Đồng nghiệp duyệt câu hỏi"


def make_workflow(apps, schema_editor):
    content_type = apps.get_model("contenttypes", "ContentType")
    wagtail = {
        name: apps.get_model("wagtailcore", name)
        for name in ("Workflow", "WorkflowTask", "WorkflowContentType", "GroupApprovalTask")
    }
    wagtail["GroupApprovalTask"].objects.filter(groups=None).delete()
    wagtail["Workflow"].objects.filter(workflow_tasks=None).delete()
    of_task, _created = content_type.objects.get_or_create(app_label="wagtailcore", model="groupapprovaltask")
    of_question, _created = content_type.objects.get_or_create(app_label="quizzes", model="question")
    task = wagtail["GroupApprovalTask"].objects.create(name=TASK, content_type=of_task)
    task.groups.add(apps.get_model("auth", "Group").objects.get(name="Reviewers"))
    workflow = wagtail["Workflow"].objects.create(name=WORKFLOW)
    wagtail["WorkflowTask"].objects.create(workflow=workflow, task=task, sort_order=0)
    wagtail["WorkflowContentType"].objects.create(content_type=of_question, workflow=workflow)


class Migration(migrations.Migration):
    dependencies = [
        ("quizzes", "0007_refreshers"),
        ("wagtailcore", "0098_apitoken"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AddField(
            "question",
            "locked",
            models.BooleanField(default=False, editable=False, verbose_name="locked"),
        ),
        migrations.AddField(
            "question",
            "locked_at",
            models.DateTimeField(editable=False, null=True, verbose_name="locked at"),
        ),
        migrations.AddField(
            "question",
            "locked_by",
            models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=models.SET_NULL,
                related_name="locked_%(class)ss",
                to=settings.AUTH_USER_MODEL,
                verbose_name="locked by",
            ),
        ),
        migrations.RunPython(make_workflow, migrations.RunPython.noop),
    ]
