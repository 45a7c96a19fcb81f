"""Around giving: what is paid on the way, who goes along, honours. Giving itself is unpaid (红十字会法 Art. 11).

What was written stands; wrong, it is replaced by another row, once, or by one that says it is not true.
"""

from __future__ import annotations

import datetime
import re
import uuid
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.clock import now, today
from core.errors import NotFound
from registries.choices.donors import FOLLOWED, EntryKind, ExpenseKind, HonourKind
from registries.errors import RegistryError, WrongState
from registries.models import Donor, DonorEscort, DonorExpense, Honour
from registries.selectors.contacts import contact_keepers
from registries.services.clear_texts import clear_faults
from registries.services.donors.states import Step, check_status, locked_donor, note_donor
from registries.services.form_keys import sent_before

if TYPE_CHECKING:
    from accounts.models import User

Entry = DonorExpense | Honour | DonorEscort
LONGEST_ISSUER = 60
LONGEST_PLAN, LONGEST_ESCORT = datetime.timedelta(days=366), datetime.timedelta(days=60)
MOST_YUAN = Decimal(1_000_000)
# A voucher's number: no room for a sentence about somebody.
EVIDENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_.-]{1,59}")


def write_expense(
    *,
    donor_id: int,
    kind: str,
    amount: str,
    on: datetime.date,
    evidence: str,
    key: uuid.UUID,
    actor: User,
    replaces_id: int | None = None,
) -> DonorExpense:
    """Write down what was paid for a donor's way, in yuan, by its voucher; sent twice with one key, it is the first.

    Also in the place of a row that was wrong. Locks the donor. Raises RegistryError with fields, WrongState.
    """
    faults = {}
    yuan = _yuan(amount)
    if kind not in ExpenseKind.values:
        faults["kind"] = _("请选择项目。")
    if yuan is None:
        faults["amount"] = _("请填写金额（元），最多两位小数。")
    if on > today():
        faults["on"] = _("日期不能晚于今天。")
    if not EVIDENCE.fullmatch(evidence.strip()):
        faults["evidence"] = _("请填写凭证号，只用字母、数字和横线，不写姓名。")
    faults |= clear_faults(evidence=evidence)
    if faults or yuan is None:
        raise RegistryError("expense_incomplete", _("还不完整，请按提示填写。"), faults)
    with transaction.atomic():
        donor = locked_donor(donor_id, actor=actor)
        same: dict[str, Any] = {
            "donor_id": donor.pk,
            "kind": kind,
            "amount": yuan,
            "on": on,
            "replaces_id": replaces_id,
        }
        if spent := sent_before(DonorExpense.objects.all(), key, **same):
            return spent
        _check_replaced(donor.expenses.all(), replaces_id)
        row = DonorExpense(key=key, **same, evidence=evidence.strip(), written_by=actor, at=now())
        row.save(force_insert=True)
        _note(donor, EntryKind.EXPENSE, replaces_id, on, actor)
    return row


def write_honour(
    *,
    donor_id: int,
    kind: str,
    on: datetime.date,
    key: uuid.UUID,
    actor: User,
    number: str = "",
    issuer: str = "",
    replaces_id: int | None = None,
) -> Honour:
    """Write down an honour of somebody who has given; sent twice with one key, it is the first. Locks the donor.

    `number` is that of the certificate, `issuer` who gave it. Also in the place of a row that was wrong. Raises
    RegistryError with fields, WrongState.
    """
    texts = {"number": number.strip(), "issuer": " ".join(issuer.split())}
    faults = {}
    if texts["number"] and not EVIDENCE.fullmatch(texts["number"]):
        faults["number"] = _("请填写证书编号，只用字母、数字和横线，不写姓名。")
    if len(texts["issuer"]) > LONGEST_ISSUER:
        faults["issuer"] = _("请写在 60 字以内。")
    faults |= clear_faults(**texts)
    if kind not in HonourKind.values:
        faults["kind"] = _("请选择荣誉。")
    if on > today():
        faults["on"] = _("日期不能晚于今天。")
    if faults:
        raise RegistryError("honour_incomplete", _("还不完整，请按提示填写。"), faults)
    with transaction.atomic():
        donor = locked_donor(donor_id, actor=actor)
        same: dict[str, Any] = {"donor_id": donor.pk, "kind": kind, "on": on, "replaces_id": replaces_id}
        if honoured := sent_before(Honour.objects.all(), key, **same):
            return honoured
        old = _check_replaced(donor.honours.all(), replaces_id)
        given = donor.collections.filter(collected_on__lte=on).order_by("-round").first()
        if old is not None and old.collection.collected_on is not None and old.collection.collected_on <= on:
            # An honour put right stays that of the giving for which it was.
            given = old.collection
        if given is None:
            sentence = _("采集完成以后才能登记荣誉。")
            raise RegistryError("honour_early", sentence, {"on": sentence})
        row = Honour(key=key, **same, **texts, collection=given, written_by=actor, at=now())
        row.save(force_insert=True)
        _note(donor, EntryKind.HONOUR, replaces_id, on, actor)
    return row


