"""Literal tables of gifts and of the batches that bring them in."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class BatchKind(models.TextChoices):
    """How gifts came into a batch."""

    FILE = "file", _("文件导入")
    COUNTER = "counter", _("手工录入")


class BatchStatus(models.TextChoices):
    """States of a batch."""

    READING = "reading", _("读取中")
    UNREADABLE = "unreadable", _("未能读取")
    DRAFT = "draft", _("待核对")
    SUBMITTED = "submitted", _("待审核")
    RETURNED = "returned", _("已退回")
    POSTING = "posting", _("入账中")
    POSTED = "posted", _("已入账")
    CANCELLED = "cancelled", _("已作废")


BATCH_TRANSITIONS: dict[str, frozenset[str]] = {
    BatchStatus.READING: frozenset({BatchStatus.DRAFT, BatchStatus.UNREADABLE, BatchStatus.CANCELLED}),
    BatchStatus.UNREADABLE: frozenset({BatchStatus.READING, BatchStatus.CANCELLED}),
    BatchStatus.DRAFT: frozenset({BatchStatus.SUBMITTED, BatchStatus.READING, BatchStatus.CANCELLED}),
    BatchStatus.SUBMITTED: frozenset({BatchStatus.DRAFT, BatchStatus.RETURNED, BatchStatus.POSTING}),
    BatchStatus.RETURNED: frozenset({BatchStatus.SUBMITTED, BatchStatus.CANCELLED}),
    BatchStatus.POSTING: frozenset({BatchStatus.POSTED, BatchStatus.SUBMITTED}),
    BatchStatus.POSTED: frozenset(),
    BatchStatus.CANCELLED: frozenset(),
}
# Rows may be changed only while the maker has the batch in hand.
EDITABLE_BATCH: frozenset[str] = frozenset({BatchStatus.DRAFT, BatchStatus.RETURNED})


class RowLevel(models.TextChoices):
    """What the checks say of a staged row."""

    PASSED = "passed", _("通过")
    WARNING = "warning", _("警告")
    ERROR = "error", _("错误")


class DuplicateDecision(models.TextChoices):
    """What a person decided about a suspected duplicate."""

    NONE = "", _("未决定")
    KEEP = "keep", _("是另一笔，保留")
    DROP = "drop", _("是同一笔，不入账")


class DonorKind(models.TextChoices):
    """Who gave; in doubt a person, because a person's name is protected."""

    PERSON = "person", _("个人")
    ORGANISATION = "organisation", _("单位")
    ANONYMOUS = "anonymous", _("匿名")


class NameChoice(models.TextChoices):
    """How the giver's name may be shown (慈善法 Art. 82, 个人信息保护法 Art. 25); nothing recorded means masked."""

    MASKED = "masked", _("掩码")
    REAL = "real", _("实名")
    ANONYMOUS = "anonymous", _("匿名")


class GiftKind(models.TextChoices):
    """What was given."""

    MONEY = "money", _("资金")
    GOODS = "goods", _("物资")


class Purpose(models.TextChoices):
    """The controlled list of purposes that may stand in public records."""

    GENERAL = "general", _("非定向")
    RELIEF = "relief", _("救灾救援")
    AID = "aid", _("人道救助")
    FIRST_AID = "first_aid", _("应急救护")
    DONATION_OF_LIFE = "donation_of_life", _("三献工作")
    YOUTH = "youth", _("红十字青少年")
    OTHER_RESTRICTED = "other_restricted", _("其他定向")


class CorrectionKind(models.TextChoices):
    """Why value of a posted gift goes back: it was wrongly recorded, or it is given back to its giver."""

    REVERSAL = "reversal", _("冲销")
    REFUND = "refund", _("退还捐赠")


class CorrectionStatus(models.TextChoices):
    """States of a correction of a posted gift."""

    REQUESTED = "requested", _("待批准")
    APPROVED = "approved", _("已批准")
    DECLINED = "declined", _("未批准")
    WITHDRAWN = "withdrawn", _("已撤回")


CORRECTION_TRANSITIONS: dict[str, frozenset[str]] = {
    CorrectionStatus.REQUESTED: frozenset(
        {CorrectionStatus.APPROVED, CorrectionStatus.DECLINED, CorrectionStatus.WITHDRAWN}
    ),
    CorrectionStatus.APPROVED: frozenset(),
    CorrectionStatus.DECLINED: frozenset(),
    CorrectionStatus.WITHDRAWN: frozenset(),
}


class GiftStatus(models.TextChoices):
    """What the public sees of a posted gift."""

    POSTED = "posted", _("已入账")
    PARTLY_REVERSED = "partly_reversed", _("部分冲销或退还")
    REVERSED = "reversed", _("已冲销或退还")


# The letter before the serial of a batch's number; a gift's number has none (docs/numbers.md).
BATCH_LETTER = "B"
GIFT_LETTER = ""


