"""Short messages to a claimant: that there is an answer, never what it is."""

from __future__ import annotations

import datetime

from django.utils.translation import gettext as _

from core.clock import now
from core.notifying import leave_message
from core.sealed import open_for_work
from donations.models import GiftClaim

PURPOSE = "claim"
# Sent by night and tried for a day; after that the page says it.
GIVE_UP = datetime.timedelta(days=1)


def tell_claimant(claim: GiftClaim, text: str) -> None:
    """Leave a message for a claimant in the caller's transaction."""
    phone = open_for_work(claim, "phone", work=f"donations.claims:tell:{claim.pk}:{claim.state}")
    if phone:
        leave_message(phone=phone, text=text, purpose=PURPOSE, give_up_at=now() + GIVE_UP)


def tell_answered(claim: GiftClaim) -> None:
    """Say that there is something to read; the words are the same whatever it is."""
    tell_claimant(
        claim,
        _("您的认领 %(code)s 有了新的答复，请打开网站“认领未识别捐款”凭验证码查看。") % {"code": claim.code},
    )
