"""The witness record: what two coordinators or more saw, each signing by their own login."""

from __future__ import annotations

import datetime
import json
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.clock import SHANGHAI, now
from core.sealed import seal_into
from registries.choices.cases import (
    LEAST_COORDINATORS,
    NEEDED_POINTS,
    Basis,
    CaseStatus,
    Decision,
    WitnessPoint,
)
from registries.errors import RegistryError, WrongState
from registries.models import Case, CaseCoordinator, CaseSignature, CaseWitness
from registries.permissions.cases import require_coordinator
from registries.services.cases.blind import check_blind
from registries.services.cases.family import standings_of
from registries.services.cases.moving import last_day, lock_case, move_case, note_case, require_state
from registries.services.cases.wish_in_life import heed_said, is_in_doubt
from registries.services.form_keys import sent_before

if TYPE_CHECKING:
    from accounts.models import User

LONGEST_PLACE, LONGEST_TEXT = 120, 2000


@dataclass(frozen=True)
class Seen:
    """What was seen, as typed: where, when, the points of the list, in words; `key` is the form's own."""

    place: str
    at: datetime.datetime
    points: tuple[str, ...]
    text: str
    key: uuid.UUID = field(default_factory=uuid.uuid4)


def write_witness(*, case_id: int, seen: Seen, actor: User) -> CaseWitness:
    """Write the witness record, or a corrected one, which everybody signs anew. Locks the case.

    Raises RegistryError with fields, WrongState without two coordinators. Source: 人体器官捐献和移植条例 Arts. 17-19.
    """
    with transaction.atomic():
        case = lock_case(case_id)
        require_coordinator(actor, case)
        require_state(case, CaseStatus.CONSENTED)
        if first := sent_before(CaseWitness.objects.all(), seen.key, case_id=case.pk, witnessed_at=seen.at):
            return first
        if CaseCoordinator.objects.filter(case=case, released_at=None).count() < LEAST_COORDINATORS:
            raise WrongState(
                "one_coordinator_alone", _("依法须两名以上协调员见证：请捐献工作负责人再指派一名协调员，再写见证记录。")
            )
        _check_seen(case, seen)
        content = {
            "place": check_blind(seen.place, field="place", longest=LONGEST_PLACE),
            "text": check_blind(seen.text, field="text", longest=LONGEST_TEXT),
        }
        row = CaseWitness(
            case=case,
            key=seen.key,
            witnessed_at=seen.at,
            points=[one for one in WitnessPoint.values if one in seen.points],
            written_by=actor,
            written_at=now(),
        )
        seal_into(row, content=json.dumps(content, ensure_ascii=False))
        row.save(force_insert=True)
        note_case(case, "witness_written", on=_day(seen.at), actor=actor, fields=["witnessed_at", "points", "content"])
    return row


def sign_witness(*, case_id: int, witness_id: int, actor: User) -> Case:
    """Sign the newest witness record as oneself; the last signature that is needed completes it. Locks the case.

    A refusal in life that is found ends the case (the caller looks at its state). Raises WrongState. A false signature
    costs the badge for life (人体器官捐献和移植条例 Art. 47), so it can be neither changed nor removed.
    """
    with transaction.atomic():
        case = lock_case(case_id)
        require_coordinator(actor, case)
        require_state(case, CaseStatus.CONSENTED)
        record = newest_witness(case)
        if record is None or record.pk != witness_id:
            raise WrongState("witness_replaced", _("见证记录已重写，请刷新页面，看过新的记录再签字。"))
        if record.signatures.filter(person=actor).exists():
            raise WrongState("already_signed", _("您已签过字，正在等其他协调员签字。"))
        if actor.pk not in there_at(case, record):
            raise WrongState(
                "was_not_there",
                _("见证的时候您还没有指派到这个案例，不能签字；由当时在场的协调员签字，不足两名的不能出具见证。"),
            )
        if heed_said(case, actor=actor, is_covered=True):
            return case
        if _waits_for_kin(case):
            raise WrongState("not_all_agree", _("后来列出的家属还没有签字同意，须先取得其书面决定，再签见证记录。"))
        CaseSignature.objects.create(witness=record, person=actor, at=now())
        note_case(case, "witness_signed", on=_day(record.witnessed_at), actor=actor, fields=["signature"])
        finish_witness(case, actor=actor)
    return case


def finish_witness(case: Case, *, actor: User) -> bool:
    """Move a locked case on where each who is assigned and was there, two or more, has signed; whether it was.

    The database asks the same (case_witnessed_by_two).
    """
    record = newest_witness(case)
    if case.status != CaseStatus.CONSENTED or record is None:
        return False
    needed = there_at(case, record)
    signed = set(record.signatures.values_list("person_id", flat=True))
    if len(needed) < LEAST_COORDINATORS or not needed <= signed or _waits_for_kin(case):
        return False
    # Once it is settled, `settle_doubt` moves it on.
    if is_in_doubt(case):
        return False
    move_case(case, CaseStatus.WITNESSED, on=_day(record.witnessed_at), verb="witnessed", actor=actor)
    return True


def newest_witness(case: Case) -> CaseWitness | None:
    """The witness record that counts; one query."""
    found: CaseWitness | None = case.witness_records.order_by("-pk").first()
    return found


def there_at(case: Case, record: CaseWitness) -> frozenset[int]:
    """The ids of those who are assigned today and were when it was witnessed: they sign, nobody else; one query.

    A form says the minute, not the second. The database asks the same (registries_was_there).
    """
    rows = list(CaseCoordinator.objects.filter(case=case))
    today_there = {one.person_id for one in rows if one.released_at is None}
    then_there = {
        one.person_id
        for one in rows
        if one.assigned_at.replace(second=0, microsecond=0) <= record.witnessed_at
        and (one.released_at is None or one.released_at >= record.witnessed_at)
    }
    return frozenset(today_there & then_there)


def needed_points(case: Case) -> frozenset[str]:
    """What must have been seen for all that is given."""
    return frozenset().union(*(NEEDED_POINTS[kind] for kind in case.kinds))


def _check_seen(case: Case, seen: Seen) -> None:
    faults: dict[str, str] = {}
    if len(seen.place.strip()) < 2:
        faults["place"] = _("请填写见证地点。")
    missing = needed_points(case) - frozenset(seen.points)
    if missing:
        labels = _("、").join(str(WitnessPoint(one).label) for one in WitnessPoint.values if one in missing)
        faults["points"] = _("还没有勾选：%(points)s。没有亲眼见证的，不得勾选，也不得出具见证意见。") % {
            "points": labels
        }
    if case.died_on is None:
        faults["at"] = _("请先补写死亡日期：获取和接收须在依法判定死亡之后。")
    elif seen.at > now():
        faults["at"] = _("见证时间不能晚于现在。")
    elif _day(seen.at) < max(last_day(case), case.died_on):
        faults["at"] = _("见证日期不能早于书面同意和死亡的日期，请核对。")
    if faults:
        raise RegistryError("witness_incomplete", _("还不完整，请按提示填写。"), faults)


def _waits_for_kin(case: Case) -> bool:
    """Whether somebody who decides was found after the consent and has not agreed: they are asked first."""
    return case.basis == Basis.JOINT_KIN and any(
        one.decides and (one.decision is None or one.decision.decision != Decision.AGREE) for one in standings_of(case)
    )


def _day(moment: datetime.datetime) -> datetime.date:
    return moment.astimezone(SHANGHAI).date()
