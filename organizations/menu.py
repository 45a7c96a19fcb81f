"""The desk's menu: one literal table."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from organizations.choices import Right


@dataclass(frozen=True)
class MenuEntry:
    """A link of the menu, shown to people who hold one of `rights` in any branch; without rights, to everybody."""

    label: Any
    url_name: str
    icon: str
    rights: tuple[str, ...] = ()


MENU: tuple[MenuEntry, ...] = (
    MenuEntry(_("今天"), "desk_home", "house"),
    MenuEntry(_("录入捐赠"), "desk_counter", "pencil-square", (Right.ENTER_GIFTS,)),
    MenuEntry(_("导入名单"), "desk_import", "file-earmark-arrow-up", (Right.ENTER_GIFTS,)),
    MenuEntry(_("批次"), "desk_batches", "inboxes", (Right.VIEW_GIFTS,)),
    MenuEntry(_("待我审批"), "desk_approvals", "check-circle", (Right.APPROVE_GIFTS, Right.CORRECT_GIFTS)),
    MenuEntry(_("捐赠查询"), "desk_gifts", "search", (Right.VIEW_GIFTS,)),
    MenuEntry(_("按姓名查找"), "desk_name_search", "person", (Right.REVEAL_NAMES,)),
    MenuEntry(_("票据与回执"), "desk_receipts", "receipt", (Right.MANAGE_RECEIPTS,)),
    MenuEntry(_("捐赠人请求"), "desk_requests", "envelope", (Right.SERVE_GIVERS,)),
    MenuEntry(_("待认领捐赠"), "desk_pool", "hourglass-split", (Right.SERVE_GIVERS, Right.APPROVE_GIFTS)),
    MenuEntry(_("认领"), "desk_claims", "list-check", (Right.SERVE_GIVERS, Right.APPROVE_GIFTS)),
    MenuEntry(_("支出"), "desk_payments", "box-arrow-right", (Right.VIEW_SPENDING,)),
    MenuEntry(_("支出审批"), "desk_spending_approvals", "check-circle", (Right.APPROVE_SPENDING, Right.LEAD_SPENDING)),
    MenuEntry(_("拨付"), "desk_transfers", "send", (Right.VIEW_SPENDING,)),
    MenuEntry(_("银行对账"), "desk_statements", "list-check", (Right.VIEW_STATEMENTS,)),
    MenuEntry(_("募捐活动"), "desk_campaigns", "megaphone", (Right.PLAN_APPEALS, Right.APPROVE_APPEALS)),
    MenuEntry(_("捐赠协议"), "desk_agreements", "journal-text", (Right.PLAN_APPEALS, Right.APPROVE_APPEALS)),
    MenuEntry(_("变更用途"), "desk_changes", "signpost-split", (Right.PLAN_APPEALS, Right.APPROVE_APPEALS)),
    MenuEntry(_("捐赠方式"), "desk_channels", "heart", (Right.PLAN_APPEALS, Right.APPROVE_APPEALS)),
    MenuEntry(_("培训班"), "desk_training_sessions", "calendar3", (Right.VIEW_TRAINING,)),
    MenuEntry(_("救护师资"), "desk_instructors", "people", (Right.VIEW_TRAINING,)),
    MenuEntry(_("课程目录"), "desk_courses", "journal-check", (Right.VIEW_TRAINING,)),
    MenuEntry(_("救护证书"), "desk_certificates", "patch-check", (Right.VIEW_TRAINING,)),
    MenuEntry(_("到期和复训"), "desk_expiring", "hourglass-split", (Right.VIEW_TRAINING,)),
    MenuEntry(_("资金池"), "desk_funds", "bank", (Right.VIEW_LEDGER, Right.MANAGE_FUNDS)),
    MenuEntry(_("普及培训"), "desk_mass_lessons", "megaphone", (Right.VIEW_TRAINING,)),
    MenuEntry(_("AED"), "desk_aeds", "heart", (Right.VIEW_TRAINING,)),
    MenuEntry(_("救护场所"), "desk_places", "building", (Right.VIEW_TRAINING,)),
    MenuEntry(_("救人事例"), "desk_rescues", "shield-check", (Right.VIEW_TRAINING,)),
    MenuEntry(_("购买服务合同"), "desk_contracts", "journal-text", (Right.VIEW_TRAINING,)),
    MenuEntry(_("学校和单位"), "desk_organisations", "building", (Right.VIEW_TRAINING,)),
    MenuEntry(_("培训质量"), "desk_training_quality", "list-check", (Right.VIEW_TRAINING,)),
    MenuEntry(_("培训统计"), "desk_training_figures", "bar-chart", (Right.VIEW_TRAINING,)),
    MenuEntry(_("协调员工作台"), "desk_registry_day", "telephone", (Right.VIEW_REGISTRIES,)),
    MenuEntry(_("捐献登记"), "desk_wishes", "person", (Right.VIEW_REGISTRIES,)),
    MenuEntry(_("造血干细胞"), "desk_donors", "heart", (Right.VIEW_REGISTRIES,)),
    MenuEntry(_("骨髓库文件"), "desk_exchange", "send", (Right.KEEP_REGISTRIES, Right.APPROVE_EXPORTS)),
    MenuEntry(
        _("捐献案例"),
        "desk_cases",
        "shield-check",
        (Right.KEEP_CASES, Right.ASSIGN_COORDINATORS, Right.COUNT_REGISTRIES),
    ),
    MenuEntry(_("捐献预约"), "desk_registry_requests", "calendar3", (Right.VIEW_REGISTRIES,)),
    MenuEntry(_("缅怀纪念"), "desk_memorial", "heart", (Right.KEEP_MEMORIAL,)),
    MenuEntry(_("登记资料导出"), "desk_registry_exports", "table", (Right.EXPORT_REGISTRANTS, Right.APPROVE_EXPORTS)),
    MenuEntry(_("捐献工作进度"), "desk_registry_counts", "list-check", (Right.COUNT_REGISTRIES,)),
    MenuEntry(_("捐献年度统计"), "desk_registry_figures", "bar-chart", (Right.COUNT_REGISTRIES,)),
    MenuEntry(_("报告"), "desk_reports", "journal-text", (Right.VIEW_DRAFT_REPORTS,)),
    MenuEntry(_("后台任务"), "desk_jobs", "hourglass-split"),
    MenuEntry(_("组织网络"), "desk_branches", "diagram-3"),
    MenuEntry(_("人员与角色"), "desk_people", "people", (Right.GRANT_ROLES, Right.MANAGE_PEOPLE)),
    MenuEntry(_("保存期限"), "desk_retention", "archive", (Right.MANAGE_RETENTION,)),
    MenuEntry(_("角色说明"), "desk_roles", "question-circle"),
)
