"""When a lesson is to be reviewed, and why."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("courses", "0005_changes")]
    operations = [
        migrations.AddField(
            model_name="module",
            name="review_on",
            field=models.DateField(
                blank=True,
                help_text=(
                    "Whoever answers for the lesson is told 60 days before; learners do not see the date"
                ),
                null=True,
                verbose_name="to be reviewed before",
            ),
        ),
        migrations.AddField(
            model_name="module",
            name="review_reason",
            field=models.CharField(
                blank=True,
                help_text="Such as: the new decree on land",
                max_length=200,
                verbose_name="what to look at",
            ),
        ),
    ]
