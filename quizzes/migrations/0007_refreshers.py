"""Refresher questions after a course was passed."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0006_exchange")]
    operations: list[migrations.operations.base.Operation] = []
