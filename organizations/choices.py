"""Literal tables of the branch network: levels, kinds, roles and what each role may do."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DivisionLevel(models.TextChoices):
    """Levels of administrative divisions (GB/T 2260 and the statistical codes below the county)."""

    PROVINCE = "province", _("省")
    CITY = "city", _("市")
    COUNTY = "county", _("县（市、区）")
    TOWN = "town", _("乡镇（街道）")
    COMMUNITY = "community", _("村（社区）")


# Length of a division's code at each level.
DIVISION_CODE_LENGTHS: dict[str, int] = {
    DivisionLevel.PROVINCE: 2,
    DivisionLevel.CITY: 4,
    DivisionLevel.COUNTY: 6,
    DivisionLevel.TOWN: 9,
    DivisionLevel.COMMUNITY: 12,
}


class BranchKind(models.TextChoices):
    """Kinds of branches: associations and grass-roots ones by area, and the sector kinds (红十字会法 Art. 7)."""

    PROVINCE = "province", _("省红十字会")
    CITY = "city", _("市红十字会")
    COUNTY = "county", _("县（市、区）红十字会")
    TOWN = "town", _("乡镇（街道）红十字会")
    COMMUNITY = "community", _("村（社区）红十字会")
    SCHOOL = "school", _("学校红十字会")
    COMPANY = "company", _("企业红十字会")
    TRADE = "trade", _("行业红十字会")
    MEDICAL = "medical", _("医疗机构红十字会")
    OTHER = "other", _("其他红十字组织")


# Kinds that stand for an area have the area's code; the others get `<division>-<letter><n>`.
AREA_KINDS: tuple[str, ...] = (
    BranchKind.PROVINCE,
    BranchKind.CITY,
    BranchKind.COUNTY,
    BranchKind.TOWN,
    BranchKind.COMMUNITY,
)
# Legal persons that keep accounts of their own (红十字会法 Art. 10).
ASSOCIATION_KINDS: tuple[str, ...] = (BranchKind.PROVINCE, BranchKind.CITY, BranchKind.COUNTY)

SECTOR_LETTERS: dict[str, str] = {
    BranchKind.SCHOOL: "S",
    BranchKind.COMPANY: "C",
    BranchKind.TRADE: "T",
    BranchKind.MEDICAL: "M",
    BranchKind.OTHER: "X",
}

# What may stand directly below what. Sector branches stand below any area.
PARENT_KINDS: dict[str, frozenset[str]] = {
    BranchKind.PROVINCE: frozenset(),
    BranchKind.CITY: frozenset({BranchKind.PROVINCE}),
    BranchKind.COUNTY: frozenset({BranchKind.CITY, BranchKind.PROVINCE}),
    BranchKind.TOWN: frozenset({BranchKind.COUNTY, BranchKind.CITY}),
    BranchKind.COMMUNITY: frozenset({BranchKind.TOWN, BranchKind.COUNTY}),
    BranchKind.SCHOOL: frozenset(AREA_KINDS),
    BranchKind.COMPANY: frozenset(AREA_KINDS),
    BranchKind.TRADE: frozenset(AREA_KINDS),
    BranchKind.MEDICAL: frozenset(AREA_KINDS),
    BranchKind.OTHER: frozenset(AREA_KINDS),
}


class SiteKind(models.TextChoices):
    """Kinds of sites (阵地); warehouses hold goods in the ledger."""

    OFFICE = "office", _("办公场所")
    WAREHOUSE = "warehouse", _("仓库")
    COUNTER = "counter", _("捐赠接待点")
    OTHER = "other", _("其他阵地")


class Right(models.TextChoices):
    """Single things a person may do in a branch."""

    VIEW_GIFTS = "view_gifts", _("查看捐赠")
    ENTER_GIFTS = "enter_gifts", _("录入和导入捐赠、提交审核")
    APPROVE_GIFTS = "approve_gifts", _("审核捐赠并入账、退回")
    REVEAL_NAMES = "reveal_names", _("凭理由显示捐赠人姓名（留记录）")
    CORRECT_GIFTS = "correct_gifts", _("提出或批准冲销和退还")
    MANAGE_RECEIPTS = "manage_receipts", _("登记捐赠票据、打印回执和证书")
    SERVE_GIVERS = "serve_givers", _("登记捐赠人联系方式、答复请求、登记反馈")
    VIEW_SPENDING = "view_spending", _("查看拨付和支出")
    ENTER_SPENDING = "enter_spending", _("制单拨付和支出、提交审核")
    APPROVE_SPENDING = "approve_spending", _("审核拨付和支出、退回")
    LEAD_SPENDING = "lead_spending", _("作为负责人审批大额支出")
    PAY_SPENDING = "pay_spending", _("付款并登记银行流水")
    READ_BENEFICIARIES = "read_beneficiaries", _("凭用途查看受助人和个人收款人（留记录）")
    RELEASE_DOCUMENTS = "release_documents", _("提出或批准公开支出凭证的脱敏副本")
    RECEIVE_TRANSFERS = "receive_transfers", _("签收拨付（一人登记、另一人确认）")
    VIEW_STATEMENTS = "view_statements", _("查看银行流水和余额调节表")
    RECONCILE = "reconcile", _("导入银行流水、对账、编制余额调节表")
    CONFIRM_SHEETS = "confirm_sheets", _("确认余额调节表")
    READ_PAYERS = "read_payers", _("凭用途查看流水的对方户名和账号（留记录）")
    MANAGE_FUNDS = "manage_funds", _("设立和关闭资金池、期初余额")
    VIEW_TRAINING = "view_training", _("查看培训班、名册（姓名掩码）和证书")
    PLAN_TRAINING = "plan_training", _("安排培训班、师资和场地，登记学员")
    MARK_TRAINING = "mark_training", _("点名、登记考核成绩")
    SIGN_RESULTS = "sign_results", _("作为主讲师资核对成绩并签字")
    ISSUE_CERTIFICATES = "issue_certificates", _("发放、换发和撤销救护证书")
    READ_TRAINEES = "read_trainees", _("凭用途查看学员姓名、电话和证件（留记录）")
    VIEW_REGISTRIES = "view_registries", _("查看捐献登记的编号和进度（姓名掩码，留记录）")
    KEEP_REGISTRIES = "keep_registries", _("办理捐献登记、变更、撤回和报送")
    READ_REGISTRANTS = "read_registrants", _("凭用途查看登记人的身份和联系方式（留记录）")
    READ_WISHES = "read_wishes", _("凭用途查看登记的意愿和健康信息（留记录）")
    COUNT_REGISTRIES = "count_registries", _("查看捐献登记统计（只有数字）")
    KEEP_CASES = "keep_cases", _("办理捐献案例：家属决定、见证、告别和抚恤")
    ASSIGN_COORDINATORS = "assign_coordinators", _("指派和移交协调员，按案例准许他人查看")
    EXPORT_REGISTRANTS = "export_registrants", _("申请导出登记人资料（须另一人批准）")
    APPROVE_EXPORTS = "approve_exports", _("批准或拒绝导出登记人资料")
    KEEP_MEMORIAL = "keep_memorial", _("维护缅怀场所、活动和纪念页，审核留言")
    PLAN_APPEALS = "plan_appeals", _("起草募捐活动、捐赠协议、变更用途和捐赠方式")
    APPROVE_APPEALS = "approve_appeals", _("审核募捐活动、捐赠协议、变更用途和捐赠方式")
    VIEW_LEDGER = "view_ledger", _("查看款物账")
    VIEW_DRAFT_REPORTS = "view_draft_reports", _("查看报告草稿和历史")
    REQUEST_REPORTS = "request_reports", _("生成、核对报告")
    PUBLISH_REPORTS = "publish_reports", _("核对、批准并公开报告")
    VIEW_AUDIT = "view_audit", _("查看操作记录")
    MANAGE_BRANCH = "manage_branch", _("维护红十字会资料和下级组织")
    GRANT_ROLES = "grant_roles", _("授予和收回角色")
    MANAGE_PEOPLE = "manage_people", _("建立、停用、解锁账号")
    MANAGE_SYSTEM = "manage_system", _("系统设置和运行状态")
    MANAGE_RETENTION = "manage_retention", _("查看到期销毁、暂缓销毁")


class Role(models.TextChoices):
    """Roles granted to a person in one branch."""

    CLERK = "clerk", _("录入")
    APPROVER = "approver", _("审核")
    FINANCE = "finance", _("财务")
    LEADER = "leader", _("负责人")
    WAREHOUSE = "warehouse", _("仓管")
    PUBLISHER = "publisher", _("公示")
    TRAINING_OFFICER = "training_officer", _("培训")
    INSTRUCTOR = "instructor", _("救护师资")
    REGISTRY_CLERK = "registry_clerk", _("登记员")
    REGISTRY_COORDINATOR = "registry_coordinator", _("协调员")
    REGISTRY_HEAD = "registry_head", _("捐献工作负责人")
    SUPERVISOR = "supervisor", _("监事")
    AUDITOR = "auditor", _("审计")
    BRANCH_ADMIN = "branch_admin", _("本会管理员")
    SYSTEM_ADMIN = "system_admin", _("系统管理员")
    SECURITY_ADMIN = "security_admin", _("安全管理员")
    AUDIT_ADMIN = "audit_admin", _("审计管理员")


# Three families of roles. Work roles act in a branch; oversight reads it; the administrators keep the system and are
# kept apart from each other and from all work (等级保护 2.0, GB/T 22239-2019 8.1.5).
WORK_ROLES: frozenset[str] = frozenset(
    {
        Role.CLERK,
        Role.APPROVER,
        Role.FINANCE,
        Role.LEADER,
        Role.WAREHOUSE,
        Role.PUBLISHER,
        Role.TRAINING_OFFICER,
        Role.INSTRUCTOR,
        Role.REGISTRY_CLERK,
        Role.REGISTRY_COORDINATOR,
        Role.REGISTRY_HEAD,
        Role.BRANCH_ADMIN,
    }
)
OVERSIGHT_ROLES: frozenset[str] = frozenset({Role.SUPERVISOR, Role.AUDITOR})
ADMINISTRATOR_ROLES: frozenset[str] = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})

# The one table of roles and rights; it decides access and prints the help page. None of the three administrators sees a
# gift, and whoever grants roles cannot make accounts.
ROLE_RIGHTS: dict[str, frozenset[str]] = {
    Role.CLERK: frozenset(
        {
            Right.VIEW_STATEMENTS,
            Right.RECONCILE,
            Right.READ_PAYERS,
            Right.VIEW_GIFTS,
            Right.ENTER_GIFTS,
            Right.REVEAL_NAMES,
            Right.CORRECT_GIFTS,
            Right.MANAGE_RECEIPTS,
            Right.SERVE_GIVERS,
            Right.REQUEST_REPORTS,
            Right.VIEW_DRAFT_REPORTS,
            Right.VIEW_SPENDING,
            Right.ENTER_SPENDING,
            Right.RECEIVE_TRANSFERS,
            Right.PAY_SPENDING,
            Right.READ_BENEFICIARIES,
            Right.RELEASE_DOCUMENTS,
            Right.PLAN_APPEALS,
        }
    ),
    Role.APPROVER: frozenset(
        {
            Right.VIEW_STATEMENTS,
            Right.CONFIRM_SHEETS,
            Right.READ_PAYERS,
            Right.VIEW_GIFTS,
            Right.APPROVE_GIFTS,
            Right.REVEAL_NAMES,
            Right.CORRECT_GIFTS,
            Right.VIEW_LEDGER,
            Right.VIEW_DRAFT_REPORTS,
            Right.PUBLISH_REPORTS,
            Right.VIEW_SPENDING,
            Right.APPROVE_SPENDING,
            Right.RECEIVE_TRANSFERS,
            Right.READ_BENEFICIARIES,
            Right.RELEASE_DOCUMENTS,
            Right.APPROVE_APPEALS,
        }
    ),
    Role.FINANCE: frozenset(
        {
            Right.VIEW_STATEMENTS,
            Right.RECONCILE,
            Right.CONFIRM_SHEETS,
            Right.READ_PAYERS,
            Right.VIEW_GIFTS,
            Right.APPROVE_GIFTS,
            Right.REVEAL_NAMES,
            Right.CORRECT_GIFTS,
            Right.MANAGE_RECEIPTS,
            Right.SERVE_GIVERS,
            Right.MANAGE_FUNDS,
            Right.VIEW_LEDGER,
            Right.REQUEST_REPORTS,
            Right.VIEW_DRAFT_REPORTS,
            Right.VIEW_SPENDING,
            Right.ENTER_SPENDING,
            Right.APPROVE_SPENDING,
            Right.RECEIVE_TRANSFERS,
            Right.PAY_SPENDING,
            Right.READ_BENEFICIARIES,
            Right.RELEASE_DOCUMENTS,
            Right.PLAN_APPEALS,
            Right.APPROVE_APPEALS,
        }
    ),
    Role.LEADER: frozenset(
        {
            Right.VIEW_GIFTS,
            Right.VIEW_SPENDING,
            Right.VIEW_TRAINING,
            Right.LEAD_SPENDING,
            Right.VIEW_STATEMENTS,
            Right.VIEW_LEDGER,
            Right.VIEW_DRAFT_REPORTS,
        }
    ),
    Role.WAREHOUSE: frozenset({Right.VIEW_GIFTS}),
    Role.PUBLISHER: frozenset(
        {
            Right.VIEW_GIFTS,
            Right.REQUEST_REPORTS,
            Right.VIEW_DRAFT_REPORTS,
            Right.PUBLISH_REPORTS,
            Right.VIEW_SPENDING,
            Right.RELEASE_DOCUMENTS,
            Right.PLAN_APPEALS,
        }
    ),
    Role.TRAINING_OFFICER: frozenset(
        {
            Right.VIEW_TRAINING,
            Right.PLAN_TRAINING,
            Right.MARK_TRAINING,
            Right.ISSUE_CERTIFICATES,
            Right.READ_TRAINEES,
        }
    ),
    Role.INSTRUCTOR: frozenset({Right.VIEW_TRAINING, Right.MARK_TRAINING, Right.SIGN_RESULTS, Right.READ_TRAINEES}),
    # Who takes the form down knows who it is; what is wished is opened by coordinators alone.
    Role.REGISTRY_CLERK: frozenset(
        {Right.VIEW_REGISTRIES, Right.KEEP_REGISTRIES, Right.READ_REGISTRANTS, Right.KEEP_MEMORIAL}
    ),
    Role.REGISTRY_COORDINATOR: frozenset(
        {
            Right.VIEW_REGISTRIES,
            Right.KEEP_REGISTRIES,
            Right.READ_REGISTRANTS,
            Right.READ_WISHES,
            Right.COUNT_REGISTRIES,
            Right.KEEP_CASES,
            Right.EXPORT_REGISTRANTS,
            Right.KEEP_MEMORIAL,
        }
    ),
    # Whoever sends others and lets them see is not who opens people: the head sees numbers and steps.
    Role.REGISTRY_HEAD: frozenset(
        {
            Right.VIEW_REGISTRIES,
            Right.COUNT_REGISTRIES,
            Right.ASSIGN_COORDINATORS,
            Right.APPROVE_EXPORTS,
            Right.KEEP_MEMORIAL,
        }
    ),
    Role.SUPERVISOR: frozenset(
        {
            Right.VIEW_GIFTS,
            Right.VIEW_SPENDING,
            Right.VIEW_TRAINING,
            Right.VIEW_STATEMENTS,
            Right.VIEW_LEDGER,
            Right.VIEW_DRAFT_REPORTS,
            Right.COUNT_REGISTRIES,
            Right.VIEW_AUDIT,
        }
    ),
    Role.AUDITOR: frozenset(
        {
            Right.VIEW_GIFTS,
            Right.VIEW_SPENDING,
            Right.VIEW_TRAINING,
            Right.VIEW_STATEMENTS,
            Right.VIEW_LEDGER,
            Right.VIEW_DRAFT_REPORTS,
            Right.VIEW_AUDIT,
        }
    ),
    Role.BRANCH_ADMIN: frozenset({Right.MANAGE_BRANCH, Right.GRANT_ROLES}),
    Role.SYSTEM_ADMIN: frozenset({Right.MANAGE_SYSTEM, Right.MANAGE_PEOPLE, Right.MANAGE_RETENTION}),
    Role.SECURITY_ADMIN: frozenset({Right.GRANT_ROLES, Right.MANAGE_RETENTION}),
    Role.AUDIT_ADMIN: frozenset({Right.VIEW_AUDIT}),
}

# Rights that only read: these, and no others, reach the branches below where a grant says "with all below".
# By law an upper association guides the lower ones and does not keep their books (红十字会法 Art. 7).
READING_RIGHTS: frozenset[str] = frozenset(
    {
        Right.VIEW_GIFTS,
        Right.VIEW_SPENDING,
        Right.VIEW_TRAINING,
        Right.VIEW_REGISTRIES,
        Right.COUNT_REGISTRIES,
        Right.VIEW_STATEMENTS,
        Right.VIEW_LEDGER,
        Right.VIEW_DRAFT_REPORTS,
        Right.VIEW_AUDIT,
    }
)
# Roles that must sign in with a second factor where MFA_REQUIRED is on.
SECOND_FACTOR_ROLES: frozenset[str] = frozenset(
    {
        Role.REGISTRY_CLERK,
        Role.REGISTRY_COORDINATOR,
        Role.REGISTRY_HEAD,
        Role.APPROVER,
        Role.FINANCE,
        Role.LEADER,
        Role.PUBLISHER,
        Role.BRANCH_ADMIN,
        Role.SYSTEM_ADMIN,
        Role.SECURITY_ADMIN,
        Role.AUDIT_ADMIN,
    }
)
