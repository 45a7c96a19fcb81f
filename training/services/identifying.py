"""Who the people of a session are: their names shown for a purpose, the documents of those who had shown none."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.documents import read_document
from core.sealed import reveal_many
from organizations.choices import Right
from organizations.permissions import require
from training.choices import MARKABLE_SESSION, EnrolmentStatus, SessionStatus
from training.errors import TrainingError, WrongState
from training.models import Enrolment, Session
from training.selectors.held import Known
from training.services.enrolling import ACTIVE, DOCUMENT_CONSENT_VERSION, learner_of, problem_of_age
from training.services.moving import lock_session

if TYPE_CHECKING:
    from accounts.models import User

# Also after the signature: who passed without one gets the certificate once it is there.
_DOCUMENT_STATES = MARKABLE_SESSION | {SessionStatus.SIGNED}


def reveal_roster(
    *, session: Session, enrolments: Sequence[Enrolment], purpose: str, actor: User, with_phones: bool = False
) -> dict[int, Known]:
    """Show the names of a roster, with the telephones if asked, to a person who says what for; each value is logged.

    Enrolment id → what was shown. Not inside a transaction. Raises DomainError `purpose_missing`.
    """
    require(actor, Right.READ_TRAINEES, session.branch)
    code = session.branch.code
    names = reveal_many(enrolments, "name", reader=actor, purpose=purpose, branch_code=code)
    phones: Sequence[str | None] = [None] * len(enrolments)
    if with_phones:
        phones = reveal_many(enrolments, "phone", reader=actor, purpose=purpose, branch_code=code)
    return {one.pk: Known(name or "", phone or "") for one, name, phone in zip(enrolments, names, phones, strict=True)}


def add_document(
    *,
    enrolment_id: int,
    document_kind: str,
    document: str,
    has_document_consent: bool,
    actor: User,
    born_on: datetime.date | None = None,
) -> Enrolment:
    """Write down the document of somebody who had shown none; they agreed to it separately.

    Locks the session, then the enrolment. Raises WrongState where there is one already or the session is over,
    TrainingError with fields.
    """
    rows = Enrolment.objects.unscoped("asked for by its session")
    with transaction.atomic():
        session = lock_session(rows.values_list("session_id", flat=True).get(pk=enrolment_id))
        require(actor, Right.PLAN_TRAINING, session.branch)
        enrolment: Enrolment = rows.select_for_update(of=("self",)).get(pk=enrolment_id)
        _require_open(session, enrolment)
        if not has_document_consent:
            sentence = _("须本人单独同意后才能登记证件号码，请勾选。")
            raise TrainingError("consent_missing", sentence, {"document_consent": sentence})
        checked = read_document(document_kind, document)
        born = checked.born_on or born_on
        problem = problem_of_age(born, session) if born else _("这种证件上没有出生日期，请另外填写。")
        if problem:
            raise TrainingError("age_wrong", problem, {"document" if checked.born_on else "born_on": problem})
        learner = learner_of(checked)
        other = rows.filter(session=session, learner=learner, status__in=ACTIVE).first()
        if other is not None:
            sentence = _("这个证件已登记在本班 %(place)d 号的人名下，请核对。") % {"place": other.place}
            raise TrainingError("document_taken", sentence, {"document": sentence})
        enrolment.learner, enrolment.document_consent = learner, DOCUMENT_CONSENT_VERSION
        enrolment.save(update_fields=["learner", "document_consent"])
        record_audit(
            "training.enrolment.document_added",
            actor=actor,
            obj=enrolment,
            branch_code=session.branch.code,
            changed_fields=["learner", "document_consent"],
        )
    return enrolment


def _require_open(session: Session, enrolment: Enrolment) -> None:
    if enrolment.learner_id is not None:
        raise WrongState("document_there", _("这个人已登记证件，不重复登记。"))
    if enrolment.status == EnrolmentStatus.CANCELLED or session.status not in _DOCUMENT_STATES:
        raise WrongState("enrolment_over", _("这个报名已经取消，或培训班已经结束，不能再登记证件。"))
