"""Rescue cases: reported with evidence, verified by a second person, told with the rescuer's consent."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now, today
from core.errors import NotFound
from core.files import reveal_stored
from core.masking import mask_name
from core.models import StoredFile
from core.numbers import take_number
from core.personal_numbers import find_personal_numbers
from core.sealed import open_for_work, seal_into
from core.uploads import keep_paper
from organizations.choices import Right
from organizations.permissions import require
from training.choices import RESCUE_TRANSITIONS, RescueStatus
from training.errors import OwnWork, TrainingError, WrongState
from training.models import Certificate, RescueCase, RescueEvent
from training.services.enrolling import LONGEST_NAME

if TYPE_CHECKING:
    from accounts.models import User
    from organizations.models import Branch, Division

LETTER = "R"
# The texts that the rescuer signs stand in templates/training/rescues/publish.html; a change of one is a new version.
STORY_CONSENT, NAME_CONSENT = "rescue-story-1", "rescue-name-1"
LONGEST_STORY = 3000


@dataclass(frozen=True)
class RescueReport:
    """What is known of a rescue: when, where, what happened, who helped; of who was saved only how many."""

    branch: Branch
    happened_on: datetime.date
    area: Division
    kind: str
    rescuer: str
    evidence: StoredFile | None
    saved_count: int = 1
    with_aed: bool = False
    certificate: Certificate | None = None
    key: uuid.UUID = field(default_factory=uuid.uuid4)


def keep_rescue_evidence(*, upload: BinaryIO, actor: User) -> StoredFile:
    """Keep what shows a rescue (a letter, a record of the ambulance, a photo) as a private file (P3: health)."""
    return keep_paper(upload=upload, field="evidence", data_class=StoredFile.DataClass.SENSITIVE, actor=actor)


def report_rescue(*, report: RescueReport, actor: User) -> RescueCase:
    """Write a rescue down; said twice with one key, it is the first one. Raises TrainingError with fields."""
    with transaction.atomic():
        require(actor, Right.MARK_TRAINING, report.branch)
        first: RescueCase | None = RescueCase.objects.unscoped("sent twice").filter(key=report.key).first()
        if first is not None:
            return first
        name = _checked(report)
        case = RescueCase(
            **RescueCase.lineage_of(report.branch),
            key=report.key,
            number=take_number(report.branch.code, today().year, LETTER),
            status=RescueStatus.REPORTED,
            happened_on=report.happened_on,
            area=report.area,
            kind=report.kind,
            saved_count=report.saved_count,
            with_aed=report.with_aed,
            certificate=report.certificate,
            shown_name=mask_name(name),
            evidence=report.evidence,
            maker_ids=[actor.pk],
            reported_by=actor,
            reported_at=now(),
        )
        seal_into(case, rescuer=name)
        case.save(force_insert=True)
        RescueEvent.objects.create(case=case, to_status=case.status, actor=actor, at=now())
        record_audit("training.rescue.reported", actor=actor, obj=case, branch_code=report.branch.code)
    return case


def verify_rescue(*, case_id: int, actor: User) -> RescueCase:
    """Say that it happened, as somebody who did not report it; from then on it counts. Locks it. Raises OwnWork."""
    with transaction.atomic():
        case = _locked(case_id)
        require(actor, Right.PLAN_TRAINING, case.branch)
        _require_another(case, actor)
        _move(case, RescueStatus.VERIFIED, actor=actor, verified_by=actor, verified_at=now())
    return case


def decline_rescue(*, case_id: int, actor: User, reason: str) -> RescueCase:
    """Say that it could not be verified, with the reason. Locks it. Raises OwnWork, TrainingError."""
    with transaction.atomic():
        case = _locked(case_id)
        require(actor, Right.PLAN_TRAINING, case.branch)
        _require_another(case, actor)
        _require_reason(reason)
        _move(case, RescueStatus.DECLINED, actor=actor, reason=reason)
    return case


def publish_rescue(*, case_id: int, story: str, agrees: bool, is_named: bool, actor: User) -> RescueCase:
    """Publish the story, with the rescuer's signed consent to it and, where `is_named`, to their name.

    Locks it. Raises TrainingError with fields: no consent, a story that holds numbers of people.
    """
    fields = {}
    if not agrees:
        fields["agrees"] = _("须先取得救护员签字同意，再公开。")
    text = story.strip()
    if not 20 <= len(text) <= LONGEST_STORY:
        fields["story"] = _("请写 20 至 %(most)d 字的经过。") % {"most": LONGEST_STORY}
    elif find_personal_numbers(text):
        fields["story"] = _("文字里有身份证号或手机号，请删去；获救者的姓名和住址也不要写。")
    if fields:
        raise TrainingError("story_incomplete", _("还不能公开，请按提示补齐。"), fields)
    with transaction.atomic():
        case = _locked(case_id)
        require(actor, Right.PLAN_TRAINING, case.branch)
        name = open_for_work(case, "rescuer", work=f"training.rescue:{case.number}") or ""
        _move(
            case,
            RescueStatus.PUBLISHED,
            actor=actor,
            story=text,
            story_consent=STORY_CONSENT,
            named_consent=NAME_CONSENT if is_named else "",
            shown_name=name if is_named else mask_name(name),
        )
    return case


def withdraw_rescue(*, case_id: int, actor: User, reason: str) -> RescueCase:
    """Take a story off at once, where the rescuer wishes it; the case still counts. Locks it. Raises TrainingError."""
    with transaction.atomic():
        case = _locked(case_id)
        require(actor, Right.PLAN_TRAINING, case.branch)
        _require_reason(reason)
        name = open_for_work(case, "rescuer", work=f"training.rescue:{case.number}") or ""
        _move(
            case,
            RescueStatus.WITHDRAWN,
            actor=actor,
            reason=reason,
            story_consent="",
            named_consent="",
            shown_name=mask_name(name),
        )
    return case


def open_rescue_evidence(*, case: RescueCase, actor: User) -> tuple[StoredFile, BinaryIO]:
    """Open what shows a rescue, for those who verify it; it tells of somebody's health, so the read log has it.

    Not inside a transaction. Raises NotFound.
    """
    require(actor, Right.PLAN_TRAINING, case.branch)
    purpose = _("核实救人事例 %(number)s") % {"number": case.number}
    try:
        source = reveal_stored(case.evidence, reader=actor, purpose=purpose, branch_code=case.branch.code)
        return case.evidence, source
    except FileNotFoundError as error:
        raise NotFound("file_lost", _("文件在存储里找不到了，请联系系统管理员。")) from error


def _checked(report: RescueReport) -> str:
    fields = {}
    name = " ".join(report.rescuer.split())
    if not 2 <= len(name) <= LONGEST_NAME:
        fields["rescuer"] = _("请填写救护员姓名，至少两个字；不公开，除非本人同意。")
    if report.happened_on > today():
        fields["happened_on"] = _("日期不能晚于今天。")
    if not 0 < report.saved_count <= 50:
        fields["saved_count"] = _("获救人数应在 1 至 50 之间。")
    if report.evidence is None:
        fields["evidence"] = _("请上传佐证材料，例如感谢信、接处警或院前急救记录。")
    if fields:
        raise TrainingError("rescue_incomplete", _("还不完整，请按提示填写。"), fields)
    return name


def _require_another(case: RescueCase, actor: User) -> None:
    if actor.pk in case.maker_ids:
        raise OwnWork(_("这个事例由您登记，须由另一位同事核实。"))


def _require_reason(reason: str) -> None:
    if len(reason.strip()) < 2:
        sentence = _("请写明原因。")
        raise TrainingError("reason_missing", sentence, {"reason": sentence})


def _locked(case_id: int) -> RescueCase:
    found: RescueCase = (
        RescueCase.objects.unscoped("lock of one known case")
        .select_for_update(of=("self",))
        .select_related("branch")
        .get(pk=case_id)
    )
    return found


def _move(case: RescueCase, to_status: str, *, actor: User, reason: str = "", **changes: Any) -> None:
    if to_status not in RESCUE_TRANSITIONS[case.status]:
        raise WrongState(
            "rescue_wrong_state",
            _("救人事例 %(number)s 现在是“%(now)s”，这一步已由他人办理或不能办理，请刷新页面查看。")
            % {"number": case.number, "now": RescueStatus(case.status).label},
        )
    from_status, case.status = case.status, to_status
    for name, value in changes.items():
        setattr(case, name, value)
    case.save(update_fields=["status", *changes])
    RescueEvent.objects.create(
        case=case, from_status=from_status, to_status=to_status, actor=actor, at=now(), reason=reason.strip()[:500]
    )
    record_audit(
        f"training.rescue.{to_status}",
        actor=actor,
        obj=case,
        branch_code=case.branch.code,
        changed_fields=["status", *changes],
    )