class ReceiptState(models.TextChoices):
    """What is known of a gift's fiscal receipt; a gift without a row is still to be dealt with (红十字会法 Art. 20)."""

    ISSUED = "issued", _("已开具")
    WAIVED = "waived", _("捐赠人放弃")
    ANONYMOUS = "anonymous", _("匿名捐赠，已登记")
    CANCELLED = "cancelled", _("已作废")


RECEIPT_TRANSITIONS: dict[str, frozenset[str]] = {
    ReceiptState.ISSUED: frozenset({ReceiptState.CANCELLED}),
    ReceiptState.WAIVED: frozenset({ReceiptState.CANCELLED}),
    ReceiptState.ANONYMOUS: frozenset({ReceiptState.CANCELLED}),
    ReceiptState.CANCELLED: frozenset(),
}


class PaperKind(models.TextChoices):
    """Our own papers for a giver; neither is a fiscal receipt."""

    ACKNOWLEDGEMENT = "acknowledgement", _("捐赠回执")
    CERTIFICATE = "certificate", _("捐赠证书")


class RequestKind(models.TextChoices):
    """What a giver may ask for about a gift of their own, and on what ground."""

    COPIES = "copies", _("查询、复制使用情况资料")  # 红十字会法 Art. 21, 慈善法 Art. 42
    OBJECTION = "objection", _("对使用有异议")  # 慈善法 Art. 42
    CORRECTION = "correction", _("登记有误，请更正")  # 个人信息保护法 Art. 46
    OTHER = "other", _("其他")


class RequestStatus(models.TextChoices):
    """States of a giver's request."""

    OPEN = "open", _("待答复")
    ANSWERED = "answered", _("已答复")
    WITHDRAWN = "withdrawn", _("已撤回")


REQUEST_TRANSITIONS: dict[str, frozenset[str]] = {
    RequestStatus.OPEN: frozenset({RequestStatus.ANSWERED, RequestStatus.WITHDRAWN}),
    RequestStatus.ANSWERED: frozenset(),
    RequestStatus.WITHDRAWN: frozenset(),
}
# Working days within which a request is answered. 政府信息公开条例 Art. 33 gives 20 to public bodies; the laws on gifts
# name no number, so the portal promises a shorter one.
REQUEST_DUE_WORKDAYS = 15


class FeedbackChannel(models.TextChoices):
    """How a giver was told what became of a gift (红十字会法 Art. 21: 主动反馈)."""

    PHONE = "phone", _("电话")
    MESSAGE = "message", _("短信或微信")
    LETTER = "letter", _("信函")
    VISIT = "visit", _("当面")
    REPORT = "report", _("书面报告")


class CampaignStatus(models.TextChoices):
    """States of a public appeal (慈善法 Arts. 24, 58, 73, 79)."""

    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("待审核")
    OPEN = "open", _("募捐中")
    CLOSED = "closed", _("已截止")
    SETTLING = "settling", _("结项待审核")
    SETTLED = "settled", _("已结项")
    CANCELLED = "cancelled", _("已取消")


# The one table of moves of a campaign; services/campaigns has the one mover.
CAMPAIGN_TRANSITIONS: dict[str, frozenset[str]] = {
    CampaignStatus.DRAFT: frozenset({CampaignStatus.SUBMITTED, CampaignStatus.CANCELLED}),
    CampaignStatus.SUBMITTED: frozenset({CampaignStatus.DRAFT, CampaignStatus.OPEN}),
    CampaignStatus.OPEN: frozenset({CampaignStatus.CLOSED, CampaignStatus.CANCELLED}),
    CampaignStatus.CLOSED: frozenset({CampaignStatus.SETTLING}),
    CampaignStatus.SETTLING: frozenset({CampaignStatus.CLOSED, CampaignStatus.SETTLED}),
    CampaignStatus.SETTLED: frozenset(),
    CampaignStatus.CANCELLED: frozenset(),
}
# What everybody may see; a cancelled campaign only where it had been open.
PUBLIC_CAMPAIGN: frozenset[str] = frozenset(
    {CampaignStatus.OPEN, CampaignStatus.CLOSED, CampaignStatus.SETTLING, CampaignStatus.SETTLED}
)


class CampaignFileKind(models.TextChoices):
    """What a document of a campaign is."""

    PLAN = "plan", _("募捐方案")
    CERTIFICATE = "certificate", _("公开募捐资格证书")
    PARTNER = "partner", _("合作协议")
    BULLETIN = "bulletin", _("进展公告")
    EVALUATION = "evaluation", _("合作方评估")
    SETTLEMENT = "settlement", _("结项报告")
    OTHER = "other", _("其他")


class ChannelKind(models.TextChoices):
    """The six ways to give that other associations publish (河南省红十字会)."""

    SCAN = "scan", _("扫码捐赠")
    BANK = "bank", _("银行转账")
    FOREIGN = "foreign", _("外币汇款")
    POST = "post", _("邮政汇款")
    PLATFORM = "platform", _("短信和指定平台")
    GOODS = "goods", _("物资捐赠")


class TermsStatus(models.TextChoices):
    """States of what one person writes and another puts in force: ways to give, agreements."""

    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("待审核")
    IN_FORCE = "in_force", _("有效")
    ENDED = "ended", _("已停用")
    DROPPED = "dropped", _("已作废")


