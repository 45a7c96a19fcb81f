"""What stands on the desk of a person: counts, queues, lists, the two sides of a suspicion, histories."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Max, Q, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.bigrams import bigram_query
from core.models import AuditEvent, Job
from core.money import ZERO_YUAN
from donations.choices import BatchStatus, CorrectionStatus, DuplicateDecision, RowLevel
from donations.models import Batch, BatchEvent, Correction, Donation, StagedGift
from donations.selectors.batches import EXCLUDED, ROW_STATES, duplicate_label, with_state
from organizations.choices import Right

if TYPE_CHECKING:
    from accounts.models import User

PAGE_SIZE = 50
QUEUE_SIZE = 100
# From this amount (yuan) on the approver is told that a gift of this size is among the rows.
LARGE_YUAN = Decimal("100000.00")
IN_HAND = (BatchStatus.READING, BatchStatus.UNREADABLE, BatchStatus.DRAFT)


@dataclass(frozen=True)
class DeskCounts:
    """What waits for a person: own branches' unfinished and returned batches, batches and corrections to decide."""

    draft_count: int
    returned_count: int
    approval_count: int
    correction_count: int

    @property
    def deciding_count(self) -> int:
        """Everything that waits for this person's decision."""
        return self.approval_count + self.correction_count


def desk_counts(person: User) -> DeskCounts:
    """Count what waits for a person; three queries (within a request that remembered the grants)."""
    made = Batch.objects.visible_to(person, Right.ENTER_GIFTS).aggregate(
        drafts=Count("pk", filter=Q(status__in=IN_HAND)),
        returned=Count("pk", filter=Q(status=BatchStatus.RETURNED, maker_ids__contains=[person.pk])),
    )
    waiting = (
        Batch.objects.visible_to(person, Right.APPROVE_GIFTS)
        .filter(status=BatchStatus.SUBMITTED)
        .exclude(maker_ids__contains=[person.pk])
    )
    corrections = (
        Correction.objects.visible_to(person, Right.CORRECT_GIFTS)
        .filter(status=CorrectionStatus.REQUESTED)
        .exclude(requested_by=person)
    )
    return DeskCounts(made["drafts"], made["returned"], waiting.count(), corrections.count())


def batches_for(
    person: User, *, status: str = "", branch: str = "", before: int | None = None, limit: int = PAGE_SIZE
) -> list[Batch]:
    """A page of the batches that a person may see, newest first, from before the id `before`; one query.

    One more than `limit` is returned where there is a next page.
    """
    rows = Batch.objects.visible_to(person, Right.VIEW_GIFTS).select_related("branch", "fund", "created_by")
    if status in BatchStatus.values:
        rows = rows.filter(status=status)
    if branch:
        rows = rows.filter(branch__code=branch.replace("\x00", ""))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[: limit + 1])


@dataclass(frozen=True)
class QueueCard:
    """A submitted batch as its approver first sees it; sums in yuan. `is_own`: it passed through the reader's hands."""

    batch: Batch
    posted_count: int
    posted_total: Decimal
    kept_count: int
    warning_count: int
    excluded_count: int
    large_count: int
    largest: Decimal
    is_own: bool


def approval_queue(person: User) -> list[QueueCard]:
    """Batches submitted in all branches where the person approves, oldest first, at most 100; two queries."""
    batches = list(
        Batch.objects.visible_to(person, Right.APPROVE_GIFTS)
        .filter(status=BatchStatus.SUBMITTED)
        .select_related("branch", "fund", "submitted_by")
        .order_by("submitted_at")[:QUEUE_SIZE]
    )
    figures = {row["batch_id"]: row for row in _queue_figures([batch.pk for batch in batches])}
    return [_queue_card(batch, figures.get(batch.pk, {}), person) for batch in batches]


def _queue_figures(batch_ids: list[int]) -> list[dict[str, Any]]:
    kept = ~EXCLUDED
    return [
        dict(row)
        for row in StagedGift.objects.filter(batch_id__in=batch_ids)
        .order_by()
        .values("batch_id")
        .annotate(
            posted_count=Count("pk", filter=kept),
            posted_total=Sum("amount", filter=kept),
            kept_count=Count("pk", filter=Q(duplicate_decision=DuplicateDecision.KEEP)),
            warning_count=Count("pk", filter=kept & Q(level=RowLevel.WARNING)),
            excluded_count=Count("pk", filter=EXCLUDED),
            large_count=Count("pk", filter=kept & Q(amount__gte=LARGE_YUAN)),
            largest=Max("amount", filter=kept),
        )
    ]


