"""Literal tables of cases: from the notification of a gift of organs, tissue or body to the farewell and the care."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from registries.choices import SINGLE_ORGANS, Item

# Numbers of cases: 330106-2026-C00000001.
CASE_LETTER = "C"
# 人体器官捐献和移植条例 Art. 19: two coordinators or more witness.
LEAST_COORDINATORS = 2


class GiftKind(models.TextChoices):
    """What is given. Organs as in 人体器官捐献和移植条例 Art. 2; cornea, tissue and body have other rules."""

    ORGAN = "organ", _("器官")
    CORNEA = "cornea", _("眼角膜")
    TISSUE = "tissue", _("其他组织")
    BODY = "body", _("遗体")


# What of a wish is about which kind of gift: what is asked for where nothing of it is left out.
ITEMS_OF_KIND: dict[str, frozenset[str]] = {
    GiftKind.ORGAN: SINGLE_ORGANS,
    GiftKind.CORNEA: frozenset({Item.CORNEA}),
    GiftKind.TISSUE: frozenset({Item.TISSUE}),
    GiftKind.BODY: frozenset({Item.BODY}),
}


class CaseStatus(models.TextChoices):
    """States of a case; the last four end it without a gift."""

    NOTIFIED = "notified", _("已接报")
    ASSIGNED = "assigned", _("已派协调员")
    FAMILY_DECIDING = "family_deciding", _("家属商议")
    CONSENTED = "consented", _("书面同意")
    WITNESSED = "witnessed", _("见证完成")
    HANDED_OVER = "handed_over", _("已移交接受单位")
    FAREWELL = "farewell", _("告别")
    CARE = "care", _("后续关怀")
    CLOSED = "closed", _("已办结")
    DECLINED = "declined", _("家属不同意")
    REFUSED_IN_LIFE = "refused_in_life", _("生前不同意")
    UNSUITABLE = "unsuitable", _("不适合捐献")
    STOPPED = "stopped", _("已停办")


# The one table of moves; services/cases/moving.py has the one mover. Whoever finds a refusal in life may end the case
# at any time before the gift has left (Art. 9); the family may take its consent back until the witnesses have signed.
CASE_TRANSITIONS: dict[str, frozenset[str]] = {
    CaseStatus.NOTIFIED: frozenset(
        {CaseStatus.ASSIGNED, CaseStatus.REFUSED_IN_LIFE, CaseStatus.UNSUITABLE, CaseStatus.STOPPED}
    ),
    CaseStatus.ASSIGNED: frozenset(
        {
            CaseStatus.FAMILY_DECIDING,
            CaseStatus.DECLINED,
            CaseStatus.REFUSED_IN_LIFE,
            CaseStatus.UNSUITABLE,
            CaseStatus.STOPPED,
        }
    ),
    CaseStatus.FAMILY_DECIDING: frozenset(
        {
            CaseStatus.CONSENTED,
            CaseStatus.DECLINED,
            CaseStatus.REFUSED_IN_LIFE,
            CaseStatus.UNSUITABLE,
            CaseStatus.STOPPED,
        }
    ),
    CaseStatus.CONSENTED: frozenset(
        {
            CaseStatus.WITNESSED,
            CaseStatus.DECLINED,
            CaseStatus.REFUSED_IN_LIFE,
            CaseStatus.UNSUITABLE,
            CaseStatus.STOPPED,
        }
    ),
    CaseStatus.WITNESSED: frozenset(
        {CaseStatus.HANDED_OVER, CaseStatus.REFUSED_IN_LIFE, CaseStatus.UNSUITABLE, CaseStatus.STOPPED}
    ),
    CaseStatus.HANDED_OVER: frozenset({CaseStatus.FAREWELL, CaseStatus.CARE}),
    CaseStatus.FAREWELL: frozenset({CaseStatus.CARE}),
    CaseStatus.CARE: frozenset({CaseStatus.CLOSED}),
    CaseStatus.CLOSED: frozenset(),
    CaseStatus.DECLINED: frozenset(),
    CaseStatus.REFUSED_IN_LIFE: frozenset(),
    CaseStatus.UNSUITABLE: frozenset(),
    CaseStatus.STOPPED: frozenset(),
}

# The way of a gift, each step with the column of its day; a farewell may be left out.
STEP_DAYS: dict[str, str] = {
    CaseStatus.NOTIFIED: "notified_on",
    CaseStatus.ASSIGNED: "assigned_on",
    CaseStatus.FAMILY_DECIDING: "deciding_on",
    CaseStatus.CONSENTED: "consented_on",
    CaseStatus.WITNESSED: "witnessed_on",
    CaseStatus.HANDED_OVER: "handed_over_on",
    CaseStatus.FAREWELL: "farewell_on",
    CaseStatus.CARE: "care_on",
    CaseStatus.CLOSED: "ended_on",
}
EXITS: frozenset[str] = frozenset(
    {CaseStatus.DECLINED, CaseStatus.REFUSED_IN_LIFE, CaseStatus.UNSUITABLE, CaseStatus.STOPPED}
)
ENDED_CASE: frozenset[str] = EXITS | {CaseStatus.CLOSED}
# The gift has left: certificate, entitlements and the report of use belong to these.
GIVEN_CASE: frozenset[str] = frozenset(
    {CaseStatus.HANDED_OVER, CaseStatus.FAREWELL, CaseStatus.CARE, CaseStatus.CLOSED}
)
# The family is asked and answers; what it said may be taken back until the witnesses have signed.
DECIDABLE_CASE: frozenset[str] = frozenset({CaseStatus.FAMILY_DECIDING, CaseStatus.CONSENTED})


class Notifier(models.TextChoices):
    """Who told the association (人体器官捐献和移植条例 Arts. 16, 19; 宁波市遗体捐献条例 Art. 13)."""

    OPO = "opo", _("器官获取医疗机构")
    HOSPITAL = "hospital", _("其他医院")
    KIN = "kin", _("家属")
    EXECUTOR = "executor", _("执行人")
    BRANCH = "branch", _("其他红十字会")
    UNIT = "unit", _("单位、村（社区）或养老机构")


class Basis(models.TextChoices):
    """On what the gift rests (人体器官捐献和移植条例 Art. 9; 民法典 Art. 1006)."""

    WISH = "wish", _("本人生前书面愿意")
    JOINT_KIN = "joint_kin", _("配偶、成年子女、父母共同决定")


class Relation(models.TextChoices):
    """Who somebody is to the dead person."""

    SPOUSE = "spouse", _("配偶")
    CHILD = "child", _("成年子女")
    PARENT = "parent", _("父母")
    KIN = "kin", _("其他近亲属")
    OTHER = "other", _("关系密切的其他人或单位")


# These decide together, and nobody else (民法典 Art. 1006).
DECIDING_KIN: frozenset[str] = frozenset({Relation.SPOUSE, Relation.CHILD, Relation.PARENT})


class Decision(models.TextChoices):
    """What one of the kin signed."""

    AGREE = "agree", _("同意")
    REFUSE = "refuse", _("不同意")


class ExitReason(models.TextChoices):
    """Why a case ended without a gift: no medical detail, and nothing of the person."""

    FAMILY_SAID_NO = "family_said_no", _("家属明确表示不同意")
    REFUSAL_FOUND = "refusal_found", _("查到本人生前不同意捐献")
    MEDICAL = "medical", _("医学评估不适合")
    INVESTIGATION = "investigation", _("公安、司法机关认为不宜")
    TOO_LATE = "too_late", _("时间来不及")
    NOT_REACHED = "not_reached", _("联系不上应当共同决定的家属")
    MISTAKE = "mistake", _("误报或重复接报")


# Which reasons belong to which end.
REASONS_OF_EXIT: dict[str, tuple[str, ...]] = {
    CaseStatus.DECLINED: (ExitReason.FAMILY_SAID_NO,),
    CaseStatus.REFUSED_IN_LIFE: (ExitReason.REFUSAL_FOUND,),
    CaseStatus.UNSUITABLE: (ExitReason.MEDICAL, ExitReason.INVESTIGATION),
    CaseStatus.STOPPED: (ExitReason.TOO_LATE, ExitReason.NOT_REACHED, ExitReason.MISTAKE),
}


class WitnessPoint(models.TextChoices):
    """What the coordinators saw with their own eyes (人体器官捐献和移植条例 Arts. 17-19)."""

    IDENTITY = "identity", _("核对了捐献人的身份")
    WILLING = "willing", _("看到了捐献的书面意愿或家属共同决定的原件，没有买卖")
    DEATH = "death", _("依法判定死亡；判定的医生没有参与获取和移植")
    ETHICS = "ethics", _("伦理委员会出具了同意获取的书面意见")
    PRESENT = "present", _("获取或接收全程在场")
    RESPECT = "respect", _("在场人员向捐献人致敬，维护其尊严")
    RESTORED = "restored", _("获取后恢复了遗体外观")


_ALWAYS = frozenset(
    {WitnessPoint.IDENTITY, WitnessPoint.WILLING, WitnessPoint.DEATH, WitnessPoint.PRESENT, WitnessPoint.RESPECT}
)
# What must have been seen, by kind of gift; without all of it there is no witness record.
NEEDED_POINTS: dict[str, frozenset[str]] = {
    GiftKind.ORGAN: _ALWAYS | {WitnessPoint.ETHICS, WitnessPoint.RESTORED},
    GiftKind.CORNEA: _ALWAYS | {WitnessPoint.RESTORED},
    GiftKind.TISSUE: _ALWAYS | {WitnessPoint.RESTORED},
    GiftKind.BODY: _ALWAYS,
}


class UnitKind(models.TextChoices):
    """Kinds of units that may receive a gift, never a person (宁波市遗体捐献条例 Art. 7)."""

    PROCURING = "procuring", _("器官获取医疗机构")
    EYE_BANK = "eye_bank", _("眼库")
    TISSUE_BANK = "tissue_bank", _("组织库")
    MEDICAL_SCHOOL = "medical_school", _("医学院校或科研单位")


# Who may receive what.
UNITS_OF_GIFT: dict[str, frozenset[str]] = {
    GiftKind.ORGAN: frozenset({UnitKind.PROCURING}),
    GiftKind.CORNEA: frozenset({UnitKind.EYE_BANK}),
    GiftKind.TISSUE: frozenset({UnitKind.TISSUE_BANK}),
    GiftKind.BODY: frozenset({UnitKind.MEDICAL_SCHOOL}),
}


class EntitlementKind(models.TextChoices):
    """What a family may be given; only thanks and care, never a price (人体器官捐献和移植条例 Arts. 6, 8, 20)."""

    FUNERAL = "funeral", _("殡葬费用减免")
    PRIORITY = "priority", _("亲属移植同等条件下优先的证明")
    CONSOLATION = "consolation", _("慰问金")
    RELIEF = "relief", _("困难家庭抚恤救助")
    GRAVE = "grave", _("纪念园、树葬等安放优待")


# Of these the sum is written down.
WITH_AMOUNT: frozenset[str] = frozenset({EntitlementKind.FUNERAL, EntitlementKind.CONSOLATION, EntitlementKind.RELIEF})


class Outcome(models.TextChoices):
    """Whether the family took what it was entitled to."""

    GIVEN = "given", _("已给付")
    DECLINED = "declined", _("家属谢绝")


class BodyUse(models.TextChoices):
    """What became of a body (宁波市遗体捐献条例 Arts. 4, 15, 16)."""

    RECEIVED = "received", _("接收和保存")
    TEACHING = "teaching", _("医学教学")
    RESEARCH = "research", _("医学科研")
    DISSECTION = "dissection", _("临床解剖")
    FINISHED = "finished", _("利用完毕")
    CREMATED = "cremated", _("火化")
    RETURNED = "returned", _("骨灰交还家属或安放")


class CaseVerb(models.TextChoices):
    """What may be done in a case, as it is written into its history."""

    NOTIFIED = "notified", _("登记接报")
    PERSON_WRITTEN = "person_written", _("补写或更正捐献人")
    REFUSAL_FOUND = "refusal_found", _("查到本人生前不同意，终止")
    ASSIGNED = "assigned", _("指派协调员")
    COORDINATOR_CHANGED = "coordinator_changed", _("移交协调员")
    COORDINATOR_RELEASED = "coordinator_released", _("协调员撤出")
    GIFT_LIMITED = "gift_limited", _("按本人生前意愿缩小捐献项目")
    DOUBT_FOUND = "doubt_found", _("本人生前的表示有疑问，待核对")
    DOUBT_SETTLED = "doubt_settled", _("生前表示的疑问已解除")
    FAMILY_ASKED = "family_asked", _("开始与家属商议")
    BASIS_DECIDED = "basis_decided", _("重新核定依据")
    KIN_LISTED = "kin_listed", _("列出一位家属")
    KIN_STRUCK = "kin_struck", _("划去列错的家属")
    KIN_DECIDED = "kin_decided", _("登记一位家属的书面决定")
    CONSENTED = "consented", _("登记书面同意")
    WITNESS_WRITTEN = "witness_written", _("写见证记录")
    WITNESS_SIGNED = "witness_signed", _("在见证记录上签字")
    WITNESSED = "witnessed", _("见证完成")
    HANDED_OVER = "handed_over", _("移交接受单位")
    HAND_OVER_CORRECTED = "hand_over_corrected", _("更正移交记录")
    FAREWELL = "farewell", _("告别")
    CARE_BEGUN = "care_begun", _("转入后续关怀")
    CLOSED = "closed", _("办结")
    DECLINED = "declined", _("家属不同意，终止")
    REFUSED_IN_LIFE = "refused_in_life", _("本人生前不同意，终止")
    UNSUITABLE = "unsuitable", _("不适合捐献，终止")
    STOPPED = "stopped", _("停办")
    ACCEPTANCE_WRITTEN = "acceptance_written", _("登记接受遗体的证明")
    CERTIFICATE_GIVEN = "certificate_given", _("颁发捐献证书")
    CERTIFICATE_CORRECTED = "certificate_corrected", _("更正证书颁发")
    CERTIFICATE_PRINTED = "certificate_printed", _("打印捐献证书")
    ENTITLEMENT_WRITTEN = "entitlement_written", _("登记家属待遇")
    ENTITLEMENT_CORRECTED = "entitlement_corrected", _("更正家属待遇")
    USE_WRITTEN = "use_written", _("登记遗体利用情况")
    USE_CORRECTED = "use_corrected", _("更正遗体利用情况")
    USE_EXTRACT_PRINTED = "use_extract_printed", _("打印利用情况给家属")
    LOOK_GRANTED = "look_granted", _("准许他人查看")
    LOOK_ENDED = "look_ended", _("收回准许")
    DESTROYED = "destroyed", _("按保存期限销毁个人信息")
