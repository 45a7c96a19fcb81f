"""An index of gifts by amount, for lists that ask for sums alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """An index of gifts by amount, for lists that ask for sums alone."""

    dependencies = [("donations", "0009_claims")]

    operations = [
        migrations.AddIndex(
            model_name="donation",
            index=models.Index(fields=["amount", "-received_on", "-id"], name="donation_by_amount"),
        ),
    ]