def _queue_card(batch: Batch, figures: dict[str, Any], person: User) -> QueueCard:
    return QueueCard(
        batch=batch,
        posted_count=figures.get("posted_count", 0),
        posted_total=figures.get("posted_total") or ZERO_YUAN,
        kept_count=figures.get("kept_count", 0),
        warning_count=figures.get("warning_count", 0),
        excluded_count=figures.get("excluded_count", 0),
        large_count=figures.get("large_count", 0),
        largest=figures.get("largest") or ZERO_YUAN,
        is_own=person.pk in batch.maker_ids,
    )


def batch_flags(batch: Batch, person: User) -> QueueCard:
    """The same of one batch, for its review; one query."""
    return _queue_card(batch, next(iter(_queue_figures([batch.pk])), {}), person)


def corrections_waiting(person: User) -> list[Correction]:
    """Corrections that wait for a decision in the person's branches, oldest first, at most 100; one query."""
    return list(
        Correction.objects.visible_to(person, Right.CORRECT_GIFTS)
        .filter(status=CorrectionStatus.REQUESTED)
        .select_related("donation", "donation__branch", "requested_by")
        .order_by("requested_at")[:QUEUE_SIZE]
    )


@dataclass(frozen=True)
class OtherSide:
    """What a suspected row is thought to repeat, as far as the reader may see it; amount in yuan.

    `is_hidden`: it stands in a branch that the reader does not see, and only its number is told.
    """

    label: str
    donor: str = ""
    amount: Decimal | None = None
    received_on: date | None = None
    remark: str = ""
    batch_number: str = ""
    gift_number: str = ""
    is_hidden: bool = False


def other_sides(rows: Iterable[StagedGift], person: User) -> dict[str, OtherSide]:
    """The other side of each suspected row by its `duplicate_of`; two queries, none without suspicion."""
    labels = {row.duplicate_of for row in rows if row.duplicate_of}
    gifts = {label for label in labels if "#" not in label}
    staged = {(*_split(label), label) for label in labels - gifts}
    found = {label: OtherSide(label, is_hidden=True) for label in labels}
    if gifts:
        for gift in Donation.objects.visible_to(person, Right.VIEW_GIFTS).filter(number__in=gifts):
            found[gift.number] = OtherSide(
                gift.number, gift.display_name, gift.amount, gift.received_on, gift.remark, gift_number=gift.number
            )
    if staged:
        seen = Batch.objects.visible_to(person, Right.VIEW_GIFTS).filter(
            number__in={number for number, _r, _l in staged}
        )
        known = StagedGift.objects.filter(batch__in=seen, row_number__in={row for _n, row, _l in staged})
        for other in known.select_related("batch"):
            label = f"{other.batch.number}#{other.row_number}"
            if label in labels:
                found[label] = OtherSide(
                    label,
                    other.display_name,
                    other.amount,
                    other.received_on,
                    other.remark,
                    batch_number=other.batch.number,
                )
    return found


def _split(label: str) -> tuple[str, int]:
    number, _mark, row = label.partition("#")
    return number, int(row) if row.isdigit() else 0


@dataclass(frozen=True)
class RowLine:
    """A row of a batch as it is shown: the giver in full only where the reader may read names."""

    row: StagedGift
    state: str
    state_label: str
    donor: str
    messages: list[str]
    other: OtherSide | None
    other_label: str


def row_lines(rows: Iterable[StagedGift], person: User, *, with_names: bool) -> list[RowLine]:
    """Rows of `batch_rows` as they are shown, with the other side of each suspicion; at most two queries."""
    listed = list(rows)
    sides = other_sides(listed, person)
    return [_row_line(row, sides, with_names=with_names) for row in listed]


def _row_line(row: StagedGift, sides: dict[str, OtherSide], *, with_names: bool) -> RowLine:
    state = row.state  # type: ignore[attr-defined]
    return RowLine(
        row=row,
        state=state,
        state_label=str(ROW_STATES[state]),
        donor=row.donor if with_names else row.display_name,
        messages=[problem["message"] for problem in row.problems],
        other=sides.get(row.duplicate_of),
        other_label=duplicate_label(row.duplicate_of) if row.duplicate_of else "",
    )


def batch_history(batch: Batch) -> QuerySet[BatchEvent]:
    """The steps of a batch with their people, in their order; one query."""
    return BatchEvent.objects.filter(batch=batch).select_related("actor").order_by("pk")


