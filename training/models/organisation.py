"""The register of schools, companies and public bodies whose people are taught, and what is counted of them."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organizations.choices import READING_RIGHTS, ROLE_RIGHTS, BranchKind
from organizations.models import BranchLineage, BranchRowsQuerySet, held_grants, rows_of
from training.choices import KeyGroup, OrganisationKind, OrganisationMeasure, OrganisationStep

if TYPE_CHECKING:
    from accounts.models import User

CREDIT_FORM = r"^([0-9A-HJ-NP-RTUWXY]{18})?$"


class OrganisationQuerySet(BranchRowsQuerySet):
    """Bodies, for a person."""

    def visible_to(self, person: User, right: str) -> Self:
        """Those whose keeper gives `person` a right, and those of a county whose association does."""
        condition = Q(pk__in=[])
        for grant in held_grants(person):
            if right in ROLE_RIGHTS[grant.role]:
                condition |= rows_of(grant.branch, with_below=grant.with_below and right in READING_RIGHTS)
                # A school's own Red Cross lies in the county too, and keeps itself alone.
                if grant.branch.kind == BranchKind.COUNTY:
                    condition |= Q(area=grant.branch.division_id)
        return self.filter(condition)._mark(f"visible to {person.pk}: {right}")


class Organisation(BranchLineage):
    """A school, company or public body of a county, kept by who wrote it down and by the association of that county.

    What it says follows from its facts, and is written by their trigger alone. One that is the same as another is
    merged into it: `merged_into` never leads to one that is merged itself, and what was held for it counts there.
    """

    key = models.UUIDField(_("幂等键"), unique=True, default=uuid.uuid4, editable=False)
    area = models.ForeignKey(
        "organizations.Division", verbose_name=_("所在县（市、区）"), on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(_("名称"), max_length=120)
    kind = models.CharField(_("类别"), max_length=12, choices=OrganisationKind)
    credit_code = models.CharField(_("统一社会信用代码"), max_length=18, blank=True, db_collation="C")
    merged_into = models.ForeignKey(
        "self", verbose_name=_("并入"), null=True, on_delete=models.PROTECT, related_name="merged"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("登记人"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("登记时间"))

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("学校或单位")
        verbose_name_plural = _("学校和单位")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=OrganisationKind.values), name="organisation_kind_known"),
            models.CheckConstraint(condition=~Q(name=""), name="organisation_has_a_name"),
            models.CheckConstraint(condition=Q(credit_code__regex=CREDIT_FORM), name="organisation_credit_code_form"),
            models.CheckConstraint(condition=~Q(merged_into=F("pk")), name="organisation_merged_into_another"),
            models.UniqueConstraint(
                fields=["area", "name"], condition=Q(merged_into=None), name="organisation_name_once_a_county"
            ),
            models.UniqueConstraint(
                fields=["credit_code"],
                condition=Q(merged_into=None) & ~Q(credit_code=""),
                name="organisation_credit_code_once",
            ),
        ]
        indexes = [models.Index(fields=["area", "name", "id"], name="organisation_in_order")]

    def __str__(self) -> str:
        return self.name


class OrganisationFact(models.Model):
    """One fact about a body, by whom and when: what it is called, is and belongs to from then on. Append-only.

    `alias` is another way in which its name was written (ALIAS); `into` what it is merged into.
    """

    organisation = models.ForeignKey(
        Organisation, verbose_name=_("学校或单位"), on_delete=models.PROTECT, related_name="facts"
    )
    step = models.CharField(_("事项"), max_length=12, choices=OrganisationStep)
    name = models.CharField(_("名称"), max_length=120)
    kind = models.CharField(_("类别"), max_length=12, choices=OrganisationKind)
    credit_code = models.CharField(_("统一社会信用代码"), max_length=18, blank=True)
    alias = models.CharField(_("又写作"), max_length=120, blank=True)
    into = models.ForeignKey(
        Organisation, verbose_name=_("并入"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(_("理由"), max_length=300, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("操作人"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("单位登记经过")
        verbose_name_plural = _("单位登记经过")
        constraints = [
            models.CheckConstraint(condition=Q(step__in=OrganisationStep.values), name="organisationfact_step_known"),
            models.CheckConstraint(
                condition=Q(step=OrganisationStep.ALIAS) & ~Q(alias="") | ~Q(step=OrganisationStep.ALIAS) & Q(alias=""),
                name="organisationfact_alias_says_it",
            ),
            models.CheckConstraint(
                condition=~Q(step=OrganisationStep.MERGED) | Q(into__isnull=False) & ~Q(reason=""),
                name="organisationfact_merged_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(step=OrganisationStep.SEPARATED) | Q(into__isnull=True) & ~Q(reason=""),
                name="organisationfact_separated_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.step}"


class OrganisationSize(models.Model):
    """How many of a key group belong to a body in a year, by which source; the denominator of its rates.

    Append-only by trigger: the newest row of a group and year counts, earlier ones stay to be read.
    """

    organisation = models.ForeignKey(
        Organisation, verbose_name=_("学校或单位"), on_delete=models.PROTECT, related_name="sizes", db_index=False
    )
    year = models.PositiveSmallIntegerField(_("年度"))
    key_group = models.CharField(_("重点人群"), max_length=12, choices=KeyGroup)
    count = models.PositiveIntegerField(_("人数"))
    source = models.CharField(_("来源"), max_length=200)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("登记人"), on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("单位人数")
        verbose_name_plural = _("单位人数")
        constraints = [
            models.CheckConstraint(condition=Q(key_group__in=KeyGroup.values), name="organisationsize_group_known"),
            models.CheckConstraint(condition=~Q(key_group=KeyGroup.NONE), name="organisationsize_of_a_group"),
            models.CheckConstraint(condition=~Q(source=""), name="organisationsize_names_its_source"),
        ]
        indexes = [models.Index(fields=["organisation", "key_group", "-year", "-id"], name="organisationsize_newest")]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.year} {self.key_group}"


class OrganisationCount(models.Model):
    """One figure of a body as it stood at the beginning of a day, with what was merged into it.

    `key_group` is empty for all. `year` is that of CLASSES and AUDIENCE, 0 for HOLDERS: people who passed a class that
    was held for it and hold a valid certificate on that day.
    """

    as_of = models.DateField(_("截至"))
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("学校或单位"), on_delete=models.PROTECT, related_name="counts", db_index=False
    )
    measure = models.CharField(_("指标"), max_length=12, choices=OrganisationMeasure)
    year = models.PositiveSmallIntegerField(_("年度"))
    key_group = models.CharField(_("重点人群"), max_length=12, choices=KeyGroup, blank=True)
    count = models.PositiveIntegerField(_("数量"))

    class Meta:
        verbose_name = _("单位培训统计")
        verbose_name_plural = _("单位培训统计")
        constraints = [
            models.UniqueConstraint(
                fields=["as_of", "organisation", "measure", "year", "key_group"], name="organisationcount_once"
            ),
            models.CheckConstraint(
                condition=Q(measure__in=OrganisationMeasure.values), name="organisationcount_measure_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.as_of} {self.organisation_id} {self.measure}"
