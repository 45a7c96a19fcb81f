"""What a donor's way needs: who goes along, rows put right, boxes lost, lymphocytes without a serial."""

import uuid
from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """What a donor's way needs: who goes along, rows put right, boxes lost, lymphocytes without a serial."""

    dependencies = [
        ("organizations", "0006_registry_heads"),
        ("registries", "0025_contacts_told"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DonorEscort",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_void", models.BooleanField(db_default=False, default=False, verbose_name="作废")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="幂等键")),
                ("on", models.DateField(verbose_name="从哪一天")),
                ("until", models.DateField(verbose_name="到哪一天")),
                ("at", models.DateTimeField(verbose_name="时间")),
            ],
            options={
                "verbose_name": "捐献陪同",
                "verbose_name_plural": "捐献陪同",
            },
        ),
        migrations.RemoveConstraint(
            model_name="collection",
            name="collection_done_has_a_serial",
        ),
        migrations.RemoveConstraint(
            model_name="sample",
            name="sample_verdict_known",
        ),
        migrations.RemoveConstraint(
            model_name="samplebatch",
            name="samplebatch_status_known",
        ),
        migrations.AddField(
            model_name="donor",
            name="coordinator",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="协调员",
            ),
        ),
        migrations.AddField(
            model_name="donor",
            name="gives_no_more",
            field=models.BooleanField(db_default=False, default=False, verbose_name="不再捐献"),
        ),
        migrations.AddField(
            model_name="donorexpense",
            name="is_void",
            field=models.BooleanField(db_default=False, default=False, verbose_name="作废"),
        ),
        migrations.AddField(
            model_name="donorexpense",
            name="replaces",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaced_by",
                to="registries.donorexpense",
                verbose_name="更正哪一条",
            ),
        ),
        migrations.AddField(
            model_name="honour",
            name="is_void",
            field=models.BooleanField(db_default=False, default=False, verbose_name="作废"),
        ),
        migrations.AddField(
            model_name="honour",
            name="issuer",
            field=models.CharField(blank=True, db_default="", default="", max_length=60, verbose_name="颁发单位"),
        ),
        migrations.AddField(
            model_name="honour",
            name="number",
            field=models.CharField(blank=True, db_default="", default="", max_length=60, verbose_name="证书编号"),
        ),
        migrations.AddField(
            model_name="honour",
            name="replaces",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaced_by",
                to="registries.honour",
                verbose_name="更正哪一条",
            ),
        ),
        migrations.AlterField(
            model_name="sample",
            name="verdict",
            field=models.CharField(
                choices=[
                    ("waiting", "未回执"),
                    ("received", "收到，合格"),
                    ("damaged", "破损"),
                    ("insufficient", "量不足"),
                    ("missing", "未收到，途中丢失"),
                    ("void", "作废，未寄"),
                ],
                default="waiting",
                max_length=12,
                verbose_name="实验室回执",
            ),
        ),
        migrations.AlterField(
            model_name="samplebatch",
            name="status",
            field=models.CharField(
                choices=[("open", "装箱中"), ("sent", "已寄出"), ("received", "实验室已收"), ("lost", "途中丢失")],
                max_length=12,
                verbose_name="状态",
            ),
        ),
        migrations.AddIndex(
            model_name="donor",
            index=models.Index(
                condition=models.Q(("coordinator__isnull", False), ("ended_at__isnull", True)),
                fields=["coordinator", "id"],
                name="donor_of_coordinator",
            ),
        ),
        migrations.AddConstraint(
            model_name="collection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cases_of__isnull", True), ("collected_on__isnull", True), ("serial__isnull", True)),
                    models.Q(
                        ("called_off_on__isnull", True),
                        ("collected_on__isnull", False),
                        models.Q(
                            models.Q(("cases_of__isnull", False), ("serial__isnull", False)),
                            models.Q(("cases_of__isnull", True), ("kind", "lymphocytes"), ("serial__isnull", True)),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="collection_done_has_a_serial",
            ),
        ),
        migrations.AddConstraint(
            model_name="donorexpense",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_void", False), ("replaces__isnull", False), _connector="OR"),
                name="donorexpense_void_names",
            ),
        ),
        migrations.AddConstraint(
            model_name="honour",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_void", False), ("replaces__isnull", False), _connector="OR"),
                name="honour_void_names",
            ),
        ),
        migrations.AddConstraint(
            model_name="sample",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("verdict__in", ["waiting", "received", "damaged", "insufficient", "missing", "void"])
                ),
                name="sample_verdict_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="samplebatch",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["open", "sent", "received", "lost"])),
                name="samplebatch_status_known",
            ),
        ),
        migrations.AddField(
            model_name="donorescort",
            name="donor",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="escorts",
                to="registries.donor",
                verbose_name="志愿者",
            ),
        ),
        migrations.AddField(
            model_name="donorescort",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="陪同人员",
            ),
        ),
        migrations.AddField(
            model_name="donorescort",
            name="replaces",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaced_by",
                to="registries.donorescort",
                verbose_name="更正哪一条",
            ),
        ),
        migrations.AddField(
            model_name="donorescort",
            name="written_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="记录人",
            ),
        ),
        migrations.AddConstraint(
            model_name="donorescort",
            constraint=models.CheckConstraint(
                condition=models.Q(("until__gte", models.F("on"))), name="donorescort_days_in_order"
            ),
        ),
        migrations.AddConstraint(
            model_name="donorescort",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_void", False), ("replaces__isnull", False), _connector="OR"),
                name="donorescort_void_names",
            ),
        ),
        migrations.RunSQL(
            (SQL / "ways_of_donors.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "ways_of_donors.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
