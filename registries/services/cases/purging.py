"""What is destroyed of cases once it serves no purpose: the people and the words; numbers, days and states stay."""

from __future__ import annotations

import datetime
import uuid

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.clock import now, today
from core.retention.terms import Asked, Outcome, Term
from core.sealed import matching, open_for_work, seal_into
from registries.choices.cases import EXITS, CaseStatus
from registries.models import Case, CaseKin, CasePerson, CaseUse, CaseWitness, Registrant
from registries.services.cases.moving import note_case
from registries.services.contacts import empty_notes

# What came to nothing: as long as somebody may bring an action about it (民法典 Art. 188).
EXIT_DAYS = 3 * 365
# What was given: as long as hospitals keep the files of in-patients (医疗机构管理条例实施细则 Art. 53).
GIVEN_DAYS = 30 * 365
_BATCH_ROWS = 200


def purge_cases(asked: Asked) -> Outcome:
    """Empty the people, the notes and the records of cases that ended long ago; locks the cases.

    The document of somebody who is registered still is kept until they are not: they would be called again.

    Statistics stay right: number, branch, kinds, days, states, decisions, signatures and sums are kept.
    """
    rows = Case.objects.unscoped("retention").filter(
        Q(status__in=sorted(EXITS), ended_on__lt=asked.today - datetime.timedelta(days=EXIT_DAYS))
        | Q(status=CaseStatus.CLOSED, ended_on__lt=asked.today - datetime.timedelta(days=GIVEN_DAYS)),
        destroyed_at=None,
    )
    due, destroyed = rows.count(), 0
    if asked.is_dry:
        return Outcome(due=due)
    _forget_documents()
    while True:
        with transaction.atomic():
            found = list(rows.select_for_update(of=("self",)).select_related("branch").order_by("pk")[:_BATCH_ROWS])
            for case in found:
                _empty(case)
        destroyed += len(found)
        if not found:
            return Outcome(due=due, destroyed=destroyed)


def _empty(case: Case) -> None:
    """The case first: its parts may be emptied once it says so (trigger)."""
    columns = seal_into(case, note=None, evidence=None, organs=None)
    case.destroyed_at = now()
    case.save(update_fields=[*columns, "destroyed_at"])
    for person in CasePerson.objects.filter(case=case):
        columns = seal_into(person, name=None, registrant=None, caller=None)
        if not _is_needed(person, case):
            columns += seal_into(person, document=None)
        person.save(update_fields=columns)
    for kin in CaseKin.objects.filter(case=case):
        kin.save(update_fields=seal_into(kin, name=None, phone=None))
    for record in CaseWitness.objects.filter(case=case):
        record.save(update_fields=seal_into(record, content=None))
    for use in CaseUse.objects.filter(case=case):
        use.save(update_fields=seal_into(use, note=None))
    # What was noted of talks with the family goes as well; that they took place is kept.
    empty_notes(case=case)
    note_case(case, "destroyed", on=today(), actor=None)


def _is_needed(person: CasePerson, case: Case) -> bool:
    """Whether somebody who died is registered still, in any branch (services/departed.py)."""
    if person.document is None or case.died_on is None:
        return False
    document = open_for_work(person, "document", work=f"registries.retention:{uuid.uuid4()}") or ""
    people = Registrant.objects.unscoped("retention").filter(
        matching(Registrant, "document", document), document_kind=person.document_kind, destroyed_at=None
    )
    return people.exists()


def _forget_documents() -> None:
    """Empty the documents that were kept, once nobody is registered under them any more."""
    rows = CasePerson.objects.filter(case__destroyed_at__isnull=False, document__isnull=False)
    for key in list(rows.values_list("pk", flat=True)):
        with transaction.atomic():
            person = rows.select_for_update(of=("self",)).select_related("case").filter(pk=key).first()
            if person is not None and not _is_needed(person, person.case):
                person.save(update_fields=seal_into(person, document=None))


CASE_TERMS: tuple[Term, ...] = (
    Term(
        "registries.cases",
        "P3",
        _("捐献案例中的捐献人、家属、接报情况、见证经过和利用说明"),
        _("证明依法决定和见证，关怀家属，答复查询"),
        _(
            "没有捐成的，终止满三年销毁；捐成的，办结满三十年销毁；本人仍有登记的，证件号码留到登记销毁；编号、日期、状态、签字和金额保留"
        ),
        "个人信息保护法 第十九条、第四十九条；民法典 第一百八十八条",
        purge_cases,
    ),
)
