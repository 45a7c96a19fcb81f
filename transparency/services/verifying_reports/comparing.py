"""What a changed file does not have as the original has it, in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext as _

from core.files import path_of
from transparency.choices import FileRole
from transparency.models import ReportFile, ReportRun
from transparency.selectors.report_files import public_pdfs
from transparency.services.runs import read_snapshot
from transparency.services.verifying_reports.reading import PdfContents, read_pdf

# So many differences are written out; more tell nobody more.
MOST = 8
_PIECE = 1 << 20
# By so much of either end, in blocks, volumes are told apart.
_END, _BLOCK = 256 * 1024, 64
_LONGEST_VALUE = 40
# As a volume is named when it is downloaded.
_VOLUME_NAME = re.compile(r"R[0-9]{8,12}-([0-9]{1,4})(?: ?\([0-9]+\))?$", re.ASCII)


def nearest_original(run: ReportRun, file: IO[bytes], contents: PdfContents) -> ReportFile | None:
    """The file of a run that a changed PDF was made from: the main report, or the volume that is most alike."""
    files = public_pdfs(run)
    volumes = [one for one in files if one.part]
    if contents.embedded or not volumes or "册" not in contents.title:
        return files[0] if files else None
    given = _ends(file)
    return max(volumes, key=lambda one: _likeness(given, _stored_ends(path_of(one.file.sha256))))


def differences(run: ReportRun, original: ReportFile, file: IO[bytes], contents: PdfContents) -> list[str]:
    """Each difference as a sentence, those of figures first; never empty."""
    path = path_of(original.file.sha256)
    try:
        with path.open("rb") as ours:
            theirs_inside, ours_inside = inside_by_name(contents), inside_by_name(read_pdf(ours))
            found = [*_figures(run, contents), *_embedded(ours_inside, theirs_inside)]
            if not found and not contents.problem:
                found.append(
                    _("内嵌的数据与原件相同，PDF 其他部分的字节不同：页面上显示的文字、数字可能被改过。")
                    if ours_inside
                    else _("PDF 的字节与原件不同：页面上显示的文字、数字可能被改过。")
                )
            return [*found, _bytes(ours, file)]
    except OSError:
        return [_("本平台保存的原件现在读不出来，无法说明哪里不同。")]


def inside_by_name(contents: PdfContents) -> dict[str, str]:
    """SHA-256 of each file inside, by its name."""
    return {one.name: one.sha256 for one in contents.embedded}


def _figures(run: ReportRun, contents: PdfContents) -> list[str]:
    """Values of the snapshot inside that are not those that were frozen."""
    row = ReportFile.objects.filter(run=run, role=FileRole.SNAPSHOT, part=0).select_related("file").first()
    if contents.snapshot is None or row is None:
        return []
    frozen = dict(leaves(read_snapshot(path_of(row.file.sha256))))
    found = list(islice(_differing(frozen, dict(leaves(contents.snapshot))), MOST + 1))
    said = [
        _("内嵌数据 %(name)s：原件是%(ours)s，这份是%(theirs)s。") % {"name": name, "ours": ours, "theirs": theirs}
        for name, ours, theirs in found[:MOST]
    ]
    return [*said, _("内嵌数据还有其他不同。")] if len(found) > MOST else said


def _differing(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for name in [*ours, *(name for name in theirs if name not in ours)]:
        # As text: 1 and True are not the same here.
        pair = [repr(side[name]) if name in side else "" for side in (ours, theirs)]
        if pair[0] != pair[1]:
            told = [_shown(side[name]) if name in side else _("没有") for side in (ours, theirs)]
            yield _short(name), told[0], told[1]


def leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Each value of a snapshot by its place (`totals.amount`, `by_fund.3.count`), without recursion."""
    waiting = [(name, value)]
    while waiting:
        at, one = waiting.pop()
        if isinstance(one, dict):
            waiting += [(f"{at}.{key}" if at else str(key), inner) for key, inner in one.items()][::-1]
        elif isinstance(one, list):
            waiting += [(f"{at}.{place}", inner) for place, inner in enumerate(one, start=1)][::-1]
        else:
            yield at, one


