"""Participants' feedback: once each, from the last lesson until a month after it."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.clock import now
from core.sealed import seal_into
from training.choices import EnrolmentStatus, SessionStatus
from training.errors import TrainingError, WrongState
from training.models import Enrolment, Feedback, Lesson
from training.models.feedback import BEST

OPEN_FOR = datetime.timedelta(days=30)
LONGEST_COMMENT = 500


def takes_feedback(enrolment: Enrolment) -> bool:
    """Whether somebody with a seat may say something now; two queries."""
    if enrolment.status != EnrolmentStatus.SEATED or enrolment.session.status == SessionStatus.CANCELLED:
        return False
    last = Lesson.objects.filter(session=enrolment.session_id).order_by("-starts_at").first()
    return last is not None and last.starts_at <= now() < last.ends_at + OPEN_FOR


def give_feedback(*, enrolment_id: int, teaching: int, practice: int, venue: int, comment: str = "") -> Feedback:
    """Take a participant's marks (1 to 5) and comment; the caller holds the place's code. Said twice, the first stands.

    Locks the enrolment. Raises WrongState outside the time, TrainingError with fields.
    """
    marks = {"teaching": teaching, "practice": practice, "venue": venue}
    fields = {name: _("请选择 1 至 5 分。") for name, mark in marks.items() if not 1 <= mark <= BEST}
    if len(comment.strip()) > LONGEST_COMMENT:
        fields["comment"] = _("意见最多 %(most)d 字。") % {"most": LONGEST_COMMENT}
    if fields:
        raise TrainingError("feedback_incomplete", _("还不完整，请按提示填写。"), fields)
    with transaction.atomic():
        enrolment: Enrolment = (
            Enrolment.objects.unscoped("holds the code of the place")
            .select_for_update(of=("self",))
            .select_related("session")
            .get(pk=enrolment_id)
        )
        first = Feedback.objects.filter(enrolment=enrolment).first()
        if first is not None:
            return first
        if not takes_feedback(enrolment):
            raise WrongState("feedback_closed", _("最后一次课开始后一个月内可以评价；候补和已取消的不能评价。"))
        row = Feedback(enrolment=enrolment, said_at=now(), **marks)
        seal_into(row, comment=comment.strip() or None)
        row.save(force_insert=True)
    return row
