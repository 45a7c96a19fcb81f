"""Campaigns, ways to give, agreements, changes of use and their steps."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Campaigns, ways to give, agreements, changes of use and their steps."""

    dependencies = [
        ("core", "0005_key_rotation"),
        ("donations", "0006_counter_drafts"),
        ("ledger", "0002_movements"),
        ("organizations", "0002_kept_rows"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Agreement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(db_collation="C", max_length=40, unique=True, verbose_name="协议编号")),
                ("giver_name", models.CharField(max_length=200, verbose_name="捐赠人")),
                (
                    "giver_kind",
                    models.CharField(
                        choices=[("person", "个人"), ("organisation", "单位"), ("anonymous", "匿名")],
                        max_length=12,
                        verbose_name="捐赠人类别",
                    ),
                ),
                (
                    "name_choice",
                    models.CharField(
                        choices=[("masked", "掩码"), ("real", "实名"), ("anonymous", "匿名")],
                        default="masked",
                        max_length=12,
                        verbose_name="公开方式",
                    ),
                ),
                ("display_name", models.CharField(max_length=200, verbose_name="公开名称")),
                ("title", models.CharField(max_length=80, verbose_name="项目名称")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="约定金额")),
                ("fee_rate", models.DecimalField(decimal_places=4, default=0, max_digits=5, verbose_name="管理费率")),
                ("purpose", models.CharField(max_length=200, verbose_name="限定用途")),
                ("beneficiary", models.CharField(blank=True, max_length=200, verbose_name="受益人")),
                ("starts_on", models.DateField(verbose_name="生效日期")),
                ("ends_on", models.DateField(null=True, verbose_name="终止日期")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "草稿"),
                            ("submitted", "待审核"),
                            ("in_force", "有效"),
                            ("ended", "已停用"),
                            ("dropped", "已作废"),
                        ],
                        default="draft",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                (
                    "maker_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None, verbose_name="经手人编号"
                    ),
                ),
                ("made_at", models.DateTimeField(verbose_name="建立时间")),
                ("in_force_at", models.DateTimeField(null=True, verbose_name="启用时间")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="停用时间")),
                (
                    "approved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="审核人",
                    ),
                ),
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
                    "document",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.storedfile",
                        verbose_name="协议文本",
                    ),
                ),
                (
                    "fund",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="agreement",
                        to="ledger.fund",
                        verbose_name="资金池",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="制单人",
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
                "verbose_name": "捐赠协议",
                "verbose_name_plural": "捐赠协议",
            },
        ),
        migrations.CreateModel(
            name="Campaign",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(db_index=False, max_length=60, unique=True, verbose_name="网址名")),
                ("name", models.CharField(max_length=80, verbose_name="名称")),
                ("aim", models.TextField(max_length=2000, verbose_name="募捐目的")),
                ("starts_on", models.DateField(verbose_name="开始日期")),
                ("ends_on", models.DateField(verbose_name="截止日期")),
                ("filed_elsewhere", models.CharField(blank=True, max_length=120, verbose_name="异地备案")),
                ("responsible_office", models.CharField(max_length=80, verbose_name="负责人职务")),
                ("responsible_name", models.CharField(max_length=60, verbose_name="负责人姓名")),
                ("name_agreed", models.BooleanField(default=False, verbose_name="负责人同意公开姓名")),
                ("office_address", models.CharField(max_length=200, verbose_name="办公地址")),
                ("contact", models.CharField(max_length=120, verbose_name="联系方式")),
                ("beneficiary", models.CharField(max_length=200, verbose_name="受益人")),
                ("use", models.CharField(max_length=200, verbose_name="款物用途")),
                ("cost_plan", models.CharField(max_length=500, verbose_name="募捐成本")),
                ("fee_rate", models.DecimalField(decimal_places=4, default=0, max_digits=5, verbose_name="管理费率")),
                ("rest_plan", models.CharField(max_length=500, verbose_name="剩余财产处理")),
                ("goal", models.DecimalField(decimal_places=2, max_digits=14, null=True, verbose_name="募捐目标")),
                ("filing_number", models.CharField(blank=True, max_length=60, verbose_name="备案编号")),
                ("filed_on", models.DateField(null=True, verbose_name="备案日期")),
                ("certificate_number", models.CharField(max_length=60, verbose_name="公开募捐资格证书号")),
                ("partners", models.JSONField(default=list, verbose_name="合作方")),
                ("platforms", models.JSONField(default=list, verbose_name="指定平台")),
                ("is_emergency", models.BooleanField(default=False, verbose_name="应急募捐")),
                ("event_name", models.CharField(blank=True, max_length=80, verbose_name="突发事件")),
                ("event_on", models.DateField(null=True, verbose_name="事件日期")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "草稿"),
                            ("submitted", "待审核"),
                            ("open", "募捐中"),
                            ("closed", "已截止"),
                            ("settling", "结项待审核"),
                            ("settled", "已结项"),
                            ("cancelled", "已取消"),
                        ],
                        default="draft",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                (
                    "maker_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None, verbose_name="经手人编号"
                    ),
                ),
                ("made_at", models.DateTimeField(verbose_name="建立时间")),
                ("opened_at", models.DateTimeField(null=True, verbose_name="开放时间")),
                ("closed_on", models.DateField(null=True, verbose_name="截止办理日期")),
                ("rest_account", models.TextField(blank=True, max_length=2000, verbose_name="结项说明")),
                ("settled_at", models.DateTimeField(null=True, verbose_name="结项时间")),
                ("edit_count", models.PositiveIntegerField(default=0, verbose_name="修改次数")),
                (
                    "approved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="审核人",
                    ),
                ),
                (
                    "area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.division",
                        verbose_name="募捐地域",
                    ),
                ),
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
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="制单人",
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
                (
                    "settled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="结项审核人",
                    ),
                ),
                (
                    "settlement_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="结项提出人",
                    ),
                ),
                (
                    "successor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.fund",
                        verbose_name="后续资金池",
                    ),
                ),
            ],
            options={
                "verbose_name": "募捐活动",
                "verbose_name_plural": "募捐活动",
            },
        ),
        migrations.CreateModel(
            name="CampaignFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("plan", "募捐方案"),
                            ("certificate", "公开募捐资格证书"),
                            ("partner", "合作协议"),
                            ("bulletin", "进展公告"),
                            ("evaluation", "合作方评估"),
                            ("settlement", "结项报告"),
                            ("other", "其他"),
                        ],
                        max_length=12,
                        verbose_name="类别",
                    ),
                ),
                ("title", models.CharField(max_length=120, verbose_name="标题")),
                ("kept_at", models.DateTimeField(verbose_name="上传时间")),
                ("released_at", models.DateTimeField(null=True, verbose_name="公开时间")),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="donations.campaign",
                        verbose_name="募捐活动",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.storedfile",
                        verbose_name="文件",
                    ),
                ),
                (
                    "kept_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="上传人",
                    ),
                ),
                (
                    "released_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="公开人",
                    ),
                ),
            ],
            options={
                "verbose_name": "活动文件",
                "verbose_name_plural": "活动文件",
            },
        ),
        migrations.CreateModel(
            name="CampaignFund",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_main", models.BooleanField(default=False, verbose_name="主资金池")),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="campaign_funds",
                        to="donations.campaign",
                        verbose_name="募捐活动",
                    ),
                ),
                (
                    "fund",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="campaign_fund",
                        to="ledger.fund",
                        verbose_name="资金池",
                    ),
                ),
            ],
            options={
                "verbose_name": "活动资金池",
                "verbose_name_plural": "活动资金池",
            },
        ),
        migrations.CreateModel(
            name="ChangeOfUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(db_collation="C", max_length=40, unique=True, verbose_name="变更编号")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="金额")),
                (
                    "basis",
                    models.CharField(
                        choices=[
                            ("consent", "捐赠人书面同意"),
                            ("notice", "公示满六十日无异议"),
                            ("closing", "项目终止，按协议或章程处理"),
                        ],
                        max_length=16,
                        verbose_name="依据",
                    ),
                ),
                ("reason", models.CharField(max_length=500, verbose_name="内部理由")),
                ("public_note", models.CharField(max_length=500, verbose_name="变更说明")),
                ("consent_on", models.DateField(null=True, verbose_name="同意日期")),
                ("notice_on", models.DateField(null=True, verbose_name="公示开始日期")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "草稿"),
                            ("submitted", "待审核"),
                            ("notice", "公示中"),
                            ("posted", "已变更"),
                            ("stopped", "已终止"),
                            ("dropped", "已作废"),
                        ],
                        default="draft",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                (
                    "maker_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None, verbose_name="经手人编号"
                    ),
                ),
                ("made_at", models.DateTimeField(verbose_name="建立时间")),
                (
                    "approved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="审核人",
                    ),
                ),
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
                    "consent_file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.storedfile",
                        verbose_name="同意书",
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
                    "entry",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="change_of_use",
                        to="ledger.entry",
                        verbose_name="记账单",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="制单人",
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
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes_out",
                        to="ledger.fund",
                        verbose_name="原资金池",
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes_in",
                        to="ledger.fund",
                        verbose_name="变更后的资金池",
                    ),
                ),
            ],
            options={
                "verbose_name": "变更用途",
                "verbose_name_plural": "变更用途",
            },
        ),
        migrations.CreateModel(
            name="GiftLetter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_number", models.IntegerField(verbose_name="行号")),
                ("kept_at", models.DateTimeField(verbose_name="上传时间")),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="letters",
                        to="donations.batch",
                        verbose_name="批次",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.storedfile",
                        verbose_name="文件",
                    ),
                ),
                (
                    "kept_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="上传人",
                    ),
                ),
            ],
            options={
                "verbose_name": "捐赠函",
                "verbose_name_plural": "捐赠函",
            },
        ),
        migrations.CreateModel(
            name="GivingChannel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("scan", "扫码捐赠"),
                            ("bank", "银行转账"),
                            ("foreign", "外币汇款"),
                            ("post", "邮政汇款"),
                            ("platform", "短信和指定平台"),
                            ("goods", "物资捐赠"),
                        ],
                        max_length=10,
                        verbose_name="方式",
                    ),
                ),
                ("title", models.CharField(max_length=80, verbose_name="名称")),
                ("steps", models.TextField(blank=True, max_length=1000, verbose_name="办理说明")),
                ("payee", models.CharField(blank=True, max_length=120, verbose_name="户名")),
                ("account_number", models.CharField(blank=True, max_length=40, verbose_name="账号")),
                ("bank_name", models.CharField(blank=True, max_length=120, verbose_name="开户行")),
                ("swift", models.CharField(blank=True, max_length=11, verbose_name="SWIFT")),
                ("currency", models.CharField(blank=True, max_length=3, verbose_name="币种")),
                ("address", models.CharField(blank=True, max_length=200, verbose_name="地址")),
                ("postcode", models.CharField(blank=True, max_length=6, verbose_name="邮政编码")),
                ("phone", models.CharField(blank=True, max_length=40, verbose_name="电话")),
                ("url", models.URLField(blank=True, max_length=300, verbose_name="网址")),
                ("remark_hint", models.CharField(blank=True, max_length=120, verbose_name="附言写法")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="顺序")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "草稿"),
                            ("submitted", "待审核"),
                            ("in_force", "有效"),
                            ("ended", "已停用"),
                            ("dropped", "已作废"),
                        ],
                        default="draft",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                (
                    "maker_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None, verbose_name="经手人编号"
                    ),
                ),
                ("made_at", models.DateTimeField(verbose_name="建立时间")),
                ("in_force_at", models.DateTimeField(null=True, verbose_name="启用时间")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="停用时间")),
                ("record_sha256", models.CharField(blank=True, max_length=64, verbose_name="公开记录摘要")),
                (
                    "approved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="审核人",
                    ),
                ),
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
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="制单人",
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
                (
                    "replaces",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="donations.givingchannel",
                        verbose_name="替换",
                    ),
                ),
            ],
            options={
                "verbose_name": "捐赠方式",
                "verbose_name_plural": "捐赠方式",
            },
        ),
        migrations.CreateModel(
            name="CampaignChannel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="campaign_channels",
                        to="donations.campaign",
                        verbose_name="募捐活动",
                    ),
                ),
                (
                    "channel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="campaign_channels",
                        to="donations.givingchannel",
                        verbose_name="捐赠方式",
                    ),
                ),
            ],
            options={
                "verbose_name": "活动捐赠方式",
                "verbose_name_plural": "活动捐赠方式",
            },
        ),
        migrations.CreateModel(
            name="AppealEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_status", models.CharField(blank=True, max_length=12, verbose_name="原状态")),
                ("to_status", models.CharField(max_length=12, verbose_name="新状态")),
                ("label", models.CharField(max_length=40, verbose_name="办理")),
                ("at", models.DateTimeField(verbose_name="时间")),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="理由")),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="操作人",
                    ),
                ),
                (
                    "agreement",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="donations.agreement",
                        verbose_name="捐赠协议",
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="donations.campaign",
                        verbose_name="募捐活动",
                    ),
                ),
                (
                    "change",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="donations.changeofuse",
                        verbose_name="变更用途",
                    ),
                ),
                (
                    "channel",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="donations.givingchannel",
                        verbose_name="捐赠方式",
                    ),
                ),
            ],
            options={
                "verbose_name": "募捐事项经过",
                "verbose_name_plural": "募捐事项经过",
            },
        ),
        migrations.CreateModel(
            name="Objection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("received_on", models.DateField(verbose_name="收到日期")),
                ("text", models.CharField(max_length=500, verbose_name="异议内容")),
                ("answer", models.CharField(blank=True, max_length=500, verbose_name="公开答复")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="答复时间")),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="答复人",
                    ),
                ),
                (
                    "change",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="objections",
                        to="donations.changeofuse",
                        verbose_name="变更用途",
                    ),
                ),
                (
                    "kept_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
                    ),
                ),
            ],
            options={
                "verbose_name": "异议",
                "verbose_name_plural": "异议",
            },
        ),
        migrations.AddIndex(
            model_name="agreement",
            index=models.Index(fields=["branch", "-id"], name="agreement_by_branch"),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["draft", "submitted", "in_force", "ended", "dropped"])),
                name="agreement_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="agreement_amount_positive"),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(("fee_rate__gte", 0), ("fee_rate__lt", 1)), name="agreement_fee_rate_is_a_share"
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__isnull", True), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                name="agreement_ends_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["in_force", "ended"]), _negated=True),
                    models.Q(
                        ("approved_by__isnull", False),
                        ("document__isnull", False),
                        ("fund__isnull", False),
                        ("in_force_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="agreement_in_force_was_approved",
            ),
        ),
        migrations.AddIndex(
            model_name="campaign",
            index=models.Index(fields=["status", "-starts_on"], name="campaign_by_status"),
        ),
        migrations.AddIndex(
            model_name="campaign",
            index=models.Index(fields=["branch", "-id"], name="campaign_by_branch"),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["draft", "submitted", "open", "closed", "settling", "settled", "cancelled"])
                ),
                name="campaign_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(("slug__regex", "^[a-z0-9]+(-[a-z0-9]+)*$")), name="campaign_slug_plain"
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__gte", models.F("starts_on"))), name="campaign_ends_after_it_starts"
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(("goal__isnull", True), ("goal__gt", 0), _connector="OR"),
                name="campaign_goal_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(("fee_rate__gte", 0), ("fee_rate__lt", 1)), name="campaign_fee_rate_is_a_share"
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("event_name", ""), ("event_on", None), ("is_emergency", False)),
                    models.Q(
                        ("event_on__isnull", False), ("is_emergency", True), models.Q(("event_name", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="campaign_emergency_names_its_event",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("filed_on", None), ("filing_number", "")),
                    models.Q(models.Q(("filing_number", ""), _negated=True), ("filed_on__isnull", False)),
                    _connector="OR",
                ),
                name="campaign_filed_on_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["draft", "submitted", "cancelled"]),
                    models.Q(("approved_by__isnull", False), ("opened_at__isnull", False)),
                    _connector="OR",
                ),
                name="campaign_open_was_approved",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["closed", "settling", "settled"]), _negated=True),
                    models.Q(("closed_on__isnull", False), ("successor__isnull", False)),
                    _connector="OR",
                ),
                name="campaign_closed_names_its_successor",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "settled"), _negated=True),
                    models.Q(
                        ("settled_at__isnull", False),
                        ("settled_by__isnull", False),
                        ("settlement_by__isnull", False),
                        models.Q(("rest_account", ""), _negated=True),
                        models.Q(("settled_by", models.F("settlement_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="campaign_settled_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaignfile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["plan", "certificate", "partner", "bulletin", "evaluation", "settlement", "other"])
                ),
                name="campaignfile_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaignfile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("released_at", None), ("released_by", None)),
                    models.Q(
                        ("released_at__isnull", False),
                        ("released_by__isnull", False),
                        models.Q(("released_by", models.F("kept_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="campaignfile_released_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaignfund",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_main", True)), fields=("campaign",), name="campaignfund_one_main"
            ),
        ),
        migrations.AddIndex(
            model_name="changeofuse",
            index=models.Index(fields=["branch", "-id"], name="changeofuse_by_branch"),
        ),
        migrations.AddConstraint(
            model_name="changeofuse",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["draft", "submitted", "notice", "posted", "stopped", "dropped"])),
                name="changeofuse_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="changeofuse",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="changeofuse_amount_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="changeofuse",
            constraint=models.CheckConstraint(
                condition=models.Q(("source", models.F("target")), _negated=True), name="changeofuse_two_funds"
            ),
        ),
        migrations.AddConstraint(
            model_name="changeofuse",
            constraint=models.CheckConstraint(
                condition=models.Q(("basis__in", ["consent", "notice"])), name="changeofuse_basis_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="changeofuse",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "posted"), _negated=True),
                    models.Q(
                        ("approved_by__isnull", False),
                        ("entry__isnull", False),
                        models.Q(
                            models.Q(
                                ("basis", "consent"), ("consent_file__isnull", False), ("consent_on__isnull", False)
                            ),
                            models.Q(("basis", "notice"), ("notice_on__isnull", False)),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="changeofuse_posted_on_its_basis",
            ),
        ),
        migrations.AddConstraint(
            model_name="changeofuse",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "notice"), _negated=True), ("notice_on__isnull", False), _connector="OR"
                ),
                name="changeofuse_notice_has_its_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="giftletter",
            constraint=models.UniqueConstraint(fields=("batch", "row_number"), name="giftletter_once_per_row"),
        ),
        migrations.AddIndex(
            model_name="givingchannel",
            index=models.Index(fields=["branch", "status"], name="givingchannel_by_branch"),
        ),
        migrations.AddConstraint(
            model_name="givingchannel",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["draft", "submitted", "in_force", "ended", "dropped"])),
                name="givingchannel_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="givingchannel",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["scan", "bank", "foreign", "post", "platform", "goods"])),
                name="givingchannel_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="givingchannel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["in_force", "ended"]), _negated=True),
                    models.Q(
                        ("approved_by__isnull", False),
                        ("in_force_at__isnull", False),
                        models.Q(("record_sha256", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="givingchannel_in_force_was_approved",
            ),
        ),
        migrations.AddConstraint(
            model_name="givingchannel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind__in", ["bank", "foreign"]), _negated=True),
                    models.Q(
                        models.Q(("payee", ""), _negated=True),
                        models.Q(("account_number", ""), _negated=True),
                        models.Q(("bank_name", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="givingchannel_account_complete",
            ),
        ),
        migrations.AddConstraint(
            model_name="givingchannel",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "in_force"), models.Q(("account_number", ""), _negated=True)),
                fields=("branch", "account_number"),
                name="givingchannel_account_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaignchannel",
            constraint=models.UniqueConstraint(fields=("campaign", "channel"), name="campaignchannel_once"),
        ),
        migrations.AddConstraint(
            model_name="objection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", ""), ("answered_at", None), ("answered_by", None)),
                    models.Q(
                        models.Q(("answer", ""), _negated=True),
                        ("answered_at__isnull", False),
                        ("answered_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="objection_answered_by_somebody",
            ),
        ),
        migrations.RunSQL(
            (SQL / "campaign.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "campaign.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
