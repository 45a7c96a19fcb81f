from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0006_registry_heads"),
        ("registries", "0016_figures_stand"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="wish",
            index=models.Index(
                condition=models.Q(("handed_over_on__isnull", True), ("status", "in_force")),
                fields=["branch", "-id"],
                name="wish_to_hand_over_branch",
            ),
        ),
        migrations.AddIndex(
            model_name="wish",
            index=models.Index(
                condition=models.Q(("handed_over_on__isnull", True), ("status", "in_force")),
                fields=["city", "-id"],
                name="wish_to_hand_over_city",
            ),
        ),
        migrations.AddIndex(
            model_name="wish",
            index=models.Index(
                condition=models.Q(("handed_over_on__isnull", True), ("status", "in_force")),
                fields=["province", "-id"],
                name="wish_to_hand_over_province",
            ),
        ),
    ]
