"""Cases for the desk: lists, counts, the steps of one; who it is comes by services/cases/reading.py, logged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from organizations.choices import Right
from organizations.permissions import holds_anywhere
from registries.choices.cases import (
    ENDED_CASE,
    EXITS,
    GIVEN_CASE,
    LEAST_COORDINATORS,
    STEP_DAYS,
    CaseStatus,
    GiftKind,
)
from registries.models import (
    Case,
    CaseAcceptance,
    CaseCertificate,
    CaseCoordinator,
    CaseEntitlement,
    CaseEvent,
    CaseGrant,
    CaseHandOver,
    CasePerson,
    CaseUse,
    ReceivingUnit,
)
from registries.selectors.counts import hidden_in_scope
from registries.selectors.day_sections import DayRow, DaySection

if TYPE_CHECKING:
    from accounts.models import User
    from organizations.models import Branch

PAGE_SIZE = 30
# As many as the page of the day shows.
DAY_ROWS = 20
CASE_TABS: dict[str, Any] = {"mine": _("我的案例"), "open": _("办理中"), "ended": _("已办结")}

# What comes next, by state: the words of the one main button and where it leads.
NEXT_STEP: dict[str, tuple[Any, str, tuple[str, ...]]] = {
    CaseStatus.ASSIGNED: (_("开始与家属商议"), "desk_case_family", ()),
    CaseStatus.FAMILY_DECIDING: (_("家属名单和决定"), "desk_case_kin", ()),
    CaseStatus.CONSENTED: (_("写见证记录、签字"), "desk_case_witness", ()),
    CaseStatus.WITNESSED: (_("登记移交"), "desk_case_hand_over", ()),
    CaseStatus.HANDED_OVER: (_("登记告别"), "desk_case_step", (CaseStatus.FAREWELL,)),
    CaseStatus.FAREWELL: (_("转入后续关怀"), "desk_case_step", (CaseStatus.CARE,)),
    CaseStatus.CARE: (_("办结"), "desk_case_step", (CaseStatus.CLOSED,)),
}
_STEP_TITLES: dict[str, Any] = {
    CaseStatus.NOTIFIED: _("接报"),
    CaseStatus.ASSIGNED: _("指派协调员"),
    CaseStatus.FAMILY_DECIDING: _("与家属商议"),
    CaseStatus.CONSENTED: _("书面同意"),
    CaseStatus.WITNESSED: _("见证"),
    CaseStatus.HANDED_OVER: _("移交接受单位"),
    CaseStatus.FAREWELL: _("告别"),
    CaseStatus.CARE: _("后续关怀"),
    CaseStatus.CLOSED: _("办结"),
}


@dataclass(frozen=True)
class Action:
    """Something that can be done in a case now: words and address."""

    label: Any
    url: str


def cases_for(person: User, tab: str, *, before: int | None = None) -> list[Case]:
    """A page of the cases that a person may open, newest first, one row more where there is a next page; one query."""
    rows: QuerySet[Case] = Case.objects.opened_to(person).filter(_condition(tab, person))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.select_related("branch").order_by("-pk")[: PAGE_SIZE + 1])


def case_tabs(person: User) -> dict[str, int]:
    """How many cases lie in each list of a person; one query."""
    rows = Case.objects.opened_to(person)
    counts: dict[str, int] = rows.aggregate(
        **{name: Count("pk", filter=_condition(name, person), distinct=True) for name in CASE_TABS}
    )
    return counts


def case_counts(person: User) -> list[tuple[str, int | None]]:
    """How many cases stand in each state, in the branches that a person counts; None where it is not shown.

    Hidden as on the page of counts (selectors/counts.py); one query, five for who does not see the people.
    """
    rows = Case.objects.visible_to(person, Right.COUNT_REGISTRIES).order_by()
    found = dict(rows.values_list("status").annotate(n=Count("pk")))
    every = Case.objects.unscoped("counts, to see what gives another away")
    dark = hidden_in_scope(person, every, "status")
    return [(str(label), None if status in dark else found.get(status, 0)) for status, label in CaseStatus.choices]


def my_cases(person: User) -> DaySection | None:
    """The open cases that somebody works on, with what comes next; number and state, no name; one query."""
    if not holds_anywhere(person, Right.KEEP_CASES):
        return None
    found = cases_for(person, "mine")[:DAY_ROWS]
    rows = [
        DayRow(
            url=reverse("desk_case", args=[case.number]),
            number=case.number,
            what=str(NEXT_STEP[case.status][0]) if case.status in NEXT_STEP else str(_("等待指派协调员")),
            on=case.notified_on,
            note=str(case.get_status_display()),
        )
        for case in found
    ]
    if not rows:
        return None
    return DaySection(slug="cases", title=_("我的案例"), rows=rows, more_url=reverse("desk_cases"))


def case_steps(case: Case) -> list[dict[str, Any]]:
    """The way of a case as a trail: what was done and when, where it stands, what follows."""
    steps: list[dict[str, Any]] = []
    for status, column in STEP_DAYS.items():
        on = getattr(case, column)
        if status == CaseStatus.CLOSED and case.status in EXITS:
            continue
        if on is None and (case.is_ended or (status == CaseStatus.FAREWELL and case.care_on)):
            continue
        state = "done" if on is not None else "future"
        steps.append({"title": _STEP_TITLES[status], "on": on, "state": state})
    if case.status in EXITS:
        text = case.get_exit_reason_display()
        steps.append({"title": case.get_status_display(), "on": case.ended_on, "state": "done", "text": text})
        return steps
    following = next((one for one in steps if one["state"] == "future"), None)
    if following is not None:
        following["state"] = "current"
    return steps


def next_action(case: Case, *, is_worker: bool, is_head: bool, has_document: bool) -> Action | None:
    """The one step that comes next for a reader; None where others are to do it, or nothing follows."""
    if case.is_ended:
        return None
    if case.status == CaseStatus.NOTIFIED:
        if is_head:
            return _action(case, _("指派协调员"), "desk_case_assign")
        return None if has_document or not is_worker else _action(case, _("补写捐献人"), "desk_case_person")
    if not is_worker:
        return None
    if case.status == CaseStatus.ASSIGNED and not has_document:
        return _action(case, _("补写捐献人"), "desk_case_person")
    label, name, arguments = NEXT_STEP[case.status]
    return _action(case, label, name, *arguments)


def other_actions(
    case: Case, *, is_worker: bool, is_head: bool, has_body: bool, is_doubtful: bool = False
) -> list[Action]:
    """What else a reader may do now, in the order of the way."""
    rows: list[tuple[bool, Any, str, tuple[str, ...]]] = [
        (is_head and case.status not in EXITS, _("指派和移交协调员"), "desk_case_assign", ()),
        (is_head and is_doubtful, _("核对生前意愿"), "desk_case_doubt", ()),
        (is_worker and not case.is_ended and case.witnessed_on is None, _("补写或更正捐献人"), "desk_case_person", ()),
        (is_worker and case.status == CaseStatus.FAMILY_DECIDING, _("重新核定依据"), "desk_case_family", ()),
        (is_worker and case.status not in (CaseStatus.NOTIFIED,), _("家属名单和决定"), "desk_case_kin", ()),
        (is_worker and case.consented_on is not None, _("见证记录"), "desk_case_witness", ()),
        (
            is_worker and case.status == CaseStatus.HANDED_OVER,
            _("不办告别，转入关怀"),
            "desk_case_step",
            (CaseStatus.CARE,),
        ),
        (is_worker and case.status in GIVEN_CASE, _("更正移交记录"), "desk_case_hand_over", ()),
        (is_worker and case.status in GIVEN_CASE, _("捐献证书"), "desk_case_certificate", ()),
        (is_worker and case.status in GIVEN_CASE, _("家属待遇"), "desk_case_entitlements", ()),
        ((is_worker or is_head) and case.status in GIVEN_CASE, _("联系和关怀"), "desk_case_contacts", ()),
        (is_worker and has_body, _("接受遗体的证明"), "desk_case_acceptance", ()),
        (is_worker and has_body, _("遗体利用记录"), "desk_case_use", ()),
        (is_head, _("准许他人查看"), "desk_case_grants", ()),
        (
            (is_worker or is_head) and not case.is_ended and case.handed_over_on is None,
            _("没有捐成，办理终止"),
            "desk_case_end",
            (),
        ),
    ]
    return [_action(case, label, name, *arguments) for holds, label, name, arguments in rows if holds]


def case_history(case: Case) -> list[CaseEvent]:
    """What was done in a case, oldest first; one query."""
    return list(case.events.select_related("actor").order_by("pk"))


def coordinators_of(case: Case) -> list[CaseCoordinator]:
    """Who accompanies a case today, in the order in which they came; one query."""
    return list(case.coordinators.filter(released_at=None).select_related("person").order_by("pk"))


def lacks_coordinators(coordinators: list[CaseCoordinator]) -> bool:
    """Whether too few are assigned to witness."""
    return len(coordinators) < LEAST_COORDINATORS


def same_person_cases(case: Case) -> list[Case]:
    """Other cases of the person with the same document, in any branch, that did not end without a gift; two queries.

    Two may be notified of one person at once. For the page of a case: by number and association alone.
    """
    person = CasePerson.objects.filter(case_id=case.pk, document__isnull=False).first()
    if person is None:
        return []
    digests = [one for one in (person.document_digest, person.document_digest_next) if one is not None]
    rows = Case.objects.unscoped("whether somebody else was called about the same person").filter(
        Q(person__document_digest__in=digests) | Q(person__document_digest_next__in=digests),
        person__document_kind=person.document_kind,
    )
    found = rows.exclude(pk=case.pk).exclude(status__in=sorted(EXITS))
    return list(found.select_related("branch").order_by("pk"))


def hand_overs_of(case: Case) -> list[CaseHandOver]:
    """What was given as it stands now, without the rows that were put right; one query."""
    return list(case.hand_overs.filter(replaced_by=None).select_related("unit").order_by("pk"))


def given_labels(rows: list[CaseHandOver]) -> list[str]:
    """What was given, in words, in the order of the table."""
    taken = {one.kind for one in rows}
    return [str(one.label) for one in GiftKind if one in taken]


def body_unit(case: Case) -> CaseHandOver | None:
    """Where a body went, which the kin may know; where an organ went no page asks (double blind); one query."""
    rows = CaseHandOver.objects.filter(case=case, kind=GiftKind.BODY, replaced_by=None)
    return rows.select_related("unit").first()


def certificate_of(case: Case) -> CaseCertificate | None:
    """The certificate that a family was given, as it stands now; one query."""
    return CaseCertificate.objects.filter(case=case, replaced_by=None).select_related("kin").first()


def uses_of(case: Case) -> list[CaseUse]:
    """The report of use of a body without the lines that were put right; notes stay sealed; one query."""
    return list(case.uses.filter(replaced_by=None).select_related("written_by").order_by("on", "pk"))


def acceptance_of(case: Case) -> CaseAcceptance | None:
    """The receiving unit's certificate for a body as it stands now; one query."""
    return CaseAcceptance.objects.filter(case=case, replaced_by=None).select_related("unit").first()


