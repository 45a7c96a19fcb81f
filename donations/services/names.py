"""How a giver's name is shown, and looking at what is not shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.bigrams import bigrams
from core.errors import DomainError
from core.sealed import reveal
from donations.choices import NameChoice
from donations.display import display_name
from donations.models import Donation
from donations.selectors.identities import giver_of, standing_identity
from organizations.choices import Right
from organizations.permissions import require

if TYPE_CHECKING:
    from accounts.models import User


def choose_name(*, donation: Donation, choice: str, reason: str, actor: User) -> Donation:
    """Change how a giver's name is shown, at the giver's word; holds at once on pages, lists and API (慈善法 Art. 82).

    Public records, sums and proofs do not change.
    """
    require(actor, Right.ENTER_GIFTS, donation.branch)
    _need_reason(reason, _("请写明依据（例如捐赠人何时、以何种方式提出）。"))
    return _show_as(donation, choice, reason, actor)


def choose_own_name(*, donation: Donation, choice: str) -> Donation:
    """Change how a giver's own name is shown; the caller has seen the code sent to the giver's telephone.

    Holds at once, as `choose_name` does (慈善法 Art. 82, 个人信息保护法 Art. 15: withdrawing is as easy as agreeing).
    """
    return _show_as(donation, choice, _("捐赠人本人凭手机验证码办理"), None)


def show_giver(*, donation: Donation, choice: str, reason: str, actor: User) -> Donation:
    """Show a gift's giver anew after it was found out who that is, or that it was somebody else (services/claims).

    In the caller's transaction, after its rights were asked. Locks the gift.
    """
    return _show_as(donation, choice, reason, actor)


def _show_as(donation: Donation, choice: str, reason: str, actor: User | None) -> Donation:
    if choice not in NameChoice.values:
        raise DomainError("choice_unknown", _("公开方式不在可选范围内。"), {"choice": _("请从列表中选择。")})
    with transaction.atomic():
        locked = Donation.objects.unscoped("lock of one known gift").select_for_update(of=("self",)).get(pk=donation.pk)
        locked.name_choice = choice
        giver = giver_of(locked, work=f"donations.names:show:{locked.pk}")
        locked.display_name = display_name(giver.name, giver.kind, choice)
        locked.display_bigrams = bigrams(locked.display_name)
        locked.save(update_fields=["name_choice", "display_name", "display_bigrams"])
        record_audit(
            "donations.gift.name_choice_changed",
            actor=actor,
            obj=donation,
            branch_code=donation.branch.code,
            changed_fields=["name_choice"],
            reason=reason,
        )
    return locked


def reveal_name(*, donation: Donation, reason: str, actor: User) -> str:
    """Return a giver's name to a member of staff who says why; the look is recorded (privacy: P2).

    A name that was found out afterwards is sealed and stands in the read log as well; outside a transaction.
    """
    require(actor, Right.REVEAL_NAMES, donation.branch)
    _need_reason(reason, _("请写明查看的理由，会留下记录。"))
    with transaction.atomic():
        record_audit(
            "donations.gift.name_revealed",
            actor=actor,
            obj=donation,
            branch_code=donation.branch.code,
            reason=reason,
        )
    identity = standing_identity(donation)
    if identity is not None:
        return reveal(identity, "name", reader=actor, purpose=reason, branch_code=donation.branch.code) or ""
    return donation.donor_name


def _need_reason(reason: str, sentence: str) -> None:
    if len(reason.strip()) < 2:
        raise DomainError("reason_missing", sentence, {"reason": sentence})
