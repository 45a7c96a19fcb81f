"""Literal tables of who looked at what: how the log of reading is told to the person whom it is about."""

import re

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReadingKind(models.TextChoices):
    """What somebody of the staff looked for, in words that name nobody."""

    LIST = "list", _("翻看名单（名单上只显示姓）")
    EXPORT = "export", _("经另一人批准的名单导出")
    PRINT = "print", _("打印登记卡或通知信")
    SEND = "send", _("向全国资料库报送")
    CONTACT = "contact", _("联系、回访")
    CHANGE = "change", _("办理登记、变更、更正或撤回")
    CHECK = "check", _("核对资料")
    STEP = "step", _("办理捐献的一步（采样、体检、随访、见证等）")
    OTHER = "other", _("其他用途（工作人员写下了用途，可以向该红十字会查问）")


# As services/reading.py and services/printing.py write it, and an export with its number before its purpose.
LIST_PURPOSE = "查看登记名单（姓名掩码）"
PRINT_BEGINS = "打印"
EXPORT_BEGINS = re.compile(r"\d{2,12}(?:-[A-Z]\d+)?-\d{4}-[A-Z]\d+ ", re.ASCII)

# Whoever opens something types what for, and may type another's name: the person is told the kind alone. The first that
# is found counts.
KIND_BY_WORD: tuple[tuple[str, ReadingKind], ...] = (
    ("报送", ReadingKind.SEND),
    ("变更", ReadingKind.CHANGE),
    ("更正", ReadingKind.CHANGE),
    ("撤回", ReadingKind.CHANGE),
    ("退出", ReadingKind.CHANGE),
    ("采样", ReadingKind.STEP),
    ("体检", ReadingKind.STEP),
    ("随访", ReadingKind.STEP),
    ("见证", ReadingKind.STEP),
    ("采集", ReadingKind.STEP),
    ("回访", ReadingKind.CONTACT),
    ("联系", ReadingKind.CONTACT),
    ("电话", ReadingKind.CONTACT),
    ("来电", ReadingKind.CONTACT),
    ("上门", ReadingKind.CONTACT),
    ("核对", ReadingKind.CHECK),
    ("核实", ReadingKind.CHECK),
    ("抽查", ReadingKind.CHECK),
    ("登记", ReadingKind.CHANGE),
    ("办理", ReadingKind.CHANGE),
)

# What was opened, by model and field of the log.
FIELD_LABELS = {
    "registries.registrant.name": _("姓名"),
    "registries.registrant.document": _("证件号码"),
    "registries.registrant.phone": _("电话"),
    "registries.registrant.details": _("住址等其他资料"),
    "registries.wish.content": _("捐献意愿和执行人"),
    "registries.wish.reference": _("全国系统登记号"),
    "registries.donor.kin": _("亲友联系方式"),
    "registries.donor.answers": _("健康询问的回答"),
    "registries.donor.deferral_reason": _("暂缓原因"),
    "registries.donor.paper": _("原纸质同意书的编号"),
    "registries.donor.exchange": _("报送的资料"),
    "registries.contact.note": _("联系记录的备注"),
    "core.storedfile.content": _("登记表的影像"),
}
