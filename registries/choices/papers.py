"""Literal tables of corrections, papers and exports."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CorrectionReason(models.TextChoices):
    """Why somebody's particulars are put right (个人信息保护法 Art. 46); what was and is, is not written down."""

    TYPED_WRONG = "typed_wrong", _("录入时写错")
    PAPER_WRONG = "paper_wrong", _("登记表上写错")
    NAME_CHANGED = "name_changed", _("本人依法改名")
    CONTACT_CHANGED = "contact_changed", _("电话或住址变了")
    ADDED = "added", _("补充原来没填的")


class ReferenceReason(models.TextChoices):
    """Why the number that the national system gave is put right; neither number is written down."""

    TYPED_WRONG = "typed_wrong", _("录入时写错")
    OF_ANOTHER = "of_another", _("填成了别人的登记号")
    RENUMBERED = "renumbered", _("全国系统换发了登记号")


class ExportStatus(models.TextChoices):
    """States of an export of personal data."""

    REQUESTED = "requested", _("待批准")
    APPROVED = "approved", _("已批准，生成中")
    READY = "ready", _("可以下载")
    REFUSED = "refused", _("未批准")
    CANCELLED = "cancelled", _("已取消")
    ENDED = "ended", _("已到期销毁")


EXPORT_TRANSITIONS: dict[str, frozenset[str]] = {
    ExportStatus.REQUESTED: frozenset({ExportStatus.APPROVED, ExportStatus.REFUSED, ExportStatus.CANCELLED}),
    ExportStatus.APPROVED: frozenset({ExportStatus.READY, ExportStatus.CANCELLED}),
    ExportStatus.READY: frozenset({ExportStatus.ENDED}),
    ExportStatus.REFUSED: frozenset(),
    ExportStatus.CANCELLED: frozenset(),
    ExportStatus.ENDED: frozenset(),
}


class ExportList(models.TextChoices):
    """Which people an export is about, as they are when it is made."""

    IN_FORCE = "in_force", _("有效的志愿登记")
    HAND_OVER = "hand_over", _("待报送全国系统的登记（本人同意报送的）")
    DONORS = "donors", _("在册的造血干细胞志愿者")
    CALLED = "called", _("在册并同意电话联系的造血干细胞志愿者")
    GAVE = "gave", _("捐献过、仍在册的造血干细胞志愿者")


class ExportField(models.TextChoices):
    """What may stand in an export; nothing else can be asked for."""

    NAME = "name", _("姓名")
    DOCUMENT_KIND = "document_kind", _("证件类型")
    DOCUMENT = "document", _("证件号码")
    PHONE = "phone", _("电话")
    SEX = "sex", _("性别")
    BORN_ON = "born_on", _("出生日期")
    ADDRESS = "address", _("住址")
    PEOPLE = "people", _("民族")
    EDUCATION = "education", _("学历")
    OCCUPATION = "occupation", _("职业")
    SIGNED_ON = "signed_on", _("签字日期")
    STANCE = "stance", _("意愿")
    ITEMS = "items", _("捐献项目")
    REFUSED = "refused", _("明确不捐的项目")
    SECRECY = "secrecy", _("本人要求保密")
    EXECUTOR = "executor", _("执行人")
    EXECUTOR_PHONE = "executor_phone", _("执行人电话")
    REFERENCE = "reference", _("全国系统登记号")
    ENROLLED_ON = "enrolled_on", _("报名日期")
    TYPED_ON = "typed_on", _("入库日期")
    PROGRESS = "progress", _("进度")


class ExportFormat(models.TextChoices):
    """The form of the file."""

    XLSX = "xlsx", _("Excel 工作簿")
    CSV = "csv", _("CSV 文本")


# Which sealed column each needs to be opened for.
IDENTITY_OF: dict[str, str] = {
    ExportField.NAME: "name",
    ExportField.DOCUMENT: "document",
    ExportField.PHONE: "phone",
    ExportField.SEX: "details",
    ExportField.BORN_ON: "details",
    ExportField.ADDRESS: "details",
    ExportField.PEOPLE: "details",
    ExportField.EDUCATION: "details",
    ExportField.OCCUPATION: "details",
}
WISH_OF: dict[str, str] = {
    ExportField.STANCE: "content",
    ExportField.ITEMS: "content",
    ExportField.REFUSED: "content",
    ExportField.SECRECY: "content",
    ExportField.EXECUTOR: "content",
    ExportField.EXECUTOR_PHONE: "content",
    ExportField.REFERENCE: "reference",
}
_PERSON: frozenset[str] = frozenset({*IDENTITY_OF, ExportField.DOCUMENT_KIND})
WISH_FIELDS: frozenset[str] = _PERSON | frozenset({*WISH_OF, ExportField.SIGNED_ON})
# No health answer, and nobody of those who may be rung for somebody.
DONOR_FIELDS: frozenset[str] = _PERSON | frozenset(
    {ExportField.ENROLLED_ON, ExportField.TYPED_ON, ExportField.PROGRESS}
)
# How far a donor has come tells of a match: who may not read wishes may not read it in a file.
READ_AS_WISHES: frozenset[str] = frozenset({*WISH_OF, ExportField.PROGRESS})
OF_DONORS: frozenset[str] = frozenset({ExportList.DONORS, ExportList.CALLED, ExportList.GAVE})
# What may be asked for of each list.
FIELDS_OF: dict[str, frozenset[str]] = {
    one: DONOR_FIELDS if one in OF_DONORS else WISH_FIELDS for one in ExportList.values
}
EXPORT_JOB = "registries.tasks.build_export"
MOST_DAYS = 7
MOST_DOWNLOADS = 3


class PrintKind(models.TextChoices):
    """What is printed of a wish."""

    CARD = "card", _("志愿登记卡")
    LETTER = "letter", _("登记确认书")
