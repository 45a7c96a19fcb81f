"""What stands in the way of closing a branch at the desk for gifts (settings.CLOSING_CHECKS)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from donations.choices import OPEN_CLAIM, BatchStatus
from donations.models import Batch, GiftClaim
from organizations.models import Branch

NAMED = 5
_OVER = (BatchStatus.POSTED, BatchStatus.CANCELLED)


def batches_in_hand(branch: Branch) -> list[str]:
    """Say in a sentence which batches of a branch are neither posted nor cancelled: nobody could end them later."""
    rows = Batch.objects.unscoped("closing a branch").filter(branch=branch).exclude(status__in=_OVER)
    numbers = list(rows.order_by("-pk").values_list("number", flat=True))
    if not numbers:
        return []
    return [
        _("“%(branch)s”还有 %(n)d 批捐赠没有办结（%(numbers)s），请先入账或作废。")
        % {"branch": branch.name, "n": len(numbers), "numbers": _("、").join(numbers[:NAMED])}
    ]


def claims_in_hand(branch: Branch) -> list[str]:
    """Say in a sentence how many claims to gifts of a branch wait for an answer, which nobody could give later."""
    rows = GiftClaim.objects.unscoped("closing a branch").filter(branch=branch, state__in=OPEN_CLAIM)
    count = rows.count()
    if not count:
        return []
    return [_("“%(branch)s”还有 %(n)d 件认领没有答复，请先答复或转交。") % {"branch": branch.name, "n": count}]
