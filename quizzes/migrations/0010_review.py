"""The review of questions takes the step that lessons have (courses.reviewing): no approval of the own work.

The step keeps its key, so reviews under way go on in it.
"""

from django.db import migrations


def colleagues_review(apps, schema_editor):
    content_type = apps.get_model("contenttypes", "ContentType")
    review = apps.get_model("courses", "ColleagueReview")
    of_review, _created = content_type.objects.get_or_create(app_label="courses", model="colleaguereview")
    of_question, _created = content_type.objects.get_or_create(app_label="quizzes", model="question")
    workflows = apps.get_model("wagtailcore", "WorkflowContentType").objects.filter(content_type=of_question)
    steps = apps.get_model("wagtailcore", "WorkflowTask").objects.filter(
        workflow__in=workflows.values("workflow")
    )
    plain = apps.get_model("wagtailcore", "GroupApprovalTask").objects.filter(pk__in=steps.values("task"))
    for task in plain:
        groups = list(task.groups.all())
        task.groups.clear()
        made = review(task_ptr_id=task.pk, name=task.name, active=task.active, content_type=of_review)
        task.delete(keep_parents=True)
        made.save()
        made.groups.set(groups)


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0009_changes"), ("courses", "0007_workflow")]
    operations = [migrations.RunPython(colleagues_review, migrations.RunPython.noop)]