TERMS_TRANSITIONS: dict[str, frozenset[str]] = {
    TermsStatus.DRAFT: frozenset({TermsStatus.SUBMITTED, TermsStatus.DROPPED}),
    TermsStatus.SUBMITTED: frozenset({TermsStatus.DRAFT, TermsStatus.IN_FORCE}),
    TermsStatus.IN_FORCE: frozenset({TermsStatus.ENDED}),
    TermsStatus.ENDED: frozenset(),
    TermsStatus.DROPPED: frozenset(),
}


class ChangeStatus(models.TextChoices):
    """States of a change of use (慈善法 Arts. 55-56; 浙江省实施《慈善法》办法 §18)."""

    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("待审核")
    NOTICE = "notice", _("公示中")
    POSTED = "posted", _("已变更")
    STOPPED = "stopped", _("已终止")
    DROPPED = "dropped", _("已作废")


CHANGE_TRANSITIONS: dict[str, frozenset[str]] = {
    ChangeStatus.DRAFT: frozenset({ChangeStatus.SUBMITTED, ChangeStatus.DROPPED}),
    ChangeStatus.SUBMITTED: frozenset({ChangeStatus.DRAFT, ChangeStatus.NOTICE, ChangeStatus.POSTED}),
    ChangeStatus.NOTICE: frozenset({ChangeStatus.POSTED, ChangeStatus.STOPPED}),
    ChangeStatus.POSTED: frozenset(),
    ChangeStatus.STOPPED: frozenset(),
    ChangeStatus.DROPPED: frozenset(),
}
# Full days that a notice must have stood before the use may be changed without the giver's word.
NOTICE_DAYS = 60

AGREEMENT_LETTER = "A"
CHANGE_LETTER = "U"


class PoolState(models.TextChoices):
    """States of a posted gift whose giver nobody knows."""

    OPEN = "open", _("待认领")
    IDENTIFIED = "identified", _("已认领")
    LEFT = "left", _("已移出")
    GONE = "gone", _("已冲销或退还")


POOL_TRANSITIONS: dict[str, frozenset[str]] = {
    PoolState.OPEN: frozenset({PoolState.IDENTIFIED, PoolState.LEFT, PoolState.GONE}),
    # An identification that was wrong is undone by two people.
    PoolState.IDENTIFIED: frozenset({PoolState.OPEN, PoolState.GONE}),
    PoolState.LEFT: frozenset({PoolState.OPEN}),
    PoolState.GONE: frozenset(),
}


class ClaimState(models.TextChoices):
    """States of somebody's claim to an unidentified gift."""

    SUBMITTED = "submitted", _("受理中")
    INCOMPLETE = "incomplete", _("待补充照片")
    PROPOSED = "proposed", _("待复核")
    CONFIRMED = "confirmed", _("已确认")
    DECLINED = "declined", _("未能确认")
    WITHDRAWN = "withdrawn", _("已撤回")
    UNDONE = "undone", _("确认已更正")


CLAIM_TRANSITIONS: dict[str, frozenset[str]] = {
    ClaimState.SUBMITTED: frozenset(
        {ClaimState.INCOMPLETE, ClaimState.PROPOSED, ClaimState.DECLINED, ClaimState.WITHDRAWN}
    ),
    ClaimState.INCOMPLETE: frozenset({ClaimState.SUBMITTED, ClaimState.DECLINED, ClaimState.WITHDRAWN}),
    ClaimState.PROPOSED: frozenset({ClaimState.SUBMITTED, ClaimState.CONFIRMED, ClaimState.WITHDRAWN}),
    ClaimState.CONFIRMED: frozenset({ClaimState.UNDONE}),
    ClaimState.DECLINED: frozenset(),
    ClaimState.WITHDRAWN: frozenset(),
    ClaimState.UNDONE: frozenset(),
}
# What still waits for somebody; a telephone may have so many of these at once (settings.CLAIMS_OPEN_PER_PHONE).
OPEN_CLAIM: frozenset[str] = frozenset({ClaimState.SUBMITTED, ClaimState.INCOMPLETE, ClaimState.PROPOSED})


class DeclineReason(models.TextChoices):
    """Why a claim could not be confirmed. The claimant reads it, so none says whether a gift exists or whose it is."""

    NOT_MATCHED = "not_matched", _("提供的内容与登记不能逐项核对一致")
    UNCLEAR = "unclear", _("提供的凭证不足以核对")
    NO_ANSWER = "no_answer", _("没有在期限内补充材料")
    IN_PERSON = "in_person", _("须携带凭证原件当面核对")


class PhotoProblem(models.TextChoices):
    """What is wrong with the photo of a claim; a list, so that no word of staff gives anything away."""

    UNREADABLE = "unreadable", _("照片不清楚，请重拍一张能看清全部文字的")
    WRONG_PAPER = "wrong_paper", _("照片不是汇款或缴款凭证，请换成凭证的照片")
    CUT_OFF = "cut_off", _("凭证没有拍全，请把四边都拍进去")
