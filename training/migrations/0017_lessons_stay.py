"""No session takes its lessons with it: none is ever removed."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """No session takes its lessons with it: none is ever removed."""

    dependencies = [("training", "0016_examiners")]
    operations = [
        migrations.AlterField(
            model_name="lesson",
            name="session",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lessons",
                to="training.session",
                verbose_name="培训班",
            ),
        ),
    ]
