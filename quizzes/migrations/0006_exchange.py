"""Uploaded question files, until they are imported."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0005_corrections")]
    operations: list[migrations.operations.base.Operation] = []
