"""What must hold before a report goes out: whole files, sums that agree, no names, explained anomalies, sound books."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from core.errors import DomainError
from core.files import path_of
from core.models import StoredFile
from core.personal_numbers import find_personal_numbers
from donations.checks import all_checks as gift_checks
from donations.choices import DonorKind
from donations.selectors.reporting import name_in_files
from ledger.checks import all_checks as ledger_checks
from registries.checks import all_checks as registry_checks
from training.checks import all_checks as training_checks
from transparency.choices import USE_PART, FileRole, ReportKind, RunStatus
from transparency.definitions import definition_of
from transparency.models import ReportFile, ReportRun
from transparency.rendering.figures import check_figures
from transparency.rendering.registries_figures import check_registries
from transparency.rendering.training_figures import check_training
from transparency.rendering.use_figures import check_use
from transparency.selectors.anomalies import open_count
from transparency.services.freezing import read_rows
from transparency.services.runs import read_snapshot


@dataclass(frozen=True)
class PublishingCheck:
    """One thing that must hold before a report goes out: its name in words, and what is wrong (empty: it holds)."""

    label: str
    problem: str

    @property
    def state(self) -> str:
        """As the component `check_list` takes it."""
        return "error" if self.problem else "passed"

    @property
    def text(self) -> str:
        """As the component `check_list` takes it."""
        return self.problem


def publishing_problems(run: ReportRun) -> list[str]:
    """Everything that stands between a run and its publication, as sentences; empty when it may go on."""
    if run.status not in (RunStatus.READY, RunStatus.CHECKED):
        return [_("它现在是“%(status)s”") % {"status": RunStatus(run.status).label}]
    return [check.problem for check in publishing_checks(run) if check.problem]


def publishing_checks(run: ReportRun) -> list[PublishingCheck]:
    """The list that a publisher sees ticked off: files, figures, names, books. Reads the whole ledger once."""
    files = list(run.files.select_related("file"))
    checks = [PublishingCheck(_("文件完整，与生成时的 SHA-256 一致"), _damage(files))]
    if checks[0].problem:
        return checks
    path = {(item.role, item.part): path_of(item.file.sha256) for item in files}
    rows_path, use_path = path[(FileRole.ROWS, 0)], path.get((FileRole.ROWS, USE_PART))
    snapshot = read_snapshot(path[(FileRole.SNAPSHOT, 0)])
    if run.kind == ReportKind.REGISTRIES_YEARBOOK:
        return [*checks, *_registries_checks(snapshot, rows_path)]
    if not definition_of(run.kind).has_amounts:
        return [*checks, *_training_checks(snapshot, rows_path)]
    return [
        *checks,
        PublishingCheck(_("合计与各行之和相符"), _said(lambda: check_figures(snapshot, read_rows(rows_path)))),
        PublishingCheck(
            _("期初加收入减支出等于期末，与明细相符"), _said(lambda: check_use(snapshot, read_rows(use_path)))
        ),
        PublishingCheck(_("明细中没有个人姓名"), _names(read_rows(rows_path))),
        PublishingCheck(_("异常已逐条说明"), unexplained(run)),
        PublishingCheck(_("账目核对相符"), _failed(ledger_checks())),
        PublishingCheck(_("捐赠与账目相符"), _failed(gift_checks())),
    ]


def _registries_checks(snapshot: dict[str, Any], rows_path: Path) -> list[PublishingCheck]:
    typed = [(snapshot["corrects"] or {}).get("note", ""), *(one["source"] for one in snapshot["national"])]
    return [
        PublishingCheck(
            _("各项与明细相符，少于 5 的已隐去，隐去的推不出来"),
            _said(lambda: check_registries(snapshot, lambda: read_rows(rows_path))),
        ),
        PublishingCheck(_("文字中没有身份证号码和手机号码"), _numbers_in(typed)),
        PublishingCheck(_("捐献登记核对相符"), _failed(registry_checks())),
    ]


def _training_checks(snapshot: dict[str, Any], rows_path: Path) -> list[PublishingCheck]:
    return [
        PublishingCheck(
            _("各项合计与各行之和相符，少于 5 人的已隐去"),
            _said(lambda: check_training(snapshot, lambda: read_rows(rows_path))),
        ),
        PublishingCheck(_("文字中没有身份证号码和手机号码"), _personal_numbers(snapshot)),
        PublishingCheck(_("培训登记核对相符"), _failed(training_checks())),
    ]


def _personal_numbers(snapshot: dict[str, Any]) -> str:
    """Whether what people typed (contracts, sources, documents, notes) holds the number of a natural person."""
    counted = snapshot["counted"]
    typed = [(snapshot["corrects"] or {}).get("note", "")]
    typed += [line[name] for line in counted["contracts"] for name in ("buyer", "subject")]
    typed += [line["document"] for line in counted["targets"] or []]
    holders = counted["holders"]
    typed += [line["residents"]["source"] for line in (holders, *holders["by_branch"]) if line["residents"]]
    return _numbers_in(typed)


def _numbers_in(typed: list[str]) -> str:
    found = ", ".join(one.masked for one in find_personal_numbers("\n".join(typed)))
    return _("固定的文字中有个人号码 %(found)s，请更正原登记后重新生成") % {"found": found} if found else ""


def _damage(files: list[ReportFile]) -> str:
    """Name the files that the store has lost or that are no longer the bytes they were."""
    missing = {FileRole.PDF, FileRole.HTML, FileRole.CSV, FileRole.SNAPSHOT, FileRole.ROWS} - {
        FileRole(item.role) for item in files
    }
    wrong = [str(role.label) for role in FileRole if role in missing]
    wrong += [item.file.name for item in files if not _is_whole(item.file)]
    if not wrong:
        return ""
    return _("文件 %(names)s 在存储中找不到或已被改动，请联系系统管理员") % {"names": "、".join(wrong)}


def _is_whole(stored: StoredFile) -> bool:
    try:
        with path_of(stored.sha256).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == stored.sha256
    except OSError:
        return False


def _said(check: Callable[[], object]) -> str:
    try:
        check()
    except DomainError as error:
        return error.message
    return ""


def _names(rows: Iterable[dict[str, Any]]) -> str:
    """Whether a row shows a natural person in another way than the rule for files says."""
    shown = {kind: name_in_files("", kind, "") for kind in (DonorKind.PERSON, DonorKind.ANONYMOUS)}
    for row in rows:
        if row["donor"] != shown.get(row["donor_kind"], row["donor"]):
            return _("捐赠 %(number)s 的个人显示不合规定，请重新生成") % {"number": row["number"]}
    return ""


def unexplained(run: ReportRun) -> str:
    count = open_count(run)
    return _("还有 %(n)s 条异常没有说明，请在“异常”页逐条说明") % {"n": count} if count else ""


def _failed(found: Mapping[str, Sequence[Any]]) -> str:
    failed = [name for name, rows in found.items() if rows]
    if not failed:
        return ""
    return _("%(names)s 未通过，请先运行 verify_ledger 查明") % {"names": "、".join(failed)}
