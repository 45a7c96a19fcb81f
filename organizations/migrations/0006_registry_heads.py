from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0005_registry_clerks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="rolegrant",
            name="rolegrant_role_known",
        ),
        migrations.AlterField(
            model_name="rolegrant",
            name="role",
            field=models.CharField(
                choices=[
                    ("clerk", "录入"),
                    ("approver", "审核"),
                    ("finance", "财务"),
                    ("leader", "负责人"),
                    ("warehouse", "仓管"),
                    ("publisher", "公示"),
                    ("training_officer", "培训"),
                    ("instructor", "救护师资"),
                    ("registry_clerk", "登记员"),
                    ("registry_coordinator", "协调员"),
                    ("registry_head", "捐献工作负责人"),
                    ("supervisor", "监事"),
                    ("auditor", "审计"),
                    ("branch_admin", "本会管理员"),
                    ("system_admin", "系统管理员"),
                    ("security_admin", "安全管理员"),
                    ("audit_admin", "审计管理员"),
                ],
                max_length=24,
                verbose_name="角色",
            ),
        ),
        migrations.AddConstraint(
            model_name="rolegrant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "role__in",
                        [
                            "clerk",
                            "approver",
                            "finance",
                            "leader",
                            "warehouse",
                            "publisher",
                            "training_officer",
                            "instructor",
                            "registry_clerk",
                            "registry_coordinator",
                            "registry_head",
                            "supervisor",
                            "auditor",
                            "branch_admin",
                            "system_admin",
                            "security_admin",
                            "audit_admin",
                        ],
                    )
                ),
                name="rolegrant_role_known",
            ),
        ),
    ]
