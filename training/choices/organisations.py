"""Schools and other bodies whose people are taught, and what is counted of them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from training.choices.sessions import KeyGroup


class OrganisationKind(models.TextChoices):
    """What a body in the register is."""

    SCHOOL = "school", _("学校")
    COMPANY = "company", _("企业")
    OFFICE = "office", _("机关、事业单位")
    TRAVEL = "travel", _("旅行社、景区")
    TRANSPORT = "transport", _("公共交通单位")
    POLICE = "police", _("公安、交警单位")
    RESCUE = "rescue", _("消防救援单位")


# Whose share is followed in a body of each kind.
STAFF_OF: dict[str, str] = {
    OrganisationKind.SCHOOL: KeyGroup.TEACHER,
    OrganisationKind.COMPANY: KeyGroup.WORKER,
    OrganisationKind.OFFICE: KeyGroup.CADRE,
    OrganisationKind.TRAVEL: KeyGroup.GUIDE,
    OrganisationKind.TRANSPORT: KeyGroup.DRIVER,
    OrganisationKind.POLICE: KeyGroup.POLICE,
    OrganisationKind.RESCUE: KeyGroup.FIREFIGHTER,
}


class OrganisationStep(models.TextChoices):
    """What a fact about a body says."""

    REGISTERED = "registered", _("登记")
    CHANGED = "changed", _("更名或变更")
    ALIAS = "alias", _("又写作")
    MERGED = "merged", _("并入")
    SEPARATED = "separated", _("恢复单列")


class OrganisationMeasure(models.TextChoices):
    """What is counted of a body: people certified in its classes, classes, person-times of mass lessons."""

    HOLDERS = "holders", _("持证人")
    CLASSES = "classes", _("培训班")
    AUDIENCE = "audience", _("普及人次")