def batch_job(batch: Batch) -> Job | None:
    """The newest job that reads or posts this batch; one query."""
    what = "post" if batch.approved_by_id else "read"
    return Job.objects.filter(idempotency_key__startswith=f"{what}:{batch.number}:").order_by("-created_at").first()


def own_counter_batch(person: User, fund_id: int) -> Batch | None:
    """The person's open batch of gifts typed at the counter for a fund; one query."""
    return (
        Batch.objects.visible_to(person, Right.ENTER_GIFTS)
        .filter(fund_id=fund_id, kind="counter", created_by=person, status=BatchStatus.DRAFT)
        .select_related("branch", "fund")
        .first()
    )


def counter_lines(batch: Batch, person: User) -> list[RowLine]:
    """The newest rows of a counter batch, newest first, at most 100; at most three queries."""
    rows = with_state(StagedGift.objects.filter(batch=batch)).select_related("fund").order_by("-row_number")[:100]
    return row_lines(rows, person, with_names=True)


@dataclass(frozen=True)
class GiftFilter:
    """What a search of posted gifts asks for; amounts in yuan, days inclusive, all narrowing."""

    number: str = ""
    name: str = ""
    min_amount: Decimal | None = None
    max_amount: Decimal | None = None
    from_on: date | None = None
    to_on: date | None = None
    fund: str = ""
    branch: str = ""
    batch: str = ""
    reversed_only: bool = False

    @property
    def is_set(self) -> bool:
        """Whether anything narrows."""
        return self != GiftFilter()


@dataclass(frozen=True)
class GiftPage:
    """A page of gifts, newest first; `next_cursor` and `previous_cursor` are empty where there is no such page."""

    gifts: list[Donation]
    next_cursor: str
    previous_cursor: str
    reversed_ids: frozenset[int] = field(default_factory=frozenset)


def search_gifts(person: User, asked: GiftFilter, cursor: str = "", limit: int = PAGE_SIZE) -> GiftPage:
    """A page of posted gifts in the person's scope by keyset (day, id); two queries.

    The name is looked for in what is displayed; a real name finds nothing that is masked.
    """
    rows = _narrowed(person, asked)
    place, backwards = _read_cursor(cursor)
    if place is not None:
        rows = rows.filter(_beyond(place, backwards=backwards))
    order = ("received_on", "id") if backwards else ("-received_on", "-id")
    found = list(rows.select_related("fund", "branch").defer("donor_name").order_by(*order)[: limit + 1])
    has_more, found = len(found) > limit, found[:limit]
    if backwards:
        found.reverse()
    return GiftPage(
        found,
        _cursor(found[-1], backwards=False) if found and (has_more or backwards) else "",
        _cursor(found[0], backwards=True) if found and (has_more if backwards else place is not None) else "",
        reversed_among(found),
    )


def reversed_among(gifts: Iterable[Donation]) -> frozenset[int]:
    """Which of these gifts were reversed, by id; one query."""
    return frozenset(
        Correction.objects.unscoped("of gifts already in scope")
        .filter(donation_id__in=[gift.pk for gift in gifts], status=CorrectionStatus.APPROVED)
        .values_list("donation_id", flat=True)
    )


def _narrowed(person: User, asked: GiftFilter) -> QuerySet[Donation]:
    rows: QuerySet[Donation] = Donation.objects.visible_to(person, Right.VIEW_GIFTS)
    exact = {
        "amount__gte": asked.min_amount,
        "amount__lte": asked.max_amount,
        "received_on__gte": asked.from_on,
        "received_on__lte": asked.to_on,
        "fund__code": asked.fund or None,
        "branch__code": asked.branch or None,
        "batch__number": asked.batch or None,
    }
    rows = rows.filter(**{name: value for name, value in exact.items() if value is not None})
    if asked.number:
        rows = rows.filter(number=asked.number)
    if asked.name:
        pairs = bigram_query(asked.name)
        rows = rows.filter(display_bigrams__contains=pairs) if pairs else rows.filter(display_name=asked.name)
    if asked.reversed_only:
        rows = rows.filter(corrections__status=CorrectionStatus.APPROVED)
    return rows


def _cursor(gift: Donation, *, backwards: bool) -> str:
    return f"{'b' if backwards else 'f'}{gift.received_on:%Y%m%d}-{gift.pk}"


def _read_cursor(text: str) -> tuple[tuple[date, int] | None, bool]:
    """Read a cursor; one that is none gives the first page."""
    day, dash, number = text[1:].partition("-")
    if text[:1] not in ("f", "b") or not dash or not number.isdigit():
        return None, False
    try:
        return (datetime.strptime(f"{day}+0000", "%Y%m%d%z").date(), int(number)), text[0] == "b"
    except ValueError:
        return None, False


