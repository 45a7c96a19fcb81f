"""Setting what amounts ask for in a branch."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now
from organizations.choices import Right
from organizations.models import Branch
from organizations.permissions import require
from spending.choices import Band
from spending.errors import SpendingError
from spending.models import ApprovalBand

if TYPE_CHECKING:
    from accounts.models import User


def set_bands(*, branch: Branch, bands: Sequence[Band], actor: User) -> None:
    """Put a branch's own bands in place of those that held; none at all brings the defaults back. Locks the branch.

    The first begins at zero, each asks for at least what the one below it asks. What was submitted before stays as it
    was.
    """
    require(actor, Right.MANAGE_BRANCH, branch)
    ordered = sorted(bands)
    if ordered and ordered[0].from_amount != 0:
        raise _refused(_("第一档须从 0 元起。"))
    for lower, upper in pairwise(ordered):
        if lower.from_amount == upper.from_amount:
            raise _refused(_("两档的起点相同，请核对。"))
        if any(before > after for before, after in zip(lower[1:], upper[1:], strict=True)):
            raise _refused(_("金额更大的一档不能比小的一档要求更低，请核对。"))
    if any(not 1 <= band.approvers <= 5 for band in ordered):
        raise _refused(_("每档须有 1 至 5 名审核人。"))
    with transaction.atomic():
        Branch.objects.select_for_update(no_key=True).get(pk=branch.pk)
        at = now()
        ApprovalBand.objects.filter(branch=branch, replaced_at=None).update(replaced_at=at)
        ApprovalBand.objects.bulk_create(
            ApprovalBand(branch=branch, set_by=actor, set_at=at, **band._asdict()) for band in ordered
        )
        record_audit("spending.bands.set", actor=actor, obj=branch, branch_code=branch.code, changed_fields=["bands"])


def _refused(sentence: str) -> SpendingError:
    return SpendingError("bands_wrong", sentence)
