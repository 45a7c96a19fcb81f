"""The public records of reports: that one was published, that one was withdrawn."""

from __future__ import annotations

from core.recorded import exact_text
from transparency.choices import ReportKind, RunStatus
from transparency.definitions import definition_of
from transparency.models import ReportRun

# The first knew no signatures.
SCHEMAS = ("report-published/1", "report-published/2")


def published_record(run: ReportRun, schema: str = SCHEMAS[-1]) -> dict[str, object]:
    """The public record of a published report: figures and digests, no person's name; by an earlier schema too."""
    return {
        "schema": schema,
        "kind": "report",
        "report_kind": run.kind,
        "number": run.number,
        "version": run.version,
        "corrects": run.corrects.number if run.corrects and run.corrects.status == RunStatus.PUBLISHED else None,
        "branch": run.branch.code,
        "scope": run.scope,
        "period": run.period,
        **({"campaign": run.campaign.slug, "issue": run.issue} if run.campaign else {}),
        "log_from": run.log_from,
        "log_to": run.log_to,
        **_figures(run),
        **({} if schema == SCHEMAS[0] else {"certificate_sha256": run.signer_sha256}),
        "files": [
            {"role": item.role, "part": item.part, "sha256": item.file.sha256, "size": item.file.size}
            for item in run.files.select_related("file").order_by("role", "part")
        ],
    }


def published_row(run: ReportRun) -> dict[str, object]:
    """The rest of a published run's row, which its record commits to from the second schema on."""
    return {
        "title": run.title,
        "correction_note": run.correction_note,
        "page_count": run.page_count,
        "signer": run.signer,
        "frozen_at": exact_text(run.frozen_at),
        "requested_by": run.requested_by_id,
        "requested_at": exact_text(run.requested_at),
        "checked_by": run.checked_by_id,
        "checked_at": exact_text(run.checked_at),
        "approved_by": run.approved_by_id,
        "approved_at": exact_text(run.approved_at),
        "published_at": exact_text(run.published_at),
        **_rest_of_figures(run),
    }


def _figures(run: ReportRun) -> dict[str, object]:
    """What a record says of a report's figures: money, or those of training or of the registries."""
    if not definition_of(run.kind).has_amounts:
        part = "registries" if run.kind == ReportKind.REGISTRIES_YEARBOOK else "training"
        return {part: run.summary[part], "rows_sha256": run.summary["rows_sha256"]}
    return {"count": run.summary["count"], "amount": run.summary["amount"], "use": run.summary.get("use")}


def _rest_of_figures(run: ReportRun) -> dict[str, object]:
    if not definition_of(run.kind).has_amounts:
        return {}
    return {"sections": run.summary["sections"], "year_to_date": run.summary["year_to_date"]}


def withdrawn_record(run: ReportRun) -> dict[str, object]:
    """The public record that a report's files are handed out no longer; why is committed to, not said."""
    return {"schema": "report-withdrawn/1", "kind": "withdrawal", "number": run.number, "version": run.version}
