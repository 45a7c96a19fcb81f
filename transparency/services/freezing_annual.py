"""Freezing an annual report: texts as they stand, figures out of the log, the year before beside them.

The snapshot (`annual/1`) is that of the periodic reports, with the year's parts added, so that whatever reads or checks
those reads and checks this one too.
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from typing import IO, Any

from django.utils.translation import gettext as _

from core.clock import SHANGHAI
from core.errors import DomainError
from core.files import path_of
from core.money import ZERO_YUAN, yuan
from core.periods import parse_period
from donations.selectors.public.campaigns import PublicCampaign
from ledger.selectors.goods_windows import GoodsStock
from transparency.choices import FileRole, ReportScope
from transparency.models import AnnualDraft, AuditOpinion, ReportFile, ReportRun
from transparency.rendering.annual_figures import SCHEMA, check_annual, listed_organisations, names_organisation
from transparency.selectors.annual import ChapterState, chapter_states, last_year_run, newest_opinion
from transparency.selectors.annual_figures import directory_of, goods_in_log, network_of
from transparency.selectors.log import size_before
from transparency.services.freezing import Frozen, freeze

# What of a report's use is compared with the year before.
_EDGES = ("opening", "in", "out", "used", "closing", "in_transit")


@dataclass
class _Gifts:
    """One pass over the rows of gifts: by purpose, and by organisation that may be named."""

    purposes: dict[str, list[Any]] = field(default_factory=dict)
    organisations: dict[str, list[Any]] = field(default_factory=dict)

    def add(self, row: dict[str, Any]) -> None:
        """Take one row into both."""
        amount = yuan(row["amount"])
        parts = [(self.purposes, row["purpose"])]
        if names_organisation(row):
            parts.append((self.organisations, row["donor"]))
        for sums, name in parts:
            one = sums.setdefault(name, [0, ZERO_YUAN])
            one[0] += 1
            one[1] += amount


def freeze_annual(
    run: ReportRun, *, campaign: PublicCampaign | None = None, previous: ReportRun | None, stack: ExitStack
) -> Frozen:
    """Freeze the annual report of a run's records, texts and opinion; `stack` closes the files of its rows.

    A run that is kept takes the opinion among its files, so that it is published with the report. The run need not be
    kept: a preview is frozen the same way. Raises DomainError `chapters_missing` where a chapter that must be written
    is not, FiguresDisagree where anything does not add up to the fen.
    """
    draft = _draft_of(run)
    chapters = chapter_states(draft)
    missing = [one for one in chapters if one.state == "missing"]
    if missing and run.pk is not None:
        names = _("、").join(str(one.chapter.title) for one in missing)
        raise DomainError(
            "chapters_missing", _("年度报告还缺必写的章节：%(names)s。请写好后再生成。") % {"names": names}
        )
    frozen = freeze_figures(run, previous=previous, stack=stack)
    opinion = newest_opinion(draft)
    if opinion is not None and run.pk is not None:
        ReportFile.objects.create(run=run, role=FileRole.OPINION, part=0, file=opinion.file)
    return Frozen({**frozen.snapshot, **written_parts(chapters, opinion)}, frozen.rows, frozen.use_rows)


def written_parts(chapters: list[ChapterState], opinion: AuditOpinion | None) -> dict[str, Any]:
    """What people gave to a snapshot: the texts and the opinion."""
    return {"texts": [_text(one) for one in chapters], "opinion": _opinion(opinion)}


def freeze_figures(run: ReportRun, *, previous: ReportRun | None, stack: ExitStack) -> Frozen:
    """The figures of a year without its texts. Raises FiguresDisagree."""
    below = run.scope == ReportScope.BELOW
    base = freeze(run, campaign=None, previous=_newest_of(run, previous), stack=stack)
    gifts = _gifts(base.rows)
    snapshot = {
        **base.snapshot,
        "schema": SCHEMA,
        "texts": [],
        "opinion": None,
        "alone": _alone(run, stack) if below else None,
        "last_year": _last_year(run, stack),
        "by_purpose": [
            {"purpose": name, "count": n, "amount": f"{amount:.2f}"}
            for name, (n, amount) in sorted(gifts.purposes.items())
        ],
        "organisations": {
            "count": len(gifts.organisations),
            "listed": listed_organisations(gifts.organisations),
        },
        "goods": {
            "alone": _goods(run, with_below=False),
            "below": _goods(run, with_below=True) if below else None,
        },
        "network": network_of(run.branch),
        "directory": directory_of(run.branch),
    }
    check_annual(snapshot, lambda: _read(base.rows), lambda: _read(base.use_rows))
    base.rows.seek(0)
    base.use_rows.seek(0)
    return Frozen(snapshot, base.rows, base.use_rows)


def _draft_of(run: ReportRun) -> AnnualDraft:
    draft = AnnualDraft.objects.unscoped("the texts of a run").filter(branch=run.branch, year=int(run.period)).first()
    if draft is None:
        raise DomainError(
            "annual_not_written",
            _("%(year)s 年度报告还没有开始编写，请先在“年度报告”里建立。") % {"year": run.period},
        )
    return draft


def _newest_of(run: ReportRun, previous: ReportRun | None) -> ReportRun | None:
    """The report before, in its newest published version: what it said last counts."""
    if previous is None:
        return None
    return last_year_run(run) or previous


def _read(file: IO[bytes]) -> Any:
    file.seek(0)
    return (json.loads(line) for line in file)


def _gifts(rows: IO[bytes]) -> _Gifts:
    found = _Gifts()
    for row in _read(rows):
        found.add(row)
    return found


def _like(run: ReportRun, **over: Any) -> ReportRun:
    """A run that is not kept, over other records or in another scope."""
    facts = {
        "number": run.number, "kind": run.kind, "scope": run.scope, "period": run.period, "version": run.version,
        "period_kind": run.period_kind, "period_start": run.period_start, "period_end": run.period_end,
        "log_from": run.log_from, "log_to": run.log_to, "frozen_at": run.frozen_at, "title": run.title,
    }  # fmt: skip
    return ReportRun(branch=run.branch, **{**facts, **over})


def _alone(run: ReportRun, stack: ExitStack) -> dict[str, Any]:
    """The association's own figures over the same records; freezing checks them against its own rows."""
    own = freeze(_like(run, scope=ReportScope.ALONE), campaign=None, previous=None, stack=stack).snapshot
    return {name: own[name] for name in ("totals", "sections", "by_fund", "use")}