def _shown(value: Any) -> str:
    return _("“%(value)s”") % {"value": _short(str(value))}


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_VALUE else text[:_LONGEST_VALUE] + "…"


def _embedded(ours: Mapping[str, str], theirs: Mapping[str, str]) -> list[str]:
    names = {"changed": [], "missing": [], "more": []}  # type: dict[str, list[str]]
    for name in ours:
        if theirs.get(name) != ours[name]:
            names["changed" if name in theirs else "missing"].append(name)
    names["more"] = [name for name in theirs if name not in ours]
    sentences = {
        "changed": _("内嵌的文件 %(names)s 与原件不同。"),
        "missing": _("缺少内嵌的文件 %(names)s。"),
        "more": _("多出内嵌的文件 %(names)s。"),
    }
    return [
        sentences[what] % {"names": _("、").join(_short(name) for name in found[:MOST])}
        for what, found in names.items()
        if found
    ]


def _bytes(ours: IO[bytes], theirs: IO[bytes]) -> str:
    """Where the two files part."""
    size, other = ours.seek(0, 2), theirs.seek(0, 2)
    ours.seek(0)
    theirs.seek(0)
    same = 0
    while True:
        left, right = ours.read(_PIECE), theirs.read(_PIECE)
        common = _common(left, right)
        same += common
        if common < _PIECE:
            break
    facts = {"size": f"{size:,}", "other": f"{other:,}", "at": f"{same + 1:,}"}
    if same == size:
        return _("原件的 %(size)s 字节之后被追加了内容（这份共 %(other)s 字节）。") % facts
    if same == other:
        return _("只有原件的前 %(other)s 字节（原件共 %(size)s 字节）：可能没有下载完整，请重新下载。") % facts
    return _("原件 %(size)s 字节，这份 %(other)s 字节，从第 %(at)s 字节起不同。") % facts


def _common(left: bytes, right: bytes) -> int:
    """How many bytes at the beginning are the same."""
    length = min(len(left), len(right))
    if left[:length] == right[:length]:
        return length
    low, high = 0, length
    while low < high:
        middle = (low + high + 1) // 2
        if left[:middle] == right[:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _ends(file: IO[bytes]) -> tuple[bytes, bytes]:
    """The first and the last part of a file."""
    size = file.seek(0, 2)
    file.seek(0)
    beginning = file.read(_END)
    file.seek(max(0, size - _END))
    return beginning, file.read(_END)


def _stored_ends(path: Path) -> tuple[bytes, bytes]:
    try:
        with path.open("rb") as file:
            return _ends(file)
    except OSError:
        return b"", b""


def _likeness(left: tuple[bytes, bytes], right: tuple[bytes, bytes]) -> int:
    """How many short blocks are the same, counted from the beginning and from the end: one change moves few of them."""
    pairs = [(left[0], right[0]), (left[1][::-1], right[1][::-1])]
    return sum(
        one[at : at + _BLOCK] == other[at : at + _BLOCK]
        for one, other in pairs
        for at in range(0, min(len(one), len(other)), _BLOCK)
    )


def volume_orders(given: Sequence[tuple[str, int | None]]) -> list[tuple[int, str, int]]:
    """Which of several files are not the volume that they are handed over as: (place from 1, name, true volume).

    `given` are names and volume numbers in the order in which they came. A name of ours says which volume it wants to
    be (`<report number>-2.pdf`); files with other names must ascend.
    """
    wrong, last = [], 0
    for place, (name, volume) in enumerate(given, start=1):
        if volume is None:
            continue
        said = _VOLUME_NAME.search(Path(name).stem)
        if (int(said[1]) != volume) if said else (volume <= last):
            wrong.append((place, name, volume))
        last = max(last, volume)
    return wrong
