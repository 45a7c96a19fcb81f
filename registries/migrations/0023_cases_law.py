"""What was declared in life by its items, who was there, and corrections of what was handed over."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """What was declared in life by its items, who was there, and corrections of what was handed over."""

    dependencies = [
        ("registries", "0022_national_of_a_year"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="caseevent",
            name="caseevent_verb_known",
        ),
        migrations.RemoveConstraint(
            model_name="casehandover",
            name="casehandover_once",
        ),
        migrations.AddField(
            model_name="case",
            name="organs",
            field=models.BinaryField(null=True, verbose_name="限定的器官"),
        ),
        migrations.AddField(
            model_name="casecertificate",
            name="replaces",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaced_by",
                to="registries.casecertificate",
                verbose_name="更正的记录",
            ),
        ),
        migrations.AddField(
            model_name="casehandover",
            name="replaces",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaced_by",
                to="registries.casehandover",
                verbose_name="更正的记录",
            ),
        ),
        migrations.AddField(
            model_name="casekin",
            name="lacks_capacity",
            field=models.BooleanField(default=False, verbose_name="没有完全民事行为能力"),
        ),
        migrations.AddField(
            model_name="caseuse",
            name="replaces",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaced_by",
                to="registries.caseuse",
                verbose_name="更正的记录",
            ),
        ),
        migrations.AlterField(
            model_name="casecertificate",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="certificates",
                to="registries.case",
                verbose_name="捐献案例",
            ),
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
                    ("gift_limited", "按本人生前意愿缩小捐献项目"),
                    ("doubt_found", "本人生前的表示有疑问，待核对"),
                    ("doubt_settled", "生前表示的疑问已解除"),
                    ("family_asked", "开始与家属商议"),
                    ("basis_decided", "重新核定依据"),
                    ("kin_listed", "列出一位家属"),
                    ("kin_struck", "划去列错的家属"),
                    ("kin_decided", "登记一位家属的书面决定"),
                    ("consented", "登记书面同意"),
                    ("witness_written", "写见证记录"),
                    ("witness_signed", "在见证记录上签字"),
                    ("witnessed", "见证完成"),
                    ("handed_over", "移交接受单位"),
                    ("hand_over_corrected", "更正移交记录"),
                    ("farewell", "告别"),
                    ("care_begun", "转入后续关怀"),
                    ("closed", "办结"),
                    ("declined", "家属不同意，终止"),
                    ("refused_in_life", "本人生前不同意，终止"),
                    ("unsuitable", "不适合捐献，终止"),
                    ("stopped", "停办"),
                    ("acceptance_written", "登记接受遗体的证明"),
                    ("certificate_given", "颁发捐献证书"),
                    ("certificate_corrected", "更正证书颁发"),
                    ("certificate_printed", "打印捐献证书"),
                    ("entitlement_written", "登记家属待遇"),
                    ("entitlement_corrected", "更正家属待遇"),
                    ("use_written", "登记遗体利用情况"),
                    ("use_corrected", "更正遗体利用情况"),
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
            model_name="casecertificate",
            constraint=models.UniqueConstraint(
                condition=models.Q(("replaces__isnull", True)), fields=("case",), name="casecertificate_first_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="casecertificate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("replaces__isnull", True), models.Q(("replaces", models.F("id")), _negated=True), _connector="OR"
                ),
                name="casecertificate_replaces_another",
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
                            "gift_limited",
                            "doubt_found",
                            "doubt_settled",
                            "family_asked",
                            "basis_decided",
                            "kin_listed",
                            "kin_struck",
                            "kin_decided",
                            "consented",
                            "witness_written",
                            "witness_signed",
                            "witnessed",
                            "handed_over",
                            "hand_over_corrected",
                            "farewell",
                            "care_begun",
                            "closed",
                            "declined",
                            "refused_in_life",
                            "unsuitable",
                            "stopped",
                            "acceptance_written",
                            "certificate_given",
                            "certificate_corrected",
                            "certificate_printed",
                            "entitlement_written",
                            "entitlement_corrected",
                            "use_written",
                            "use_corrected",
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
        migrations.AddConstraint(
            model_name="casehandover",
            constraint=models.UniqueConstraint(
                condition=models.Q(("replaces__isnull", True)), fields=("case", "kind"), name="casehandover_first_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="casehandover",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("replaces__isnull", True), models.Q(("replaces", models.F("id")), _negated=True), _connector="OR"
                ),
                name="casehandover_replaces_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="caseuse",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("replaces__isnull", True), models.Q(("replaces", models.F("id")), _negated=True), _connector="OR"
                ),
                name="caseuse_replaces_another",
            ),
        ),
        migrations.RunSQL(
            (SQL / "cases_law.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "cases_law.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
