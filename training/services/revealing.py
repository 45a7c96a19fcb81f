"""Names of holders, for whoever says what for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.sealed import reveal
from organizations.choices import Right
from organizations.permissions import require
from training.models import Certificate

if TYPE_CHECKING:
    from accounts.models import User


def reveal_holder(*, certificate: Certificate, purpose: str, actor: User) -> str:
    """The name as it stands on a certificate, logged before it is returned; empty where it was destroyed.

    Not in a transaction. Raises DomainError with the field `purpose`.
    """
    require(actor, Right.READ_TRAINEES, certificate.branch)
    return reveal(certificate, "holder", reader=actor, purpose=purpose) or ""
