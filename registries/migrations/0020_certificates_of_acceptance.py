"""The receiving unit's certificate that it took a body."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """The receiving unit's certificate that it took a body."""

    dependencies = [
        ("registries", "0019_rows_of_dropped_files"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CaseAcceptance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=60, verbose_name="证明编号")),
                ("issued_on", models.DateField(verbose_name="出具日期")),
                ("written_at", models.DateTimeField(verbose_name="登记时间")),
            ],
            options={
                "verbose_name": "接受遗体的证明",
                "verbose_name_plural": "接受遗体的证明",
            },
        ),
        migrations.RemoveConstraint(
            model_name="caseevent",
            name="caseevent_verb_known",
        ),
        migrations.AlterField(
            model_name="caseevent",
            name="verb",
            field=models.CharField(
                choices=[
                    ("notified", "登记接报"),
                    ("person_written", "补写或更正捐献人"),
                    ("refusal_found", "查到本人生前不同意，终止"),
                    ("assigned", "指派协调员"),
                    ("coordinator_changed", "移交协调员"),
                    ("coordinator_released", "协调员撤出"),
                    ("family_asked", "开始与家属商议"),
                    ("kin_listed", "列出一位家属"),
                    ("kin_struck", "划去列错的家属"),
                    ("kin_decided", "登记一位家属的书面决定"),
                    ("consented", "登记书面同意"),
                    ("witness_written", "写见证记录"),
                    ("witness_signed", "在见证记录上签字"),
                    ("witnessed", "见证完成"),
                    ("handed_over", "移交接受单位"),
                    ("farewell", "告别"),
                    ("care_begun", "转入后续关怀"),
                    ("closed", "办结"),
                    ("declined", "家属不同意，终止"),
                    ("refused_in_life", "本人生前不同意，终止"),
                    ("unsuitable", "不适合捐献，终止"),
                    ("stopped", "停办"),
                    ("acceptance_written", "登记接受遗体的证明"),
                    ("certificate_given", "颁发捐献证书"),
                    ("certificate_printed", "打印捐献证书"),
                    ("entitlement_written", "登记家属待遇"),
                    ("entitlement_corrected", "更正家属待遇"),
                    ("use_written", "登记遗体利用情况"),
                    ("use_extract_printed", "打印利用情况给家属"),
                    ("look_granted", "准许他人查看"),
                    ("look_ended", "收回准许"),
                    ("destroyed", "按保存期限销毁个人信息"),
                ],
                max_length=24,
                verbose_name="事项",
            ),
        ),
        migrations.AddConstraint(
            model_name="caseevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "verb__in",
                        [
                            "notified",
                            "person_written",
                            "refusal_found",
                            "assigned",
                            "coordinator_changed",
                            "coordinator_released",
                            "family_asked",
                            "kin_listed",
                            "kin_struck",
                            "kin_decided",
                            "consented",
                            "witness_written",
                            "witness_signed",
                            "witnessed",
                            "handed_over",
                            "farewell",
                            "care_begun",
                            "closed",
                            "declined",
                            "refused_in_life",
                            "unsuitable",
                            "stopped",
                            "acceptance_written",
                            "certificate_given",
                            "certificate_printed",
                            "entitlement_written",
                            "entitlement_corrected",
                            "use_written",
                            "use_extract_printed",
                            "look_granted",
                            "look_ended",
                            "destroyed",
                        ],
                    )
                ),
                name="caseevent_verb_known",
            ),
        ),
        migrations.AddField(
            model_name="caseacceptance",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="acceptances",
                to="registries.case",
                verbose_name="捐献案例",
            ),
        ),
        migrations.AddField(
            model_name="caseacceptance",
            name="replaces",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaced_by",
                to="registries.caseacceptance",
                verbose_name="更正的记录",
            ),
        ),
        migrations.AddField(
            model_name="caseacceptance",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="registries.receivingunit",
                verbose_name="接受单位",
            ),
        ),
        migrations.AddField(
            model_name="caseacceptance",
            name="written_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="登记人员",
            ),
        ),
        migrations.AddConstraint(
            model_name="caseacceptance",
            constraint=models.CheckConstraint(
                condition=models.Q(("number", ""), _negated=True), name="caseacceptance_has_its_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="caseacceptance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("replaces__isnull", True), models.Q(("replaces", models.F("id")), _negated=True), _connector="OR"
                ),
                name="caseacceptance_replaces_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="caseacceptance",
            constraint=models.UniqueConstraint(
                condition=models.Q(("replaces__isnull", True)), fields=("case",), name="caseacceptance_first_once"
            ),
        ),
        migrations.RunSQL(
            (SQL / "acceptance.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "acceptance.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
