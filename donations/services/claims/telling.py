"""Short messages to a claimant: that there is an answer, never what it is."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from django.utils.translation import gettext as _

from core.clock import now, today
from core.notifying import can_send, leave_message
from core.sealed import open_for_work
from donations.models import GiftClaim

RECEIVED, ANSWERED = "claim.received", "claim.answered"
# Sent by night and tried for a day; after that the page says it.
GIVE_UP = datetime.timedelta(days=1)


def tell_received(claim: GiftClaim) -> None:
    """Say that a claim is there and until when it is answered."""
    values = {"number": claim.code, "day": claim.due_on.isoformat()}
    _tell(claim, RECEIVED, _("已收到您的认领申请，编号 %(number)s，将在 %(day)s 前答复。") % values, values)


def tell_answered(claim: GiftClaim) -> None:
    """Say that there is something to read; the words are the same whatever it is."""
    values = {"number": claim.code, "day": today().isoformat()}
    text = _("您的认领 %(number)s 已于 %(day)s 有新的答复，请打开网站“认领未识别捐款”凭验证码查看。") % values
    _tell(claim, ANSWERED, text, values)


def _tell(claim: GiftClaim, purpose: str, text: str, values: Mapping[str, str]) -> None:
    """Leave a message in the caller's transaction, where the claimant can be reached at all."""
    phone = open_for_work(claim, "phone", work=f"donations.claims:tell:{claim.pk}:{claim.state}")
    if phone and can_send(purpose=purpose, phone=phone):
        leave_message(phone=phone, text=text, purpose=purpose, give_up_at=now() + GIVE_UP, values=values)
