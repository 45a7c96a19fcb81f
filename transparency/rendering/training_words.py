"""How the figures of a training yearbook are called: kinds, sources, groups, and each figure by its place."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from training.choices import (
    AedStanding,
    CertificateKind,
    ContractStatus,
    ContractUnit,
    CourseKind,
    InstructorGrade,
    KeyGroup,
    Measure,
    PlaceKind,
    RevokeReason,
    Setting,
    Topic,
)

_CHOICES = (
    CertificateKind, KeyGroup, Topic, Setting, CourseKind, InstructorGrade, PlaceKind, AedStanding, ContractUnit,
    ContractStatus,
)  # fmt: skip
FEW = "—"


def kind_word(kind: str) -> str:
    """A kind of certificate in words."""
    return str(CertificateKind(kind).label)


def label_of(choices: type, value: str) -> str:
    """The label of a stored value; an unknown one is shown as it is."""
    return str(choices(value).label) if value in choices.values else value  # type: ignore[attr-defined]


def source_words() -> dict[str, str]:
    """Where certificates come from, as columns are headed."""
    return {"course": _("结业发证"), "legacy": _("历史导入"), "reissue": _("换发")}


def ending_words() -> dict[str, str]:
    """How certificates end, as columns are headed."""
    return {"revoked": _("撤销"), "replaced": _("被换发")}


def section_words() -> dict[str, str]:
    """Sections of the rows."""
    return {"current": _("本期"), "late": _("补报"), "corrections": _("更正")}


def reason_word(reason: str) -> str:
    """Why a certificate was revoked; one that was replaced has no such reason."""
    return str(RevokeReason(reason).label) if reason else _("已换发新证")


def measure_word(measure: str, kind: str) -> str:
    """What a target is set for."""
    label = str(Measure(measure).label)
    return f"{label} · {kind_word(kind)}" if kind else label


def shown(count: int | None) -> str:
    """A count of people; where few are hidden, a dash."""
    return FEW if count is None else f"{count:,}"


def figure_words(place: str, branches: Mapping[str, str]) -> str:
    """A figure of a snapshot by its place, as a sentence names it: 发证 · 按种类 · 红十字救护员证 · 结业发证."""
    words = {
        "certificates": _("发证"), "ends": _("失效证书"), "lessons": _("普及培训"), "by_branch": _("分机构"),
        "by_kind": _("按种类"), "by_month": _("逐月"), "by_topic": _("按内容"), "by_setting": _("按场所"),
        "by_key_group": _("按人群"), "by_reason": _("按原因"), "sections": _("分类"), "earlier": _("以前年度"),
        "count": _("合计"), "new": _("新发"), "audience": _("人次"), **source_words(), **ending_words(),
        **section_words(),
    }  # fmt: skip
    return " · ".join(branches.get(one) or words.get(one) or _value_word(one) for one in place.split(".") if one)


def _value_word(value: str) -> str:
    for choices in _CHOICES:
        if value in choices.values:
            return str(choices(value).label)
    return value
