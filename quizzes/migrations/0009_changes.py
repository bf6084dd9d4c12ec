from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("quizzes", "0008_bank")]
    operations: ClassVar = []
