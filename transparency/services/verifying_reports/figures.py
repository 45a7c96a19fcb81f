"""A report's frozen figures against what the log gives today for the same records."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from itertools import zip_longest
from pathlib import Path
from typing import IO, Any

from django.utils import translation
from django.utils.translation import gettext as _

from core.canonical import canonical_bytes
from core.errors import DomainError
from donations.selectors.public.campaigns import public_campaign_of_id
from transparency.choices import USE_PART, FileRole, ReportKind
from transparency.definitions import definition_of
from transparency.models import ReportRun
from transparency.rendering.registries_figures import figures_by_place
from transparency.rendering.training_figures import log_figures
from transparency.selectors.series import run_before
from transparency.services.freezing import freeze, read_rows
from transparency.services.freezing_registries import freeze_figures_part
from transparency.services.freezing_training import freeze_log_part
from transparency.services.runs import read_snapshot
from transparency.services.verifying_reports.comparing import leaves
from transparency.services.verifying_reports.findings import ReportFindings

# What a row shows by name, and its note: names may be changed or withdrawn after the report, figures may not.
SHOWN = frozenset({"donor", "fund", "branch_name", "party", "note", "label", "state", "purpose", "area"})
# Parts of a snapshot that say figures; everything else (title, names, software) may differ between two days.
_PARTS = ("totals", "sections", "year_to_date")
_USE_PARTS = (
    "opening",
    "in",
    "out",
    "used",
    "closing",
    "in_transit",
    "transit_before",
    "items",
    "eliminated",
    "sections",
)


def compare_figures(run: ReportRun, paths: Mapping[tuple[str, int], Path], findings: ReportFindings) -> None:
    """Freeze the run's records again and compare, with the frozen snapshot and rows in `paths` by role and part.

    `figures_differ` names each sum, `rows_differ` each row whose number, day or amount is another. Rows that differ by
    names or notes alone are a note, no problem. Reads the run's records once; writes nothing.
    """
    frozen = read_snapshot(paths[(FileRole.SNAPSHOT.value, 0)])
    if run.kind == ReportKind.REGISTRIES_YEARBOOK:
        _compare_registries(run, frozen, paths, findings)
        return
    if not definition_of(run.kind).has_amounts:
        _compare_training(run, frozen, paths, findings)
        return
    with ExitStack() as stack, translation.override("zh-hans"):
        try:
            campaign = public_campaign_of_id(run.campaign_id) if run.campaign_id else None
            today = freeze(run, campaign=campaign, previous=run_before(run), stack=stack)
        except DomainError as refusal:
            message = _("按公开日志重新汇总没有成功：%(why)s") % {"why": refusal.message}
            findings.add("figures_differ", message, report=run.number)
            return
        _compare_sums(frozen, json.loads(canonical_bytes(today.snapshot)), findings)
        kinds = [(0, today.rows, _("捐赠明细"))]
        if "use" in frozen:
            kinds.append((USE_PART, today.use_rows, _("使用明细")))
        for part, rows, name in kinds:
            path = paths.get((FileRole.ROWS.value, part))
            if path is not None:
                _compare_rows(name, read_rows(path), rows, findings)


def _compare_training(
    run: ReportRun, frozen: dict[str, Any], paths: Mapping[tuple[str, int], Path], findings: ReportFindings
) -> None:
    """The same for a yearbook: what the log gives. What was counted beside it says its day and is not counted again."""
    with ExitStack() as stack, translation.override("zh-hans"):
        try:
            today = freeze_log_part(run, stack)
        except DomainError as refusal:
            message = _("按公开日志重新汇总没有成功：%(why)s") % {"why": refusal.message}
            findings.add("figures_differ", message, report=run.number)
            return
        _compare_leaves(_training_sums(frozen), _training_sums(today.figures), findings)
        path = paths.get((FileRole.ROWS.value, 0))
        if path is not None:
            _compare_rows(_("培训明细"), read_rows(path), today.rows, findings)


def _compare_registries(
    run: ReportRun, frozen: dict[str, Any], paths: Mapping[tuple[str, int], Path], findings: ReportFindings
) -> None:
    """The same for a registries yearbook: all its figures are in the log; national numbers name their source."""
    with ExitStack() as stack, translation.override("zh-hans"):
        try:
            today = freeze_figures_part(run, stack)
        except DomainError as refusal:
            message = _("按公开日志重新汇总没有成功：%(why)s") % {"why": refusal.message}
            findings.add("figures_differ", message, report=run.number)
            return
        head = {name: frozen[name] for name in ("period", "branch")}
        _compare_leaves(figures_by_place(frozen), figures_by_place({**head, **today.figures}), findings)
        path = paths.get((FileRole.ROWS.value, 0))
        if path is not None:
            _compare_rows(_("捐献登记明细"), read_rows(path), today.rows, findings)


def _training_sums(figures: dict[str, Any]) -> dict[str, Any]:
    groups = {f"key_groups.{one['key_group']}": one["count"] for one in figures["key_groups"]}
    return {**log_figures(figures), **groups, "rows": figures["rows"]["count"]}


def _compare_sums(frozen: dict[str, Any], today: dict[str, Any], findings: ReportFindings) -> None:
    _compare_leaves(_sums(frozen), _sums(today), findings)


def _compare_leaves(ours: Mapping[str, Any], theirs: Mapping[str, Any], findings: ReportFindings) -> None:
    for name in sorted({*ours, *theirs}):
        if ours.get(name) != theirs.get(name):
            message = _("%(name)s：报告写的是 %(frozen)s，按公开日志同一段记录今天重算是 %(today)s。") % {
                "name": name,
                "frozen": ours.get(name, _("没有")),
                "today": theirs.get(name, _("没有")),
            }
            findings.add("figures_differ", message, field=name, report=ours.get(name), log=theirs.get(name))


def _sums(snapshot: dict[str, Any]) -> dict[str, Any]:
    """Every sum of a snapshot by its place: totals, sections, use; by association and fund by their codes."""
    found = {name: snapshot.get(name) for name in _PARTS}
    found["rows"] = snapshot["rows"]["count"]
    found |= _by_code("by_branch", snapshot["by_branch"])
    found |= _by_code("by_fund", [one for one in snapshot["by_fund"] if one["code"]])
    if "use" in snapshot:
        use = snapshot["use"]
        found["use"] = {name: use.get(name) for name in _USE_PARTS} | {"rows": use["rows"]["count"]}
        found |= _by_code("use.branches", use["branches"])
        found |= _by_code("use.funds", [one for one in use["funds"] if one["code"]])
    return dict(leaves(found))


def _by_code(part: str, lines: list[dict[str, Any]]) -> dict[str, Any]:
    """Lines that anything moved in, by code: associations founded since then show as lines without figures."""
    found = {}
    for line in lines:
        figures = {name: value for name, value in line.items() if name not in ("code", "name", "level", "restricted")}
        if any(value not in (0, "0.00", []) for value in figures.values()):
            found[f"{part}.{line['code']}"] = figures
    return found


def _compare_rows(name: str, frozen: Iterator[dict[str, Any]], today: IO[bytes], findings: ReportFindings) -> None:
    today.seek(0)
    renamed = 0
    for place, (ours, line) in enumerate(zip_longest(frozen, today), start=1):
        theirs = json.loads(line) if line else None
        if ours == theirs:
            continue
        if ours and theirs and _figures(ours) == _figures(theirs):
            renamed += 1
            continue
        number = (ours or theirs or {}).get("number", "")
        message = _("%(list)s第 %(place)d 行（%(number)s）与公开日志今天给出的不同。")
        findings.add(
            "rows_differ", message % {"list": name, "place": place, "number": number}, row=place, number=number
        )
    if renamed:
        findings.notes.append(
            _("%(list)s有 %(count)d 行的显示名称或说明与今天不同，编号、日期、金额相同：名称是报告固定以后改的。")
            % {"list": name, "count": renamed}
        )


def _figures(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in SHOWN}
