"""Around giving: what is paid on the way, and honours. Giving itself is unpaid (红十字会法 Art. 11)."""

from __future__ import annotations

import datetime
import re
import uuid
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.clock import now, today
from registries.choices.donors import ExpenseKind, HonourKind
from registries.errors import RegistryError
from registries.models import DonorExpense, Honour
from registries.services.clear_texts import clear_faults
from registries.services.donors.states import Step, locked_donor, note_donor
from registries.services.form_keys import sent_before

if TYPE_CHECKING:
    from accounts.models import User

MOST_YUAN = Decimal(1_000_000)
# A voucher's number: no room for a sentence about somebody.
EVIDENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_.-]{1,59}")


def write_expense(
    *, donor_id: int, kind: str, amount: str, on: datetime.date, evidence: str, key: uuid.UUID, actor: User
) -> DonorExpense:
    """Write down what was paid for a donor's way, in yuan, by its voucher; sent twice with one key, it is the first.

    Locks the donor. Raises RegistryError with fields.
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
        same: dict[str, Any] = {"donor_id": donor.pk, "kind": kind, "amount": yuan, "on": on}
        if spent := sent_before(DonorExpense.objects.all(), key, **same):
            return spent
        row = DonorExpense(
            key=key, donor=donor, kind=kind, amount=yuan, on=on, evidence=evidence.strip(), written_by=actor, at=now()
        )
        row.save(force_insert=True)
        note_donor(donor, donor.status, Step("expense", on, actor))
    return row


def write_honour(*, donor_id: int, kind: str, on: datetime.date, key: uuid.UUID, actor: User) -> Honour:
    """Write down an honour of somebody who has given; sent twice with one key, it is the first. Locks the donor.

    Raises RegistryError with fields.
    """
    faults = {}
    if kind not in HonourKind.values:
        faults["kind"] = _("请选择荣誉。")
    if on > today():
        faults["on"] = _("日期不能晚于今天。")
    if faults:
        raise RegistryError("honour_incomplete", _("还不完整，请按提示填写。"), faults)
    with transaction.atomic():
        donor = locked_donor(donor_id, actor=actor)
        if honoured := sent_before(Honour.objects.all(), key, donor_id=donor.pk, kind=kind, on=on):
            return honoured
        given = donor.collections.filter(collected_on__isnull=False).order_by("-round").first()
        if given is None or given.collected_on is None or on < given.collected_on:
            sentence = _("采集完成以后才能登记荣誉。")
            raise RegistryError("honour_early", sentence, {"on": sentence})
        row = Honour(key=key, donor=donor, collection=given, kind=kind, on=on, written_by=actor, at=now())
        row.save(force_insert=True)
        note_donor(donor, donor.status, Step("honoured", on, actor))
    return row


def _yuan(written: str) -> Decimal | None:
    try:
        yuan = Decimal(written.strip().replace(",", ""))
    except InvalidOperation:
        return None
    is_whole_fen = yuan.is_finite() and yuan == yuan.quantize(Decimal("0.01"))
    return yuan if is_whole_fen and 0 < yuan <= MOST_YUAN else None
