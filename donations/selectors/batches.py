"""Figures and rows of a batch."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO

from django.conf import settings
from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.errors import NotFound
from core.money import ZERO_YUAN, format_yuan
from donations.choices import BatchStatus, DuplicateDecision, RowLevel, TermsStatus
from donations.models import Agreement, Batch, GiftLetter, StagedGift
from organizations.choices import Right

if TYPE_CHECKING:
    from accounts.models import User

# Rows that a person took out, or that the reader knew to be no gift.
EXCLUDED = ~Q(excluded_reason="") | Q(duplicate_decision=DuplicateDecision.DROP)
UNDECIDED = ~Q(duplicate_of="") & Q(duplicate_decision=DuplicateDecision.NONE) & Q(excluded_reason="")


@dataclass(frozen=True)
class BatchTally:
    """Counts and sums (yuan) of a batch's rows. `posted_*`: what would be, or was, posted."""

    row_count: int
    row_total: Decimal
    posted_count: int
    posted_total: Decimal
    passed_count: int
    warning_count: int
    error_count: int
    duplicate_count: int
    undecided_count: int
    excluded_count: int
    excluded_total: Decimal
    problem_count: int


def batch_tally(batch: Batch) -> BatchTally:
    """Count a batch's rows by what was said and decided of them; one query."""
    kept = ~EXCLUDED
    figures: dict[str, Any] = StagedGift.objects.filter(batch=batch).aggregate(
        row_count=Count("pk"),
        row_total=Sum("amount"),
        posted_count=Count("pk", filter=kept),
        posted_total=Sum("amount", filter=kept),
        passed_count=Count("pk", filter=kept & Q(level=RowLevel.PASSED, duplicate_of="")),
        warning_count=Count("pk", filter=kept & Q(level=RowLevel.WARNING, duplicate_of="")),
        error_count=Count("pk", filter=kept & Q(level=RowLevel.ERROR)),
        duplicate_count=Count("pk", filter=~Q(duplicate_of="")),
        undecided_count=Count("pk", filter=UNDECIDED),
        excluded_count=Count("pk", filter=EXCLUDED),
        excluded_total=Sum("amount", filter=EXCLUDED),
        problem_count=Count("pk", filter=ROW_FILTERS["problems"]),
    )
    found: dict[str, Any] = {name: ZERO_YUAN if value is None else value for name, value in figures.items()}
    return BatchTally(**found)


def undecided_sums(batch: Batch) -> dict[str, Any]:
    """`count` and `total` (yuan) of the suspected rows that nobody has decided; one query."""
    figures = StagedGift.objects.filter(UNDECIDED, batch=batch).aggregate(count=Count("pk"), total=Sum("amount"))
    return {"count": figures["count"], "total": figures["total"] or ZERO_YUAN}


def declared_gap(batch: Batch, tally: BatchTally) -> list[str]:
    """Say by how much a file's own count and total are not met; empty when they are, or when it declares none.

    `found_count` and `found_total` are the gifts of the file as read; a row mended in place counts with its new amount,
    one that was left out stays counted, because the file's own total counts it too.
    """
    gaps: list[str] = []
    found_total = batch.found_total
    if batch.declared_total is not None and batch.declared_total != found_total:
        gaps.append(
            _("文件自己写的合计是 %(declared)s，读到的是 %(found)s，相差 %(gap)s")
            % {
                "declared": format_yuan(batch.declared_total),
                "found": format_yuan(found_total),
                "gap": format_yuan(abs(batch.declared_total - found_total)),
            }
        )
    if batch.declared_count is not None and batch.declared_count != batch.found_count:
        gaps.append(
            _("文件自己写的是 %(declared)d 笔，读到的是 %(found)d 笔，相差 %(gap)d 笔")
            % {
                "declared": batch.declared_count,
                "found": batch.found_count,
                "gap": abs(batch.declared_count - batch.found_count),
            }
        )
    return gaps


def rows_without_letter(batch: Batch) -> list[int]:
    """The rows of large gifts that rest neither on a giver's letter nor on an agreement in force; one query.

    From LETTER_FROM_YUAN on, for gifts received since LETTER_SINCE (资金捐赠指南: 一百万元以上须有捐函).
    """
    letter = GiftLetter.objects.filter(batch_id=OuterRef("batch_id"), row_number=OuterRef("row_number"))
    agreement = Agreement.objects.unscoped("whether there is one, nothing of it").filter(
        fund_id=Coalesce(OuterRef("fund_id"), OuterRef("batch__fund_id")), status=TermsStatus.IN_FORCE
    )
    rows = StagedGift.objects.filter(
        ~EXCLUDED, ~Exists(letter), ~Exists(agreement), batch=batch,
        amount__gte=settings.LETTER_FROM_YUAN, received_on__gte=settings.LETTER_SINCE,
    )  # fmt: skip
    return list(rows.order_by("row_number").values_list("row_number", flat=True))


def is_large(row: StagedGift) -> bool:
    """Whether a gift is so large that it needs a giver's letter or an agreement."""
    is_due = row.received_on is not None and row.received_on >= settings.LETTER_SINCE
    return is_due and row.amount is not None and row.amount >= settings.LETTER_FROM_YUAN


def letter_rows(batch: Batch) -> list[int]:
    """The rows whose givers' letters are kept, in order; one query."""
    letters = GiftLetter.objects.filter(batch=batch).order_by("row_number")
    return list(letters.values_list("row_number", flat=True))


