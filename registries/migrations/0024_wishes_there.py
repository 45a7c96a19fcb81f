"""A wish withdrawn in the national system while in force here, its number put right."""

from pathlib import Path

from django.db import migrations, models
from django.db.models import Q

SQL = Path(__file__).resolve().parent.parent / "sql"

REASONS = [
    ("typed_wrong", "录入时写错"),
    ("of_another", "填成了别人的登记号"),
    ("renumbered", "全国系统换发了登记号"),
]


class Migration(migrations.Migration):
    """A wish withdrawn in the national system while in force here, its number put right."""

    dependencies = [("registries", "0023_cases_law")]
    operations = [
        migrations.RemoveConstraint("wish", "wish_withdrawn_there_was_there"),
        migrations.AddConstraint(
            "wish",
            models.CheckConstraint(
                condition=Q(withdrawn_there_on__isnull=True) | Q(is_known_there=True),
                name="wish_withdrawn_there_was_there",
            ),
        ),
        migrations.AddField(
            "wishevent",
            "reason",
            models.CharField(blank=True, choices=REASONS, default="", max_length=16, verbose_name="更正原因"),
        ),
        migrations.AddConstraint(
            "wishevent",
            models.CheckConstraint(
                condition=~Q(verb="reference_corrected") | Q(reason__in=[value for value, _label in REASONS]),
                name="wishevent_corrected_says_why",
            ),
        ),
        migrations.RunSQL(
            (SQL / "wishes_there.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "wishes_there.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
