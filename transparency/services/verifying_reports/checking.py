"""What only the portal can check of a published report: its stored files, its public record, the log, the figures."""

from __future__ import annotations

import hashlib
import json

from django.utils.translation import gettext as _

from core.canonical import leaf_hash
from core.files import path_of
from core.models import PublicRecord
from core.printing.signing import read_signature
from transparency.choices import FileRole
from transparency.merkle.proofs import root_by_inclusion
from transparency.merkle.tiles import MissingTile
from transparency.models import LogKey, LogLeaf, ReportFile, ReportRun
from transparency.notes import BadNote, open_checkpoint, parse_verifier
from transparency.selectors.public_log import inclusion_of, latest_checkpoint, tree_of_size
from transparency.selectors.report_files import (
    MAIN,
    SIGNED,
    VOLUME,
    files_of_run,
    record_files,
    report_record,
    was_published,
)
from transparency.services.report_records import published_record
from transparency.services.verifying_reports.comparing import inside_by_name
from transparency.services.verifying_reports.figures import compare_figures
from transparency.services.verifying_reports.findings import ReportFindings
from transparency.services.verifying_reports.pdf_contents import SNAPSHOT
from transparency.services.verifying_reports.reading import read_pdf
from transparency.services.verifying_reports.verdicts import file_title

_PIECE = 1 << 20


def check_report(run: ReportRun) -> ReportFindings:
    """Check one report against the store, its public record, the log and today's figures over the same records.

    Checks: `file_missing`, `file_changed`, `size_differs`, `prefix_differs` (a signed file does not begin with the
    unsigned one), `signature_broken`, `signer_differs`, `snapshot_differs` (the one inside the PDF), `status_differs`,
    `record_missing`, `record_differs`, `files_differ`, `record_not_in_log`, `record_changed`, `tile_differs`,
    `not_signed`, `bad_checkpoint`, `root_differs`, `figures_differ`, `rows_differ`. Reads the run's records once more;
    writes nothing.
    """
    findings = ReportFindings()
    files = files_of_run(run)
    whole = {(row.role, row.part): row for row in files if _is_whole(row, findings)}
    _check_prefixes(whole, findings)
    _check_signatures(run, whole, findings)
    _check_snapshot_inside(whole, findings)
    record = report_record(run)
    if was_published(run) and record is None:
        findings.add("record_missing", _("这份报告没有公开记录。"), report=run.number)
    if record is not None:
        if not was_published(run):
            findings.add(
                "status_differs",
                _("公开日志里有这份报告的公开记录，它现在的状态却是没有公开过。"),
                report=run.number,
                status=run.status,
            )
        _check_record(run, record, files, findings)
        _check_place(record, findings)
    if (FileRole.SNAPSHOT.value, 0) in whole:
        compare_figures(run, {key: path_of(row.file.sha256) for key, row in whole.items()}, findings)
    return findings


def _is_whole(row: ReportFile, findings: ReportFindings) -> bool:
    named = {"role": row.role, "part": row.part, "sha256": row.file.sha256}
    title = file_title(row.role, row.part)
    try:
        with path_of(row.file.sha256).open("rb") as file:
            digest, size = hashlib.file_digest(file, "sha256").hexdigest(), file.tell()
    except OSError:
        findings.add("file_missing", _("存储中找不到%(file)s。") % {"file": title}, **named)
        return False
    if digest != row.file.sha256:
        message = _("存储中的%(file)s被改动过：现在的 SHA-256 是 %(sha256)s。") % {"file": title, "sha256": digest}
        findings.add("file_changed", message, **named)
        return False
    if size != row.file.size:
        findings.add("size_differs", _("%(file)s的字节数与登记的不同。") % {"file": title}, **named)
    return True


def _check_prefixes(whole: dict[tuple[str, int], ReportFile], findings: ReportFindings) -> None:
    """A signed file is the unsigned one with its signature behind it (PAdES, incremental update)."""
    for (role, part), row in whole.items():
        unsigned = whole.get((VOLUME if part else MAIN, part)) if role == SIGNED else None
        if unsigned is not None and not _begins_with(row, unsigned):
            message = _("%(file)s的开头不是签名以前的文件。") % {"file": file_title(role, part)}
            findings.add("prefix_differs", message, role=role, part=part)


def _begins_with(row: ReportFile, beginning: ReportFile) -> bool:
    with path_of(row.file.sha256).open("rb") as file:
        digest, left = hashlib.sha256(), beginning.file.size
        while left and (piece := file.read(min(left, _PIECE))):
            digest.update(piece)
            left -= len(piece)
    return digest.hexdigest() == beginning.file.sha256


