"""Mass lessons, and what figures of training count."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class MassLessonStatus(models.TextChoices):
    """States of a mass lesson; the public's figures count it while it is CONFIRMED."""

    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("待核对")
    RETURNED = "returned", _("已退回修改")
    CANCELLED = "cancelled", _("已作废")
    CONFIRMED = "confirmed", _("已核对")
    CORRECTED = "corrected", _("已更正")


# A confirmed one is never changed: another, which names it, takes its place.
MASS_LESSON_TRANSITIONS: dict[str, frozenset[str]] = {
    MassLessonStatus.DRAFT: frozenset({MassLessonStatus.SUBMITTED, MassLessonStatus.CANCELLED}),
    MassLessonStatus.SUBMITTED: frozenset(
        {MassLessonStatus.DRAFT, MassLessonStatus.RETURNED, MassLessonStatus.CONFIRMED}
    ),
    MassLessonStatus.RETURNED: frozenset({MassLessonStatus.SUBMITTED, MassLessonStatus.CANCELLED}),
    MassLessonStatus.CANCELLED: frozenset(),
    MassLessonStatus.CONFIRMED: frozenset({MassLessonStatus.CORRECTED}),
    MassLessonStatus.CORRECTED: frozenset(),
}


EDITABLE_MASS_LESSON: frozenset[str] = frozenset({MassLessonStatus.DRAFT, MassLessonStatus.RETURNED})


PUBLIC_MASS_LESSON: tuple[str, ...] = (MassLessonStatus.CONFIRMED, MassLessonStatus.CORRECTED)


class Setting(models.TextChoices):
    """Where mass lessons are held (五进 and the family); stands in public records."""

    VILLAGE = "village", _("进农村")
    COMMUNITY = "community", _("进社区")
    SCHOOL = "school", _("进学校")
    COMPANY = "company", _("进企业")
    OFFICE = "office", _("进机关")
    FAMILY = "family", _("进家庭")
    OTHER = "other", _("其他场所")


class Topic(models.TextChoices):
    """What a mass lesson is about; stands in public records."""

    CPR_AED = "cpr_aed", _("心肺复苏与 AED")
    AIRWAY = "airway", _("气道异物梗阻急救")
    TRAUMA = "trauma", _("创伤救护")
    ACCIDENT = "accident", _("意外伤害预防和急救")
    DISASTER = "disaster", _("防灾避险")
    OTHER = "other", _("其他救护知识")


class PopulationBasis(models.TextChoices):
    """Which people a rate is of; shown beside it."""

    RESIDENT = "resident", _("常住人口")
    REGISTERED = "registered", _("户籍人口")


class Measure(models.TextChoices):
    """What a figure of training counts, and a target may be set for."""

    AUDIENCE = "audience", _("普及培训人次")
    ISSUED = "issued", _("发证数")
    HOLDERS = "holders", _("有效证书持证人数")
    # Promised only, in percent; counted by body (OrganisationCount).
    SCHOOL_STAFF = "school_staff", _("学校教职工持证率（%）")
