"""A quiz knows which of its questions are about the latest change of its lesson."""

from typing import ClassVar

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("quizzes", "0008_bank"),
        ("taggit", "0006_rename_taggeditem_content_type_object_id_taggit_tagg_content_8fc721_idx"),
    ]
    operations: ClassVar = [
        migrations.AddField(
            model_name="quiz",
            name="delta_draw",
            field=models.PositiveSmallIntegerField(
                default=5,
                help_text="So many are drawn; where there are fewer, all of them",
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(20),
                ],
                verbose_name="questions about the change",
            ),
        ),
        migrations.AddField(
            model_name="quiz",
            name="delta_tag",
            field=models.ForeignKey(
                blank=True,
                help_text="From the folders of this quiz. Choose it before the change is published.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="taggit.tag",
                verbose_name="tag of the questions about the latest change",
            ),
        ),
    ]
