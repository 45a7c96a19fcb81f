"""Samples: bags taken after the reflection, packed, sent, received or wanted again; and in the library."""

from __future__ import annotations

import datetime
import re
import uuid
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now, today
from core.numbers import take_number
from organizations.choices import Right
from organizations.permissions import require
from registries.choices.donors import BATCH_TRANSITIONS, LAB_VERDICTS, SAMPLE_AGAIN, BatchStatus, DonorStatus, Verdict
from registries.errors import RegistryError, WrongState
from registries.models import Donor, Sample, SampleBatch
from registries.services.clear_texts import check_clear, clear_faults
from registries.services.donors.states import Step, check_status, locked_donor, move_donor
from registries.services.form_keys import form_used, sent_before

if TYPE_CHECKING:
    from accounts.models import User
    from organizations.models import Branch

LETTER = "B"
BAG = re.compile(r"[A-Z0-9][A-Z0-9-]{5,31}")
LONGEST_TEXT = 60
BATCH_SIZE = 500


def take_sample(*, donor_id: int, bag: str, on: datetime.date, actor: User) -> Sample:
    """Write down a bag that was taken from a donor, seven days after joining or later. Locks the donor.

    Raises RegistryError with the field `bag` or `on`, WrongState.
    """
    written = "".join(bag.split()).upper()
    if not BAG.fullmatch(written):
        sentence = _("请照血样袋上的条码填写，6 至 32 位字母、数字。")
        raise RegistryError("bag_wrong", sentence, {"bag": sentence})
    with transaction.atomic():
        donor = locked_donor(donor_id, actor=actor)
        check_status(donor, DonorStatus.ENROLLED)
        if on < donor.sample_from:
            sentence = _("七天考虑期还没有过，%(day)s 起才能采样。") % {"day": donor.sample_from.isoformat()}
            raise RegistryError("sample_early", sentence, {"on": sentence})
        move_donor(donor, DonorStatus.SAMPLED, Step("sampled", on, actor))
        row = Sample(donor=donor, bag=written, taken_on=on, written_by=actor, written_at=now())
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            sentence = _("这个袋号已经用过，请核对条码。")
            raise RegistryError("bag_used", sentence, {"bag": sentence}) from None
    return row


def make_batch(*, branch: Branch, box: str, sample_ids: Iterable[int], key: uuid.UUID, actor: User) -> SampleBatch:
    """Pack samples of a branch into a box; sent twice with one key, it is the first one. Locks the samples.

    Raises RegistryError with fields where one is packed already, void, or not of the branch, WrongState for a form that
    was used.
    """
    wanted = sorted(set(sample_ids))
    faults = {}
    if not 1 <= len("".join(box.split())) <= 40:
        faults["box"] = _("请填写箱号。")
    faults |= clear_faults(box=box)
    if not 1 <= len(wanted) <= BATCH_SIZE:
        faults["samples"] = _("请至少选择一袋血样，一批最多 %(most)d 袋。") % {"most": BATCH_SIZE}
    if faults:
        raise RegistryError("batch_incomplete", _("还不完整，请按提示填写。"), faults)
    with transaction.atomic():
        require(actor, Right.KEEP_REGISTRIES, branch)
        rows = SampleBatch.objects.unscoped("the same form sent twice")
        if first := sent_before(rows, key, branch_id=branch.pk, created_by_id=actor.pk):
            # The bags stay in the box that they were put into.
            if sorted(first.samples.values_list("pk", flat=True)) != wanted:
                raise form_used()
            return first
        samples = Sample.objects.select_for_update(of=("self",)).filter(
            pk__in=wanted, donor__branch=branch, batch=None, verdict=Verdict.WAITING
        )
        found = list(samples.order_by("pk"))
        if len(found) != len(wanted):
            sentence = _("其中有血样已装箱、作废或不在本会，请刷新页面重新选择。")
            raise RegistryError("samples_gone", sentence, {"samples": sentence})
        batch = SampleBatch(
            **SampleBatch.lineage_of(branch), key=key, status=BatchStatus.OPEN, box=" ".join(box.split()),
            number=take_number(branch.code, today().year, LETTER), created_by=actor, created_at=now(),
        )  # fmt: skip
        batch.save(force_insert=True)
        Sample.objects.filter(pk__in=wanted).update(batch=batch)
        record_audit("registries.batch.packed", actor=actor, obj=batch, branch_code=branch.code)
    return batch


