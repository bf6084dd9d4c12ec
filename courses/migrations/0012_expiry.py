"""How long certificates of a course are valid, and when their renewal is proposed."""

from typing import ClassVar

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("courses", "0011_cards"),
    ]

    operations: ClassVar = [
        migrations.AddField(
            model_name="course",
            name="renewal_days",
            field=models.PositiveSmallIntegerField(
                default=60,
                help_text=(
                    "So many days before it ends a renewal is proposed to the trainers; nobody is enrolled or told "
                    "before it is confirmed"
                ),
                validators=[
                    django.core.validators.MinValueValidator(7),
                    django.core.validators.MaxValueValidator(365),
                ],
                verbose_name="days to renew before a certificate ends",
            ),
        ),
        migrations.AddField(
            model_name="course",
            name="validity_months",
            field=models.PositiveSmallIntegerField(
                default=0,
                help_text=(
                    "From the day of completion; 0: without limit. Printed on the certificate. A change holds for "
                    "certificates entered afterwards; those already in the register keep their day."
                ),
                validators=[django.core.validators.MaxValueValidator(120)],
                verbose_name="certificates are valid for (months)",
            ),
        ),
    ]
