"""What is still in force of whoever died ends once nothing rests on it; what it says is destroyed a month later."""

from __future__ import annotations

import datetime
import uuid

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.clock import SHANGHAI
from core.retention.terms import Asked, Outcome, Term
from core.sealed import matching, open_for_work
from registries.choices import WishStatus
from registries.models import CasePerson, Donor, Registrant, Wish
from registries.services.contacts import cancel_contacts
from registries.services.departed import dead_by_case, in_force_of_dead, told_deaths
from registries.services.donors.leaving import retire_deceased
from registries.services.donors.states import locked_donor
from registries.services.registrants import registrant_of
from registries.services.wishes import lock_wish, move_wish

# Where no case tells of the death: what was told may be wrong, and whoever lives is heard of before. As long as
# somebody may bring an action (民法典 Art. 188).
TOLD_DAYS = 3 * 365


def end_departed(asked: Asked) -> Outcome:
    """End the wishes and donors in force of whoever died, once nothing rests on them; figures stay as they are.

    Nothing does once every case about the person is emptied (services/cases/purging.py: a gift rests on the wish until
    then), or, where no case was kept, three years after a branch was told. What they say goes a month later with whom
    it names, and then the document by which the case marks them. Each in its own transaction, which locks the
    registrant, then the row. Source: 个人信息保护法 Arts. 19, 47, 49.
    """
    day = asked.today - datetime.timedelta(days=TOLD_DAYS)
    before = datetime.datetime.combine(day, datetime.time(), SHANGHAI)
    emptied = dead_by_case().filter(case__destroyed_at__isnull=False)
    due = destroyed = 0
    for model in (Wish, Donor):
        for pk in in_force_of_dead(model, emptied, told_deaths().filter(at__lt=before)):
            with transaction.atomic():
                row = _locked(model, pk)
                if row.ended_at is not None or not _is_over(registrant_of(row), before):
                    continue
                due += 1
                if not asked.is_dry:
                    _end(row)
                    destroyed += 1
    return Outcome(due=due, destroyed=destroyed)


def _locked(model: type[Wish] | type[Donor], pk: int) -> Wish | Donor:
    return lock_wish(pk)[1] if model is Wish else locked_donor(pk, actor=None, with_person=True)


def _end(row: Wish | Donor) -> None:
    if isinstance(row, Donor):
        retire_deceased(row)
        return
    move_wish(row, WishStatus.DEPARTED, verb="departed", channel=row.channel, actor=None)
    cancel_contacts(about=row, actor=None)


def _is_over(person: Registrant, before: datetime.datetime) -> bool:
    """Whether no case about somebody is kept, also none that was a mistake, and what tells of the death is old."""
    document = open_for_work(person, "document", work=f"registries.retention:{uuid.uuid4()}") or ""
    of_person = Q(matching(CasePerson, "document", document), document_kind=person.document_kind)
    if CasePerson.objects.filter(of_person, case__destroyed_at=None).exists():
        return False
    if dead_by_case().filter(of_person).exists():
        return True
    key = str(person.row_key)
    theirs = Q()
    for field, model in (("wish", Wish), ("donor", Donor)):
        rows = model.objects.unscoped("of one registrant").filter(matching(model, "registrant", key))
        theirs |= Q(**{f"{field}__in": rows})
    return told_deaths().filter(theirs, at__lt=before).exists()


DEPARTED_TERMS: tuple[Term, ...] = (
    Term(
        "registries.departed",
        "P3",
        _("已故的人仍有效的志愿登记和在库资料"),
        _("捐献所依据的生前意愿，答复家属查询；不再打扰家人"),
        _("此人的捐献案例都按期销毁后终止；没有案例、只是得知本人已故的，得知满三年终止；终止后按撤回、退库的期限销毁"),
        "个人信息保护法 第十九条、第四十七条、第四十九条",
        end_departed,
    ),
)
