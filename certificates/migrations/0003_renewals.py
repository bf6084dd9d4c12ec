from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("certificates", "0002_evidence")]
    operations: ClassVar = []