def send_batch(*, batch_id: int, courier: str, waybill: str, on: datetime.date, actor: User) -> SampleBatch:
    """Send a packed box; its donors are 已送检. Once. Locks the batch, its donors in the order of their ids.

    Raises RegistryError with fields, WrongState where it was sent already or all of it is void.
    """
    texts = {"courier": " ".join(courier.split()), "waybill": "".join(waybill.split())}
    faults = {one: _("请填写，60 字以内。") for one, text in texts.items() if not 1 <= len(text) <= LONGEST_TEXT}
    # Carriers write their own numbers, some of which look like a telephone.
    faults |= clear_faults(courier=texts["courier"])
    if faults:
        raise RegistryError("sending_incomplete", _("还不完整，请按提示填写。"), faults)
    with transaction.atomic():
        batch = _locked_batch(batch_id, BatchStatus.SENT, actor=actor)
        # Who left while the lock was waited for has had their bag taken out.
        donors = [one for one in _donors_of(batch) if one.status == DonorStatus.SAMPLED]
        if not donors:
            raise WrongState("batch_empty", _("这一批的血样都已作废，不用寄出。"))
        for donor in donors:
            move_donor(donor, DonorStatus.SENT, Step("sent", on, actor))
        batch.status, batch.sent_on = BatchStatus.SENT, on
        batch.courier, batch.waybill = texts["courier"], texts["waybill"]
        batch.save(update_fields=["status", "sent_on", "courier", "waybill"])
        record_audit("registries.batch.sent", actor=actor, obj=batch, branch_code=batch.branch.code)
    return batch


def receive_batch(
    *, batch_id: int, receipt_number: str, on: datetime.date, verdicts: Mapping[int, str], actor: User
) -> SampleBatch:
    """Write down what the laboratory said of each bag (by sample id); who must be sampled again goes back to 已报名.

    Locks the batch, then its donors. Raises RegistryError with fields, WrongState.
    """
    number = "".join(receipt_number.split())
    if not 1 <= len(number) <= LONGEST_TEXT:
        sentence = _("请填写实验室的回执号，60 字以内。")
        raise RegistryError("receipt_incomplete", sentence, {"receipt_number": sentence})
    check_clear(receipt_number=number)
    with transaction.atomic():
        batch = _locked_batch(batch_id, BatchStatus.RECEIVED, actor=actor)
        if not batch.sent_on or not batch.sent_on <= on <= today():
            sentence = _("回执日期不能早于寄出，也不能晚于今天。")
            raise RegistryError("receipt_day_wrong", sentence, {"on": sentence})
        donors = {one.pk: one for one in _donors_of(batch)}
        samples = _waiting_in(batch)
        open_rows = [one.bag for one in samples if verdicts.get(one.pk) not in LAB_VERDICTS]
        if open_rows:
            sentence = _("还有 %(n)d 袋没有回执，请逐袋选择。") % {"n": len(open_rows)}
            raise RegistryError("verdicts_missing", sentence, {"verdicts": sentence})
        for sample in samples:
            sample.verdict, sample.verdict_on = verdicts[sample.pk], on
            donor = donors.get(sample.donor_id)
            if donor is not None:
                _sample_again(donor, sample.verdict, on=on, actor=actor)
        Sample.objects.bulk_update(samples, ["verdict", "verdict_on"])
        batch.status, batch.receipt_number, batch.received_on = BatchStatus.RECEIVED, number, on
        batch.save(update_fields=["status", "receipt_number", "received_on"])
        record_audit("registries.batch.received", actor=actor, obj=batch, branch_code=batch.branch.code)
    return batch


