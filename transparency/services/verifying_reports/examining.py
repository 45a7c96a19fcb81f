"""Examining a file against the published reports: ours or not, changed or not, newest or not, and what to do."""

from __future__ import annotations

from pathlib import Path
from typing import IO, BinaryIO

from django.utils.translation import gettext as _

from core.errors import DomainError
from transparency.choices import FileRole, FileVerdict, RunStatus
from transparency.models import ReportRun
from transparency.selectors.published import PUBLIC_ROLES, report_versions
from transparency.selectors.report_files import (
    MAIN,
    SIGNED,
    VOLUME,
    Belonging,
    as_recorded,
    belonging_by_record,
    belongings,
    has_signed,
    number_in,
    public_pdfs,
    read_sha256,
    record_index,
    recorded_in_its_place,
    run_numbered,
    verdict_of_status,
    was_published,
    withdrawal_of,
)
from transparency.services.verifying_reports.comparing import differences, nearest_original
from transparency.services.verifying_reports.reading import PdfContents, digest_of, on_disk, read_pdf
from transparency.services.verifying_reports.verdicts import Examination, name_file, name_report

# Of tables that are alike in many reports, so many are looked at.
_ALIKE = 10


def examine_sha256(text: str, *, for_staff: bool = False) -> Examination:
    """What is known of a file by its SHA-256 alone. Raises DomainError `sha256_invalid`.

    To the public (`for_staff` false) a file that was never published is not ours, exactly as a stranger's is.
    """
    sha256 = read_sha256(text)
    if not sha256:
        sentence = _("SHA-256 是 64 位十六进制数字（0 到 9、a 到 f），请完整粘贴。")
        raise DomainError("sha256_invalid", sentence, {"sha256": sentence})
    return _known(sha256, for_staff=for_staff) or _not_ours(
        sha256,
        _("本平台公开的报告里没有这个 SHA-256 的文件。"),
        _(
            "它可能不是本平台的文件，也可能被改动过或没有下载完整。上传文件核对，可以进一步说明它与哪份报告不同、哪里不同。"
        ),
    )


def examine_file(source: Path | BinaryIO, *, for_staff: bool = False) -> Examination:
    """What is known of a file by its bytes, and where they are nobody's, by what it says of itself.

    The file is read by a process of its own with limits (`pdf_contents`); what cannot be read is not ours. Raises
    DomainError `file_too_large`, `file_unreadable`. Nothing is kept.
    """
    with on_disk(source) as file:
        sha256 = digest_of(file)
        return _known(sha256, for_staff=for_staff) or _by_contents(file, sha256, for_staff=for_staff)


def _known(sha256: str, *, for_staff: bool) -> Examination | None:
    found = [one for one in belongings(sha256) if for_staff or was_published(one.run)]
    answers = (_ours(one, sha256) for one in found[:_ALIKE])
    first = next(answers, None)
    if first is None or first.verdict == FileVerdict.VALID:
        return first
    return next((answer for answer in answers if answer.verdict == FileVerdict.VALID), first)


def _by_contents(file: IO[bytes], sha256: str, *, for_staff: bool) -> Examination:
    contents = read_pdf(file)
    named = str((contents.snapshot or {}).get("number", ""))
    number = number_in(named) or number_in(contents.subject) or number_in(contents.title)
    run = run_numbered(number) if number else None
    if run is None or not (for_staff or was_published(run)):
        return _not_ours(sha256, _unknown_words(contents), _("请从本平台的报告页面下载原件。"))
    if (listed := belonging_by_record(run, sha256)) is not None:
        return _ours(listed, sha256)
    return _changed(run, file, contents, sha256)


def _ours(found: Belonging, sha256: str) -> Examination:
    """The answer about bytes that are ours; of a published report only if its public record says so too."""
    run = found.run
    if was_published(run):
        recorded = as_recorded(found, sha256)
        if recorded is None:
            return _contradicted(found, sha256)
        found = recorded
    verdict = verdict_of_status(run)
    newest = report_versions(run)[:1] if verdict == FileVerdict.VALID else []
    newer = newest[0] if newest and newest[0].version > run.version else None
    if newer is not None:
        verdict = FileVerdict.SUPERSEDED
    is_unsigned = was_published(run) and found.role in (MAIN, VOLUME) and has_signed(run)
    if is_unsigned and verdict != FileVerdict.WITHDRAWN:
        verdict = FileVerdict.UNSIGNED
    signed = [row for row in public_pdfs(run) if row.part == found.part] if is_unsigned else []
    right = Belonging(run, signed[0].role, signed[0].part, signed[0].file.size) if signed else None
    why, advice = _words(verdict, found, newer)
    return Examination(
        verdict=verdict,
        why=why,
        advice=advice,
        sha256=sha256,
        report=name_report(run),
        file=name_file(found, sha256, is_handed_out=verdict in (FileVerdict.VALID, FileVerdict.SUPERSEDED)),
        newest=name_report(newer) if newer else None,
        right=name_file(right, signed[0].file.sha256) if right else None,
        record_index=record_index(run),
        run_id=run.pk,
    )


