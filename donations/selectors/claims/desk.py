"""Claims at the desk: what waits, one claim, and the gifts that it may be about."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from core.clock import today
from core.identifiers import account_tail
from core.sealed import matching, open_for_work
from donations.choices import OPEN_CLAIM, ClaimState, DonorKind, PoolState
from donations.intake.proposals import donor_kind
from donations.models import ClaimEvent, GiftClaim, GiverIdentity, UnidentifiedGift
from organizations.choices import Right

if TYPE_CHECKING:
    from accounts.models import User

PAGE_SIZE = 50
# How far the day that a claimant remembers may lie from the day of the books.
NEAR = datetime.timedelta(days=3)
CANDIDATES = 20
FEWEST = 2


@dataclass(frozen=True)
class ClaimCounts:
    """What waits for a person: claims to look at, those of them late, to confirm by them, and to take back by them."""

    new_count: int
    late_count: int
    confirm_count: int
    undo_count: int


@dataclass(frozen=True)
class ClaimPage:
    """A page of claims, the most urgent first; `next_cursor` is empty on the last."""

    claims: list[GiftClaim]
    next_cursor: str


@dataclass(frozen=True)
class Factor:
    """One of the four things that are compared: "agrees", "differs", or "unknown" where the slip told nothing."""

    label: str
    state: str


@dataclass(frozen=True)
class Candidate:
    """A gift of the pool that a claim may be about, and what of the two agrees; no name and no account in it."""

    pooled: UnidentifiedGift
    agree_count: int
    factors: list[Factor]
    is_here: bool


def claims_of(person: User) -> Any:
    """Claims to the branches in which the person looks after givers or confirms."""
    rows = GiftClaim.objects
    return rows.visible_to(person, Right.SERVE_GIVERS) | rows.visible_to(person, Right.APPROVE_GIFTS)


def claim_counts(person: User) -> ClaimCounts:
    """Count what waits for a person; three queries."""
    serves = GiftClaim.objects.visible_to(person, Right.SERVE_GIVERS).filter(state=ClaimState.SUBMITTED)
    found = serves.aggregate(new=Count("pk"), late=Count("pk", filter=Q(due_on__lt=today())))
    confirms = (
        GiftClaim.objects.visible_to(person, Right.APPROVE_GIFTS)
        .filter(state=ClaimState.PROPOSED)
        .exclude(proposed_by=person)
    )
    undoes = (
        GiverIdentity.objects.visible_to(person, Right.CORRECT_GIFTS)
        .filter(undone_at__isnull=True, undo_asked_by__isnull=False)
        .exclude(undo_asked_by=person)
    )
    return ClaimCounts(found["new"], found["late"], confirms.count(), undoes.count())


def claims_page(
    person: User, *, show: str = "", branch: str = "", cursor: str = "", limit: int = PAGE_SIZE
) -> ClaimPage:
    """A page of claims by keyset (due day, id); one query. `show`: a state, "late", "undo", or all that are open."""
    rows = claims_of(person)
    if show == "late":
        rows = rows.filter(state__in=OPEN_CLAIM, due_on__lt=today())
    elif show == "undo":
        rows = rows.filter(identity__undone_at__isnull=True, identity__undo_asked_by__isnull=False)
    elif show in ClaimState.values:
        rows = rows.filter(state=show)
    else:
        rows = rows.filter(state__in=OPEN_CLAIM)
    if branch:
        rows = rows.filter(branch__code=branch.replace("\x00", ""))
    day, _dash, number = cursor.rpartition("-")
    try:
        place = (datetime.date.fromisoformat(day), int(number)) if cursor else None
    except ValueError:
        place = None
    if place is not None:
        rows = rows.filter(Q(due_on__gt=place[0]) | Q(due_on=place[0], pk__gt=place[1]))
    found = list(rows.select_related("branch", "proposed_by").order_by("due_on", "pk")[: limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    return ClaimPage(found[:limit], f"{last.due_on.isoformat()}-{last.pk}" if last else "")


def claim_events(claim: GiftClaim) -> list[ClaimEvent]:
    """What happened to a claim, the newest first; one query."""
    return list(ClaimEvent.objects.filter(claim=claim).select_related("actor").order_by("-pk")[:100])


def proposed_kind(claim: GiftClaim) -> str:
    """Whether the payer seems to be a person or an organisation, by the rule of lists; in doubt a person."""
    name = open_for_work(claim, "payer_name", work=f"donations.claims:kind:{claim.pk}") or ""
    is_unit = donor_kind(name) == "organisation"
    return str((DonorKind.ORGANISATION if is_unit else DonorKind.PERSON).value)


def candidates(claim: GiftClaim, person: User) -> list[Candidate]:
    """Waiting gifts of which two things or more agree with a claim, the best first, at most 20; one query.

    Compared are the sum, the day (three days before or after), the last four of the account, and the payer's name; the
    last two by their digests. Gifts of branches below are shown where the person may read them, to hand the claim over.
    """
    if claim.state not in OPEN_CLAIM:
        return []
    asked = _conditions(claim)
    rows: QuerySet[UnidentifiedGift] = UnidentifiedGift.objects.visible_to(person, Right.VIEW_GIFTS).filter(
        asked["sum"] | asked["account"] | asked["name"], state=PoolState.OPEN
    )
    flags = {f"has_{key}": _flag(condition) for key, condition in asked.items()}
    agree = F("has_sum") + F("has_day") + F("has_account") + F("has_name")
    found = rows.annotate(**flags).annotate(agree=agree).filter(agree__gte=FEWEST)
    best = found.select_related("branch", "donation__fund").order_by("-agree", "received_on", "pk")[:CANDIDATES]
    return [_candidate(row, claim) for row in best]


def _conditions(claim: GiftClaim) -> dict[str, Q]:
    work = f"donations.claims:candidates:{claim.pk}"
    name = open_for_work(claim, "payer_name", work=work) or ""
    account = open_for_work(claim, "account", work=work) or ""
    nothing = Q(pk__in=[])
    return {
        "sum": Q(amount=claim.amount),
        "day": Q(received_on__range=(claim.paid_on - NEAR, claim.paid_on + NEAR)),
        "account": matching(UnidentifiedGift, "account", account) if account_tail(account) else nothing,
        "name": matching(UnidentifiedGift, "payer_name", name) if name else nothing,
    }


def _flag(condition: Q) -> Case:
    return Case(When(condition, then=Value(1)), default=Value(0), output_field=IntegerField())


def _candidate(row: Any, claim: GiftClaim) -> Candidate:
    def state(agrees: int, is_known: bool) -> str:
        if agrees:
            return "agrees"
        return "differs" if is_known else "unknown"

    factors = [
        Factor(_("金额"), state(row.has_sum, True)),
        Factor(_("日期前后 3 天"), state(row.has_day, True)),
        Factor(_("账号后四位"), state(row.has_account, row.account is not None and claim.account is not None)),
        Factor(_("付款人"), state(row.has_name, row.payer_name is not None)),
    ]
    return Candidate(row, row.agree, factors, row.branch_id == claim.branch_id)
