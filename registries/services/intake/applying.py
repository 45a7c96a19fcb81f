"""Bringing in who stands in a released file, in steps: each line once, in the transaction of its own donor."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from core.audit import record_audit_many
from core.clock import now, today
from core.numbers import format_number, take_serials
from core.progress import Progress
from core.sealed import open_many_for_work, seal_into_many
from registries.choices import STEM_CONSENTS, Channel, ConsentSubject
from registries.choices.donors import REFLECTION_DAYS, DonorStatus
from registries.choices.exchange import Outcome
from registries.choices.intake import BROUGHT_IN, DOCUMENT, IntakeStatus
from registries.models import Donor, DonorEvent, DonorIntake, DonorIntakeRow, Registrant
from registries.services.consents import give_paper_consents
from registries.services.donors.enrolment import LETTER
from registries.services.donors.states import last_birthday
from registries.services.intake.files import empty_lines, lock_intake, move_intake
from registries.services.intake.known import known_among
from registries.services.intake.lines import PaperDonor, fault_of_age, from_sealed
from registries.services.intake.reading import Told
from registries.services.registrants import write_registrants

CHUNK = 500
# Somebody else wrote down one of the same people at the same moment: the next try finds them.
TRIES = 3


@dataclass(frozen=True)
class _Line:
    row: DonorIntakeRow
    donor: PaperDonor


def apply_intake(*, intake_id: int, job: Progress) -> DonorIntake:
    """Bring in the good lines of a released file, CHUNK in a transaction; begun again, it goes on where it stood.

    What became impossible since the check is marked with why, and left. A file that is not APPLYING is left as it is.
    Locks the file, registrants in the order of their ids, then the counters of numbers.
    """
    done = 0
    while settled := _apply_chunk(intake_id):
        done += settled
        job.progress(done, stage=_("带入"))
    with transaction.atomic():
        row = lock_intake(intake_id)
        if row.status == IntakeStatus.APPLYING and not row.rows.filter(outcome=Outcome.GOOD).exists():
            empty_lines(row)
            brought = row.rows.filter(outcome=Outcome.DONE).count()
            said = _("带入 %(n)d 人，%(maker)s 上传，%(checker)s 批准") % {
                "n": brought,
                "maker": row.made_by.login,
                "checker": row.released_by.login if row.released_by else "",
            }
            bad = row.row_count - brought
            move_intake(row, IntakeStatus.APPLIED, verb="applied", actor=row.released_by, reason=said, bad_count=bad)
    return row


def _apply_chunk(intake_id: int) -> int:
    for left in reversed(range(TRIES)):
        try:
            with transaction.atomic():
                return _apply(intake_id)
        except IntegrityError:
            if not left:
                raise
    return 0


def _apply(intake_id: int) -> int:
    """The next good lines of a file; how many are settled with them."""
    row = lock_intake(intake_id)
    if row.status != IntakeStatus.APPLYING:
        return 0
    # Not by row.rows: it would ask for each line's file, which is not read here.
    todo = list(DonorIntakeRow.objects.filter(intake=row, outcome=Outcome.GOOD).order_by("line")[:CHUNK])
    texts = open_many_for_work(todo, "content", work=f"registries.intake:{row.number}")
    lines = [_Line(one, from_sealed(text or "")) for one, text in zip(todo, texts, strict=True)]
    known = known_among(row.branch, [one.donor for one in lines], lock=True)
    good, late = [], []
    for one in lines:
        if told := [*_late(one.donor), *known.faults(one.donor)]:
            late.append((one.row, told))
        else:
            good.append(one)
    new = [one for one in good if known.registrant(one.donor) is None]
    written = write_registrants(branch=row.branch, people=[one.donor.person for one in new], actor=row.made_by)
    whose = {one.row.pk: person for one, person in zip(new, written, strict=True)}
    people = [whose.get(one.row.pk) or known.registrant(one.donor) for one in good]
    _bring_in(row, good, [one for one in people if one is not None])
    _mark_late(late)
    return len(todo)


def _late(donor: PaperDonor) -> list[Told]:
    """What forbids to bring somebody in that nobody could know at the check: a birthday since."""
    sentence = fault_of_age(donor.born_on)
    return [(DOCUMENT, sentence)] if sentence else []


def _bring_in(row: DonorIntake, lines: Sequence[_Line], people: Sequence[Registrant]) -> None:
    """Write down donors with all that belongs to them: consents, numbers, events, rows of the trail, outcomes."""
    if not lines:
        return
    moment, lineage, branch = now(), Donor.lineage_of(row.branch), row.branch
    given = ((person, _subjects(one.donor), one.donor.joined_on) for one, person in zip(lines, people, strict=True))
    give_paper_consents(given, actor=row.made_by)
    first = take_serials(branch.code, today().year, LETTER, len(lines))
    donors = [
        Donor(
            **lineage,
            number=format_number(branch.code, today().year, LETTER, first + at),
            status=DonorStatus.TYPED,
            # They signed by themselves: papers of before the portal that somebody else signed are no agreement.
            channel=Channel.COUNTER,
            enrolled_on=one.donor.joined_on,
            sample_from=one.donor.joined_on + datetime.timedelta(days=REFLECTION_DAYS),
            ages_out_month=last_birthday(one.donor.born_on).replace(day=1),
            stepped_on=one.donor.typed_on,
            typed_on=one.donor.typed_on,
            is_called=one.donor.is_called,
            is_known_there=True,
            enrolled_by=row.made_by,
            enrolled_at=moment,
        )
        for at, one in enumerate(lines)
    ]
    seal_into_many(donors, "registrant", [str(person.row_key) for person in people])
    seal_into_many(donors, "kin", [one.donor.kin for one in lines])
    seal_into_many(donors, "paper", [_paper_text(one.donor) for one in lines])
    Donor.objects.bulk_create(donors)
    DonorEvent.objects.bulk_create(
        DonorEvent(
            donor=donor,
            from_status="",
            to_status=DonorStatus.TYPED,
            verb=BROUGHT_IN,
            on=donor.enrolled_on,
            until=donor.typed_on,
            channel=donor.channel,
            actor=row.made_by,
            at=moment,
        )
        for donor in donors
    )
    record_audit_many(f"registries.donor.{BROUGHT_IN}", actor=row.made_by, objs=donors, branch_code=branch.code)
    _settle(lines, donors, moment)


def _subjects(donor: PaperDonor) -> frozenset[str]:
    without = frozenset() if donor.is_called else frozenset({ConsentSubject.STEM_CONTACT})
    return frozenset(STEM_CONSENTS) - without


def _paper_text(donor: PaperDonor) -> str:
    return json.dumps({"paper": donor.paper, "bag": donor.bag}, ensure_ascii=False)


def _settle(lines: Sequence[_Line], donors: Sequence[Donor], moment: datetime.datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE registries_donorintakerow r SET outcome = %s, done_at = %s, donor_id = v.donor, content = NULL"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS v(id, donor) WHERE r.id = v.id AND r.outcome = %s",
            [Outcome.DONE, moment, [one.row.pk for one in lines], [one.pk for one in donors], Outcome.GOOD],
        )
        if cursor.rowcount != len(lines):
            raise RuntimeError("lines were settled while their file was locked")


def _mark_late(late: Sequence[tuple[DonorIntakeRow, list[Told]]]) -> None:
    for one, told in late:
        DonorIntakeRow.objects.filter(pk=one.pk).update(outcome=Outcome.LATE, faults=told, content=None)
