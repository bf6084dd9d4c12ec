"""What editors of the bank need."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0007_refreshers")]
    operations: list[migrations.operations.base.Operation] = []
