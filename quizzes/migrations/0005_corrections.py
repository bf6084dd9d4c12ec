"""Corrections of answer keys."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0004_attempts")]
    operations: list[migrations.operations.base.Operation] = []
