"""Schools and other bodies whose people are taught; bases of sessions; certificates to be renewed."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0011_records_fit_and_lost_numbers"),
        ("organizations", "0004_instructors"),
        ("training", "0017_lessons_stay"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Organisation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="幂等键")),
                ("name", models.CharField(max_length=120, verbose_name="名称")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("school", "学校"),
                            ("company", "企业"),
                            ("office", "机关、事业单位"),
                            ("travel", "旅行社、景区"),
                            ("transport", "公共交通单位"),
                            ("police", "公安、交警单位"),
                            ("rescue", "消防救援单位"),
                        ],
                        max_length=12,
                        verbose_name="类别",
                    ),
                ),
                (
                    "credit_code",
                    models.CharField(blank=True, db_collation="C", max_length=18, verbose_name="统一社会信用代码"),
                ),
                ("created_at", models.DateTimeField(verbose_name="登记时间")),
            ],
            options={
                "verbose_name": "学校或单位",
                "verbose_name_plural": "学校和单位",
            },
        ),
        migrations.CreateModel(
            name="OrganisationCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("as_of", models.DateField(verbose_name="截至")),
                (
                    "measure",
                    models.CharField(
                        choices=[("holders", "持证人"), ("classes", "培训班"), ("audience", "普及人次")],
                        max_length=12,
                        verbose_name="指标",
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                (
                    "key_group",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("none", "一般公众"),
                            ("teacher", "教师"),
                            ("student", "学生"),
                            ("police", "公安民警、交警"),
                            ("guide", "导游"),
                            ("driver", "公共交通驾驶员"),
                            ("firefighter", "消防救援人员"),
                            ("worker", "企业员工"),
                            ("cadre", "机关干部"),
                            ("volunteer", "志愿者"),
                        ],
                        max_length=12,
                        verbose_name="重点人群",
                    ),
                ),
                ("count", models.PositiveIntegerField(verbose_name="数量")),
            ],
            options={
                "verbose_name": "单位培训统计",
                "verbose_name_plural": "单位培训统计",
            },
        ),
        migrations.CreateModel(
            name="OrganisationFact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("registered", "登记"),
                            ("changed", "更名或变更"),
                            ("alias", "又写作"),
                            ("merged", "并入"),
                            ("separated", "恢复单列"),
                        ],
                        max_length=12,
                        verbose_name="事项",
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="名称")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("school", "学校"),
                            ("company", "企业"),
                            ("office", "机关、事业单位"),
                            ("travel", "旅行社、景区"),
                            ("transport", "公共交通单位"),
                            ("police", "公安、交警单位"),
                            ("rescue", "消防救援单位"),
                        ],
                        max_length=12,
                        verbose_name="类别",
                    ),
                ),
                ("credit_code", models.CharField(blank=True, max_length=18, verbose_name="统一社会信用代码")),
                ("alias", models.CharField(blank=True, max_length=120, verbose_name="又写作")),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="理由")),
                ("at", models.DateTimeField(verbose_name="时间")),
            ],
            options={
                "verbose_name": "单位登记经过",
                "verbose_name_plural": "单位登记经过",
            },
        ),
        migrations.CreateModel(
            name="OrganisationSize",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                (
                    "key_group",
                    models.CharField(
                        choices=[
                            ("none", "一般公众"),
                            ("teacher", "教师"),
                            ("student", "学生"),
                            ("police", "公安民警、交警"),
                            ("guide", "导游"),
                            ("driver", "公共交通驾驶员"),
                            ("firefighter", "消防救援人员"),
                            ("worker", "企业员工"),
                            ("cadre", "机关干部"),
                            ("volunteer", "志愿者"),
                        ],
                        max_length=12,
                        verbose_name="重点人群",
                    ),
                ),
                ("count", models.PositiveIntegerField(verbose_name="人数")),
                ("source", models.CharField(max_length=200, verbose_name="来源")),
                ("recorded_at", models.DateTimeField(verbose_name="登记时间")),
            ],
            options={
                "verbose_name": "单位人数",
                "verbose_name_plural": "单位人数",
            },
        ),
        migrations.RemoveConstraint(
            model_name="coveragecount",
            name="coveragecount_measure_known",
        ),
        migrations.RemoveConstraint(
            model_name="trainingtarget",
            name="trainingtarget_measure_known",
        ),
        migrations.AddField(
            model_name="enrolment",
            name="earlier_number",
            field=models.CharField(blank=True, max_length=40, verbose_name="原证书编号"),
        ),
        migrations.AddField(
            model_name="session",
            name="held_at",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="sessions",
                to="training.firstaidplace",
                verbose_name="培训基地",
            ),
        ),
        migrations.AlterField(
            model_name="coveragecount",
            name="measure",
            field=models.CharField(
                choices=[
                    ("audience", "普及培训人次"),
                    ("issued", "发证数"),
                    ("holders", "有效证书持证人数"),
                    ("school_staff", "学校教职工持证率（%）"),
                ],
                max_length=12,
                verbose_name="指标",
            ),
        ),
        migrations.AlterField(
            model_name="trainingtarget",
            name="measure",
            field=models.CharField(
                choices=[
                    ("audience", "普及培训人次"),
                    ("issued", "发证数"),
                    ("holders", "有效证书持证人数"),
                    ("school_staff", "学校教职工持证率（%）"),
                ],
                max_length=12,
                verbose_name="指标",
            ),
        ),
        migrations.AddConstraint(
            model_name="coveragecount",
            constraint=models.CheckConstraint(
                condition=models.Q(("measure__in", ["audience", "issued", "holders", "school_staff"])),
                name="coveragecount_measure_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="trainingtarget",
            constraint=models.CheckConstraint(
                condition=models.Q(("measure__in", ["audience", "issued", "holders", "school_staff"])),
                name="trainingtarget_measure_known",
            ),
        ),
        migrations.AddField(
            model_name="organisation",
            name="area",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organizations.division",
                verbose_name="所在县（市、区）",
            ),
        ),
        migrations.AddField(
            model_name="organisation",
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
            model_name="organisation",
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
            model_name="organisation",
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
            model_name="organisation",
            name="created_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="登记人",
            ),
        ),
        migrations.AddField(
            model_name="organisation",
            name="merged_into",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to="training.organisation",
                verbose_name="并入",
            ),
        ),
        migrations.AddField(
            model_name="organisation",
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
            model_name="masslesson",
            name="held_for",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="mass_lessons",
                to="training.organisation",
                verbose_name="登记的学校或单位",
            ),
        ),
        migrations.AddField(
            model_name="servicecontract",
            name="held_for",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="contracts",
                to="training.organisation",
                verbose_name="登记的学校或单位",
            ),
        ),
        migrations.AddField(
            model_name="session",
            name="held_for",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="sessions",
                to="training.organisation",
                verbose_name="登记的学校或单位",
            ),
        ),
        migrations.AddConstraint(
            model_name="masslesson",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("held_for__isnull", True), models.Q(("organisation", ""), _negated=True), _connector="OR"
                ),
                name="masslesson_held_for_whom_it_names",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("held_for__isnull", True), models.Q(("organisation", ""), _negated=True), _connector="OR"
                ),
                name="session_held_for_whom_it_names",
            ),
        ),
        migrations.AddField(
            model_name="organisationcount",
            name="organisation",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="counts",
                to="training.organisation",
                verbose_name="学校或单位",
            ),
        ),
        migrations.AddField(
            model_name="organisationfact",
            name="actor",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="操作人",
            ),
        ),
        migrations.AddField(
            model_name="organisationfact",
            name="into",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="training.organisation",
                verbose_name="并入",
            ),
        ),
        migrations.AddField(
            model_name="organisationfact",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="facts",
                to="training.organisation",
                verbose_name="学校或单位",
            ),
        ),
        migrations.AddField(
            model_name="organisationsize",
            name="organisation",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="sizes",
                to="training.organisation",
                verbose_name="学校或单位",
            ),
        ),
        migrations.AddField(
            model_name="organisationsize",
            name="recorded_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="登记人",
            ),
        ),
        migrations.AddIndex(
            model_name="organisation",
            index=models.Index(fields=["area", "name", "id"], name="organisation_in_order"),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["school", "company", "office", "travel", "transport", "police", "rescue"])
                ),
                name="organisation_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="organisation_has_a_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(("credit_code__regex", "^([0-9A-HJ-NP-RTUWXY]{18})?$")),
                name="organisation_credit_code_form",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(("merged_into", models.F("pk")), _negated=True),
                name="organisation_merged_into_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("merged_into", None)),
                fields=("area", "name"),
                name="organisation_name_once_a_county",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("merged_into", None), models.Q(("credit_code", ""), _negated=True)),
                fields=("credit_code",),
                name="organisation_credit_code_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisationcount",
            constraint=models.UniqueConstraint(
                fields=("as_of", "organisation", "measure", "year", "key_group"), name="organisationcount_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="organisationcount",
            constraint=models.CheckConstraint(
                condition=models.Q(("measure__in", ["holders", "classes", "audience"])),
                name="organisationcount_measure_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisationfact",
            constraint=models.CheckConstraint(
                condition=models.Q(("step__in", ["registered", "changed", "alias", "merged", "separated"])),
                name="organisationfact_step_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisationfact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("step", "alias"), models.Q(("alias", ""), _negated=True)),
                    models.Q(models.Q(("step", "alias"), _negated=True), ("alias", "")),
                    _connector="OR",
                ),
                name="organisationfact_alias_says_it",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisationfact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("step", "merged"), _negated=True),
                    models.Q(("into__isnull", False), models.Q(("reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="organisationfact_merged_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisationfact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("step", "separated"), _negated=True),
                    models.Q(("into__isnull", True), models.Q(("reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="organisationfact_separated_says_why",
            ),
        ),
        migrations.AddIndex(
            model_name="organisationsize",
            index=models.Index(fields=["organisation", "key_group", "-year", "-id"], name="organisationsize_newest"),
        ),
        migrations.AddConstraint(
            model_name="organisationsize",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "key_group__in",
                        [
                            "none",
                            "teacher",
                            "student",
                            "police",
                            "guide",
                            "driver",
                            "firefighter",
                            "worker",
                            "cadre",
                            "volunteer",
                        ],
                    )
                ),
                name="organisationsize_group_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisationsize",
            constraint=models.CheckConstraint(
                condition=models.Q(("key_group", "none"), _negated=True), name="organisationsize_of_a_group"
            ),
        ),
        migrations.AddConstraint(
            model_name="organisationsize",
            constraint=models.CheckConstraint(
                condition=models.Q(("source", ""), _negated=True), name="organisationsize_names_its_source"
            ),
        ),
    ]
