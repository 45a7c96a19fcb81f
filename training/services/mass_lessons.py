"""Mass lessons: written down with evidence, confirmed by a second person, corrected by a new row."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now, today
from core.errors import NotFound
from core.files import open_stored
from core.models import StoredFile
from core.numbers import take_number
from core.uploads import keep_paper
from organizations.choices import Right
from organizations.permissions import require
from training.choices import MASS_LESSON_TRANSITIONS, KeyGroup, MassLessonStatus
from training.errors import OwnWork, TrainingError, WrongState
from training.models import Instructor, MassLesson, MassLessonEvent, Organisation, ServiceContract
from training.models.mass_lesson import LARGEST_AUDIENCE
from training.permissions import may_read_evidence
from training.services.organisations import named_organisation
from training.services.recorded_lessons import record_mass_lesson

if TYPE_CHECKING:
    from accounts.models import User
    from organizations.models import Branch, Division

LETTER = "M"
LONGEST_MINUTES = 24 * 60


@dataclass(frozen=True)
class MassLessonDraft:
    """What is written of a mass lesson; `audience_count` is person-times, `minutes` how long it took.

    `organisation` is looked for in the register; one that is not there is registered as an `organisation_kind` by who
    plans training, and stays a text without one.
    """

    branch: Branch
    held_on: datetime.date
    area: Division
    place: str
    topic: str
    setting: str
    minutes: int
    audience_count: int
    key_group: str = KeyGroup.NONE
    organisation: str = ""
    organisation_kind: str = ""
    held_for: Organisation | None = None
    instructor: Instructor | None = None
    evidence: StoredFile | None = None
    contract: ServiceContract | None = None
    key: uuid.UUID = field(default_factory=uuid.uuid4)


def keep_evidence(*, upload: BinaryIO, actor: User) -> StoredFile:
    """Keep what shows a lesson (JPG, PNG, PDF, at most 10 MB) as a private file: people can be seen on it (P2)."""
    return keep_paper(upload=upload, field="evidence", data_class=StoredFile.DataClass.PERSONAL, actor=actor)


def open_evidence(*, lesson: MassLesson, actor: User) -> tuple[StoredFile, BinaryIO]:
    """Open what shows a lesson, for those who work at it; the reading is recorded. Raises NotFound."""
    if not may_read_evidence(actor, lesson):
        require(actor, Right.MARK_TRAINING, lesson.branch)
    if lesson.evidence is None:
        raise NotFound("no_evidence", _("这次普及培训还没有佐证材料。"))
    record_audit("training.masslesson.evidence_read", actor=actor, obj=lesson, branch_code=lesson.branch.code)
    try:
        return lesson.evidence, open_stored(lesson.evidence)
    except FileNotFoundError as error:
        raise NotFound("file_lost", _("文件在存储里找不到了，请联系系统管理员。")) from error


def create_mass_lesson(*, draft: MassLessonDraft, actor: User) -> MassLesson:
    """Write down a mass lesson as a draft; said twice with one key, it is the first one. Raises TrainingError."""
    return _created(draft, actor)


def correct_mass_lesson(*, lesson_id: int, draft: MassLessonDraft, note: str, actor: User) -> MassLesson:
    """Write down what a confirmed lesson should have said; it takes its place when it is confirmed.

    Locks the old one. Raises WrongState where it is not confirmed or another correction is under way.
    """
    with transaction.atomic():
        old = _locked(lesson_id)
        require(actor, Right.MARK_TRAINING, old.branch)
        if old.status != MassLessonStatus.CONFIRMED or draft.branch.pk != old.branch_id:
            raise WrongState("mass_lesson_not_confirmed", _("只有已核对的普及培训才能更正，请刷新页面。"))
        if len(note.strip()) < 2:
            sentence = _("请写明更正的原因，它会公开。")
            raise TrainingError("correction_note", sentence, {"correction_note": sentence})
        under_way = MassLesson.objects.unscoped("of a lesson in hand").filter(corrects=old)
        same = under_way.filter(key=draft.key).first()
        if same is not None:
            return same
        if under_way.exists():
            raise WrongState("correction_under_way", _("这次普及培训已有更正在办理，请先办完那一个。"))
        return _created(draft, actor, corrects=old, correction_note=note.strip()[:300])


def change_mass_lesson(*, lesson_id: int, draft: MassLessonDraft, actor: User) -> MassLesson:
    """Change a draft or a returned one. Locks it. Raises TrainingError with fields, WrongState."""
    with transaction.atomic():
        lesson = _locked(lesson_id)
        require(actor, Right.MARK_TRAINING, lesson.branch)
        if not lesson.is_editable:
            raise WrongState("mass_lesson_submitted", _("已提交或已核对，不能再改，请刷新页面查看。"))
        _check(draft)
        draft = _with_organisation(draft, actor)
        columns = _columns(draft)
        if draft.evidence is None:
            columns.pop("evidence")
        for name, value in columns.items():
            setattr(lesson, name, value)
        if actor.pk not in lesson.maker_ids:
            lesson.maker_ids = [*lesson.maker_ids, actor.pk]
        lesson.save()
        record_audit(
            "training.masslesson.changed",
            actor=actor,
            obj=lesson,
            branch_code=lesson.branch.code,
            changed_fields=columns,
        )
    return lesson


def submit_mass_lesson(*, lesson_id: int, actor: User) -> MassLesson:
    """Hand it on to a second person. Locks it. Raises TrainingError without evidence, WrongState."""
    with transaction.atomic():
        lesson = _locked(lesson_id)
        require(actor, Right.MARK_TRAINING, lesson.branch)
        if lesson.evidence_id is None:
            sentence = _("请先上传佐证材料（现场照片、签到表或回执），再提交。")
            raise TrainingError("evidence_missing", sentence, {"evidence": sentence})
        makers = lesson.maker_ids if actor.pk in lesson.maker_ids else [*lesson.maker_ids, actor.pk]
        _move(lesson, MassLessonStatus.SUBMITTED, actor=actor, maker_ids=makers)
    return lesson


def return_mass_lesson(*, lesson_id: int, actor: User, reason: str) -> MassLesson:
    """Send it back with the reason. Locks it. Raises TrainingError, WrongState."""
    with transaction.atomic():
        lesson = _locked(lesson_id)
        require(actor, Right.PLAN_TRAINING, lesson.branch)
        if len(reason.strip()) < 2:
            sentence = _("请写明退回的原因。")
            raise TrainingError("reason_missing", sentence, {"reason": sentence})
        _move(lesson, MassLessonStatus.RETURNED, actor=actor, reason=reason)
    return lesson


def cancel_mass_lesson(*, lesson_id: int, actor: User, reason: str = "") -> MassLesson:
    """Drop a draft or a returned one; its number is not used again. Locks it. Raises WrongState."""
    with transaction.atomic():
        lesson = _locked(lesson_id)
        require(actor, Right.MARK_TRAINING, lesson.branch)
        _move(lesson, MassLessonStatus.CANCELLED, actor=actor, reason=reason)
    return lesson


def confirm_mass_lesson(*, lesson_id: int, actor: User) -> MassLesson:
    """Confirm it as somebody who did not write it; from then on it counts in public. Locks it and what it corrects.

    Raises OwnWork for its makers, WrongState.
    """
    with transaction.atomic():
        lesson = _locked(lesson_id)
        require(actor, Right.PLAN_TRAINING, lesson.branch)
        if actor.pk in lesson.maker_ids:
            raise OwnWork(_("这次普及培训由您登记或修改过，须由另一位同事核对。"))
        _move(lesson, MassLessonStatus.CONFIRMED, actor=actor, confirmed_by=actor, confirmed_at=now())
        if lesson.corrects_id:
            _move(_locked(lesson.corrects_id), MassLessonStatus.CORRECTED, actor=actor, reason=lesson.correction_note)
        record_mass_lesson(lesson)
    return lesson


def _created(draft: MassLessonDraft, actor: User, **more: Any) -> MassLesson:
    with transaction.atomic():
        require(actor, Right.MARK_TRAINING, draft.branch)
        first: MassLesson | None = MassLesson.objects.unscoped("sent twice").filter(key=draft.key).first()
        if first is not None:
            return first
        _check(draft)
        draft = _with_organisation(draft, actor)
        lesson = MassLesson.objects.create(
            **MassLesson.lineage_of(draft.branch),
            **_columns(draft),
            **more,
            key=draft.key,
            number=take_number(draft.branch.code, today().year, LETTER),
            status=MassLessonStatus.DRAFT,
            maker_ids=[actor.pk],
            created_by=actor,
            created_at=now(),
        )
        MassLessonEvent.objects.create(lesson=lesson, to_status=lesson.status, actor=actor, at=now())
        record_audit("training.masslesson.created", actor=actor, obj=lesson, branch_code=draft.branch.code)
    return lesson


def _check(draft: MassLessonDraft) -> None:
    fields = {}
    if draft.held_on > today():
        fields["held_on"] = _("日期不能晚于今天：普及培训在举办之后登记。")
    if not draft.place.strip():
        fields["place"] = _("请填写地点。")
    if not 0 < draft.audience_count <= LARGEST_AUDIENCE:
        fields["audience_count"] = _("听课人次应在 1 至 %(most)d 之间；人数更多的请分场登记。") % {
            "most": LARGEST_AUDIENCE
        }
    if draft.contract is not None and draft.contract.branch_id != draft.branch.pk:
        fields["contract"] = _("合同须是举办单位自己签订的。")
    if not 0 < draft.minutes <= LONGEST_MINUTES:
        fields["minutes"] = _("时长应在 1 至 1440 分钟之间。")
    if fields:
        raise TrainingError("mass_lesson_incomplete", _("还不完整，请按提示填写。"), fields)


def _with_organisation(draft: MassLessonDraft, actor: User) -> MassLessonDraft:
    found = named_organisation(
        name=draft.organisation, kind=draft.organisation_kind, area=draft.area, branch=draft.branch, actor=actor
    )
    return replace(draft, held_for=found, organisation=found.name if found else draft.organisation)


def _columns(draft: MassLessonDraft) -> dict[str, Any]:
    return {
        "held_on": draft.held_on,
        "area": draft.area,
        "place": draft.place.strip()[:200],
        "topic": draft.topic,
        "setting": draft.setting,
        "minutes": draft.minutes,
        "audience_count": draft.audience_count,
        "key_group": draft.key_group,
        "organisation": draft.organisation.strip()[:120],
        "held_for": draft.held_for,
        "instructor": draft.instructor,
        "evidence": draft.evidence,
        "contract": draft.contract,
    }


def _locked(lesson_id: int) -> MassLesson:
    found: MassLesson = (
        MassLesson.objects.unscoped("lock of one known mass lesson")
        .select_for_update(of=("self",))
        .select_related("branch", "area")
        .get(pk=lesson_id)
    )
    return found


def _move(lesson: MassLesson, to_status: str, *, actor: User, reason: str = "", **changes: Any) -> None:
    if to_status not in MASS_LESSON_TRANSITIONS[lesson.status]:
        raise WrongState(
            "mass_lesson_wrong_state",
            _("普及培训 %(number)s 现在是“%(now)s”，这一步已由他人办理或不能办理，请刷新页面查看。")
            % {"number": lesson.number, "now": MassLessonStatus(lesson.status).label},
        )
    from_status, lesson.status = lesson.status, to_status
    for name, value in changes.items():
        setattr(lesson, name, value)
    lesson.save(update_fields=["status", *changes])
    MassLessonEvent.objects.create(
        lesson=lesson, from_status=from_status, to_status=to_status, actor=actor, at=now(), reason=reason.strip()[:500]
    )
    record_audit(
        f"training.masslesson.{to_status}",
        actor=actor,
        obj=lesson,
        branch_code=lesson.branch.code,
        changed_fields=["status", *changes],
    )