def _beyond(place: tuple[date, int], *, backwards: bool) -> Q:
    day, number = place
    if backwards:
        return Q(received_on__gte=day) & (Q(received_on__gt=day) | Q(pk__gt=number))
    return Q(received_on__lte=day) & (Q(received_on__lt=day) | Q(pk__lt=number))


@dataclass(frozen=True)
class GiftFacts:
    """A posted gift as staff see it: everything but the recorded name, which is shown on its own, with a reason."""

    id: int
    number: str
    donor: str
    donor_kind: str
    name_choice: str
    amount: Decimal
    received_on: date
    posted_at: datetime
    purpose: str
    remark: str
    channel: str
    reference: str
    fund_name: str
    branch_name: str
    branch_code: str
    batch_number: str
    row_number: int
    entry_number: str
    has_voucher: bool
    is_recorded_for: bool


def gift_facts(gift: Donation) -> GiftFacts:
    """The facts of a gift that was fetched with its branch, fund, batch and entry; no query."""
    return GiftFacts(
        id=gift.pk,
        number=gift.number,
        donor=gift.display_name,
        donor_kind=str(gift.get_donor_kind_display()),
        name_choice=str(gift.get_name_choice_display()),
        amount=gift.amount,
        received_on=gift.received_on,
        posted_at=gift.posted_at,
        purpose=str(gift.get_purpose_display()),
        # A remark may name people: what repeats the giver's name is masked with it.
        remark=gift.remark.replace(gift.donor_name, gift.display_name) if gift.donor_name else gift.remark,
        channel=gift.channel,
        reference=gift.reference,
        fund_name=gift.fund.name,
        branch_name=gift.branch.name,
        branch_code=gift.branch.code,
        batch_number=gift.batch.number,
        row_number=gift.row_number,
        entry_number=gift.entry.number,
        has_voucher=gift.voucher_id is not None,
        is_recorded_for=gift.is_recorded_for,
    )


@dataclass(frozen=True)
class Act:
    """One act on a gift in words: when, who, what, why."""

    at: datetime
    actor: str
    act: str
    reason: str


# What the verbs of the audit trail mean to a reader.
ACTS: dict[str, Any] = {
    "donations.gift.name_choice_changed": gettext_lazy("改了公开方式"),
    "donations.gift.name_revealed": gettext_lazy("查看了姓名"),
    "donations.gift.voucher_read": gettext_lazy("查看了凭证"),
    "donations.correction.requested": gettext_lazy("提出冲销"),
    "donations.correction.approved": gettext_lazy("批准冲销"),
    "donations.correction.declined": gettext_lazy("没有批准冲销"),
    "donations.correction.withdrawn": gettext_lazy("撤回冲销申请"),
}


def gift_history(gift: Donation) -> list[Act]:
    """What was done to and looked at of a gift, newest first, at most 100; one query."""
    rows = AuditEvent.objects.filter(object_label=gift._meta.label_lower, object_key=gift.number).order_by("-pk")[:100]
    return [Act(row.at, row.actor_login or _("系统"), str(ACTS.get(row.verb, row.verb)), row.reason) for row in rows]


def gift_corrections(gift: Donation) -> list[Correction]:
    """All corrections of a gift that the reader may see, newest first; one query."""
    rows = Correction.objects.unscoped("of a gift already in scope").filter(donation=gift)
    return list(rows.select_related("requested_by", "decided_by", "entry").order_by("-pk"))


def problem_rows(batch: Batch, condition: Q) -> Iterator[list[Any]]:
    """Rows of a batch for the file of error rows, with what was written in the list and the reasons; in chunks."""
    rows = StagedGift.objects.filter(condition, batch=batch).order_by("row_number")
    for row in rows.iterator(chunk_size=2000):
        original = row.original if isinstance(row.original, dict) else {}
        written = original.get("amount") or original.get("income") or ""
        reasons = [problem["message"] for problem in row.problems]
        if row.duplicate_of:
            reasons.append(_("疑似重复：%(other)s。") % {"other": row.duplicate_of})
        if row.excluded_reason:
            reasons.append(_("已排除：%(reason)s。") % {"reason": row.excluded_reason})
        yield [
            row.row_number,
            row.received_on or str(original.get("received_on", "")),
            row.donor,
            row.amount if row.amount is not None else str(written),
            row.remark,
            row.channel,
            row.reference,
            str(RowLevel(row.level).label),
            " ".join(reasons),
        ]