def _check_signatures(run: ReportRun, whole: dict[tuple[str, int], ReportFile], findings: ReportFindings) -> None:
    """The signature in each signed file holds, and is by the certificate that the report names."""
    for (role, part), row in whole.items():
        if role != SIGNED:
            continue
        with path_of(row.file.sha256).open("rb") as file:
            found = read_signature(file)
        named = {"role": role, "part": part}
        if found is None or not found.holds:
            findings.add("signature_broken", _("%(file)s里的签名不成立。") % {"file": file_title(role, part)}, **named)
        elif found.certificate_sha256 != run.signer_sha256:
            message = _("%(file)s的签名证书不是报告登记的那一张。") % {"file": file_title(role, part)}
            findings.add("signer_differs", message, certificate=found.certificate_sha256, **named)


def _check_snapshot_inside(whole: dict[tuple[str, int], ReportFile], findings: ReportFindings) -> None:
    frozen = whole.get((FileRole.SNAPSHOT.value, 0))
    for role in (MAIN, SIGNED):
        row = whole.get((role, 0))
        if row is None or frozen is None:
            continue
        with path_of(row.file.sha256).open("rb") as file:
            inside = inside_by_name(read_pdf(file))
        if inside.get(SNAPSHOT) != frozen.file.sha256:
            message = _("%(file)s里内嵌的数据不是固定下来的那份。") % {"file": file_title(role, 0)}
            findings.add("snapshot_differs", message, role=role, part=0)


def _check_record(run: ReportRun, record: PublicRecord, files: list[ReportFile], findings: ReportFindings) -> None:
    """What the record says of the report and of each file is what the rows say today."""
    try:
        said = dict(json.loads(record.record))
    except (ValueError, TypeError):
        findings.add("record_differs", _("公开记录不是一份报告的记录。"), report=run.number)
        return
    today = published_record(run, str(said.get("schema")))
    del today["files"]
    for name, value in today.items():
        if said.get(name) != value:
            message = _("公开记录的 %(field)s 与报告现在的不同。") % {"field": name}
            findings.add("record_differs", message, field=name, record=said.get(name), today=value)
    listed = {(str(one.get("role")), int(one.get("part", 0))): one for one in record_files(record)}
    rows = {(row.role, row.part): row.file for row in files}
    for key in sorted({*listed, *rows}):
        there, here = listed.get(key, {}), rows.get(key)
        if here is not None and (there.get("sha256"), there.get("size")) == (here.sha256, here.size):
            continue
        title, sha256 = file_title(*key), here.sha256 if here else None
        other = next((at for at, one in listed.items() if at != key and here and one.get("sha256") == sha256), None)
        message = _("%(file)s与公开记录列出的不同。") % {"file": title}
        if other is not None:
            message = _("%(file)s的位置上是公开记录里的%(other)s。") % {"file": title, "other": file_title(*other)}
        findings.add("files_differ", message, role=key[0], part=key[1], record=there.get("sha256"), today=sha256)


def _check_place(record: PublicRecord, findings: ReportFindings) -> None:
    """The record stands in the tree, and a head that a key of the log signed covers it."""
    computed = leaf_hash(record.record.encode())
    if computed != bytes(record.leaf_hash):
        findings.add("record_changed", _("公开记录的原文与它的哈希不符，被改动过。"), subject=record.subject)
    leaf = LogLeaf.objects.filter(record=record).first()
    if leaf is None:
        findings.add("record_not_in_log", _("公开记录还没有排进日志，请几分钟后再试。"), subject=record.subject)
        return
    checkpoint = latest_checkpoint()
    if checkpoint is None or checkpoint.size <= leaf.index:
        message = _("还没有签名的检查点覆盖第 %(index)d 条，请几分钟后再试。") % {"index": leaf.index}
        findings.add("not_signed", message, index=leaf.index)
        return
    verifiers = [parse_verifier(text) for text in LogKey.objects.values_list("verifier", flat=True)]
    try:
        signed = open_checkpoint(checkpoint.note, *verifiers)
    except BadNote as error:
        findings.add("bad_checkpoint", _("最新检查点的签名不对。"), size=checkpoint.size, why=str(error))
        return
    try:
        found = inclusion_of(leaf.index, checkpoint)
        proof = found.proof if found else ()
        if tree_of_size(checkpoint.size).leaf(leaf.index) != computed:
            message = _("公开日志里第 %(index)d 条的哈希不是公开记录的哈希。") % {"index": leaf.index}
            findings.add("tile_differs", message, index=leaf.index)
    except MissingTile as error:
        findings.add("tile_missing", _("公开日志缺少哈希。"), index=leaf.index, why=str(error))
        return
    if root_by_inclusion(computed, leaf.index, signed.size, proof) != signed.root:
        message = _("由公开记录算出的树根不是签名检查点里的树根：记录或日志被改动过。")
        findings.add("root_differs", message, index=leaf.index, size=signed.size)
