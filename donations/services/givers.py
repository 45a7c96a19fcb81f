"""Givers after the gift: their telephone, their choice of name, their requests, what they were told."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now, today
from core.errors import Conflict, DomainError
from core.notifying import can_send, leave_message
from core.phone_codes import checked_mobile
from core.sealed import open_for_work, seal_into
from core.workdays import add_workdays
from donations.choices import (
    REQUEST_DUE_WORKDAYS,
    REQUEST_TRANSITIONS,
    FeedbackChannel,
    RequestKind,
    RequestStatus,
)
from donations.errors import WrongState
from donations.models import Donation, GiverContact, GiverFeedback, GiverRequest
from organizations.choices import Right
from organizations.permissions import require

if TYPE_CHECKING:
    from accounts.models import User

LONGEST_TEXT = 1000
ANSWERED = "giver.answered"
# That an answer is there is news for a day; the answer itself stays on the giver's page.
TOLD_WITHIN = datetime.timedelta(days=1)


def record_contact(*, donation: Donation, phone: str, actor: User) -> GiverContact:
    """Record or replace the telephone that a giver left with a gift (privacy: P2, sealed).

    Locks the gift. Raises DomainError for what is no mobile number.
    """
    require(actor, Right.SERVE_GIVERS, donation.branch)
    number = checked_mobile(phone)
    with transaction.atomic():
        Donation.objects.unscoped("lock of one known gift").select_for_update(of=("self",)).get(pk=donation.pk)
        contacts = GiverContact.objects.unscoped("of one known gift")
        contact = contacts.filter(donation=donation).first() or GiverContact(
            **GiverContact.lineage_of(donation.branch), donation=donation
        )
        contact.recorded_by, contact.recorded_at = actor, now()
        seal_into(contact, phone=number)
        contact.save()
        record_audit(
            "donations.giver.contact_recorded",
            actor=actor,
            obj=donation,
            branch_code=donation.branch.code,
            changed_fields=["phone"],
        )
    return contact


def ask_about_gift(*, donation: Donation, kind: str, text: str) -> GiverRequest:
    """Take a giver's request about a gift of their own; the caller has seen the code sent to their telephone.

    Due on the 15th working day (REQUEST_DUE_WORKDAYS). Raises DomainError where the words are missing, Conflict while
    one of the kind is open.
    """
    words = text.strip()[:LONGEST_TEXT]
    fields = {}
    if kind not in RequestKind.values:
        fields["kind"] = _("请选择要办的事项。")
    if len(words) < 2:
        fields["text"] = _("请写明要求，例如：想要这笔捐款使用情况的资料。")
    if fields:
        raise DomainError("request_incomplete", _("还不完整，请按提示填写。"), fields)
    with transaction.atomic():
        Donation.objects.unscoped("lock of one known gift").select_for_update(of=("self",)).get(pk=donation.pk)
        standing = GiverRequest.objects.unscoped("of one known gift").filter(donation=donation, kind=kind)
        if standing.filter(status=RequestStatus.OPEN).exists():
            raise Conflict("request_open", _("您已提出过同样的请求，正在办理，不必重复提交。"))
        request = GiverRequest(
            **GiverRequest.lineage_of(donation.branch),
            donation=donation,
            kind=kind,
            status=RequestStatus.OPEN,
            asked_at=now(),
            due_on=add_workdays(today(), REQUEST_DUE_WORKDAYS).on,
        )
        seal_into(request, text=words)
        request.save()
        record_audit("donations.giver.asked", actor=None, obj=donation, branch_code=donation.branch.code)
    return request


def answer_request(*, request_id: int, answer: str, actor: User) -> GiverRequest:
    """Answer a giver's request; it shows on the giver's own page, and a short message says so where one can be sent.

    Locks the request. Raises WrongState where it is over, DomainError without words.
    """
    words = answer.strip()[:LONGEST_TEXT]
    with transaction.atomic():
        request = _locked(request_id)
        require(actor, Right.SERVE_GIVERS, request.branch)
        if len(words) < 2:
            sentence = _("请写明答复，捐赠人会在自己的页面上看到。")
            raise DomainError("answer_missing", sentence, {"answer": sentence})
        _move(request, RequestStatus.ANSWERED)
        request.answered_by = actor
        names = seal_into(request, answer=words)
        request.save(update_fields=["status", "ended_at", "answered_by", *names])
        record_audit("donations.giver.answered", actor=actor, obj=request.donation, branch_code=request.branch.code)
        _tell_that_answered(request)
    return request


def withdraw_request(*, request_id: int) -> GiverRequest:
    """Take back a giver's own request, in as few steps as asking; the caller has seen the code.

    Locks the request. Raises WrongState where it is over.
    """
    with transaction.atomic():
        request = _locked(request_id)
        _move(request, RequestStatus.WITHDRAWN)
        request.save(update_fields=["status", "ended_at"])
        record_audit("donations.giver.withdrew", actor=None, obj=request.donation, branch_code=request.branch.code)
    return request


def record_feedback(
    *, donation: Donation, told_on: datetime.date, channel: str, summary: str, actor: User
) -> GiverFeedback:
    """Record that a giver was told what became of a gift. Raises DomainError. Source: 红十字会法 Art. 21."""
    require(actor, Right.SERVE_GIVERS, donation.branch)
    fields = {}
    if channel not in FeedbackChannel.values:
        fields["channel"] = _("请选择反馈的方式。")
    if not donation.received_on <= told_on <= today():
        fields["told_on"] = _("反馈日期不能早于捐赠日期，也不能晚于今天。")
    if len(summary.strip()) < 2:
        fields["summary"] = _("请写明告诉了捐赠人什么（不要写个人姓名和电话）。")
    if fields:
        raise DomainError("feedback_incomplete", _("还不完整，请按提示填写。"), fields)
    with transaction.atomic():
        feedback = GiverFeedback.objects.create(
            **GiverFeedback.lineage_of(donation.branch),
            donation=donation,
            told_on=told_on,
            channel=channel,
            summary=summary.strip()[:300],
            recorded_by=actor,
            recorded_at=now(),
        )
        record_audit("donations.giver.told", actor=actor, obj=donation, branch_code=donation.branch.code)
    return feedback


def _locked(request_id: int) -> GiverRequest:
    request: GiverRequest = (
        GiverRequest.objects.unscoped("lock of one known request")
        .select_for_update(of=("self",))
        .select_related("branch", "donation")
        .get(pk=request_id)
    )
    return request


def _tell_that_answered(request: GiverRequest) -> None:
    """Leave a message for whoever left the telephone with the gift; it holds nothing of request or answer."""
    contact = GiverContact.objects.unscoped("of one known gift").filter(donation=request.donation).first()
    phone = open_for_work(contact, "phone", work=f"donations.givers:answered:{request.pk}") if contact else None
    if not phone or not can_send(purpose=ANSWERED, phone=phone):
        return
    values = {"number": request.donation.number, "day": today().isoformat()}
    text = _("您就捐赠 %(number)s 提出的请求已于 %(day)s 答复，请在“我的捐赠”中查看。") % values
    leave_message(phone=phone, text=text, purpose=ANSWERED, give_up_at=now() + TOLD_WITHIN, values=values)


def _move(request: GiverRequest, to_status: str) -> None:
    if to_status not in REQUEST_TRANSITIONS[request.status]:
        raise WrongState("request_over", _("这项请求已经办结，请刷新页面查看。"))
    request.status, request.ended_at = to_status, now()