def lose_batch(*, batch_id: int, on: datetime.date, actor: User) -> SampleBatch:
    """Write down that a box that was sent never arrived: no receipt; all its donors need another sample.

    Locks the batch, then its donors. Raises RegistryError with the field `on`, WrongState.
    """
    with transaction.atomic():
        batch = _locked_batch(batch_id, BatchStatus.LOST, actor=actor)
        if not batch.sent_on or not batch.sent_on <= on <= today():
            sentence = _("日期不能早于寄出，也不能晚于今天。")
            raise RegistryError("loss_day_wrong", sentence, {"on": sentence})
        donors = _donors_of(batch)
        samples = _waiting_in(batch)
        for sample in samples:
            sample.verdict, sample.verdict_on = Verdict.MISSING, on
        for donor in donors:
            _sample_again(donor, Verdict.MISSING, on=on, actor=actor)
        Sample.objects.bulk_update(samples, ["verdict", "verdict_on"])
        batch.status = BatchStatus.LOST
        batch.save(update_fields=["status"])
        record_audit("registries.batch.lost", actor=actor, obj=batch, branch_code=batch.branch.code)
    return batch


def spoil_sample(*, donor_id: int, on: datetime.date, actor: User) -> Donor:
    """Write down that a bag that was not sent is spoilt; another is taken. Locks the donor. Raises WrongState."""
    with transaction.atomic():
        donor = locked_donor(donor_id, actor=actor)
        check_status(donor, DonorStatus.SAMPLED)
        move_donor(donor, DonorStatus.ENROLLED, Step("sample_again", on, actor))
        void_samples(donor, on=on)
    return donor


def note_typed(*, donor_id: int, on: datetime.date, actor: User) -> Donor:
    """Write down that the library has somebody's typing; no value of it is kept here. Locks the donor.

    Raises WrongState, RegistryError with the field `on`.
    """
    with transaction.atomic():
        donor = locked_donor(donor_id, actor=actor)
        move_donor(donor, DonorStatus.TYPED, Step("typed", on, actor), typed_on=on, is_known_there=True)
    return donor


def void_samples(donor: Donor, *, on: datetime.date) -> None:
    """Take bags of a locked donor that were not sent out of their boxes for good; one that was sent is answered."""
    rows = donor.samples.select_for_update(of=("self",)).filter(verdict=Verdict.WAITING)
    for sample in rows.select_related("batch"):
        if sample.batch is None or sample.batch.status == BatchStatus.OPEN:
            sample.verdict, sample.verdict_on = Verdict.VOID, on
            sample.save(update_fields=["verdict", "verdict_on"])


def _locked_batch(batch_id: int, to_status: str, *, actor: User) -> SampleBatch:
    rows = SampleBatch.objects.unscoped("lock of one known batch").select_related("branch")
    batch: SampleBatch = rows.select_for_update(of=("self",)).get(pk=batch_id)
    require(actor, Right.KEEP_REGISTRIES, batch.branch)
    if to_status not in BATCH_TRANSITIONS[batch.status]:
        raise WrongState(
            "batch_wrong_state",
            _("批次 %(number)s 现在是“%(now)s”，这一步已由他人办理或不能办理，请刷新页面查看。")
            % {"number": batch.number, "now": BatchStatus(batch.status).label},
        )
    return batch


def _waiting_in(batch: SampleBatch) -> list[Sample]:
    """The bags of a locked batch of which nothing is known yet, locked."""
    return list(batch.samples.select_for_update().filter(verdict=Verdict.WAITING).order_by("pk"))


def _sample_again(donor: Donor, verdict: str, *, on: datetime.date, actor: User) -> None:
    """Move a locked donor whose bag is spoilt or lost back to be sampled again; who went on or left stays."""
    if verdict in SAMPLE_AGAIN and donor.status == DonorStatus.SENT:
        move_donor(donor, DonorStatus.ENROLLED, Step(SAMPLE_AGAIN[verdict], on, actor))


def _donors_of(batch: SampleBatch) -> list[Donor]:
    """The donors whose bags wait in a locked batch, locked in the order of their ids."""
    rows = Donor.objects.unscoped("whose bags lie in a batch that the actor may send").select_related("branch")
    with_bag = rows.filter(samples__batch=batch, samples__verdict=Verdict.WAITING)
    return list(with_bag.select_for_update(of=("self",)).order_by("pk"))
