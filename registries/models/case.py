"""Cases: a gift of organs, tissue or body from the notification to the farewell, who works on it, who may look."""

from __future__ import annotations

import uuid
from itertools import pairwise
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.clock import today
from core.fields import SealedModel, SealedTextField
from organizations.choices import ROLE_RIGHTS, Right
from organizations.models import BranchLineage, BranchRowsQuerySet, held_grants, rows_of
from registries.choices.cases import (
    ENDED_CASE,
    GIVEN_CASE,
    STEP_DAYS,
    Basis,
    CaseStatus,
    CaseVerb,
    ExitReason,
    GiftKind,
    Notifier,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.models import User
    from organizations.models import RoleGrant

_WAY = list(STEP_DAYS)
_DAYS = list(dict.fromkeys(STEP_DAYS.values()))


def _after(status: str) -> list[str]:
    """The states of the way from one step on."""
    return [str(one) for one in _WAY[_WAY.index(status) :]]


def _comes_after(column: str, before: str) -> Q:
    return Q(**{f"{column}__isnull": True}) | Q(**{f"{before}__isnull": False, f"{column}__gte": F(before)})


def _not_before(column: str, before: str) -> Q:
    return Q(**{f"{column}__isnull": True}) | Q(**{f"{before}__isnull": True}) | Q(**{f"{column}__gte": F(before)})


def _day_constraints() -> list[models.CheckConstraint]:
    """Each step has its day, and none lies before the one that it follows."""
    chain = [name for name in _DAYS if name not in ("farewell_on", "care_on", "ended_on")]
    found = [
        models.CheckConstraint(condition=_comes_after(name, before), name=f"case_{name}_follows")
        for before, name in pairwise(chain)
    ]
    for name in ("farewell_on", "care_on"):
        found.append(
            models.CheckConstraint(condition=_comes_after(name, "handed_over_on"), name=f"case_{name}_follows")
        )
    found.append(models.CheckConstraint(condition=_not_before("care_on", "farewell_on"), name="case_care_after_it"))
    found += [
        models.CheckConstraint(condition=_not_before("ended_on", name), name=f"case_ends_after_{name}")
        for name in _DAYS
        if name != "ended_on"
    ]
    found += [
        models.CheckConstraint(
            condition=~Q(status__in=_after(status)) | Q(**{f"{STEP_DAYS[status]}__isnull": False}),
            name=f"case_{status}_has_its_day",
        )
        for status in _WAY
        if status not in (CaseStatus.FAREWELL, CaseStatus.CLOSED)
    ]
    return found


class CaseQuerySet(BranchRowsQuerySet):
    """Cases, opened for one person: those they work on, those they assign, those that they were let into."""

    def opened_to(self, person: User) -> Self:
        """The cases that a person may open today (docs/registries-cases.md); three conditions, one query.

        By work: assigned to them, or taken down by them and nobody ever assigned, where they keep cases in the branch
        or in one above. By office: all of the branches for which they assign. By grant: those of the grants in force.
        """
        keeps, assigns = _reach(person, Right.KEEP_CASES), _reach(person, Right.ASSIGN_COORDINATORS)
        mine = _assigned_to(person) | Q(notified_by_id=person.pk, assigned_on=None)
        condition = (mine & keeps) | assigns
        if any(Right.COUNT_REGISTRIES in ROLE_RIGHTS[grant.role] for grant in held_grants(person)):
            condition |= Q(pk__in=CaseGrant.objects.in_force().filter(person_id=person.pk).values("case_id"))
        return self.filter(condition)._mark(f"opened to {person.pk}")

    def accompanied_by(self, person: User, grants: Sequence[RoleGrant] | None = None) -> Self:
        """The cases to which a person is assigned today, and keeps cases in their branch or above it.

        `grants` are those the person holds today, where the caller has read them.
        """
        keeps = _reach(person, Right.KEEP_CASES, grants)
        return self.filter(_assigned_to(person), keeps)._mark(f"accompanied by {person.pk}")


def _assigned_to(person: User) -> Q:
    """The cases to which a person is assigned today."""
    return Q(pk__in=CaseCoordinator.objects.filter(person_id=person.pk, released_at=None).values("case_id"))


def _reach(person: User, right: str, grants: Sequence[RoleGrant] | None = None) -> Q:
    """Rows of the branches in which a person holds a right, and of all below: the province assigns (条例 Art. 19)."""
    condition = Q(pk__in=[])
    for grant in held_grants(person) if grants is None else grants:
        if right in ROLE_RIGHTS[grant.role]:
            condition |= rows_of(grant.branch, with_below=True)
    return condition


class Case(SealedModel, BranchLineage):
    """One gift of a dead person, or what did not become one; who it is stands in `CasePerson`, sealed.

    Each step has its day. There is no field for whoever receives an organ, here or anywhere: the two sides never meet
    (人体器官捐献和移植条例 Arts. 21, 33). `note` and `evidence` are sealed with what is medical; `confirmed_by` is who
    wrote the consent down and said that nobody who decides is missing. `organs` is JSON: the single organs that are
    asked for, None for all (services/cases/scope.py). `destroyed_at` is when the people were emptied.
    """

    number = models.CharField(_("编号"), max_length=40, unique=True)
    key = models.UUIDField(_("幂等键"), unique=True, default=uuid.uuid4, editable=False)
    kinds = ArrayField(models.CharField(max_length=8, choices=GiftKind), verbose_name=_("捐献项目"))
    status = models.CharField(_("状态"), max_length=16, choices=CaseStatus)
    notifier = models.CharField(_("接报来源"), max_length=12, choices=Notifier)
    basis = models.CharField(_("依据"), max_length=12, choices=Basis, blank=True)
    exit_reason = models.CharField(_("未捐献原因"), max_length=16, choices=ExitReason, blank=True)
    died_on = models.DateField(_("死亡日期"), null=True)
    notified_on = models.DateField(_("接报日期"))
    assigned_on = models.DateField(_("指派日期"), null=True)
    deciding_on = models.DateField(_("开始商议日期"), null=True)
    consented_on = models.DateField(_("书面同意日期"), null=True)
    witnessed_on = models.DateField(_("见证日期"), null=True)
    handed_over_on = models.DateField(_("移交日期"), null=True)
    farewell_on = models.DateField(_("告别日期"), null=True)
    care_on = models.DateField(_("开始关怀日期"), null=True)
    ended_on = models.DateField(_("办结日期"), null=True)
    note = SealedTextField(_("接报情况"), logical="registries.case.note", purpose="wishes", null=True)
    evidence = SealedTextField(_("生前意愿的凭据"), logical="registries.case.evidence", purpose="wishes", null=True)
    organs = SealedTextField(_("限定的器官"), logical="registries.case.organs", purpose="wishes", null=True)
    notified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("接报人"), on_delete=models.PROTECT, related_name="+"
    )
    notified_at = models.DateTimeField(_("接报登记时间"))
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("确认人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    destroyed_at = models.DateTimeField(_("销毁时间"), null=True)

    objects = CaseQuerySet.as_manager()
    # What a step made of the case instead of the step itself, for the page alone (services/cases/wish_in_life.py).
    heeded: str = ""

    class Meta:
        verbose_name = _("捐献案例")
        verbose_name_plural = _("捐献案例")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=CaseStatus.values), name="case_status_known"),
            models.CheckConstraint(
                condition=Q(kinds__contained_by=GiftKind.values, kinds__len__gt=0), name="case_kinds_known"
            ),
            models.CheckConstraint(condition=Q(basis__in=["", *Basis.values]), name="case_basis_known"),
            models.CheckConstraint(condition=Q(notifier__in=Notifier.values), name="case_notifier_known"),
            models.CheckConstraint(
                condition=Q(exit_reason__in=["", *ExitReason.values]), name="case_exit_reason_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=sorted(ENDED_CASE), ended_on__isnull=False)
                | (~Q(status__in=sorted(ENDED_CASE)) & Q(ended_on__isnull=True)),
                name="case_ended_says_when",
            ),
            models.CheckConstraint(
                condition=Q(consented_on__isnull=True) | (Q(confirmed_by__isnull=False) & ~Q(basis="")),
                name="case_consent_is_confirmed",
            ),
            # 条例 Art. 9: the kin decide after the death; Art. 19: nothing is taken before it.
            models.CheckConstraint(
                condition=Q(consented_on__isnull=True)
                | ~Q(basis=Basis.JOINT_KIN)
                | Q(died_on__isnull=False, consented_on__gte=F("died_on")),
                name="case_kin_decide_after_death",
            ),
            models.CheckConstraint(
                condition=_comes_after("witnessed_on", "died_on"), name="case_witnessed_after_death"
            ),
            *_day_constraints(),
        ]
        indexes = [
            models.Index(fields=["branch", "status", "-id"], name="case_by_branch"),
            models.Index(fields=["city", "status", "-id"], name="case_by_city"),
            models.Index(fields=["province", "status", "-id"], name="case_by_province"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_ended(self) -> bool:
        """Whether no step follows."""
        return self.status in ENDED_CASE

    @property
    def is_accompanied(self) -> bool:
        """Whether the family is still to be contacted (services/contacts.py)."""
        return self.status in GIVEN_CASE and not self.is_ended

    @property
    def kind_labels(self) -> list[str]:
        """What is given, in words, in the order of the table; which organs stands sealed where it is not all."""
        some = {GiftKind.ORGAN: _("部分器官")} if self.organs is not None else {}
        return [str(some.get(one, GiftKind(one).label)) for one in GiftKind if one in self.kinds]


class CaseEvent(models.Model):
    """One step of a case, or something that was done in it: who, on which day, when written. Append-only by trigger."""

    case = models.ForeignKey(Case, verbose_name=_("捐献案例"), on_delete=models.PROTECT, related_name="events")
    from_status = models.CharField(_("原状态"), max_length=16, blank=True)
    to_status = models.CharField(_("新状态"), max_length=16, choices=CaseStatus)
    verb = models.CharField(_("事项"), max_length=24, choices=CaseVerb)
    on = models.DateField(_("发生日期"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("操作人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("案例经过")
        verbose_name_plural = _("案例经过")
        constraints = [
            models.CheckConstraint(condition=Q(to_status__in=CaseStatus.values), name="caseevent_status_known"),
            models.CheckConstraint(condition=Q(verb__in=CaseVerb.values), name="caseevent_verb_known"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.verb}"


class CaseCoordinator(models.Model):
    """Somebody of the staff who accompanies a case, from one day on, until released; never deleted."""

    case = models.ForeignKey(Case, verbose_name=_("捐献案例"), on_delete=models.PROTECT, related_name="coordinators")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("协调员"), on_delete=models.PROTECT, related_name="+"
    )
    assigned_on = models.DateField(_("指派日期"))
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("指派人"), on_delete=models.PROTECT, related_name="+"
    )
    assigned_at = models.DateTimeField(_("指派登记时间"))
    released_on = models.DateField(_("交出日期"), null=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("交出经办人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    released_at = models.DateTimeField(_("交出登记时间"), null=True)

    class Meta:
        verbose_name = _("案例协调员")
        verbose_name_plural = _("案例协调员")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "person"], condition=Q(released_at__isnull=True), name="casecoordinator_once"
            ),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True, released_on__isnull=True, released_by__isnull=True)
                | Q(
                    released_at__isnull=False,
                    released_by__isnull=False,
                    released_on__isnull=False,
                    released_on__gte=F("assigned_on"),
                ),
                name="casecoordinator_released_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.person_id}"


class CaseGrantQuerySet(models.QuerySet["CaseGrant"]):
    """Chainable filters over grants by case."""

    def in_force(self) -> Self:
        """Grants that let somebody in today: not ended, and their last day has not passed."""
        return self.filter(ended_at=None, until__gte=today())


class CaseGrant(models.Model):
    """That somebody who otherwise sees counts alone may look into one case, what for, until which day, by whom."""

    case = models.ForeignKey(Case, verbose_name=_("捐献案例"), on_delete=models.PROTECT, related_name="grants")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("准许的人"), on_delete=models.PROTECT, related_name="+"
    )
    purpose = models.CharField(_("用途"), max_length=200)
    until = models.DateField(_("最后一天"))
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("准许人"), on_delete=models.PROTECT, related_name="+"
    )
    granted_at = models.DateTimeField(_("准许时间"))
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("收回人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(_("收回时间"), null=True)

    objects = CaseGrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("按案例准许查看")
        verbose_name_plural = _("按案例准许查看")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "person"], condition=Q(ended_at__isnull=True), name="casegrant_once_open"
            ),
            models.CheckConstraint(condition=~Q(granted_by=F("person")), name="casegrant_not_to_oneself"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="casegrant_ended_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.person_id}"