def _last_year(run: ReportRun, stack: ExitStack) -> dict[str, Any] | None:
    """The year before: as its published report says, else out of the log up to this report's first record; or None."""
    published = last_year_run(run)
    if published is not None:
        kept = ReportFile.objects.select_related("file").get(run=published, role=FileRole.SNAPSHOT, part=0)
        snapshot = json.loads(path_of(kept.file.sha256).read_bytes())
        return _compared(snapshot, source="report", number=published.number)
    before = parse_period(run.period).previous()
    first, last = size_before(before.start), run.log_from or 0
    if first >= last:
        return None
    earlier = _like(
        run, period=before.code, period_start=before.start, period_end=before.end, log_from=first, log_to=last
    )
    found = _compared(freeze(earlier, campaign=None, previous=None, stack=stack).snapshot, source="computed", number="")
    has_any = found["count"] or any(yuan(found[name]) for name in _EDGES)
    return found if has_any else None


def _compared(snapshot: dict[str, Any], *, source: str, number: str) -> dict[str, Any]:
    """What of a year's snapshot stands beside the next one's."""
    use = snapshot["use"]
    months: dict[str, list[Any]] = {}
    for day in snapshot["by_day"]:
        one = months.setdefault(day["on"][:7], [0, ZERO_YUAN])
        one[0] += day["count"]
        one[1] += Decimal(day["amount"])
    return {
        "source": source,
        "number": number,
        "label": snapshot["period"]["label"],
        "count": snapshot["totals"]["count"],
        "amount": snapshot["totals"]["amount"],
        **{name: use[name] for name in _EDGES},
        "items": [{"item": one["item"], "amount": one["amount"]} for one in use["items"]],
        "by_month": [
            {"month": month, "count": n, "amount": f"{amount:.2f}"} for month, (n, amount) in sorted(months.items())
        ],
    }


def _goods(run: ReportRun, *, with_below: bool) -> list[dict[str, Any]]:
    found = goods_in_log(run.branch, with_below=with_below, log_from=run.log_from or 0, log_to=run.log_to or 0)
    return [_goods_line(one) for one in found]


def _goods_line(one: GoodsStock) -> dict[str, Any]:
    places = one.decimal_places
    return {
        "code": one.code, "name": one.name, "specification": one.specification, "batch": one.batch,
        "measure": one.measure,
        "opening": f"{one.opening:.{places}f}", "in": f"{one.received:.{places}f}", "out": f"{one.issued:.{places}f}",
        "closing": f"{one.closing:.{places}f}",
    }  # fmt: skip


def _text(state: ChapterState) -> dict[str, Any]:
    """A chapter as it is frozen: who wrote it stays in the books of the office."""
    newest = state.newest
    return {
        "chapter": state.chapter.code,
        "version": newest.version if newest else 0,
        "written_at": newest.written_at.astimezone(SHANGHAI).isoformat(timespec="seconds") if newest else None,
        "text": newest.text if newest else "",
    }


def _opinion(opinion: AuditOpinion | None) -> dict[str, Any] | None:
    if opinion is None:
        return None
    return {
        "firm": opinion.firm, "opinion": opinion.opinion, "report_number": opinion.report_number,
        "reported_on": opinion.reported_on.isoformat(), "sha256": opinion.file.sha256, "size": opinion.file.size,
    }  # fmt: skip
