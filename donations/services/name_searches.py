"""Looking for givers by their real names, with a record of each look (privacy: P2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core import signing
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.errors import Conflict, DomainError
from core.throttling import Limit, count_once
from donations.models import Donation
from donations.selectors.giver_names import KnownGiver, gifts_by_real_name, suggest_givers
from organizations.choices import Right
from organizations.permissions import require

if TYPE_CHECKING:
    from accounts.models import User
    from organizations.models import Branch

LIMIT = Limit("giver_picker", 400, 600)
SHORTEST = 2
_SALT = "donations.giver-picker"
_VALID_SECONDS = 900


def look_up_givers(*, branch: Branch, asked: str, actor: User) -> list[tuple[str, KnownGiver]]:
    """Suggest earlier givers of a branch to a person who enters gifts there, each with a key to pick it by.

    How long the question was and how many came is recorded, never its words. Raises TooOften.
    """
    require(actor, Right.ENTER_GIFTS, branch)
    count_once(LIMIT, str(actor.pk))
    found = suggest_givers(branch, asked[:40])
    record_audit(
        "donations.givers.looked_up",
        actor=actor,
        object_label="organizations.branch",
        object_key=branch.code,
        branch_code=branch.code,
        reason=_("%(letters)d 个字，%(found)d 位") % {"letters": len(asked.strip()), "found": len(found)},
    )
    return [(signing.dumps([actor.pk, branch.pk, one.gift_id], salt=_SALT), one) for one in found]


def pick_giver(*, branch: Branch, key: str, actor: User) -> str:
    """Return the full name of a giver that was suggested to this person just now, and record the look."""
    require(actor, Right.ENTER_GIFTS, branch)
    try:
        owner, branch_id, gift_id = signing.loads(key, salt=_SALT, max_age=_VALID_SECONDS)
    except signing.BadSignature:
        raise Conflict("suggestion_over", _("这条建议已经过期，请重新输入。")) from None
    if (owner, branch_id) != (actor.pk, branch.pk):
        raise Conflict("suggestion_over", _("这条建议不是给您的，请重新输入。"))
    gift: Donation = Donation.objects.unscoped("suggested to this person").select_related("branch").get(pk=gift_id)
    record_audit("donations.gift.name_revealed", actor=actor, obj=gift, branch_code=branch.code, reason=_("录入时选用"))
    return gift.donor_name


def search_by_real_name(*, branch: Branch, name: str, reason: str, actor: User) -> list[Donation]:
    """Find gifts of a branch by a giver's real name, for a reason; the search is recorded without the name."""
    require(actor, Right.REVEAL_NAMES, branch)
    wanted, why = name.strip(), reason.strip()
    fields = {}
    if len(wanted) < SHORTEST:
        fields["name"] = _("请至少写两个字。")
    if len(why) < SHORTEST:
        fields["reason"] = _("请写明查找的理由，会留下记录（不要写姓名）。")
    if wanted and wanted in why:
        fields["reason"] = _("理由里不要写要找的姓名，记录会长期保存。")
    if fields:
        raise DomainError("search_incomplete", _("还不能查找，请按提示填写。"), fields)
    found = gifts_by_real_name(actor, branch, wanted[:100])
    record_audit(
        "donations.names.searched",
        actor=actor,
        object_label="organizations.branch",
        object_key=branch.code,
        branch_code=branch.code,
        reason=_("%(why)s（找到 %(found)d 笔）") % {"why": why[:400], "found": len(found)},
    )
    return found
