"""Literal tables of donors who joined on paper: columns, words, limits, states (docs/registries-intake.md)."""

from __future__ import annotations

import re

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.documents import DocumentKind
from registries.choices.donors import Relation

NAME, DOCUMENT_KIND, DOCUMENT, BORN_ON = "姓名", "证件类型", "证件号码", "出生日期"
PHONE, ADDRESS, JOINED_ON, PAPER = "手机号", "住址", "报名日期", "同意书编号"
STATE, TYPED_ON, BAG, IS_CALLED = "状态", "入库日期", "血样袋号", "同意电话联系"
# Two people to ring, each by name, relation, telephone; the second may be missing.
KIN: tuple[tuple[str, str, str], ...] = (
    ("亲友1姓名", "亲友1关系", "亲友1电话"),
    ("亲友2姓名", "亲友2关系", "亲友2电话"),
)
COLUMNS: tuple[str, ...] = (
    NAME, DOCUMENT_KIND, DOCUMENT, BORN_ON, PHONE, ADDRESS, JOINED_ON, PAPER, STATE, TYPED_ON, BAG, IS_CALLED,
    *KIN[0], *KIN[1],
)  # fmt: skip
MAY_BE_MISSING: frozenset[str] = frozenset({DOCUMENT_KIND, BORN_ON, ADDRESS, BAG, *KIN[1]})
# Somebody made up; the birthday and the check digit of the number are no person's.
EXAMPLE: dict[str, str] = {
    NAME: "示例一", DOCUMENT_KIND: "居民身份证", DOCUMENT: "33010619900101001X", PHONE: "13800000000",
    ADDRESS: "示例路 1 号", JOINED_ON: "2019-05-08", PAPER: "示例-2019-0001", STATE: "已入库", TYPED_ON: "2019-07-01",
    BAG: "EX0000001", IS_CALLED: "是", KIN[0][0]: "示例二", KIN[0][1]: "父母", KIN[0][2]: "13900000000",
}  # fmt: skip

# What is asked of health, or is known of it: of who joined on paper it stays with the paper.
HEALTH = re.compile(
    r"病史|疾病|健康|体检|检查结果|化验|用药|服药|过敏|手术史|传染|乙肝|丙肝|艾滋|梅毒|血压|血型|health|medical|disease",
    re.IGNORECASE,
)
MOST_ROWS = 20_000
MOST_BYTES = 16 * 1024 * 1024
# Of a workbook, which is laid out in memory as a whole.
MOST_UNPACKED = 128 * 1024 * 1024
LONGEST_CELL, LONGEST_PAPER = 200, 60
# A file, and what stands in its lines, is kept no longer, whatever became of it.
INTAKE_DAYS = 7
# Lines that whoever releases a file is asked to look up in the archive.
SPOT_LINES = 10

YES_NO: dict[str, bool] = {"是": True, "否": False}
DOCUMENT_KINDS: dict[str, str] = {
    "": "", "身份证": DocumentKind.ID_CARD, "居住证": DocumentKind.RESIDENCE, "通行证": DocumentKind.PERMIT,
    "港澳居民来往内地通行证": DocumentKind.PERMIT, "台湾居民来往大陆通行证": DocumentKind.PERMIT,
    **{str(kind.label): kind for kind in DocumentKind},
}  # fmt: skip
RELATIONS: dict[str, str] = {
    **{str(kind.label): kind for kind in Relation},
    "丈夫": Relation.SPOUSE, "妻子": Relation.SPOUSE, "父亲": Relation.PARENT, "母亲": Relation.PARENT,
    "子女": Relation.CHILD, "儿子": Relation.CHILD, "女儿": Relation.CHILD,
    "兄弟": Relation.SIBLING, "姐妹": Relation.SIBLING, "亲属": Relation.KIN,
    "朋友": Relation.FRIEND, "同事": Relation.FRIEND, "同学": Relation.FRIEND,
}  # fmt: skip
# The one state that is brought in. Who joined on paper and was never typed is asked about their health today and has
# seven days to think it over, as everybody (services/donors/enrolment.py).
TAKEN_STATE = "已入库"


class IntakeStatus(models.TextChoices):
    """States of a file of donors who joined on paper."""

    CHECKING = "checking", _("正在核对")
    REFUSED = "refused", _("整份不收")
    CHECKED = "checked", _("待批准")
    APPLYING = "applying", _("正在带入")
    APPLIED = "applied", _("已带入")
    DROPPED = "dropped", _("已作废")


INTAKE_TRANSITIONS: dict[str, frozenset[str]] = {
    IntakeStatus.CHECKING: frozenset({IntakeStatus.CHECKED, IntakeStatus.REFUSED, IntakeStatus.DROPPED}),
    IntakeStatus.REFUSED: frozenset(),
    IntakeStatus.CHECKED: frozenset({IntakeStatus.APPLYING, IntakeStatus.DROPPED}),
    IntakeStatus.APPLYING: frozenset({IntakeStatus.APPLIED}),
    IntakeStatus.APPLIED: frozenset(),
    IntakeStatus.DROPPED: frozenset(),
}
# A file that somebody or a job still has to do something with.
INTAKE_UNFINISHED: frozenset[str] = frozenset({IntakeStatus.CHECKING, IntakeStatus.CHECKED, IntakeStatus.APPLYING})
# The same bytes count once while one of these is their state.
INTAKE_COUNTS_ONCE: tuple[str, ...] = (
    IntakeStatus.CHECKING, IntakeStatus.CHECKED, IntakeStatus.APPLYING, IntakeStatus.APPLIED,
)  # fmt: skip
# What the event of a donor says, who was brought in.
BROUGHT_IN = "brought_in"
