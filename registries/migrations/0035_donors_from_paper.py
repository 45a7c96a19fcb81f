"""Donors who joined on paper before the portal are brought in from a file."""

import uuid
from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Donors who joined on paper before the portal are brought in from a file."""

    dependencies = [
        ("core", "0011_records_fit_and_lost_numbers"),
        ("organizations", "0006_registry_heads"),
        ("registries", "0034_unfetched_files"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DonorIntake",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=40, unique=True, verbose_name="编号")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="幂等键")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("checking", "正在核对"),
                            ("refused", "整份不收"),
                            ("checked", "待批准"),
                            ("applying", "正在带入"),
                            ("applied", "已带入"),
                            ("dropped", "已作废"),
                        ],
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("file_sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("are_papers_kept", models.BooleanField(verbose_name="原纸质同意书在档")),
                ("row_count", models.PositiveIntegerField(default=0, verbose_name="行数")),
                ("bad_count", models.PositiveIntegerField(default=0, verbose_name="有问题")),
                ("known_count", models.PositiveIntegerField(default=0, verbose_name="本会已登记过身份")),
                ("uncalled_count", models.PositiveIntegerField(default=0, verbose_name="不同意电话联系")),
                ("refusal", models.CharField(blank=True, max_length=500, verbose_name="不收的原因")),
                ("made_at", models.DateTimeField(verbose_name="上传时间")),
                ("released_at", models.DateTimeField(null=True, verbose_name="批准时间")),
            ],
            options={
                "verbose_name": "原有志愿者名单",
                "verbose_name_plural": "原有志愿者名单",
            },
        ),
        migrations.CreateModel(
            name="DonorIntakeEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "to_status",
                    models.CharField(
                        choices=[
                            ("checking", "正在核对"),
                            ("refused", "整份不收"),
                            ("checked", "待批准"),
                            ("applying", "正在带入"),
                            ("applied", "已带入"),
                            ("dropped", "已作废"),
                        ],
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("verb", models.CharField(max_length=24, verbose_name="事项")),
                ("count", models.PositiveIntegerField(default=0, verbose_name="行数")),
                ("at", models.DateTimeField(verbose_name="时间")),
            ],
            options={
                "verbose_name": "原有志愿者名单经过",
                "verbose_name_plural": "原有志愿者名单经过",
            },
        ),
        migrations.CreateModel(
            name="DonorIntakeRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="行标识")),
                ("line", models.PositiveIntegerField(verbose_name="行号")),
                ("content", models.BinaryField(null=True, verbose_name="内容")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("good", "可以办理"),
                            ("bad", "有问题，不办"),
                            ("done", "已办理"),
                            ("late", "核对以后情况变了，没有办"),
                            ("dropped", "文件作废，没有办"),
                        ],
                        max_length=8,
                        verbose_name="处理",
                    ),
                ),
                ("faults", models.JSONField(default=list, verbose_name="问题")),
                ("done_at", models.DateTimeField(null=True, verbose_name="办理时间")),
            ],
            options={
                "verbose_name": "原有志愿者名单的行",
                "verbose_name_plural": "原有志愿者名单的行",
            },
        ),
        migrations.RemoveConstraint(
            model_name="donor",
            name="donor_whole_or_destroyed",
        ),
        migrations.AddField(
            model_name="consent",
            name="signed_on",
            field=models.DateField(null=True, verbose_name="原纸质同意书的签字日期"),
        ),
        migrations.AddField(
            model_name="donor",
            name="paper",
            field=models.BinaryField(null=True, verbose_name="原纸质同意书"),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("act", "given"), ("signed_on__isnull", False), ("text_version", "paper-1")),
                    models.Q(
                        models.Q(("act", "given"), ("text_version", "paper-1"), _negated=True),
                        ("signed_on__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="consent_on_paper_says_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="donor",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("destroyed_at__isnull", True), ("registrant__isnull", False)),
                    models.Q(
                        ("answers__isnull", True),
                        ("deferral_reason__isnull", True),
                        ("destroyed_at__isnull", False),
                        ("ended_at__isnull", False),
                        ("kin__isnull", True),
                        ("paper__isnull", True),
                        ("registrant__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="donor_whole_or_destroyed",
            ),
        ),
        migrations.AddConstraint(
            model_name="donorevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("verb", "brought_in"), _negated=True),
                    models.Q(
                        ("actor__isnull", False), ("from_status", ""), ("to_status", "typed"), ("until__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="donorevent_brought_in_as_typed",
            ),
        ),
        migrations.AddField(
            model_name="donorintake",
            name="branch",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organizations.branch",
                verbose_name="红十字会",
            ),
        ),
        migrations.AddField(
            model_name="donorintake",
            name="city",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organizations.branch",
                verbose_name="所属市会",
            ),
        ),
        migrations.AddField(
            model_name="donorintake",
            name="county",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organizations.branch",
                verbose_name="所属县会",
            ),
        ),
        migrations.AddField(
            model_name="donorintake",
            name="file",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="core.storedfile",
                verbose_name="文件",
            ),
        ),
        migrations.AddField(
            model_name="donorintake",
            name="made_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="上传人",
            ),
        ),
        migrations.AddField(
            model_name="donorintake",
            name="province",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organizations.branch",
                verbose_name="所属省会",
            ),
        ),
        migrations.AddField(
            model_name="donorintake",
            name="released_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="批准人",
            ),
        ),
        migrations.AddField(
            model_name="donorintakeevent",
            name="actor",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="操作人",
            ),
        ),
        migrations.AddField(
            model_name="donorintakeevent",
            name="intake",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="events",
                to="registries.donorintake",
                verbose_name="原有志愿者名单",
            ),
        ),
        migrations.AddField(
            model_name="donorintakerow",
            name="donor",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="intake_row",
                to="registries.donor",
                verbose_name="志愿者",
            ),
        ),
        migrations.AddField(
            model_name="donorintakerow",
            name="intake",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="rows",
                to="registries.donorintake",
                verbose_name="原有志愿者名单",
            ),
        ),
        migrations.AddIndex(
            model_name="donorintake",
            index=models.Index(fields=["branch", "-id"], name="donorintake_by_branch"),
        ),
        migrations.AddConstraint(
            model_name="donorintake",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["checking", "refused", "checked", "applying", "applied", "dropped"])
                ),
                name="donorintake_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="donorintake",
            constraint=models.CheckConstraint(
                condition=models.Q(("are_papers_kept", True)), name="donorintake_papers_kept"
            ),
        ),
        migrations.AddConstraint(
            model_name="donorintake",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ("checking", "checked", "applying", "applied"))),
                fields=("branch", "file_sha256"),
                name="donorintake_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="donorintake",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["applying", "applied"]), _negated=True),
                    models.Q(("released_at__isnull", False), ("released_by__isnull", False)),
                    _connector="OR",
                ),
                name="donorintake_applied_once_released",
            ),
        ),
        migrations.AddConstraint(
            model_name="donorintake",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("released_by__isnull", True),
                    models.Q(("released_by", models.F("made_by")), _negated=True),
                    _connector="OR",
                ),
                name="donorintake_maker_is_not_checker",
            ),
        ),
        migrations.AddConstraint(
            model_name="donorintake",
            constraint=models.CheckConstraint(
                condition=models.Q(("bad_count__lte", models.F("row_count"))), name="donorintake_counts_fit"
            ),
        ),
        migrations.AddIndex(
            model_name="donorintakerow",
            index=models.Index(
                condition=models.Q(("outcome", "good")), fields=["intake", "line"], name="donorintakerow_to_apply"
            ),
        ),
        migrations.AddConstraint(
            model_name="donorintakerow",
            constraint=models.UniqueConstraint(fields=("intake", "line"), name="donorintakerow_line_once"),
        ),
        migrations.AddConstraint(
            model_name="donorintakerow",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ["good", "bad", "done", "late", "dropped"])),
                name="donorintakerow_outcome_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="donorintakerow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("content__isnull", False), ("outcome", "good")),
                    models.Q(models.Q(("outcome", "good"), _negated=True), ("content__isnull", True)),
                    _connector="OR",
                ),
                name="donorintakerow_sealed_until_settled",
            ),
        ),
        migrations.AddConstraint(
            model_name="donorintakerow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("done_at__isnull", False), ("donor__isnull", False), ("outcome", "done")),
                    models.Q(
                        models.Q(("outcome", "done"), _negated=True), ("done_at__isnull", True), ("donor__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="donorintakerow_done_has_its_donor",
            ),
        ),
        migrations.AddConstraint(
            model_name="donorintakerow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome__in", ["bad", "late"]), models.Q(("faults", []), _negated=True)),
                    models.Q(("faults", []), ("outcome__in", ["good", "done", "dropped"])),
                    _connector="OR",
                ),
                name="donorintakerow_says_what_is_wrong",
            ),
        ),
        migrations.RunSQL(
            (SQL / "intake.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "intake.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
