import uuid
from decimal import Decimal

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0006_registry_heads"),
        ("registries", "0006_cases_stand"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Collection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("round", models.PositiveSmallIntegerField(verbose_name="第几次")),
                (
                    "kind",
                    models.CharField(
                        choices=[("stem_cells", "造血干细胞"), ("lymphocytes", "淋巴细胞")],
                        default="stem_cells",
                        max_length=12,
                        verbose_name="采集内容",
                    ),
                ),
                ("fit_on", models.DateField(null=True, verbose_name="体检合格日期")),
                ("planned_on", models.DateField(null=True, verbose_name="计划采集日期")),
                ("hospital", models.CharField(blank=True, max_length=80, verbose_name="采集医院")),
                ("collected_on", models.DateField(null=True, verbose_name="采集日期")),
                ("serial", models.PositiveIntegerField(null=True, verbose_name="第几例")),
                ("called_off_on", models.DateField(null=True, verbose_name="取消日期")),
                ("begun_at", models.DateTimeField(verbose_name="开始时间")),
            ],
            options={
                "verbose_name": "捐献",
                "verbose_name_plural": "捐献",
            },
        ),
        migrations.CreateModel(
            name="Donor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="行标识")),
                ("number", models.CharField(max_length=40, unique=True, verbose_name="编号")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="幂等键")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("enrolled", "已报名"),
                            ("sampled", "已采样"),
                            ("sent", "已送检"),
                            ("typed", "已入库"),
                            ("matched", "初配相合"),
                            ("remobilising", "再动员"),
                            ("high_res", "高分辨复核"),
                            ("medical", "健康体检"),
                            ("scheduled", "已定捐献日期"),
                            ("mobilising", "注射动员剂"),
                            ("collected", "采集完成"),
                            ("follow_up", "随访"),
                            ("aged", "年龄退库"),
                            ("health", "健康退库"),
                            ("wish", "自愿退库"),
                            ("lost", "失联"),
                        ],
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("registrant", models.BinaryField(null=True, verbose_name="登记人")),
                ("registrant_digest", models.BinaryField(db_index=True, max_length=32, null=True)),
                ("registrant_digest_next", models.BinaryField(db_index=True, max_length=32, null=True)),
                ("answers", models.BinaryField(null=True, verbose_name="健康询问")),
                ("deferral_reason", models.BinaryField(null=True, verbose_name="暂缓原因")),
                ("kin", models.BinaryField(null=True, verbose_name="亲友联系方式")),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("counter", "本人到场"),
                            ("home", "上门办理"),
                            ("proxy", "委托他人"),
                            ("online", "本人网上办理"),
                        ],
                        max_length=12,
                        verbose_name="方式",
                    ),
                ),
                ("enrolled_on", models.DateField(verbose_name="报名日期")),
                ("sample_from", models.DateField(verbose_name="可采样日期")),
                ("ages_out_month", models.DateField(verbose_name="到龄月份")),
                ("stepped_on", models.DateField(verbose_name="最近办理日期")),
                ("typed_on", models.DateField(null=True, verbose_name="入库日期")),
                ("deferred_until", models.DateField(null=True, verbose_name="暂缓至")),
                ("unreached_on", models.DateField(null=True, verbose_name="未联系上日期")),
                ("fit_on", models.DateField(null=True, verbose_name="体检合格日期")),
                ("follow_up_on", models.DateField(null=True, verbose_name="下次随访日期")),
                ("enrolled_at", models.DateTimeField(verbose_name="登记时间")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="退库时间")),
                ("destroyed_at", models.DateTimeField(null=True, verbose_name="销毁时间")),
            ],
            options={
                "verbose_name": "造血干细胞志愿者",
                "verbose_name_plural": "造血干细胞志愿者",
            },
        ),
        migrations.CreateModel(
            name="DonorEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_status", models.CharField(blank=True, max_length=12, verbose_name="原状态")),
                (
                    "to_status",
                    models.CharField(
                        choices=[
                            ("enrolled", "已报名"),
                            ("sampled", "已采样"),
                            ("sent", "已送检"),
                            ("typed", "已入库"),
                            ("matched", "初配相合"),
                            ("remobilising", "再动员"),
                            ("high_res", "高分辨复核"),
                            ("medical", "健康体检"),
                            ("scheduled", "已定捐献日期"),
                            ("mobilising", "注射动员剂"),
                            ("collected", "采集完成"),
                            ("follow_up", "随访"),
                            ("aged", "年龄退库"),
                            ("health", "健康退库"),
                            ("wish", "自愿退库"),
                            ("lost", "失联"),
                        ],
                        max_length=12,
                        verbose_name="新状态",
                    ),
                ),
                ("verb", models.CharField(max_length=24, verbose_name="事项")),
                ("on", models.DateField(verbose_name="日期")),
                ("until", models.DateField(null=True, verbose_name="至")),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("counter", "本人到场"),
                            ("home", "上门办理"),
                            ("proxy", "委托他人"),
                            ("online", "本人网上办理"),
                        ],
                        max_length=12,
                        verbose_name="方式",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="时间")),
            ],
            options={
                "verbose_name": "志愿者经过",
                "verbose_name_plural": "志愿者经过",
            },
        ),
        migrations.CreateModel(
            name="DonorExpense",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="幂等键")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("travel", "交通"),
                            ("escort", "陪同"),
                            ("lodging", "食宿"),
                            ("lost_work", "误工补助"),
                            ("nutrition", "营养补助"),
                        ],
                        max_length=12,
                        verbose_name="项目",
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="金额（元）")),
                ("on", models.DateField(verbose_name="日期")),
                ("evidence", models.CharField(max_length=60, verbose_name="凭证号")),
                ("at", models.DateTimeField(verbose_name="时间")),
            ],
            options={
                "verbose_name": "捐献费用",
                "verbose_name_plural": "捐献费用",
            },
        ),
        migrations.CreateModel(
            name="Drive",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="幂等键")),
                ("name", models.CharField(max_length=80, verbose_name="活动名称")),
                ("place", models.CharField(max_length=120, verbose_name="地点")),
                ("held_on", models.DateField(verbose_name="活动日期")),
                ("planned_count", models.PositiveIntegerField(verbose_name="计划人数")),
                ("created_at", models.DateTimeField(verbose_name="建立时间")),
            ],
            options={
                "verbose_name": "招募活动",
                "verbose_name_plural": "招募活动",
            },
        ),
        migrations.CreateModel(
            name="DrugDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.PositiveSmallIntegerField(verbose_name="第几天")),
                ("on", models.DateField(verbose_name="日期")),
                ("is_tolerated", models.BooleanField(verbose_name="耐受良好")),
                ("at", models.DateTimeField(verbose_name="时间")),
            ],
            options={
                "verbose_name": "动员剂",
                "verbose_name_plural": "动员剂",
            },
        ),
        migrations.CreateModel(
            name="FollowUp",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step", models.PositiveSmallIntegerField(verbose_name="第几次随访")),
                ("due_on", models.DateField(verbose_name="应随访日期")),
                ("done_on", models.DateField(verbose_name="随访日期")),
                (
                    "result",
                    models.CharField(
                        choices=[("well", "恢复良好"), ("referred", "已转医院随访"), ("not_reached", "没有联系上")],
                        max_length=12,
                        verbose_name="结果",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="时间")),
            ],
            options={
                "verbose_name": "捐献后随访",
                "verbose_name_plural": "捐献后随访",
            },
        ),
        migrations.CreateModel(
            name="Honour",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="幂等键")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("certificate", "捐献荣誉证书"),
                            ("medal", "奖章"),
                            ("county", "县（市、区）表彰"),
                            ("city", "设区市表彰"),
                            ("province", "省级表彰"),
                            ("national", "全国表彰"),
                        ],
                        max_length=12,
                        verbose_name="荣誉",
                    ),
                ),
                ("on", models.DateField(verbose_name="日期")),
                ("at", models.DateTimeField(verbose_name="时间")),
            ],
            options={
                "verbose_name": "捐献荣誉",
                "verbose_name_plural": "捐献荣誉",
            },
        ),
        migrations.CreateModel(
            name="Sample",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("bag", models.CharField(max_length=32, unique=True, verbose_name="血样袋号")),
                ("taken_on", models.DateField(verbose_name="采样日期")),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("waiting", "未回执"),
                            ("received", "收到，合格"),
                            ("damaged", "破损"),
                            ("insufficient", "量不足"),
                            ("void", "作废，未寄"),
                        ],
                        default="waiting",
                        max_length=12,
                        verbose_name="实验室回执",
                    ),
                ),
                ("verdict_on", models.DateField(null=True, verbose_name="回执日期")),
                ("written_at", models.DateTimeField(verbose_name="登记时间")),
            ],
            options={
                "verbose_name": "血样",
                "verbose_name_plural": "血样",
            },
        ),
        migrations.CreateModel(
            name="SampleBatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=40, unique=True, verbose_name="批次号")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="幂等键")),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "装箱中"), ("sent", "已寄出"), ("received", "实验室已收")],
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("box", models.CharField(max_length=40, verbose_name="箱号")),
                ("courier", models.CharField(blank=True, max_length=60, verbose_name="承运单位")),
                ("waybill", models.CharField(blank=True, max_length=60, verbose_name="运单号")),
                ("sent_on", models.DateField(null=True, verbose_name="寄出日期")),
                ("receipt_number", models.CharField(blank=True, max_length=60, verbose_name="实验室回执号")),
                ("received_on", models.DateField(null=True, verbose_name="实验室收到日期")),
                ("created_at", models.DateTimeField(verbose_name="装箱时间")),
            ],
            options={
                "verbose_name": "样本批次",
                "verbose_name_plural": "样本批次",
            },
        ),
        migrations.RemoveConstraint(
            model_name="consent",
            name="consent_subject_known",
        ),
        migrations.RemoveConstraint(
            model_name="contact",
            name="contact_about_one",
        ),
        migrations.RemoveConstraint(
            model_name="duecontact",
            name="duecontact_about_one",
        ),
        migrations.AlterField(
            model_name="consent",
            name="subject",
            field=models.CharField(
                choices=[
                    ("registration", "登记和保管身份、联系方式"),
                    ("sensitive", "登记意愿、健康等敏感个人信息"),
                    ("contact", "今后回访联系"),
                    ("transfer", "报送全国登记系统"),
                    ("stem_keep", "造血干细胞：登记和保管身份、联系方式"),
                    ("stem_health", "造血干细胞：登记健康询问等敏感个人信息"),
                    ("stem_join", "造血干细胞：自愿加入，采集血样"),
                    ("stem_transfer", "造血干细胞：血样和资料报送全国资料库"),
                    ("stem_contact", "造血干细胞：相合、核对和随访时联系"),
                ],
                max_length=16,
                verbose_name="同意事项",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "subject__in",
                        [
                            "registration",
                            "sensitive",
                            "contact",
                            "transfer",
                            "stem_keep",
                            "stem_health",
                            "stem_join",
                            "stem_transfer",
                            "stem_contact",
                        ],
                    )
                ),
                name="consent_subject_known",
            ),
        ),
        migrations.AddField(
            model_name="collection",
            name="cases_of",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organizations.branch",
                verbose_name="编例单位",
            ),
        ),
        migrations.AddField(
            model_name="donor",
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
            model_name="donor",
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
            model_name="donor",
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
            model_name="donor",
            name="enrolled_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="登记人员",
            ),
        ),
        migrations.AddField(
            model_name="donor",
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
            model_name="collection",
            name="donor",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="collections",
                to="registries.donor",
                verbose_name="志愿者",
            ),
        ),
        migrations.AddField(
            model_name="contact",
            name="donor",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="contacts",
                to="registries.donor",
                verbose_name="造血干细胞志愿者",
            ),
        ),
        migrations.AddField(
            model_name="duecontact",
            name="donor",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="due_contacts",
                to="registries.donor",
                verbose_name="造血干细胞志愿者",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("donor__isnull", False)), fields=["donor", "-id"], name="contact_of_donor"
            ),
        ),
        migrations.AddIndex(
            model_name="duecontact",
            index=models.Index(
                condition=models.Q(("donor__isnull", False)), fields=["donor", "due_on"], name="duecontact_of_donor"
            ),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("case__isnull", True), ("donor__isnull", True), ("wish__isnull", False)),
                    models.Q(("case__isnull", True), ("donor__isnull", False), ("wish__isnull", True)),
                    models.Q(("case__isnull", False), ("donor__isnull", True), ("wish__isnull", True)),
                    _connector="OR",
                ),
                name="contact_about_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="duecontact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("case__isnull", True), ("donor__isnull", True), ("wish__isnull", False)),
                    models.Q(("case__isnull", True), ("donor__isnull", False), ("wish__isnull", True)),
                    models.Q(("case__isnull", False), ("donor__isnull", True), ("wish__isnull", True)),
                    _connector="OR",
                ),
                name="duecontact_about_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="duecontact",
            constraint=models.UniqueConstraint(
                condition=models.Q(("donor__isnull", False), ("status", "open")),
                fields=("donor", "reason", "due_on"),
                name="duecontact_donor_once_open",
            ),
        ),
        migrations.AddField(
            model_name="donorevent",
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
            model_name="donorevent",
            name="donor",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="events",
                to="registries.donor",
                verbose_name="志愿者",
            ),
        ),
        migrations.AddField(
            model_name="donorexpense",
            name="donor",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="expenses",
                to="registries.donor",
                verbose_name="志愿者",
            ),
        ),
        migrations.AddField(
            model_name="donorexpense",
            name="written_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="记录人",
            ),
        ),
        migrations.AddField(
            model_name="drive",
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
            model_name="drive",
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
            model_name="drive",
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
            model_name="drive",
            name="created_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="建立人",
            ),
        ),
        migrations.AddField(
            model_name="drive",
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
            model_name="donor",
            name="drive",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="donors",
                to="registries.drive",
                verbose_name="招募活动",
            ),
        ),
        migrations.AddField(
            model_name="drugday",
            name="collection",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="drug_days",
                to="registries.collection",
                verbose_name="捐献",
            ),
        ),
        migrations.AddField(
            model_name="drugday",
            name="written_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="记录人",
            ),
        ),
        migrations.AddField(
            model_name="followup",
            name="collection",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="follow_ups",
                to="registries.collection",
                verbose_name="捐献",
            ),
        ),
        migrations.AddField(
            model_name="followup",
            name="written_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="记录人",
            ),
        ),
        migrations.AddField(
            model_name="honour",
            name="collection",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="honours",
                to="registries.collection",
                verbose_name="捐献",
            ),
        ),
        migrations.AddField(
            model_name="honour",
            name="donor",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="honours",
                to="registries.donor",
                verbose_name="志愿者",
            ),
        ),
        migrations.AddField(
            model_name="honour",
            name="written_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="记录人",
            ),
        ),
        migrations.AddField(
            model_name="sample",
            name="donor",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="samples",
                to="registries.donor",
                verbose_name="志愿者",
            ),
        ),
        migrations.AddField(
            model_name="sample",
            name="written_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="登记人员",
            ),
        ),
        migrations.AddField(
            model_name="samplebatch",
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
            model_name="samplebatch",
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
            model_name="samplebatch",
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
            model_name="samplebatch",
            name="created_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="装箱人",
            ),
        ),
        migrations.AddField(
            model_name="samplebatch",
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
            model_name="sample",
            name="batch",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="samples",
                to="registries.samplebatch",
                verbose_name="批次",
            ),
        ),
        migrations.AddConstraint(
            model_name="collection",
            constraint=models.UniqueConstraint(fields=("donor", "round"), name="collection_round_once"),
        ),
        migrations.AddConstraint(
            model_name="collection",
            constraint=models.UniqueConstraint(fields=("cases_of", "serial"), name="collection_serial_once"),
        ),
        migrations.AddConstraint(
            model_name="collection",
            constraint=models.UniqueConstraint(
                condition=models.Q(("called_off_on__isnull", True), ("collected_on__isnull", True)),
                fields=("donor",),
                name="collection_one_under_way",
            ),
        ),
        migrations.AddConstraint(
            model_name="collection",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["stem_cells", "lymphocytes"])), name="collection_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="collection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cases_of__isnull", True), ("collected_on__isnull", True), ("serial__isnull", True)),
                    models.Q(
                        ("called_off_on__isnull", True),
                        ("cases_of__isnull", False),
                        ("collected_on__isnull", False),
                        ("serial__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="collection_done_has_a_serial",
            ),
        ),
        migrations.AddConstraint(
            model_name="donorevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("actor__isnull", False), ("channel", "online"), _connector="OR"),
                name="donorevent_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="donorexpense",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", Decimal("0"))), name="donorexpense_amount_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="donorexpense",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["travel", "escort", "lodging", "lost_work", "nutrition"])),
                name="donorexpense_kind_known",
            ),
        ),
        migrations.AddIndex(
            model_name="drive",
            index=models.Index(fields=["branch", "-id"], name="drive_by_branch"),
        ),
        migrations.AddConstraint(
            model_name="drive",
            constraint=models.CheckConstraint(
                condition=models.Q(("planned_count__gt", 0)), name="drive_plans_somebody"
            ),
        ),
        migrations.AddIndex(
            model_name="donor",
            index=models.Index(fields=["branch", "-id"], name="donor_by_branch"),
        ),
        migrations.AddIndex(
            model_name="donor",
            index=models.Index(
                condition=models.Q(("status", "enrolled")),
                fields=["branch", "sample_from", "id"],
                name="donor_to_sample",
            ),
        ),
        migrations.AddIndex(
            model_name="donor",
            index=models.Index(
                condition=models.Q(("status", "sampled")), fields=["branch", "stepped_on", "id"], name="donor_to_send"
            ),
        ),
        migrations.AddIndex(
            model_name="donor",
            index=models.Index(
                condition=models.Q(("status__in", ["matched", "remobilising"])),
                fields=["branch", "stepped_on", "id"],
                name="donor_to_ask",
            ),
        ),
        migrations.AddIndex(
            model_name="donor",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", True), ("unreached_on__isnull", False)),
                fields=["branch", "unreached_on", "id"],
                name="donor_to_recover",
            ),
        ),
        migrations.AddIndex(
            model_name="donor",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", True), ("follow_up_on__isnull", False)),
                fields=["branch", "follow_up_on", "id"],
                name="donor_to_follow_up",
            ),
        ),
        migrations.AddIndex(
            model_name="donor",
            index=models.Index(
                condition=models.Q(("deferred_until__isnull", False), ("ended_at__isnull", True)),
                fields=["branch", "deferred_until", "id"],
                name="donor_deferral_over",
            ),
        ),
        migrations.AddIndex(
            model_name="donor",
            index=models.Index(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            "enrolled",
                            "high_res",
                            "lost",
                            "matched",
                            "medical",
                            "mobilising",
                            "remobilising",
                            "sampled",
                            "scheduled",
                            "sent",
                            "typed",
                        ],
                    )
                ),
                fields=["branch", "ages_out_month", "id"],
                name="donor_ageing_out",
            ),
        ),
        migrations.AddIndex(
            model_name="donor",
            index=models.Index(
                condition=models.Q(("fit_on__isnull", False), ("status", "medical")),
                fields=["branch", "fit_on", "id"],
                name="donor_to_schedule",
            ),
        ),
        migrations.AddConstraint(
            model_name="donor",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("branch", "registrant_digest"),
                name="donor_one_in_force",
            ),
        ),
        migrations.AddConstraint(
            model_name="donor",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("branch", "registrant_digest_next"),
                name="donor_one_in_force_next",
            ),
        ),
        migrations.AddConstraint(
            model_name="donor",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            "enrolled",
                            "sampled",
                            "sent",
                            "typed",
                            "matched",
                            "remobilising",
                            "high_res",
                            "medical",
                            "scheduled",
                            "mobilising",
                            "collected",
                            "follow_up",
                            "aged",
                            "health",
                            "wish",
                            "lost",
                        ],
                    )
                ),
                name="donor_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="donor",
            constraint=models.CheckConstraint(
                condition=models.Q(("channel__in", ["counter", "home", "proxy", "online"])), name="donor_channel_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="donor",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", False), ("status__in", ["aged", "health", "wish"])),
                    models.Q(
                        models.Q(("status__in", ["aged", "health", "wish"]), _negated=True), ("ended_at__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="donor_ended_says_when",
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
                        ("registrant__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="donor_whole_or_destroyed",
            ),
        ),
        migrations.AddConstraint(
            model_name="donor",
            constraint=models.CheckConstraint(condition=models.Q(("ages_out_month__day", 1)), name="donor_no_birthday"),
        ),
        migrations.AddConstraint(
            model_name="drugday",
            constraint=models.UniqueConstraint(fields=("collection", "day"), name="drugday_number_once"),
        ),
        migrations.AddConstraint(
            model_name="drugday",
            constraint=models.UniqueConstraint(fields=("collection", "on"), name="drugday_once_a_day"),
        ),
        migrations.AddConstraint(
            model_name="drugday",
            constraint=models.CheckConstraint(
                condition=models.Q(("day__gte", 1), ("day__lte", 5)), name="drugday_at_most_five"
            ),
        ),
        migrations.AddConstraint(
            model_name="followup",
            constraint=models.UniqueConstraint(
                condition=models.Q(("result", "not_reached"), _negated=True),
                fields=("collection", "step"),
                name="followup_done_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="followup",
            constraint=models.CheckConstraint(
                condition=models.Q(("result__in", ["well", "referred", "not_reached"])), name="followup_result_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="honour",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["certificate", "medal", "county", "city", "province", "national"])),
                name="honour_kind_known",
            ),
        ),
        migrations.AddIndex(
            model_name="samplebatch",
            index=models.Index(fields=["branch", "status", "-id"], name="samplebatch_by_branch"),
        ),
        migrations.AddConstraint(
            model_name="samplebatch",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["open", "sent", "received"])), name="samplebatch_status_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="samplebatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("sent_on__isnull", True), ("status", "open")),
                    models.Q(
                        models.Q(("status", "open"), _negated=True),
                        ("sent_on__isnull", False),
                        models.Q(("waybill", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="samplebatch_sent_says_how",
            ),
        ),
        migrations.AddConstraint(
            model_name="samplebatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("received_on__isnull", False), ("status", "received")),
                    models.Q(models.Q(("status", "received"), _negated=True), ("received_on__isnull", True)),
                    _connector="OR",
                ),
                name="samplebatch_received_says_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="sample",
            constraint=models.UniqueConstraint(
                condition=models.Q(("verdict", "waiting")), fields=("donor",), name="sample_one_on_its_way"
            ),
        ),
        migrations.AddConstraint(
            model_name="sample",
            constraint=models.CheckConstraint(
                condition=models.Q(("verdict__in", ["waiting", "received", "damaged", "insufficient", "void"])),
                name="sample_verdict_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="sample",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("verdict", "waiting"), ("verdict_on__isnull", True)),
                    models.Q(models.Q(("verdict", "waiting"), _negated=True), ("verdict_on__isnull", False)),
                    _connector="OR",
                ),
                name="sample_verdict_says_when",
            ),
        ),
    ]