def write_escort(
    *,
    donor_id: int,
    person: User,
    on: datetime.date,
    until: datetime.date,
    key: uuid.UUID,
    actor: User,
    replaces_id: int | None = None,
) -> DonorEscort:
    """Write down who of the branch goes along with a donor, from which day to which, ahead or afterwards.

    Sent twice with one key, it is the first. Also in the place of a row that was wrong. Locks the donor. Raises
    RegistryError with fields, WrongState for who is not under way.
    """
    with transaction.atomic():
        donor = locked_donor(donor_id, actor=actor)
        same: dict[str, Any] = {
            "donor_id": donor.pk, "person_id": person.pk, "on": on, "until": until, "replaces_id": replaces_id,
        }  # fmt: skip
        if written := sent_before(DonorEscort.objects.all(), key, **same):
            return written
        old = _check_replaced(donor.escorts.all(), replaces_id)
        faults = {}
        # Who went along and has left since went along all the same.
        if person not in contact_keepers(donor.branch) and (old is None or old.person_id != person.pk):
            faults["person"] = _("请选择本会在岗的工作人员。")
        if not donor.enrolled_on <= on <= today() + LONGEST_PLAN:
            faults["on"] = _("日期不能早于报名，也不能晚于一年以后。")
        if not on <= until <= on + LONGEST_ESCORT:
            faults["until"] = _("结束日期不能早于开始，最多 60 天。")
        if faults:
            raise RegistryError("escort_incomplete", _("还不完整，请按提示填写。"), faults)
        if replaces_id is None:
            check_status(donor, *FOLLOWED)
        row = DonorEscort(key=key, **same, written_by=actor, at=now())
        row.save(force_insert=True)
        _note(donor, EntryKind.ESCORT, replaces_id, today(), actor)
    return row


def void_entry(*, donor_id: int, what: str, entry_id: int, actor: User) -> Entry:
    """Write down that a row about a donor is not true, by a row that replaces it and counts nothing. Locks the donor.

    Raises NotFound for a row of somebody else, WrongState for one that was put right before.
    """
    with transaction.atomic():
        donor = locked_donor(donor_id, actor=actor)
        rows = entries_of(donor, what)
        _check_replaced(rows, entry_id)
        row: Entry = rows.get(pk=entry_id)
        row.pk, row.key, row.is_void, row.replaces_id = None, uuid.uuid4(), True, entry_id
        row.written_by, row.at = actor, now()
        row.save(force_insert=True)
        note_donor(donor, donor.status, Step(f"{what}_void", today(), actor))
    return row


def entries_of(donor: Donor, what: str) -> QuerySet[Any]:
    """The rows of one kind about a donor."""
    by_kind: dict[str, QuerySet[Any]] = {
        EntryKind.EXPENSE: donor.expenses.all(),
        EntryKind.HONOUR: donor.honours.all(),
        EntryKind.ESCORT: donor.escorts.all(),
    }
    return by_kind[what]


def _check_replaced(rows: QuerySet[Any], entry_id: int | None) -> Any:
    """The row put right: this donor's, the last of its kind, not void; else None. Raises NotFound, WrongState."""
    if entry_id is None:
        return None
    old = rows.filter(pk=entry_id).first()
    if old is None:
        raise NotFound("entry_not_found", _("没有找到这一条，请刷新页面。"))
    if old.is_void or rows.filter(replaces_id=entry_id).exists():
        raise WrongState("entry_replaced", _("这一条已更正或作废，请刷新页面，在最新的一条上更正。"))
    return old


def _note(donor: Donor, what: str, replaces_id: int | None, on: datetime.date, actor: User) -> None:
    verbs = {EntryKind.EXPENSE: "expense", EntryKind.HONOUR: "honoured", EntryKind.ESCORT: "escort"}
    verb = verbs[EntryKind(what)] if replaces_id is None else f"{what}_changed"
    note_donor(donor, donor.status, Step(verb, on, actor))


def _yuan(written: str) -> Decimal | None:
    try:
        yuan = Decimal(written.strip().replace(",", ""))
    except InvalidOperation:
        return None
    is_whole_fen = yuan.is_finite() and yuan == yuan.quantize(Decimal("0.01"))
    return yuan if is_whole_fen and 0 < yuan <= MOST_YUAN else None
