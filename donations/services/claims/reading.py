"""Staff read what a claimant said, and look at the slip: with a purpose, each look in the read log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from django.utils.translation import gettext as _

from core.errors import NotFound
from core.files import reveal_stored
from core.sealed import reveal
from donations.models import GiftClaim
from donations.permissions import require_claim

if TYPE_CHECKING:
    from accounts.models import User
    from core.models import StoredFile


@dataclass(frozen=True)
class ClaimValues:
    """What the claimant said, and what the slip of the proposed gift tells; empty where nothing is known (P3)."""

    payer_name: str
    account: str
    phone: str
    gift_payer_name: str
    gift_account: str


def read_claim(*, claim: GiftClaim, purpose: str, actor: User) -> ClaimValues:
    """Return the sealed values of a claim, and of the gift that was proposed for it, for comparing.

    Outside a transaction: the rows of the read log are committed first. Raises DomainError without a purpose.
    """
    require_claim(actor, claim)
    code = claim.branch.code

    def of(row: object, field: str) -> str:
        return reveal(row, field, reader=actor, purpose=purpose, branch_code=code) or ""  # type: ignore[arg-type]

    pooled = claim.pooled
    return ClaimValues(
        of(claim, "payer_name"),
        of(claim, "account"),
        of(claim, "phone"),
        of(pooled, "payer_name") if pooled is not None else "",
        of(pooled, "account") if pooled is not None else "",
    )


def open_slip(*, claim: GiftClaim, purpose: str, actor: User) -> tuple[StoredFile, BinaryIO]:
    """Open the photo of a claim's slip. Raises DomainError without a purpose, NotFound after its time."""
    require_claim(actor, claim)
    try:
        return claim.slip, reveal_stored(claim.slip, reader=actor, purpose=purpose, branch_code=claim.branch.code)
    except FileNotFoundError as error:
        raise NotFound("file_lost", _("文件在存储里找不到了，请联系系统管理员。")) from error