def entitlements_of(case: Case) -> list[CaseEntitlement]:
    """What a family was given or declined, without the rows that were put right; one query."""
    return list(case.entitlements.filter(replaced_by=None).select_related("written_by").order_by("pk"))


def grants_of(case: Case) -> list[CaseGrant]:
    """Who was let into a case, newest first; one query."""
    return list(case.grants.select_related("person", "granted_by").order_by("-pk"))


def units_of(province: Branch | None) -> QuerySet[ReceivingUnit]:
    """The units of a province that receive gifts today."""
    rows: QuerySet[ReceivingUnit] = ReceivingUnit.objects.filter(province=province, ended_at=None)
    return rows.order_by("kind", "name")


def _condition(tab: str, person: User) -> Q:
    if tab == "ended":
        return Q(status__in=sorted(ENDED_CASE))
    is_open = ~Q(status__in=sorted(ENDED_CASE))
    if tab == "open":
        return is_open
    assigned = CaseCoordinator.objects.filter(person_id=person.pk, released_at=None).values("case_id")
    return is_open & (Q(pk__in=assigned) | Q(notified_by_id=person.pk, status=CaseStatus.NOTIFIED))


def _action(case: Case, label: Any, name: str, *arguments: str) -> Action:
    return Action(label, reverse(name, args=[case.number, *(str(one) for one in arguments)]))
