"""What is destroyed of cases once it serves no purpose: the people and the words; numbers, days and states stay."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.clock import now, today
from core.retention.terms import Asked, Outcome, Term
from core.sealed import seal_into
from registries.choices.cases import EXITS, CaseStatus
from registries.models import Case, CaseKin, CasePerson, CaseUse, CaseWitness, Contact
from registries.services.cases.moving import note_case

# What came to nothing: as long as somebody may bring an action about it (民法典 Art. 188).
EXIT_DAYS = 3 * 365
# What was given: as long as hospitals keep the files of in-patients (医疗机构管理条例实施细则 Art. 53).
GIVEN_DAYS = 30 * 365
_BATCH_ROWS = 200


def purge_cases(asked: Asked) -> Outcome:
    """Empty the people, the notes and the records of cases that ended long ago; locks the cases.

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
    columns = seal_into(case, note=None, evidence=None)
    case.destroyed_at = now()
    case.save(update_fields=[*columns, "destroyed_at"])
    for person in CasePerson.objects.filter(case=case):
        person.save(update_fields=seal_into(person, name=None, document=None, registrant=None, caller=None))
    for kin in CaseKin.objects.filter(case=case):
        kin.save(update_fields=seal_into(kin, name=None, phone=None))
    for record in CaseWitness.objects.filter(case=case):
        record.save(update_fields=seal_into(record, content=None))
    for use in CaseUse.objects.filter(case=case):
        use.save(update_fields=seal_into(use, note=None))
    # What was noted of talks with the family goes as well; that they took place is kept.
    notes = Contact.objects.unscoped("retention").filter(case=case, destroyed_at=None)
    notes.update(note=None, destroyed_at=now())
    note_case(case, "destroyed", on=today(), actor=None)


CASE_TERMS: tuple[Term, ...] = (
    Term(
        "registries.cases",
        "P3",
        _("捐献案例中的捐献人、家属、接报情况、见证经过和利用说明"),
        _("证明依法决定和见证，关怀家属，答复查询"),
        _("没有捐成的，终止满三年销毁；捐成的，办结满三十年销毁；编号、日期、状态、签字和金额保留"),
        "个人信息保护法 第十九条、第四十九条；民法典 第一百八十八条",
        purge_cases,
    ),
)
