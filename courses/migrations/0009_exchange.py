from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("courses", "0008_workflow")]
    operations: ClassVar = []
