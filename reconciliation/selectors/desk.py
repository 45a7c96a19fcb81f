"""What the desk shows of statements: lists, counts, one statement's lines, what waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from core.models import Job
from core.money import ZERO_YUAN
from organizations.choices import Right
from organizations.permissions import branches_with
from reconciliation.choices import (
    ANSWERED,
    BULK_REASONS,
    COUNTING,
    Direction,
    LineKind,
    LineOutcome,
    SheetStatus,
    StatementStatus,
)
from reconciliation.models import DepositAccount, LineEvent, MonthSheet, Statement, StatementEvent, StatementLine
from reconciliation.selectors.balances import balance_now

if TYPE_CHECKING:
    from accounts.models import User
    from organizations.models import Branch

PAGE_SIZE = 50
STATEMENTS_SHOWN = 30

LINE_FILTERS: dict[str, tuple[Any, Q]] = {
    "all": (_("全部"), Q()),
    "open": (_("未处理"), Q(outcome=LineOutcome.OPEN)),
    "gifts": (_("像捐赠"), Q(outcome=LineOutcome.OPEN, proposed_kind=LineKind.GIFT)),
    "in_batch": (_("在批次中"), Q(outcome=LineOutcome.IN_BATCH)),
    "matched": (_("已对应"), Q(outcome__in=ANSWERED)),
    "other": (_("不是捐赠"), Q(outcome=LineOutcome.OTHER)),
}


@dataclass(frozen=True)
class AccountLine:
    """An account with what its lines say it holds (yuan), and up to which day."""

    account: DepositAccount
    balance: Decimal
    until: Any


@dataclass(frozen=True)
class LineTally:
    """A statement's lines in numbers: per filter, sums of what is open, and how many each rule would decide."""

    counts: Mapping[str, int]
    open_in: Decimal
    open_out: Decimal
    gift_count: int
    gift_total: Decimal
    alike: list[tuple[str, Any, int]]

    @property
    def left(self) -> int:
        """Lines that are not decided yet."""
        return self.counts["open"] + self.counts["in_batch"]

    @property
    def alike_count(self) -> int:
        """Lines that one press decides."""
        return sum(count for _kind, _label, count in self.alike)


def accounts_for(person: User) -> list[AccountLine]:
    """The accounts of the person's branches with their balances; two queries for each account and one more."""
    rows = DepositAccount.objects.visible_to(person, Right.VIEW_STATEMENTS).select_related("branch")
    found: list[AccountLine] = []
    for account in rows.order_by("branch__path", "kind", "pk"):
        last = Statement.objects.unscoped("of an account in scope").filter(account=account, status__in=COUNTING)
        until = last.order_by("-period_to").values_list("period_to", flat=True).first()
        found.append(AccountLine(account, balance_now(account), until))
    return found


def statements_for(person: User, *, status: str = "", before: int | None = None) -> list[Statement]:
    """The person's statements, newest first, one more than a page. One query."""
    rows = Statement.objects.visible_to(person, Right.VIEW_STATEMENTS).select_related("branch", "account")
    if status in StatementStatus.values:
        rows = rows.filter(status=status)
    else:
        rows = rows.exclude(status=StatementStatus.DROPPED)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    open_lines = Count("lines", filter=Q(lines__outcome__in=[LineOutcome.OPEN, LineOutcome.IN_BATCH]))
    return list(rows.annotate(left=open_lines).order_by("-pk")[: STATEMENTS_SHOWN + 1])


def sheet_branches(person: User) -> list[Branch]:
    """The branches with an account whose sheets the person may see. One query."""
    with_account = DepositAccount.objects.unscoped("narrowed below").values("branch")
    return list(branches_with(person, Right.VIEW_STATEMENTS).filter(pk__in=with_account))


def line_tally(statement: Statement) -> LineTally:
    """Count a statement's lines by what became of them. Two queries."""
    lines = statement.lines.all()
    counts = lines.aggregate(
        **{f"n_{name}": Count("pk", filter=condition) for name, (_label, condition) in LINE_FILTERS.items()},
        open_in=Sum("amount", filter=Q(outcome=LineOutcome.OPEN, direction=Direction.IN)),
        open_out=Sum("amount", filter=Q(outcome=LineOutcome.OPEN, direction=Direction.OUT)),
        gift_total=Sum("amount", filter=LINE_FILTERS["gifts"][1]),
    )
    alike = lines.filter(outcome=LineOutcome.OPEN, proposed_kind__in=list(BULK_REASONS))
    by_kind = alike.values_list("proposed_kind").annotate(n=Count("pk")).order_by("proposed_kind")
    return LineTally(
        counts={name: counts[f"n_{name}"] for name in LINE_FILTERS},
        open_in=counts["open_in"] or ZERO_YUAN,
        open_out=counts["open_out"] or ZERO_YUAN,
        gift_count=counts["n_gifts"],
        gift_total=counts["gift_total"] or ZERO_YUAN,
        alike=[(kind, LineKind(kind).label, count) for kind, count in by_kind],
    )


def statement_lines(statement: Statement, *, show: str, after: int = 0) -> list[StatementLine]:
    """Lines of a statement by filter, in their order, one more than a page. One query."""
    _label, condition = LINE_FILTERS.get(show, LINE_FILTERS["all"])
    rows: QuerySet[StatementLine] = statement.lines.filter(condition, seq__gt=after).select_related(
        "gift", "entry", "batch"
    )
    return list(rows.defer("details").order_by("seq")[: PAGE_SIZE + 1])


def statement_history(statement: Statement) -> list[StatementEvent]:
    """Every step of a statement. One query."""
    return list(statement.events.select_related("actor").order_by("pk"))


def line_history(line: StatementLine) -> list[LineEvent]:
    """Every decision about a line. One query."""
    return list(line.events.select_related("actor").order_by("pk"))


def next_open(statement: Statement, seq: int) -> int | None:
    """The next line after this one that nobody decided, or the first of them. One or two queries."""
    rows = statement.lines.filter(outcome=LineOutcome.OPEN).exclude(seq=seq).order_by("seq")
    found: int | None = rows.filter(seq__gt=seq).values_list("seq", flat=True).first()
    return found if found is not None else rows.values_list("seq", flat=True).first()


def statement_job(statement: Statement) -> Job | None:
    """The last job that reads a statement. One query."""
    jobs = Job.objects.filter(idempotency_key__startswith=f"statement:{statement.number}:")
    return jobs.order_by("-created_at").first()


@dataclass(frozen=True)
class ReconciliationCounts:
    """What waits: statements with open lines, statements whose balances are to be typed, sheets to confirm."""

    in_work: int
    drafts: int
    to_confirm: int


def reconciliation_counts(person: User, rights: frozenset[str]) -> ReconciliationCounts:
    """Count what waits for a person who holds these rights; at most two queries."""
    in_work = drafts = to_confirm = 0
    if Right.RECONCILE in rights:
        rows = Statement.objects.visible_to(person, Right.RECONCILE)
        sums = rows.aggregate(
            in_work=Count("pk", filter=Q(status=StatementStatus.OPEN)),
            drafts=Count("pk", filter=Q(status__in=[StatementStatus.DRAFT, StatementStatus.UNREADABLE])),
        )
        in_work, drafts = sums["in_work"], sums["drafts"]
    if Right.CONFIRM_SHEETS in rights:
        waiting = MonthSheet.objects.visible_to(person, Right.CONFIRM_SHEETS).filter(status=SheetStatus.SUBMITTED)
        to_confirm = waiting.exclude(made_by=person.pk).count()
    return ReconciliationCounts(in_work, drafts, to_confirm)
