"""Figures of the registries: sealed tallies, published figures, national numbers."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0006_registry_heads"),
        ("registries", "0014_requests_and_exchange_stand"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CountedStep",
            fields=[
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="counted",
                        serialize=False,
                        to="registries.wishevent",
                        verbose_name="志愿登记经过",
                    ),
                ),
            ],
            options={
                "verbose_name": "已计数的经过",
                "verbose_name_plural": "已计数的经过",
            },
        ),
        migrations.CreateModel(
            name="NationalFigure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="幂等键")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                (
                    "measure",
                    models.CharField(
                        choices=[
                            ("organ_volunteers", "全国器官捐献志愿登记（累计有效，人）"),
                            ("organ_donations", "全国公民逝世后器官捐献（累计，例）"),
                            ("marrow_donors", "中华骨髓库入库志愿者（累计，人份）"),
                            ("marrow_donations", "全国造血干细胞捐献（累计，例）"),
                        ],
                        max_length=20,
                        verbose_name="指标",
                    ),
                ),
                ("number", models.PositiveBigIntegerField(verbose_name="数字")),
                ("source_title", models.CharField(max_length=200, verbose_name="来源名称")),
                ("source_url", models.URLField(max_length=300, verbose_name="来源网址")),
                ("entered_at", models.DateTimeField(verbose_name="录入时间")),
                ("confirmed_at", models.DateTimeField(null=True, verbose_name="复核时间")),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="复核人",
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="录入人",
                    ),
                ),
                (
                    "replaces",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="registries.nationalfigure",
                        verbose_name="更正前",
                    ),
                ),
            ],
            options={
                "verbose_name": "全国数字",
                "verbose_name_plural": "全国数字",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("replaces__isnull", True)),
                        fields=("year", "measure"),
                        name="nationalfigure_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "measure__in",
                                ["organ_volunteers", "organ_donations", "marrow_donors", "marrow_donations"],
                            )
                        ),
                        name="nationalfigure_measure_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at__isnull", True), ("confirmed_by__isnull", True)),
                            models.Q(
                                ("confirmed_at__isnull", False),
                                ("confirmed_by__isnull", False),
                                models.Q(("confirmed_by", models.F("entered_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="nationalfigure_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("replaces__isnull", True),
                            models.Q(("replaces", models.F("id")), _negated=True),
                            _connector="OR",
                        ),
                        name="nationalfigure_replaces_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RegistryFigures",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("figures", models.JSONField(verbose_name="数字")),
                ("below", models.JSONField(default=list, verbose_name="所属红十字会")),
                ("counted_at", models.DateTimeField(verbose_name="统计时间")),
                (
                    "branch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.branch",
                        verbose_name="红十字会",
                    ),
                ),
            ],
            options={
                "verbose_name": "捐献登记统计",
                "verbose_name_plural": "捐献登记统计",
                "indexes": [models.Index(fields=["year", "branch"], name="registryfigures_by_year")],
                "constraints": [
                    models.UniqueConstraint(fields=("branch", "year"), name="registryfigures_once"),
                    models.CheckConstraint(condition=models.Q(("year__gte", 2000)), name="registryfigures_year"),
                ],
            },
        ),
        migrations.CreateModel(
            name="RegistryTally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="行标识")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("content", models.BinaryField(verbose_name="数字")),
                (
                    "branch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.branch",
                        verbose_name="红十字会",
                    ),
                ),
                (
                    "city",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.branch",
                        verbose_name="所属市会",
                    ),
                ),
                (
                    "county",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.branch",
                        verbose_name="所属县会",
                    ),
                ),
                (
                    "province",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.branch",
                        verbose_name="所属省会",
                    ),
                ),
            ],
            options={
                "verbose_name": "捐献登记计数",
                "verbose_name_plural": "捐献登记计数",
                "constraints": [models.UniqueConstraint(fields=("branch", "year"), name="registrytally_once")],
            },
        ),
    ]
