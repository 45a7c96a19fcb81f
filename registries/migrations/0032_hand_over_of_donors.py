"""A hand-over says how many donors went along, and may be of donors alone."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """A hand-over says how many donors went along, and may be of donors alone."""

    dependencies = [
        ("organizations", "0006_registry_heads"),
        ("registries", "0031_ends_of_the_dead"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="contacthandover",
            name="handover_of_something",
        ),
        migrations.AddField(
            model_name="contacthandover",
            name="donor_count",
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name="志愿者人数"),
        ),
        migrations.AddConstraint(
            model_name="contacthandover",
            constraint=models.CheckConstraint(
                condition=models.Q(("contact_count__gt", 0), ("donor_count__gt", 0), _connector="OR"),
                name="handover_of_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="contacthandover",
            constraint=models.CheckConstraint(
                condition=models.Q(("from_person__isnull", False), ("donor_count", 0), _connector="OR"),
                name="handover_of_somebodys_donors",
            ),
        ),
    ]