def _contradicted(found: Belonging, sha256: str) -> Examination:
    """The answer about bytes that a row of ours names and the public record does not: somebody changed the row."""
    place = recorded_in_its_place(found)
    right = None
    if place is not None:
        original = Belonging(found.run, found.role, found.part, place[1])
        # What would be handed out at its address is what the row names.
        right = name_file(original, place[0], is_handed_out=False)
    return Examination(
        verdict=FileVerdict.CHANGED,
        why=_("%(report)s登记的文件里有这一份，写入公开日志的公开记录里却没有：登记被改动过。")
        % {"report": name_report(found.run).words},
        advice=_("不要采信这份文件，请告诉本平台和监事会。原件的 SHA-256 以公开记录为准。"),
        sha256=sha256,
        report=name_report(found.run),
        right=right,
        record_index=record_index(found.run),
        run_id=found.run.pk,
    )


def _words(verdict: FileVerdict, found: Belonging, newer: ReportRun | None) -> tuple[str, str]:
    run = found.run
    withdrawal = withdrawal_of(run) if verdict == FileVerdict.WITHDRAWN else None
    facts = {
        "report": name_report(run).words,
        "file": name_file(found, "").title,
        "branch": run.branch.name,
        "title": run.title,
        "newest": name_report(newer).words if newer else "",
        "note": newer.correction_note if newer else "",
        "reason": withdrawal.reason if withdrawal else "",
        "status": RunStatus(run.status).label if run.status in RunStatus.values else run.status,
    }
    part = _part_words(found)
    whys = {
        FileVerdict.VALID: _("与%(branch)s《%(title)s》（%(report)s）公开的%(file)s逐字节相同，也是最新版本。"),
        FileVerdict.SUPERSEDED: _(
            "与%(branch)s《%(title)s》（%(report)s）公开的%(file)s逐字节相同，但已由%(newest)s更正。更正说明：%(note)s"
        ),
        FileVerdict.WITHDRAWN: _("是%(report)s曾经公开的%(file)s，后来因其中的姓名撤下，不再提供。理由：%(reason)s"),
        FileVerdict.UNSIGNED: _("与%(report)s的%(file)s在签名以前逐字节相同：内容一样，但没有签名。"),
        FileVerdict.NOT_PUBLISHED: _("是%(report)s的%(file)s，但这份报告现在是“%(status)s”，没有公开过。"),
    }
    advices = {
        FileVerdict.VALID: _("可以放心使用。要自己验证报告写入了公开日志，请核对它的公开记录。"),
        FileVerdict.SUPERSEDED: _("请改用最新版。旧版没有被改动，仍可查阅。"),
        FileVerdict.WITHDRAWN: _("请改用重新发布的版本，不要再传播这份文件。"),
        FileVerdict.UNSIGNED: _("请改用已签名的文件。"),
        FileVerdict.NOT_PUBLISHED: _("不要对外使用；公开之后再核对。"),
    }
    if verdict == FileVerdict.VALID and found.role not in PUBLIC_ROLES and found.role != SIGNED:
        part = _("它供审计使用，不公开下载，SHA-256 写在公开记录里。")
    return whys[verdict] % facts + part, str(advices[verdict])


def _part_words(found: Belonging) -> str:
    if found.volume is None:
        return ""
    if found.first_row is None or found.last_row is None:
        return _("它是第 %(part)d 册。") % {"part": found.volume}
    rows = {"part": found.volume, "first": f"{found.first_row:,}", "last": f"{found.last_row:,}"}
    return _("它是第 %(part)s 册，载明细第 %(first)s 至 %(last)s 行。") % rows


def _changed(run: ReportRun, file: IO[bytes], contents: PdfContents, sha256: str) -> Examination:
    original = nearest_original(run, file, contents)
    newest = report_versions(run)[:1] if was_published(run) else []
    newer = newest[0] if newest and newest[0].version > run.version else None
    right = None
    if original is not None:
        found = Belonging(run, original.role, original.part, original.file.size, original.first_row, original.last_row)
        right = name_file(found, original.file.sha256, is_handed_out=verdict_of_status(run) == FileVerdict.VALID)
    facts = {"report": name_report(run).words, "file": right.title if right else FileRole.PDF.label}
    return Examination(
        verdict=FileVerdict.CHANGED,
        why=_("这份文件自称是%(report)s，但与保存的%(file)s原件不是同样的字节。") % facts,
        advice=_("不要采信这份文件。请下载原件，并核对它的 SHA-256。"),
        sha256=sha256,
        report=name_report(run),
        newest=name_report(newer) if newer else None,
        right=right,
        differences=tuple(differences(run, original, file, contents)) if original is not None else (),
        record_index=record_index(run),
        run_id=run.pk,
    )


def _unknown_words(contents: PdfContents) -> str:
    return {
        "": _("它不是本平台公开的文件，里面也没有写明是本平台的哪一份已公开报告。"),
        "not_a_pdf": _("它不是 PDF 文件，也与本平台公开的任何文件不同。"),
        "encrypted": _("它是加密的 PDF。本平台公开的文件都不加密，所以它不是原件。"),
        "broken": _("这份 PDF 不完整或已损坏，读不出来，也与本平台公开的任何文件不同。"),
        "too_much": _("这份 PDF 里有不能核对的内容，也与本平台公开的任何文件不同。"),
    }[contents.problem]


def _not_ours(sha256: str, why: str, advice: str) -> Examination:
    return Examination(FileVerdict.NOT_OURS, why, advice, sha256)
