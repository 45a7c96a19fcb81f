"""The annual report: its texts, the auditor's opinion, and the role of its file."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """The annual report: its texts, the auditor's opinion, and the role of its file."""

    dependencies = [
        ("core", "0010_wechat_bindings"),
        ("organizations", "0003_leaders"),
        ("transparency", "0007_signed_reports"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AnnualDraft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("opened_at", models.DateTimeField(verbose_name="建立时间")),
            ],
            options={
                "verbose_name": "年度报告草稿",
                "verbose_name_plural": "年度报告草稿",
            },
        ),
        migrations.CreateModel(
            name="AuditOpinion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(verbose_name="版本")),
                ("firm", models.CharField(max_length=120, verbose_name="会计师事务所")),
                (
                    "opinion",
                    models.CharField(
                        choices=[
                            ("unqualified", "标准无保留意见"),
                            ("qualified", "保留意见"),
                            ("adverse", "否定意见"),
                            ("disclaimer", "无法表示意见"),
                        ],
                        max_length=12,
                        verbose_name="意见类型",
                    ),
                ),
                ("report_number", models.CharField(max_length=80, verbose_name="审计报告文号")),
                ("reported_on", models.DateField(verbose_name="报告日期")),
                ("added_at", models.DateTimeField(verbose_name="上传时间")),
            ],
            options={
                "verbose_name": "审计意见",
                "verbose_name_plural": "审计意见",
            },
        ),
        migrations.CreateModel(
            name="ChapterText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "chapter",
                    models.CharField(
                        choices=[
                            ("governance", "基本情况与治理"),
                            ("party", "党的建设"),
                            ("relief", "应急救援"),
                            ("first_aid", "应急救护"),
                            ("aid", "人道救助"),
                            ("donation_of_life", "无偿献血、造血干细胞和遗体器官捐献"),
                            ("volunteers", "志愿服务与红十字青少年"),
                            ("outreach", "宣传传播与交流合作"),
                            ("finance", "筹资与财务"),
                            ("supervision", "监督与信息公开"),
                            ("network", "基层组织"),
                            ("outlook", "存在问题与来年计划"),
                        ],
                        max_length=24,
                        verbose_name="章节",
                    ),
                ),
                ("version", models.PositiveIntegerField(verbose_name="版本")),
                ("text", models.TextField(blank=True, verbose_name="正文")),
                ("restored_from", models.PositiveIntegerField(null=True, verbose_name="恢复自")),
                ("written_at", models.DateTimeField(verbose_name="保存时间")),
            ],
            options={
                "verbose_name": "年度报告正文",
                "verbose_name_plural": "年度报告正文",
            },
        ),
        migrations.RemoveConstraint(
            model_name="reportfile",
            name="reportfile_role_known",
        ),
        migrations.AlterField(
            model_name="reportfile",
            name="role",
            field=models.CharField(
                choices=[
                    ("signed", "报告（PDF，已签名）"),
                    ("pdf", "报告（PDF，签名前）"),
                    ("html", "报告（网页）"),
                    ("csv", "明细（CSV）"),
                    ("volume", "明细分册（PDF，签名前）"),
                    ("checkpoint", "公开日志检查点"),
                    ("snapshot", "固定数据（JSON）"),
                    ("rows", "固定明细（JSONL）"),
                    ("opinion", "审计报告（PDF）"),
                ],
                max_length=12,
                verbose_name="用途",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportfile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "role__in",
                        ["signed", "pdf", "html", "csv", "volume", "checkpoint", "snapshot", "rows", "opinion"],
                    )
                ),
                name="reportfile_role_known",
            ),
        ),
        migrations.AddField(
            model_name="annualdraft",
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
            model_name="annualdraft",
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
            model_name="annualdraft",
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
            model_name="annualdraft",
            name="opened_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="建立人",
            ),
        ),
        migrations.AddField(
            model_name="annualdraft",
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
            model_name="auditopinion",
            name="added_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="上传人",
            ),
        ),
        migrations.AddField(
            model_name="auditopinion",
            name="draft",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="opinions",
                to="transparency.annualdraft",
                verbose_name="年度报告草稿",
            ),
        ),
        migrations.AddField(
            model_name="auditopinion",
            name="file",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.storedfile", verbose_name="文件"
            ),
        ),
        migrations.AddField(
            model_name="chaptertext",
            name="draft",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="texts",
                to="transparency.annualdraft",
                verbose_name="年度报告草稿",
            ),
        ),
        migrations.AddField(
            model_name="chaptertext",
            name="written_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="执笔人",
            ),
        ),
        migrations.AddConstraint(
            model_name="annualdraft",
            constraint=models.UniqueConstraint(fields=("branch", "year"), name="annualdraft_once"),
        ),
        migrations.AddConstraint(
            model_name="annualdraft",
            constraint=models.CheckConstraint(
                condition=models.Q(("year__gte", 1949), ("year__lte", 2999)), name="annualdraft_year"
            ),
        ),
        migrations.AddConstraint(
            model_name="auditopinion",
            constraint=models.UniqueConstraint(fields=("draft", "version"), name="auditopinion_once"),
        ),
        migrations.AddConstraint(
            model_name="auditopinion",
            constraint=models.CheckConstraint(
                condition=models.Q(("opinion__in", ["unqualified", "qualified", "adverse", "disclaimer"])),
                name="auditopinion_type_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="auditopinion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("firm", ""), _negated=True), models.Q(("report_number", ""), _negated=True)
                ),
                name="auditopinion_names_firm_and_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="chaptertext",
            constraint=models.UniqueConstraint(fields=("draft", "chapter", "version"), name="chaptertext_once"),
        ),
        migrations.AddConstraint(
            model_name="chaptertext",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "chapter__in",
                        [
                            "governance",
                            "party",
                            "relief",
                            "first_aid",
                            "aid",
                            "donation_of_life",
                            "volunteers",
                            "outreach",
                            "finance",
                            "supervision",
                            "network",
                            "outlook",
                        ],
                    )
                ),
                name="chaptertext_chapter_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="chaptertext",
            constraint=models.CheckConstraint(
                condition=models.Q(("version__gte", 1)), name="chaptertext_versions_from_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="chaptertext",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("restored_from", None), ("restored_from__lt", models.F("version")), _connector="OR"
                ),
                name="chaptertext_restores_earlier",
            ),
        ),
        migrations.RunSQL(
            (SQL / "annual.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "annual.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