def what_is_left(batch: Batch, tally: BatchTally) -> list[str]:
    """Say everything that keeps a batch from being submitted; empty when it is ready."""
    left: list[str] = []
    if tally.posted_count == 0:
        left.append(_("没有可入账的捐赠"))
    if tally.error_count:
        left.append(
            ngettext("还有 %d 行错误没有改正或排除", "还有 %d 行错误没有改正或排除", tally.error_count)
            % tally.error_count
        )
    if tally.undecided_count:
        left.append(
            ngettext("还有 %d 行疑似重复没有决定", "还有 %d 行疑似重复没有决定", tally.undecided_count)
            % tally.undecided_count
        )
    unlettered = rows_without_letter(batch)
    if unlettered:
        left.append(
            _("第 %(rows)s 行达到 %(limit)s，须上传捐赠函或记入有协议的资金池")
            % {"rows": "、".join(map(str, unlettered[:20])), "limit": format_yuan(Decimal(settings.LETTER_FROM_YUAN))}
        )
    left.extend(declared_gap(batch, tally))
    return left


# What a row's `state` (see `batch_rows`) is called.
ROW_STATES: dict[str, Any] = {
    "passed": gettext_lazy("通过"),
    "warning": gettext_lazy("警告"),
    "error": gettext_lazy("错误"),
    "duplicate": gettext_lazy("疑似重复"),
    "excluded": gettext_lazy("已排除"),
}
ROW_FILTERS: dict[str, Q] = {
    "all": Q(),
    "problems": (Q(level__in=[RowLevel.ERROR, RowLevel.WARNING]) | ~Q(duplicate_of="")) & Q(excluded_reason=""),
    "error": Q(level=RowLevel.ERROR) & ~EXCLUDED,
    "warning": Q(level=RowLevel.WARNING) & ~EXCLUDED,
    "duplicate": ~Q(duplicate_of=""),
    "undecided": UNDECIDED,
    "excluded": EXCLUDED,
}


def with_state(rows: QuerySet[StagedGift]) -> QuerySet[StagedGift]:
    """Rows with `state`: the one word of ROW_STATES that says what is to be done with each."""
    state = Case(
        When(EXCLUDED, then=Value("excluded")),
        When(level=RowLevel.ERROR, then=Value("error")),
        When(UNDECIDED, then=Value("duplicate")),
        When(level=RowLevel.WARNING, then=Value("warning")),
        default=Value("passed"),
        output_field=CharField(),
    )
    return rows.annotate(state=state)


def batch_rows(batch: Batch, *, show: str = "all", after: int = 0, limit: int = 50) -> QuerySet[StagedGift]:
    """A page of a batch's rows by row number (keyset), narrowed by one of ROW_FILTERS; one query."""
    rows = StagedGift.objects.filter(ROW_FILTERS.get(show, Q()), batch=batch, row_number__gt=after)
    return with_state(rows).select_related("fund").order_by("row_number")[:limit]


def batch_problems(batch: Batch) -> Iterator[dict[str, Any]]:
    """Every problem of a batch's rows {row, field, code, message}, suspected duplicates included; read in chunks."""
    yield from batch.problems
    rows = StagedGift.objects.filter(ROW_FILTERS["problems"], batch=batch).order_by("row_number")
    for row in rows.only("row_number", "problems", "duplicate_of", "duplicate_decision").iterator(chunk_size=2000):
        for problem in row.problems:
            yield {name: problem[name] for name in ("row", "field", "code", "message")}
        if row.duplicate_of:
            yield {
                "row": row.row_number,
                "field": "row",
                "code": "duplicate",
                "message": _("第 %(row)d 行：疑似与 %(other)s 是同一笔，请决定保留还是不入账。")
                % {"row": row.row_number, "other": duplicate_label(row.duplicate_of)},
            }


def duplicate_label(duplicate_of: str) -> str:
    """Say what a suspected duplicate repeats: a gift's number, or a row of another batch."""
    batch_number, mark, row = duplicate_of.partition("#")
    if not mark:
        return _("捐赠 %(number)s") % {"number": batch_number}
    return _("批次 %(number)s 第 %(row)s 行") % {"number": batch_number, "row": row}


def batch_of_file(person: User, source: BinaryIO) -> Batch | None:
    """The living batch that holds these very bytes, where the person may see it; one query."""
    source.seek(0)
    digest = hashlib.sha256()
    for chunk in iter(lambda: source.read(1 << 20), b""):
        digest.update(chunk)
    return (
        Batch.objects.visible_to(person, Right.VIEW_GIFTS)
        .filter(file_sha256=digest.hexdigest())
        .exclude(status=BatchStatus.CANCELLED)
        .first()
    )


def batch_by_number(number: str, person: User) -> Batch:
    """A batch that a person may see, by its number; raises NotFound, also for one outside their branches."""
    batch = (
        Batch.objects.visible_to(person, Right.VIEW_GIFTS)
        .select_related("branch", "fund", "file", "created_by", "submitted_by", "approved_by")
        .filter(number=number.replace("\x00", "").strip())
        .first()
    )
    if batch is None:
        raise NotFound("batch_not_found", _("没有找到批次 %(number)s，或它不在您的范围内。") % {"number": number})
    return batch
