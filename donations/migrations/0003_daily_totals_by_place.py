"""Totals of a city's or county's lists are read from an index alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Totals of a city's or county's lists are read from an index alone."""

    dependencies = [("donations", "0002_posted_gifts_stand")]
    operations = [
        migrations.AddIndex(
            model_name="dailytotal",
            index=models.Index(
                fields=["city", "received_on"], include=("gift_count", "amount"), name="dailytotal_city_by_day"
            ),
        ),
        migrations.AddIndex(
            model_name="dailytotal",
            index=models.Index(
                fields=["county", "received_on"], include=("gift_count", "amount"), name="dailytotal_county_by_day"
            ),
        ),
    ]
