"""Finding givers by their real names: for people who enter gifts, and for a stated reason (privacy: P2)."""

from __future__ import annotations

import datetime
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from django.db.models import Q
from pypinyin import Style, lazy_pinyin

from core.sealed import matching
from donations.choices import DonorKind
from donations.models import Donation, GiverIdentity
from organizations.choices import Right

if TYPE_CHECKING:
    from accounts.models import User
    from organizations.models import Branch

# A counter knows its regular givers: the branch's last gifts are looked through, not all there ever were.
LOOKED_THROUGH = 5_000
SUGGESTED = 8
FOUND = 100
# Surnames that are read otherwise than the character alone (姓氏异读); the first letters of what is said.
_SURNAMES = {
    "单": "s", "仇": "q", "解": "x", "曾": "z", "盖": "g", "查": "z", "朴": "p", "区": "o", "缪": "m", "乐": "y",
    "员": "y", "任": "r", "华": "h", "燕": "y", "盛": "s", "折": "s", "覃": "q", "翟": "z", "秘": "b", "冼": "x",
    "种": "c", "尉迟": "yc", "长孙": "zs", "万俟": "mq", "澹台": "tt", "宓": "m", "逄": "p", "祭": "z", "曲": "q",
}  # fmt: skip


@dataclass(frozen=True)
class KnownGiver:
    """An earlier giver of a branch, by the masked form, with the last gift (yuan) to tell them apart."""

    gift_id: int
    shown: str
    kind: str
    last_on: datetime.date
    last_amount: Decimal


@lru_cache(maxsize=20_000)
def initials(name: str) -> str:
    """The first letters of a name as it is said, in lower case: 张三 gives `zs`, 单于飞 as a surname 单 gives `syf`."""
    for length in (2, 1):
        if name[:length] in _SURNAMES:
            return _SURNAMES[name[:length]] + "".join(lazy_pinyin(name[length:], style=Style.FIRST_LETTER)).lower()
    return "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).lower()


def suggest_givers(branch: Branch, asked: str) -> list[KnownGiver]:
    """Earlier givers of a branch whose name holds `asked` or begins with these initials; one query, at most eight.

    The caller has asked whether the person may, and records the look.
    """
    wanted = unicodedata.normalize("NFKC", asked).strip().lower()
    if not wanted:
        return []
    gifts = (
        Donation.objects.unscoped("the branch was asked for by the caller")
        .filter(branch=branch)
        .exclude(donor_kind=DonorKind.ANONYMOUS)
        .order_by("-received_on", "-id")
        .values_list("pk", "donor_name", "display_name", "donor_kind", "received_on", "amount")[:LOOKED_THROUGH]
    )
    found: dict[str, KnownGiver] = {}
    for pk, name, shown, kind, on, amount in gifts:
        if name in found or not _fits(name, wanted):
            continue
        masked = shown if kind == DonorKind.ORGANISATION else f"{name[:1]}**"
        found[name] = KnownGiver(pk, masked, str(DonorKind(kind).label), on, amount)
        if len(found) == SUGGESTED:
            break
    return list(found.values())


def _fits(name: str, wanted: str) -> bool:
    if wanted.isascii() and wanted.isalpha():
        return initials(name).startswith(wanted) or wanted in name.lower()
    return wanted in name.lower()


def gifts_by_real_name(person: User, branch: Branch, name: str) -> list[Donation]:
    """Gifts of one branch whose giver's recorded name holds `name`, the newest first, at most 100; one query.

    Only where the person may see names; walks the branch's gifts along their index. The caller records the search.
    """
    # A name that was found out afterwards is sealed: it is found whole or not at all.
    found_out = GiverIdentity.objects.visible_to(person, Right.REVEAL_NAMES).filter(
        matching(GiverIdentity, "name", name), branch=branch, undone_at__isnull=True
    )
    gifts = Donation.objects.visible_to(person, Right.REVEAL_NAMES).filter(
        Q(donor_name__contains=name) | Q(pk__in=found_out.values("donation_id")), branch=branch
    )
    return list(gifts.select_related("fund", "branch").defer("donor_name").order_by("-received_on", "-id")[:FOUND])
