"""Files of the demo: made-up donors whose bags are on their way, a file of them, and results that wait for a person."""

from __future__ import annotations

import datetime
import hashlib
import io
import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.clock import today
from core.identifiers import id_check_digit
from core.progress import NoProgress
from organizations.models import Branch
from registries.choices import STEM_CONSENTS, Channel, ConsentSubject
from registries.choices.donors import HEALTH_QUESTIONS, Relation
from registries.choices.exchange import IN_COLUMNS, Result
from registries.models import Donor
from registries.services.consents import take_back_consents
from registries.services.donors.enrolment import Enrolment, enrol_donor
from registries.services.donors.kin import Kin
from registries.services.donors.sampling import make_batch, send_batch, take_sample
from registries.services.exchange.files import open_outgoing, release_file
from registries.services.exchange.incoming import check_incoming, open_incoming
from registries.services.exchange.outgoing import make_outgoing
from registries.services.registrants import Person, registrant_of

_SURNAMES, _GIVEN = "蒋沈韩杨朱秦", "甲乙丙丁戊己"
FIRST_PHONE = 13_800_000_400
SIGNED_DAYS, TAKEN_DAYS, SENT_DAYS = 40, 30, 28


def leave_exchange(branch: Branch, people: dict[str, User]) -> None:
    """Leave donors whose bags were sent, a file of those who agree to be reported, and results to be confirmed."""
    clerk = people["hangzhou.coordinator"]
    donors = [_joined(branch, at, clerk) for at in range(len(_SURNAMES))]
    samples = [
        take_sample(donor_id=one.pk, bag=f"DEMO2026L{at:04d}", on=_ago(TAKEN_DAYS), actor=clerk).pk
        for at, one in enumerate(donors)
    ]
    batch = make_batch(branch=branch, box=_("示例箱 9"), sample_ids=samples, key=uuid.uuid4(), actor=clerk)
    send_batch(batch_id=batch.pk, courier=_("示例快递"), waybill="DEMO0009", on=_ago(SENT_DAYS), actor=clerk)
    with transaction.atomic():
        silent = registrant_of(donors[-1], lock=True)
        take_back_consents(silent, [ConsentSubject.STEM_TRANSFER], channel=Channel.COUNTER, actor=clerk)
    out = open_outgoing(branch=branch, batch_number=batch.number, key=uuid.uuid4(), actor=clerk)
    release_file(file_id=out.pk, actor=people["hangzhou.head"])
    make_outgoing(file_id=out.pk, job=NoProgress())
    # One that still waits for who approves.
    open_outgoing(branch=branch, batch_number="", key=uuid.uuid4(), actor=clerk)
    _received(branch, donors, clerk)


def _received(branch: Branch, donors: list[Donor], clerk: User) -> None:
    day = _ago(2).isoformat()
    typed, again = str(Result.TYPED.label), str(Result.INSUFFICIENT.label)
    lines = [
        ",".join(IN_COLUMNS),
        *(f"{one.number},{typed},{day}," for one in donors[:3]),
        f"{donors[3].number},{again},{day},",
        f"{branch.code}-2026-D09999999,{typed},{day},",
    ]
    content = "\r\n".join([*lines, ""]).encode()
    manifest = f"{hashlib.sha256(content).hexdigest()} rows={len(lines) - 1}"
    row = open_incoming(source=io.BytesIO(content), manifest=manifest, branch=branch, actor=clerk)
    check_incoming(file_id=row.pk, job=NoProgress())


def _joined(branch: Branch, at: int, clerk: User) -> Donor:
    digits = f"{branch.code[:4]}06199{at}0{at + 1}1{at}9{at:02d}"
    person = Person(
        name=_("%(surname)s示例%(given)s") % {"surname": _SURNAMES[at], "given": _GIVEN[at]},
        document_kind="",
        document=digits + id_check_digit(digits),
        phone=str(FIRST_PHONE + at),
        sex="male" if at % 2 else "female",
        address=_("示例街 %(n)d 号") % {"n": at + 1},
        has_capacity=True,
    )
    kin = (
        Kin(_("示例亲人"), Relation.PARENT, "13900000041"),
        Kin(_("示例朋友"), Relation.FRIEND, "13900000042"),
    )
    enrolment = Enrolment(
        branch=branch,
        person=person,
        answers={one.code: False for one in HEALTH_QUESTIONS},
        kin=kin,
        signed_on=_ago(SIGNED_DAYS),
        consents=frozenset(STEM_CONSENTS),
    )
    return enrol_donor(enrolment=enrolment, actor=clerk)


def _ago(days: int) -> datetime.date:
    return today() - datetime.timedelta(days=days)
