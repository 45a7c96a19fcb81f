import uuid
from decimal import Decimal

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0006_registry_heads"),
        ("registries", "0004_contacts_stand"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Case",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="行标识")),
                ("number", models.CharField(max_length=40, unique=True, verbose_name="编号")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="幂等键")),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[("organ", "器官"), ("cornea", "眼角膜"), ("tissue", "其他组织"), ("body", "遗体")],
                            max_length=8,
                        ),
                        size=None,
                        verbose_name="捐献项目",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("notified", "已接报"),
                            ("assigned", "已派协调员"),
                            ("family_deciding", "家属商议"),
                            ("consented", "书面同意"),
                            ("witnessed", "见证完成"),
                            ("handed_over", "已移交接受单位"),
                            ("farewell", "告别"),
                            ("care", "后续关怀"),
                            ("closed", "已办结"),
                            ("declined", "家属不同意"),
                            ("refused_in_life", "生前不同意"),
                            ("unsuitable", "不适合捐献"),
                            ("stopped", "已停办"),
                        ],
                        max_length=16,
                        verbose_name="状态",
                    ),
                ),
                (
                    "notifier",
                    models.CharField(
                        choices=[
                            ("opo", "器官获取医疗机构"),
                            ("hospital", "其他医院"),
                            ("kin", "家属"),
                            ("executor", "执行人"),
                            ("branch", "其他红十字会"),
                            ("unit", "单位、村（社区）或养老机构"),
                        ],
                        max_length=12,
                        verbose_name="接报来源",
                    ),
                ),
                (
                    "basis",
                    models.CharField(
                        blank=True,
                        choices=[("wish", "本人生前书面愿意"), ("joint_kin", "配偶、成年子女、父母共同决定")],
                        max_length=12,
                        verbose_name="依据",
                    ),
                ),
                (
                    "exit_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("family_said_no", "家属明确表示不同意"),
                            ("refusal_found", "查到本人生前不同意捐献"),
                            ("medical", "医学评估不适合"),
                            ("investigation", "公安、司法机关认为不宜"),
                            ("too_late", "时间来不及"),
                            ("not_reached", "联系不上应当共同决定的家属"),
                            ("mistake", "误报或重复接报"),
                        ],
                        max_length=16,
                        verbose_name="未捐献原因",
                    ),
                ),
                ("died_on", models.DateField(null=True, verbose_name="死亡日期")),
                ("notified_on", models.DateField(verbose_name="接报日期")),
                ("assigned_on", models.DateField(null=True, verbose_name="指派日期")),
                ("deciding_on", models.DateField(null=True, verbose_name="开始商议日期")),
                ("consented_on", models.DateField(null=True, verbose_name="书面同意日期")),
                ("witnessed_on", models.DateField(null=True, verbose_name="见证日期")),
                ("handed_over_on", models.DateField(null=True, verbose_name="移交日期")),
                ("farewell_on", models.DateField(null=True, verbose_name="告别日期")),
                ("care_on", models.DateField(null=True, verbose_name="开始关怀日期")),
                ("ended_on", models.DateField(null=True, verbose_name="办结日期")),
                ("note", models.BinaryField(null=True, verbose_name="接报情况")),
                ("evidence", models.BinaryField(null=True, verbose_name="生前意愿的凭据")),
                ("notified_at", models.DateTimeField(verbose_name="接报登记时间")),
                ("destroyed_at", models.DateTimeField(null=True, verbose_name="销毁时间")),
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
                    "confirmed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="确认人",
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
                    "notified_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="接报人",
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
                "verbose_name": "捐献案例",
                "verbose_name_plural": "捐献案例",
            },
        ),
        migrations.CreateModel(
            name="CaseCoordinator",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("assigned_on", models.DateField(verbose_name="指派日期")),
                ("assigned_at", models.DateTimeField(verbose_name="指派登记时间")),
                ("released_on", models.DateField(null=True, verbose_name="交出日期")),
                ("released_at", models.DateTimeField(null=True, verbose_name="交出登记时间")),
                (
                    "assigned_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="指派人",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="coordinators",
                        to="registries.case",
                        verbose_name="捐献案例",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="协调员",
                    ),
                ),
                (
                    "released_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="交出经办人",
                    ),
                ),
            ],
            options={
                "verbose_name": "案例协调员",
                "verbose_name_plural": "案例协调员",
            },
        ),
        migrations.CreateModel(
            name="CaseEntitlement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="幂等键")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("funeral", "殡葬费用减免"),
                            ("priority", "亲属移植同等条件下优先的证明"),
                            ("consolation", "慰问金"),
                            ("relief", "困难家庭抚恤救助"),
                            ("grave", "纪念园、树葬等安放优待"),
                        ],
                        max_length=12,
                        verbose_name="待遇",
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[("given", "已给付"), ("declined", "家属谢绝")], max_length=8, verbose_name="结果"
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, null=True, verbose_name="金额（元）")),
                ("on", models.DateField(verbose_name="日期")),
                ("paper", models.CharField(blank=True, max_length=60, verbose_name="凭据编号")),
                ("written_at", models.DateTimeField(verbose_name="登记时间")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entitlements",
                        to="registries.case",
                        verbose_name="捐献案例",
                    ),
                ),
                (
                    "replaces",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="registries.caseentitlement",
                        verbose_name="更正的记录",
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人员",
                    ),
                ),
            ],
            options={
                "verbose_name": "家属待遇",
                "verbose_name_plural": "家属待遇",
            },
        ),
        migrations.CreateModel(
            name="CaseEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_status", models.CharField(blank=True, max_length=16, verbose_name="原状态")),
                (
                    "to_status",
                    models.CharField(
                        choices=[
                            ("notified", "已接报"),
                            ("assigned", "已派协调员"),
                            ("family_deciding", "家属商议"),
                            ("consented", "书面同意"),
                            ("witnessed", "见证完成"),
                            ("handed_over", "已移交接受单位"),
                            ("farewell", "告别"),
                            ("care", "后续关怀"),
                            ("closed", "已办结"),
                            ("declined", "家属不同意"),
                            ("refused_in_life", "生前不同意"),
                            ("unsuitable", "不适合捐献"),
                            ("stopped", "已停办"),
                        ],
                        max_length=16,
                        verbose_name="新状态",
                    ),
                ),
                ("verb", models.CharField(max_length=24, verbose_name="事项")),
                ("on", models.DateField(verbose_name="发生日期")),
                ("at", models.DateTimeField(verbose_name="登记时间")),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="操作人",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="registries.case",
                        verbose_name="捐献案例",
                    ),
                ),
            ],
            options={
                "verbose_name": "案例经过",
                "verbose_name_plural": "案例经过",
            },
        ),
        migrations.CreateModel(
            name="CaseGrant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("purpose", models.CharField(max_length=200, verbose_name="用途")),
                ("until", models.DateField(verbose_name="最后一天")),
                ("granted_at", models.DateTimeField(verbose_name="准许时间")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="收回时间")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grants",
                        to="registries.case",
                        verbose_name="捐献案例",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="收回人",
                    ),
                ),
                (
                    "granted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="准许人",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="准许的人",
                    ),
                ),
            ],
            options={
                "verbose_name": "按案例准许查看",
                "verbose_name_plural": "按案例准许查看",
            },
        ),
        migrations.CreateModel(
            name="CaseKin",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="行标识")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="幂等键")),
                (
                    "relation",
                    models.CharField(
                        choices=[
                            ("spouse", "配偶"),
                            ("child", "成年子女"),
                            ("parent", "父母"),
                            ("kin", "其他近亲属"),
                            ("other", "关系密切的其他人或单位"),
                        ],
                        max_length=8,
                        verbose_name="与捐献人的关系",
                    ),
                ),
                ("is_executor", models.BooleanField(default=False, verbose_name="执行人")),
                ("name", models.BinaryField(null=True, verbose_name="姓名")),
                ("phone", models.BinaryField(null=True, verbose_name="电话")),
                ("written_at", models.DateTimeField(verbose_name="登记时间")),
                ("struck_at", models.DateTimeField(null=True, verbose_name="划去时间")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="kin",
                        to="registries.case",
                        verbose_name="捐献案例",
                    ),
                ),
                (
                    "struck_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="划去的人",
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人员",
                    ),
                ),
            ],
            options={
                "verbose_name": "案例家属",
                "verbose_name_plural": "案例家属",
            },
        ),
        migrations.CreateModel(
            name="CaseDecision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="幂等键")),
                (
                    "decision",
                    models.CharField(
                        choices=[("agree", "同意"), ("refuse", "不同意")], max_length=8, verbose_name="决定"
                    ),
                ),
                ("signed_on", models.DateField(verbose_name="签字日期")),
                ("paper", models.CharField(max_length=60, verbose_name="书面材料编号")),
                ("written_at", models.DateTimeField(verbose_name="登记时间")),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人员",
                    ),
                ),
                (
                    "kin",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="registries.casekin",
                        verbose_name="家属",
                    ),
                ),
            ],
            options={
                "verbose_name": "家属决定",
                "verbose_name_plural": "家属决定",
            },
        ),
        migrations.CreateModel(
            name="CaseCertificate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("given_on", models.DateField(verbose_name="颁发日期")),
                ("written_at", models.DateTimeField(verbose_name="登记时间")),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="certificate",
                        to="registries.case",
                        verbose_name="捐献案例",
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人员",
                    ),
                ),
                (
                    "kin",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registries.casekin",
                        verbose_name="领取的家属",
                    ),
                ),
            ],
            options={
                "verbose_name": "捐献证书",
                "verbose_name_plural": "捐献证书",
            },
        ),
        migrations.CreateModel(
            name="CasePerson",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="行标识")),
                ("name", models.BinaryField(null=True, verbose_name="姓名")),
                ("name_digest", models.BinaryField(db_index=True, max_length=32, null=True)),
                ("name_digest_next", models.BinaryField(db_index=True, max_length=32, null=True)),
                (
                    "document_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("id_card", "居民身份证"),
                            ("residence", "港澳台居民居住证"),
                            ("permit", "港澳台通行证"),
                            ("passport", "护照"),
                            ("officer", "军官证"),
                        ],
                        max_length=12,
                        verbose_name="证件类型",
                    ),
                ),
                ("document", models.BinaryField(null=True, verbose_name="证件号码")),
                ("document_digest", models.BinaryField(db_index=True, max_length=32, null=True)),
                ("document_digest_next", models.BinaryField(db_index=True, max_length=32, null=True)),
                ("registrant", models.BinaryField(null=True, verbose_name="登记人")),
                ("registrant_digest", models.BinaryField(db_index=True, max_length=32, null=True)),
                ("registrant_digest_next", models.BinaryField(db_index=True, max_length=32, null=True)),
                ("caller", models.BinaryField(null=True, verbose_name="报告人")),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="person",
                        to="registries.case",
                        verbose_name="捐献案例",
                    ),
                ),
            ],
            options={
                "verbose_name": "案例中的捐献人",
                "verbose_name_plural": "案例中的捐献人",
            },
        ),
        migrations.CreateModel(
            name="CaseUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="行标识")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="幂等键")),
                (
                    "use",
                    models.CharField(
                        choices=[
                            ("received", "接收和保存"),
                            ("teaching", "医学教学"),
                            ("research", "医学科研"),
                            ("dissection", "临床解剖"),
                            ("finished", "利用完毕"),
                            ("cremated", "火化"),
                            ("returned", "骨灰交还家属或安放"),
                        ],
                        max_length=12,
                        verbose_name="利用情况",
                    ),
                ),
                ("on", models.DateField(verbose_name="日期")),
                ("note", models.BinaryField(null=True, verbose_name="说明")),
                ("written_at", models.DateTimeField(verbose_name="登记时间")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uses",
                        to="registries.case",
                        verbose_name="捐献案例",
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人员",
                    ),
                ),
            ],
            options={
                "verbose_name": "遗体利用记录",
                "verbose_name_plural": "遗体利用记录",
            },
        ),
        migrations.CreateModel(
            name="CaseWitness",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="行标识")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="幂等键")),
                ("witnessed_at", models.DateTimeField(verbose_name="见证时间")),
                (
                    "points",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("identity", "核对了捐献人的身份"),
                                ("willing", "看到了捐献的书面意愿或家属共同决定的原件，没有买卖"),
                                ("death", "依法判定死亡；判定的医生没有参与获取和移植"),
                                ("ethics", "伦理委员会出具了同意获取的书面意见"),
                                ("present", "获取或接收全程在场"),
                                ("respect", "在场人员向捐献人致敬，维护其尊严"),
                                ("restored", "获取后恢复了遗体外观"),
                            ],
                            max_length=12,
                        ),
                        size=None,
                        verbose_name="见证内容",
                    ),
                ),
                ("content", models.BinaryField(null=True, verbose_name="地点和经过")),
                ("written_at", models.DateTimeField(verbose_name="记录时间")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="witness_records",
                        to="registries.case",
                        verbose_name="捐献案例",
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="记录人",
                    ),
                ),
            ],
            options={
                "verbose_name": "见证记录",
                "verbose_name_plural": "见证记录",
            },
        ),
        migrations.CreateModel(
            name="CaseSignature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="签字时间")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="签字人",
                    ),
                ),
                (
                    "witness",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signatures",
                        to="registries.casewitness",
                        verbose_name="见证记录",
                    ),
                ),
            ],
            options={
                "verbose_name": "见证签字",
                "verbose_name_plural": "见证签字",
            },
        ),
        migrations.CreateModel(
            name="ReceivingUnit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("procuring", "器官获取医疗机构"),
                            ("eye_bank", "眼库"),
                            ("tissue_bank", "组织库"),
                            ("medical_school", "医学院校或科研单位"),
                        ],
                        max_length=16,
                        verbose_name="类别",
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="名称")),
                ("created_at", models.DateTimeField(verbose_name="登记时间")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="停用时间")),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人员",
                    ),
                ),
                (
                    "province",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.branch",
                        verbose_name="省红十字会",
                    ),
                ),
            ],
            options={
                "verbose_name": "接受单位",
                "verbose_name_plural": "接受单位",
            },
        ),
        migrations.CreateModel(
            name="CaseHandOver",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("organ", "器官"), ("cornea", "眼角膜"), ("tissue", "其他组织"), ("body", "遗体")],
                        max_length=8,
                        verbose_name="捐献项目",
                    ),
                ),
                ("on", models.DateField(verbose_name="移交日期")),
                ("written_at", models.DateTimeField(verbose_name="登记时间")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hand_overs",
                        to="registries.case",
                        verbose_name="捐献案例",
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人员",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registries.receivingunit",
                        verbose_name="接受单位",
                    ),
                ),
            ],
            options={
                "verbose_name": "遗体器官移交",
                "verbose_name_plural": "遗体器官移交",
            },
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["branch", "status", "-id"], name="case_by_branch"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["city", "status", "-id"], name="case_by_city"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["province", "status", "-id"], name="case_by_province"),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            "notified",
                            "assigned",
                            "family_deciding",
                            "consented",
                            "witnessed",
                            "handed_over",
                            "farewell",
                            "care",
                            "closed",
                            "declined",
                            "refused_in_life",
                            "unsuitable",
                            "stopped",
                        ],
                    )
                ),
                name="case_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kinds__contained_by", ["organ", "cornea", "tissue", "body"]), ("kinds__len__gt", 0)
                ),
                name="case_kinds_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(("basis__in", ["", "wish", "joint_kin"])), name="case_basis_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(("notifier__in", ["opo", "hospital", "kin", "executor", "branch", "unit"])),
                name="case_notifier_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "exit_reason__in",
                        [
                            "",
                            "family_said_no",
                            "refusal_found",
                            "medical",
                            "investigation",
                            "too_late",
                            "not_reached",
                            "mistake",
                        ],
                    )
                ),
                name="case_exit_reason_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ended_on__isnull", False),
                        ("status__in", ["closed", "declined", "refused_in_life", "stopped", "unsuitable"]),
                    ),
                    models.Q(
                        models.Q(
                            ("status__in", ["closed", "declined", "refused_in_life", "stopped", "unsuitable"]),
                            _negated=True,
                        ),
                        ("ended_on__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="case_ended_says_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("consented_on__isnull", True),
                    models.Q(("confirmed_by__isnull", False), models.Q(("basis", ""), _negated=True)),
                    _connector="OR",
                ),
                name="case_consent_is_confirmed",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("consented_on__isnull", True),
                    models.Q(("basis", "joint_kin"), _negated=True),
                    models.Q(("consented_on__gte", models.F("died_on")), ("died_on__isnull", False)),
                    _connector="OR",
                ),
                name="case_kin_decide_after_death",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("witnessed_on__isnull", True),
                    models.Q(("died_on__isnull", False), ("witnessed_on__gte", models.F("died_on"))),
                    _connector="OR",
                ),
                name="case_witnessed_after_death",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("assigned_on__isnull", True),
                    models.Q(("assigned_on__gte", models.F("notified_on")), ("notified_on__isnull", False)),
                    _connector="OR",
                ),
                name="case_assigned_on_follows",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("deciding_on__isnull", True),
                    models.Q(("assigned_on__isnull", False), ("deciding_on__gte", models.F("assigned_on"))),
                    _connector="OR",
                ),
                name="case_deciding_on_follows",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("consented_on__isnull", True),
                    models.Q(("consented_on__gte", models.F("deciding_on")), ("deciding_on__isnull", False)),
                    _connector="OR",
                ),
                name="case_consented_on_follows",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("witnessed_on__isnull", True),
                    models.Q(("consented_on__isnull", False), ("witnessed_on__gte", models.F("consented_on"))),
                    _connector="OR",
                ),
                name="case_witnessed_on_follows",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("handed_over_on__isnull", True),
                    models.Q(("handed_over_on__gte", models.F("witnessed_on")), ("witnessed_on__isnull", False)),
                    _connector="OR",
                ),
                name="case_handed_over_on_follows",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("farewell_on__isnull", True),
                    models.Q(("farewell_on__gte", models.F("handed_over_on")), ("handed_over_on__isnull", False)),
                    _connector="OR",
                ),
                name="case_farewell_on_follows",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("care_on__isnull", True),
                    models.Q(("care_on__gte", models.F("handed_over_on")), ("handed_over_on__isnull", False)),
                    _connector="OR",
                ),
                name="case_care_on_follows",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("care_on__isnull", True),
                    ("farewell_on__isnull", True),
                    ("care_on__gte", models.F("farewell_on")),
                    _connector="OR",
                ),
                name="case_care_after_it",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_on__isnull", True),
                    ("notified_on__isnull", True),
                    ("ended_on__gte", models.F("notified_on")),
                    _connector="OR",
                ),
                name="case_ends_after_notified_on",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_on__isnull", True),
                    ("assigned_on__isnull", True),
                    ("ended_on__gte", models.F("assigned_on")),
                    _connector="OR",
                ),
                name="case_ends_after_assigned_on",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_on__isnull", True),
                    ("deciding_on__isnull", True),
                    ("ended_on__gte", models.F("deciding_on")),
                    _connector="OR",
                ),
                name="case_ends_after_deciding_on",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_on__isnull", True),
                    ("consented_on__isnull", True),
                    ("ended_on__gte", models.F("consented_on")),
                    _connector="OR",
                ),
                name="case_ends_after_consented_on",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_on__isnull", True),
                    ("witnessed_on__isnull", True),
                    ("ended_on__gte", models.F("witnessed_on")),
                    _connector="OR",
                ),
                name="case_ends_after_witnessed_on",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_on__isnull", True),
                    ("handed_over_on__isnull", True),
                    ("ended_on__gte", models.F("handed_over_on")),
                    _connector="OR",
                ),
                name="case_ends_after_handed_over_on",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_on__isnull", True),
                    ("farewell_on__isnull", True),
                    ("ended_on__gte", models.F("farewell_on")),
                    _connector="OR",
                ),
                name="case_ends_after_farewell_on",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_on__isnull", True),
                    ("care_on__isnull", True),
                    ("ended_on__gte", models.F("care_on")),
                    _connector="OR",
                ),
                name="case_ends_after_care_on",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "status__in",
                            [
                                "notified",
                                "assigned",
                                "family_deciding",
                                "consented",
                                "witnessed",
                                "handed_over",
                                "farewell",
                                "care",
                                "closed",
                            ],
                        ),
                        _negated=True,
                    ),
                    ("notified_on__isnull", False),
                    _connector="OR",
                ),
                name="case_notified_has_its_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "status__in",
                            [
                                "assigned",
                                "family_deciding",
                                "consented",
                                "witnessed",
                                "handed_over",
                                "farewell",
                                "care",
                                "closed",
                            ],
                        ),
                        _negated=True,
                    ),
                    ("assigned_on__isnull", False),
                    _connector="OR",
                ),
                name="case_assigned_has_its_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "status__in",
                            ["family_deciding", "consented", "witnessed", "handed_over", "farewell", "care", "closed"],
                        ),
                        _negated=True,
                    ),
                    ("deciding_on__isnull", False),
                    _connector="OR",
                ),
                name="case_family_deciding_has_its_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("status__in", ["consented", "witnessed", "handed_over", "farewell", "care", "closed"]),
                        _negated=True,
                    ),
                    ("consented_on__isnull", False),
                    _connector="OR",
                ),
                name="case_consented_has_its_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["witnessed", "handed_over", "farewell", "care", "closed"]), _negated=True),
                    ("witnessed_on__isnull", False),
                    _connector="OR",
                ),
                name="case_witnessed_has_its_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["handed_over", "farewell", "care", "closed"]), _negated=True),
                    ("handed_over_on__isnull", False),
                    _connector="OR",
                ),
                name="case_handed_over_has_its_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["care", "closed"]), _negated=True),
                    ("care_on__isnull", False),
                    _connector="OR",
                ),
                name="case_care_has_its_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="casecoordinator",
            constraint=models.UniqueConstraint(
                condition=models.Q(("released_at__isnull", True)),
                fields=("case", "person"),
                name="casecoordinator_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="casecoordinator",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("released_at__isnull", True), ("released_by__isnull", True), ("released_on__isnull", True)
                    ),
                    models.Q(
                        ("released_at__isnull", False),
                        ("released_by__isnull", False),
                        ("released_on__gte", models.F("assigned_on")),
                        ("released_on__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="casecoordinator_released_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="caseentitlement",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["funeral", "priority", "consolation", "relief", "grave"])),
                name="caseentitlement_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="caseentitlement",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ["given", "declined"])), name="caseentitlement_outcome_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="caseentitlement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("amount__gt", Decimal("0")),
                        ("kind__in", ["consolation", "funeral", "relief"]),
                        ("outcome", "given"),
                    ),
                    models.Q(
                        models.Q(
                            ("outcome", "given"), ("kind__in", ["consolation", "funeral", "relief"]), _negated=True
                        ),
                        ("amount__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="caseentitlement_amount_fits",
            ),
        ),
        migrations.AddConstraint(
            model_name="caseentitlement",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome", "declined"), models.Q(("paper", ""), _negated=True), _connector="OR"),
                name="caseentitlement_has_its_paper",
            ),
        ),
        migrations.AddConstraint(
            model_name="caseentitlement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("replaces__isnull", True), models.Q(("replaces", models.F("id")), _negated=True), _connector="OR"
                ),
                name="caseentitlement_replaces_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="caseevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "to_status__in",
                        [
                            "notified",
                            "assigned",
                            "family_deciding",
                            "consented",
                            "witnessed",
                            "handed_over",
                            "farewell",
                            "care",
                            "closed",
                            "declined",
                            "refused_in_life",
                            "unsuitable",
                            "stopped",
                        ],
                    )
                ),
                name="caseevent_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="casegrant",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)), fields=("case", "person"), name="casegrant_once_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="casegrant",
            constraint=models.CheckConstraint(
                condition=models.Q(("granted_by", models.F("person")), _negated=True), name="casegrant_not_to_oneself"
            ),
        ),
        migrations.AddConstraint(
            model_name="casegrant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("ended_by__isnull", True)),
                    models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                    _connector="OR",
                ),
                name="casegrant_ended_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="casekin",
            constraint=models.CheckConstraint(
                condition=models.Q(("relation__in", ["spouse", "child", "parent", "kin", "other"])),
                name="casekin_relation_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="casekin",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("struck_at__isnull", True), ("struck_by__isnull", True)),
                    models.Q(("struck_at__isnull", False), ("struck_by__isnull", False)),
                    _connector="OR",
                ),
                name="casekin_struck_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="casedecision",
            constraint=models.CheckConstraint(
                condition=models.Q(("decision__in", ["agree", "refuse"])), name="casedecision_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="caseperson",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("document_kind__in", ["", "id_card", "residence", "permit", "passport", "officer"])
                ),
                name="caseperson_document_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="caseuse",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("use__in", ["received", "teaching", "research", "dissection", "finished", "cremated", "returned"])
                ),
                name="caseuse_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="casewitness",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "points__contained_by",
                        ["identity", "willing", "death", "ethics", "present", "respect", "restored"],
                    )
                ),
                name="casewitness_points",
            ),
        ),
        migrations.AddConstraint(
            model_name="casesignature",
            constraint=models.UniqueConstraint(fields=("witness", "person"), name="casesignature_once"),
        ),
        migrations.AddConstraint(
            model_name="receivingunit",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["procuring", "eye_bank", "tissue_bank", "medical_school"])),
                name="receivingunit_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="receivingunit",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("province", "kind", "name"),
                name="receivingunit_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="casehandover",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["organ", "cornea", "tissue", "body"])), name="casehandover_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="casehandover",
            constraint=models.UniqueConstraint(fields=("case", "kind"), name="casehandover_once"),
        ),
        migrations.RemoveConstraint(
            model_name="contact",
            name="contact_about_one",
        ),
        migrations.RemoveConstraint(
            model_name="duecontact",
            name="duecontact_about_one",
        ),
        migrations.AddField(
            model_name="contact",
            name="case",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="contacts",
                to="registries.case",
                verbose_name="捐献案例",
            ),
        ),
        migrations.AddField(
            model_name="duecontact",
            name="case",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="due_contacts",
                to="registries.case",
                verbose_name="捐献案例",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("case__isnull", False)), fields=["case", "-id"], name="contact_of_case"
            ),
        ),
        migrations.AddIndex(
            model_name="duecontact",
            index=models.Index(
                condition=models.Q(("case__isnull", False)), fields=["case", "due_on"], name="duecontact_of_case"
            ),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("case__isnull", True), ("wish__isnull", False)),
                    models.Q(("case__isnull", False), ("wish__isnull", True)),
                    _connector="OR",
                ),
                name="contact_about_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="duecontact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("case__isnull", True), ("wish__isnull", False)),
                    models.Q(("case__isnull", False), ("wish__isnull", True)),
                    _connector="OR",
                ),
                name="duecontact_about_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="duecontact",
            constraint=models.UniqueConstraint(
                condition=models.Q(("case__isnull", False), ("status", "open")),
                fields=("case", "reason", "due_on"),
                name="duecontact_case_once_open",
            ),
        ),
    ]
