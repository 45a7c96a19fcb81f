"""Stem-cell donors by the hundred thousand, sealed as the services seal them, for benchmarks of the registries."""

from __future__ import annotations

import datetime
import json
import uuid

from django.db import transaction

from accounts.models import User
from bench.registries_data import SURNAMES, document_at
from core.clock import now, today
from core.copying import copy_rows
from core.numbers import format_number, take_serials
from core.sealed import seal_into_many
from organizations.models import Branch
from registries.choices import Channel, ConsentAct, ConsentSubject
from registries.choices.donors import DonorStatus
from registries.models import Donor, Registrant, Sample
from registries.services.consents import TEXT_VERSIONS

CHUNK = 5_000


def make_donors(branch: Branch, actor: User, *, count: int, sent: int, no_consent: int = 0) -> None:
    """Donors of a branch: the first `sent` with a bag on its way, of whom `no_consent` are not to be reported; the rest
    typed. Each with the consent to be reported."""
    for first in range(0, count, CHUNK):
        size = min(CHUNK, count - first)
        with transaction.atomic():
            _chunk(branch, actor, first, size, sent=sent, no_consent=no_consent)


def _chunk(branch: Branch, actor: User, first: int, size: int, *, sent: int, no_consent: int) -> None:
    people = _people(branch, actor, first, size)
    day, moment = today() - datetime.timedelta(days=60), now()
    serial = take_serials(branch.code, today().year, "D", size)
    donors = [
        Donor(
            **Donor.lineage_of(branch),
            number=format_number(branch.code, today().year, "D", serial + at),
            status=DonorStatus.SENT if first + at < sent else DonorStatus.TYPED,
            channel=Channel.COUNTER,
            enrolled_on=day,
            sample_from=day + datetime.timedelta(days=7),
            stepped_on=day + datetime.timedelta(days=10),
            typed_on=None if first + at < sent else day + datetime.timedelta(days=30),
            is_known_there=first + at >= sent,
            ages_out_month=datetime.date(2040, 1, 1),
            enrolled_by=actor,
            enrolled_at=moment,
        )
        for at in range(size)
    ]
    seal_into_many(donors, "registrant", [str(one.row_key) for one in people])
    seal_into_many(donors, "answers", ['{"cold": false}'] * size)
    seal_into_many(donors, "kin", ['[{"name": "示例", "relation": "kin", "phone": "13900000000"}]'] * size)
    Donor.objects.bulk_create(donors)
    _around(people, donors, actor, moment, first, sent=sent, no_consent=no_consent)


def _people(branch: Branch, actor: User, first: int, size: int) -> list[Registrant]:
    serial = take_serials(branch.code, today().year, "N", size)
    people = [
        Registrant(
            **Registrant.lineage_of(branch),
            number=format_number(branch.code, today().year, "N", serial + at),
            document_kind="id_card",
            created_by=actor,
            created_at=now(),
        )
        for at in range(size)
    ]
    said = [_said(first + at) for at in range(size)]
    for name in ("document", "name", "phone", "details"):
        seal_into_many(people, name, [one[name] for one in said])
    Registrant.objects.bulk_create(people)
    return people


def _said(at: int) -> dict[str, str]:
    details = {"sex": "female", "born_on": "1985-01-15", "address": f"示例路 {at} 号"}
    return {
        "document": document_at(at),
        "name": f"{SURNAMES[at % 10]}示例",
        "phone": f"138{at:08d}",
        "details": json.dumps(details, ensure_ascii=False),
    }


def _around(
    people: list[Registrant],
    donors: list[Donor],
    actor: User,
    moment: datetime.datetime,
    first: int,
    *,
    sent: int,
    no_consent: int,
) -> None:
    # The one consent that is asked for here; the others would only take time.
    columns = ("registrant_id", "subject", "act", "text_version", "channel", "recorded_by_id", "at")
    version = TEXT_VERSIONS[ConsentSubject.STEM_TRANSFER]
    copy_rows(
        "registries_consent",
        columns,
        (
            (one.pk, ConsentSubject.STEM_TRANSFER, ConsentAct.GIVEN, version, Channel.COUNTER, actor.pk, moment)
            for at, one in enumerate(people, start=first)
            if at >= no_consent
        ),
    )
    Sample.objects.bulk_create(
        Sample(
            donor=one, bag=f"BAG{uuid.uuid4().hex[:16].upper()}", taken_on=one.sample_from, written_by=actor,
            written_at=moment,
        )
        for at, one in enumerate(donors, start=first)
        if at < sent
    )  # fmt: skip
