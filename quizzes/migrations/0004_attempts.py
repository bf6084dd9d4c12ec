"""Time limits, allowances and how attempts end."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0003_permissions")]
    operations: list[migrations.operations.base.Operation] = []
