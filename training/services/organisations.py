"""The register of schools and other bodies: facts are added, and nothing is changed or removed (docs/training.md)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now, today
from core.errors import DomainError
from core.identifiers import check_credit_code
from organizations.choices import Right
from organizations.permissions import may, require
from training.choices import KeyGroup, OrganisationKind, OrganisationStep
from training.errors import TrainingError, WrongState, constraint_of
from training.models import Organisation, OrganisationFact, OrganisationSize
from training.permissions import require_keeper
from training.selectors.organisations import find_named, plain_name
from training.selectors.sessions import counties_of
from training.services.figures import FIRST_YEAR, LARGEST_COUNT

if TYPE_CHECKING:
    from accounts.models import User
    from organizations.models import Branch, Division


@dataclass(frozen=True)
class OrganisationFacts:
    """What a body is called and is; `credit_code` may be left out."""

    name: str
    kind: str
    credit_code: str = ""


@dataclass(frozen=True)
class NewOrganisation:
    """A body to be registered from a branch whose area it lies in."""

    branch: Branch
    area: Division
    facts: OrganisationFacts
    key: uuid.UUID = field(default_factory=uuid.uuid4)


def register_organisation(*, new: NewOrganisation, actor: User) -> Organisation:
    """Write a body down; said twice with one key, it is the first one.

    Whoever plans training in a branch writes down bodies of the counties in its area. From then on who plans in that
    branch or in the association of the county keeps it. Raises TrainingError with fields,
    also where the name or the credit code is there already.
    """
    with transaction.atomic():
        require(actor, Right.PLAN_TRAINING, new.branch)
        first: Organisation | None = Organisation.objects.unscoped("sent twice").filter(key=new.key).first()
        if first is not None:
            return first
        facts = _checked(new.facts)
        if not counties_of(new.branch).filter(pk=new.area.pk).exists():
            sentence = _("请选择本会范围内的县（市、区）。")
            raise TrainingError("organisation_area", sentence, {"area": sentence})
        organisation = Organisation(
            **Organisation.lineage_of(new.branch),
            key=new.key,
            area=new.area,
            name=facts.name,
            kind=facts.kind,
            credit_code=facts.credit_code,
            created_by=actor,
            created_at=now(),
        )
        with _told_of_twins():
            organisation.save(force_insert=True)
            _say(organisation, OrganisationStep.REGISTERED, actor)
    return organisation


def change_organisation(*, organisation_id: int, facts: OrganisationFacts, reason: str, actor: User) -> Organisation:
    """Say from now on another name, kind or credit code; what was said before stays to be read. Locks the body."""
    with transaction.atomic():
        organisation = _locked(organisation_id)[organisation_id]
        require_keeper(actor, organisation)
        _require_single(organisation)
        said = _checked(facts)
        if (said.name, said.kind, said.credit_code) == (organisation.name, organisation.kind, organisation.credit_code):
            return organisation
        organisation.name, organisation.kind, organisation.credit_code = said.name, said.kind, said.credit_code
        with _told_of_twins():
            _say(organisation, OrganisationStep.CHANGED, actor, reason=_why(reason))
    return organisation


def add_alias(*, organisation_id: int, alias: str, actor: User) -> Organisation:
    """Say that another way of writing is this body: rows that have it as text alone count for it. Locks the body."""
    written = plain_name(alias)
    with transaction.atomic():
        organisation = _locked(organisation_id)[organisation_id]
        require_keeper(actor, organisation)
        _require_single(organisation)
        if not written:
            sentence = _("请填写另一种写法。")
            raise TrainingError("alias_missing", sentence, {"alias": sentence})
        other = find_named(written, organisation.area_id)
        if other is not None and other.pk == organisation.pk:
            return organisation
        if other is not None:
            sentence = _("这个名称已属于“%(name)s”。是同一单位的，请并入。") % {"name": other.name}
            raise TrainingError("alias_of_another", sentence, {"alias": sentence})
        _say(organisation, OrganisationStep.ALIAS, actor, alias=written)
    return organisation


def merge_organisation(*, organisation_id: int, into_id: int, reason: str, actor: User) -> Organisation:
    """Say that a body is the same as another of its county, and all that is merged into it too; returns the other.

    Locks all of them in the order of their ids. Raises TrainingError, WrongState.
    """
    with transaction.atomic():
        below = Organisation.objects.unscoped("merged into one in hand").filter(merged_into=organisation_id)
        locked = _locked(organisation_id, into_id, *below.values_list("pk", flat=True))
        old, into = locked[organisation_id], locked.get(into_id)
        require_keeper(actor, old)
        _require_single(old)
        if into is None or into.pk == old.pk or into.area_id != old.area_id or into.merged_into_id:
            sentence = _("请选择同一县（市、区）里另一个没有并入他处的单位。")
            raise TrainingError("organisation_into", sentence, {"into": sentence})
        why = _why(reason)
        followers = [one for one in locked.values() if one.merged_into_id == old.pk]
        for one in [*followers, old]:
            one.merged_into = into
            _say(one, OrganisationStep.MERGED, actor, reason=why)
    return into


def separate_organisation(*, organisation_id: int, reason: str, actor: User) -> Organisation:
    """Say that a body is not the one it was merged into; it counts for itself again. Locks the body."""
    with transaction.atomic():
        organisation = _locked(organisation_id)[organisation_id]
        require_keeper(actor, organisation)
        if organisation.merged_into_id is None:
            raise WrongState("organisation_single", _("这个单位没有并入他处，请刷新页面。"))
        organisation.merged_into = None
        with _told_of_twins():
            _say(organisation, OrganisationStep.SEPARATED, actor, reason=_why(reason))
    return organisation


def record_size(
    *, organisation_id: int, year: int, key_group: str, count: int, source: str, actor: User
) -> OrganisationSize:
    """Write down how many of a key group belong to a body in a year, with the source that says so.

    A later row of the same year and group takes the place of this one; both stay. Raises TrainingError with fields.
    """
    fields = {}
    if not FIRST_YEAR <= year <= today().year + 1:
        fields["year"] = _("年度应在 %(first)d 至 %(last)d 之间。") % {"first": FIRST_YEAR, "last": today().year + 1}
    if key_group not in KeyGroup.values or key_group == KeyGroup.NONE:
        fields["key_group"] = _("请选择人群。")
    if not 0 <= count <= LARGEST_COUNT:
        fields["count"] = _("请填写不小于零的整数。")
    if len(source.strip()) < 4:
        fields["source"] = _("请写明来源，例如“示例区教育局 2026 年教职工统计表”。")
    if fields:
        raise TrainingError("size_incomplete", _("还不完整，请按提示填写。"), fields)
    with transaction.atomic():
        organisation = _locked(organisation_id)[organisation_id]
        require_keeper(actor, organisation)
        _require_single(organisation)
        row = OrganisationSize.objects.create(
            organisation=organisation,
            year=year,
            key_group=key_group,
            count=count,
            source=source.strip()[:200],
            recorded_by=actor,
            recorded_at=now(),
        )
        record_audit(
            "training.organisation.size_recorded", actor=actor, obj=organisation, branch_code=organisation.branch.code
        )
    return row


def named_organisation(*, name: str, kind: str, area: Division, branch: Branch, actor: User) -> Organisation | None:
    """The body that a form means: the one with this name, way of writing or credit code, else a new one of `kind`.

    None without a name, and for an unknown one without a kind: then it stays a text. In the caller's transaction.
    Raises TrainingError with the field `organisation_kind` where the person may not register a new one.
    """
    written = plain_name(name)
    if not written:
        return None
    found = find_named(written, area.pk)
    if found is not None or not kind:
        return found
    if not may(actor, Right.PLAN_TRAINING, branch):
        sentence = _("登记新单位须由安排培训班的同事办理；请不选类别，先按文字保存。")
        raise TrainingError("organisation_new", sentence, {"organisation_kind": sentence})
    try:
        return register_organisation(new=NewOrganisation(branch, area, OrganisationFacts(written, kind)), actor=actor)
    except TrainingError as error:
        sentence = error.fields.get("name") or error.message
        # Somebody else may have registered it just now.
        found = find_named(written, area.pk)
        if found is None:
            raise TrainingError(error.code, sentence, {"organisation": sentence}) from error
        return found


def _checked(facts: OrganisationFacts) -> OrganisationFacts:
    fields = {}
    name = plain_name(facts.name)
    if len(name) < 2:
        fields["name"] = _("请填写单位全称，至少两个字。")
    if facts.kind not in OrganisationKind.values:
        fields["kind"] = _("请选择单位类别。")
    code = ""
    if facts.credit_code.strip():
        try:
            code = check_credit_code(facts.credit_code)
        except DomainError as error:
            fields["credit_code"] = error.message
    if fields:
        raise TrainingError("organisation_incomplete", _("还不完整，请按提示填写。"), fields)
    return OrganisationFacts(name, facts.kind, code)


def _why(reason: str) -> str:
    why = reason.strip()[:300]
    if len(why) < 2:
        sentence = _("请写明理由。")
        raise TrainingError("reason_missing", sentence, {"reason": sentence})
    return why


def _require_single(organisation: Organisation) -> None:
    if organisation.merged_into_id is not None:
        raise WrongState("organisation_merged", _("这个单位已并入另一单位，请到那里办理，或先恢复单列。"))


def _locked(*ids: int) -> dict[int, Organisation]:
    rows = Organisation.objects.unscoped("lock of known bodies").select_for_update(of=("self",))
    found = rows.select_related("branch", "area").filter(pk__in=ids).order_by("pk")
    return {one.pk: one for one in found}


def _say(organisation: Organisation, step: str, actor: User, *, alias: str = "", reason: str = "") -> None:
    """Write the fact; its trigger writes the row."""
    OrganisationFact.objects.create(
        organisation=organisation,
        step=step,
        name=organisation.name,
        kind=organisation.kind,
        credit_code=organisation.credit_code,
        alias=alias,
        into=organisation.merged_into,
        reason=reason,
        actor=actor,
        at=now(),
    )
    record_audit(
        f"training.organisation.{step}",
        actor=actor,
        obj=organisation,
        branch_code=organisation.branch.code,
        reason=reason,
    )


@contextmanager
def _told_of_twins() -> Iterator[None]:
    """Say in words that a name or credit code is there already; the block is a savepoint."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if constraint_of(error) == "organisation_credit_code_once":
            sentence = _("已有单位登记了这个统一社会信用代码。")
            raise TrainingError("organisation_code_twice", sentence, {"credit_code": sentence}) from error
        if constraint_of(error) == "organisation_name_once_a_county":
            sentence = _("本县（市、区）已登记同名单位。是同一单位的请直接使用，或并入。")
            raise TrainingError("organisation_name_twice", sentence, {"name": sentence}) from error
        raise
