#!/usr/bin/env python3
"""核对公开日志，不需要连接网站：只用 Python 标准库和 cryptography。

  python verify.py record 记录.json --key 公钥            一条公开记录确实在签名的日志里，原文没有改过
  python verify.py growth 证明.json --key 公钥            较晚的检查点是较早那个的延续，中间没有改写
  python verify.py log 目录 --key 公钥 [--kept 检查点 …]   整本日志：每条记录、每段哈希和树根都相符
  python verify.py report 文件.pdf --record 记录.json --key 公钥 [--checkpoint 检查点 [--growth 证明.json]]
                                                          文件列在报告的公开记录里，记录在签名的日志里

记录.json 来自 /api/v1/log/records/<序号>/，证明.json 来自 /api/v1/log/consistency/?from=<长度>，目录是按原地址保存的
/log/checkpoint 与 /log/tile/…。report 的检查点是您以前存下的：与记录的检查点一样长时直接比较，否则要给两者之间的证明。
公钥是一行文字（名称+编号+密钥），应从监事会或报刊等网站以外的地方得到；--key 可写多个，也可写存有公钥的文件。
退出码：0 相符；1 不符，并说明哪里不符；2 没法核对。

Formats: RFC 9162 (hashing, proofs), c2sp.org/signed-note, tlog-checkpoint, tlog-tiles. Written apart from the portal's
own code, so that a fault of one shows in the other.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

sha256 = hashlib.sha256
TILE = 256
# The roles of a report's files.
ROLES = {
    "pdf": "主报告（PDF）", "signed": "已签名的文件", "volume": "明细分册", "html": "网页版", "csv": "明细表（CSV）",
    "snapshot": "固定数据（JSON）", "rows": "固定明细（JSONL）",
}  # fmt: skip
# Public keys by name and id.
Keys = dict[tuple[str, bytes], bytes]


class Differs(Exception):
    """Something does not agree: the answer that the program is for."""


class Unreadable(Exception):
    """Something needed is not there, or not in its form."""


# Signed notes ---------------------------------------------------------------------------------------------------------


def read_keys(texts: list[str]) -> Keys:
    """Public keys by name and id, from lines or from files that hold them."""
    keys = {}
    for text in texts:
        path = Path(text)
        lines = path.read_text(encoding="utf-8").split() if len(text) < 200 and path.is_file() else [text]
        for line in lines:
            name, _, rest = line.partition("+")
            number, _, key = rest.partition("+")
            try:
                raw = base64.b64decode(key, validate=True)
            except ValueError:
                raw = b""
            if len(raw) != 33 or sha256(name.encode() + b"\n" + raw).digest()[:4].hex() != number:
                raise Unreadable(f"公钥“{line[:60]}”不完整：应为 名称+编号+密钥 一行")
            keys[name, bytes.fromhex(number)] = raw
    return keys


def read_checkpoint(note: str, keys: Keys) -> tuple[str, int, bytes]:
    """Origin, size and root of a note that the log's key signed."""
    text, empty_line, block = note.rpartition("\n\n")
    lines = text.split("\n")
    if not empty_line or len(lines) < 3 or not lines[1].isdecimal():
        raise Unreadable("这不是检查点：应有名称、长度、树根三行，空行，再是签名")
    text += "\n"
    is_signed = False
    for line in block.splitlines():
        _dash, name, value = [*line.split(" "), "", ""][:3]
        try:
            raw = base64.b64decode(value, validate=True)
        except ValueError:
            continue
        key = keys.get((name, raw[:4]))
        # Type 1 is a log's own signature; witnesses sign something else and are not asked here.
        if key is None or key[0] != 1:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(key[1:]).verify(raw[4:], text.encode())
        except InvalidSignature:
            raise Differs(f"检查点（长度 {lines[1]}）的签名不对：内容被改过，或不是这把公钥签的") from None
        is_signed = True
    if not is_signed:
        raise Differs(f"检查点（长度 {lines[1]}）没有所给公钥的签名")
    return lines[0], int(lines[1]), base64.b64decode(lines[2])


# The tree -------------------------------------------------------------------------------------------------------------


def node(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


def climb(leaf: bytes, index: int, size: int, proof: list[bytes]) -> bytes:
    """The root that an inclusion proof leads to, by the shape of the tree: where the leaf lies left, where right."""
    sides, first, count = [], 0, size
    while count > 1:
        half = 1 << ((count - 1).bit_length() - 1)
        if index < first + half:
            sides.append("right")
            count = half
        else:
            sides.append("left")
            first, count = first + half, count - half
    if len(sides) != len(proof):
        raise Differs(f"证明应有 {len(sides)} 个哈希，实有 {len(proof)} 个")
    for side, step in zip(reversed(sides), proof, strict=True):
        leaf = node(leaf, step) if side == "right" else node(step, leaf)
    return leaf


def roots_by_growth(old: int, new: int, proof: list[bytes], old_root: bytes) -> tuple[bytes, bytes]:
    """The two roots that a consistency proof leads to, by the recursion of RFC 9162 section 2.1.4.1."""
    steps = list(proof)

    def both(old_part: int, count: int, *, is_whole: bool) -> tuple[bytes, bytes]:
        if old_part == count:
            same = old_root if is_whole else take()
            return same, same
        half = 1 << ((count - 1).bit_length() - 1)
        if old_part <= half:
            right = take()
            older, newer = both(old_part, half, is_whole=is_whole)
            return older, node(newer, right)
        left = take()
        older, newer = both(old_part - half, count - half, is_whole=False)
        return node(left, older), node(left, newer)

    def take() -> bytes:
        if not steps:
            raise Differs("一致性证明太短")
        return steps.pop()

    found = both(old, new, is_whole=True)
    if steps:
        raise Differs("一致性证明太长")
    return found


class Tree:
    """A tree that grows leaf by leaf; one hash for each complete part of it."""

    def __init__(self) -> None:
        self.size = 0
        self.parts: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        size = self.size
        parts = self.parts
        while size & 1:
            leaf = sha256(b"\x01" + parts.pop() + leaf).digest()
            size >>= 1
        parts.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """The root so far."""
        if not self.parts:
            return sha256(b"").digest()
        whole = self.parts[-1]
        for part in self.parts[-2::-1]:
            whole = node(part, whole)
        return whole


# What is asked --------------------------------------------------------------------------------------------------------


def check_record(path: Path, keys: Keys) -> str:
    """A record downloaded with its proof."""
    said = read_json(path)
    try:
        record, index = said["record"], int(said["index"])
        proof, note = [base64.b64decode(step) for step in said["proof"]], said["checkpoint"]
    except (KeyError, TypeError, ValueError):
        raise Unreadable(f"{path} 里没有 record、index、proof、checkpoint") from None
    origin, size, root = read_checkpoint(note, keys)
    if not 0 <= index < size:
        raise Differs(f"检查点只有 {size} 条，没有第 {index} 条")
    if climb(sha256(b"\x00" + record.encode()).digest(), index, size, proof) != root:
        raise Differs(f"第 {index} 条记录对不上检查点的树根：记录或证明被改过")
    return f"相符：记录是日志 {origin} 的第 {index} 条，检查点共 {size} 条\n{record}"


def check_growth(path: Path, keys: Keys) -> str:
    """Two checkpoints with the proof between them."""
    said = read_json(path)
    try:
        proof = [base64.b64decode(step) for step in said["proof"]]
        notes = said["old_checkpoint"], said["checkpoint"]
    except (KeyError, TypeError, ValueError):
        raise Unreadable(f"{path} 里没有 proof、old_checkpoint、checkpoint") from None
    (origin, old, old_root), (newer_origin, new, root) = (read_checkpoint(note, keys) for note in notes)
    if origin != newer_origin:
        raise Differs(f"两个检查点属于两本日志：{origin} 和 {newer_origin}")
    if not 0 < old <= new:
        raise Differs(f"较早的检查点（{old} 条）比较晚的（{new} 条）还长")
    if roots_by_growth(old, new, proof, old_root) != (old_root, root):
        raise Differs(f"{new} 条的日志不是 {old} 条那本的延续：中间被改写过")
    return f"相符：日志 {origin} 从 {old} 条长到 {new} 条，前面的没有改动"


def check_report(path: Path, record_path: Path, keys: Keys, kept: Path | None, growth: Path | None) -> str:
    """A file of a report: listed in the report's public record, which stands in the log."""
    data = read_bytes(path)
    in_log = check_record(record_path, keys).partition("\n")[0]
    said = read_json(record_path)
    report = report_record(said["record"])
    name = f"报告 {report['number']} 第 {report['version']} 版"
    found = [f"相符：文件是{name}的{listed_as(data, report, name)}", in_log]
    if kept is not None:
        found.append(meets(said["checkpoint"], kept, growth, keys))
    return "\n".join(found)


def report_record(text: str) -> dict[str, Any]:
    """What the public record of a report says."""
    try:
        report = json.loads(text)
        report["files"] = [(one["role"], one["part"], one["sha256"], one["size"]) for one in report["files"]]
        if report["schema"].startswith("report-published/") and report["number"] and report["version"]:
            return dict(report)
    except (AttributeError, KeyError, TypeError, ValueError):
        pass
    raise Differs("这不是一份报告的公开记录：请用报告页面或核对页面给出的那一条")


def listed_as(data: bytes, report: dict[str, Any], name: str) -> str:
    """What the record lists these bytes as; a signed file must begin with the unsigned one that is listed too."""
    digest = sha256(data).hexdigest()
    for role, part, listed, size in report["files"]:
        if listed == digest and size == len(data):
            words = ROLES.get(role, role) + (f"第 {part} 册" if role in ("volume", "signed") and part else "")
            if role == "signed":
                return f"{words}，{begins_rightly(data, part, report['files'])}"
            if any((one[0], one[1]) == ("signed", part) for one in report["files"]) and role in ("pdf", "volume"):
                return f"{words}，是签名以前的文件；公开的是已签名的那份"
            return words
    for role, part, listed, size in report["files"]:
        if 0 < size < len(data) and sha256(data[:size]).hexdigest() == listed:
            raise Differs(
                f"文件开头是{name}的{ROLES.get(role, role)}（部分 {part}），后面被追加了 {len(data) - size} 字节"
            )
    raise Differs(f"文件的 SHA-256 {digest} 没有列在{name}的公开记录里：不是这份报告的文件，或被改动过")


def begins_rightly(data: bytes, part: int, files: list[tuple[str, int, str, int]]) -> str:
    """That a signed file only adds its signature behind the unsigned one."""
    for role, number, listed, size in files:
        if (role, number) == ("volume" if part else "pdf", part):
            if sha256(data[:size]).hexdigest() != listed:
                raise Differs("已签名的文件不是以签名前的文件开头：签名时内容被换过")
            return f"前 {size} 字节就是签名前的文件"
    raise Differs("公开记录没有列出签名前的文件")


def meets(note: str, kept: Path, growth: Path | None, keys: Keys) -> str:
    """That the record's head and one that was kept belong to one log which only grew."""
    ours, other = read_checkpoint(note, keys), read_checkpoint(read_text(kept), keys)
    if ours[0] != other[0]:
        raise Differs(f"{kept} 是另一本日志的检查点：{other[0]}")
    if ours[1] != other[1]:
        if growth is None:
            raise Unreadable(
                f"保存的检查点有 {other[1]} 条，记录的有 {ours[1]} 条，还要两者之间的证明（--growth）："
                f"/api/v1/log/consistency/?from={min(ours[1], other[1])}&size={max(ours[1], other[1])}"
            )
        check_growth(growth, keys)
        proved = read_json(growth)
        ends = {read_checkpoint(proved[which], keys) for which in ("old_checkpoint", "checkpoint")}
        if not {other[1], ours[1]} <= {size for _origin, size, _root in ends}:
            raise Unreadable(f"{growth} 不是这两个检查点之间的证明")
        if ends != {ours, other}:
            raise Differs("证明里的检查点与您保存的，或与记录的不同：日志被改写过")
    elif ours[2] != other[2]:
        raise Differs(f"同样 {ours[1]} 条的日志，记录的检查点与保存的不同：日志被改写过")
    return f"相符：与另处保存的检查点（{other[1]} 条）属于同一本日志，只增加、没有改写"


def check_log(directory: Path, keys: Keys, kept: list[Path]) -> str:
    """A whole log that was downloaded, and heads that were kept from earlier."""
    base = directory / "log" if (directory / "log" / "checkpoint").is_file() else directory
    origin, size, root = read_checkpoint(read_text(base / "checkpoint"), keys)
    earlier = read_kept(kept, keys, origin, size)
    tree, tiles = Tree(), []
    for number in range((size + TILE - 1) // TILE):
        width = min(TILE, size - number * TILE)
        hashes = []
        for entry in entries(base, number, width):
            hashes.append(sha256(b"\x00" + entry).digest())
            tree.add(hashes[-1])
            if tree.size in earlier and earlier[tree.size] != tree.root():
                raise Differs(f"日志前 {tree.size} 条与另处保存的检查点不符：其中有记录被改过、删过或插进来")
        if b"".join(hashes) != tile(base, 0, number, width):
            raise Differs(f"第 {number * TILE} 条起的一段记录与它的哈希不符：tile/0/{place_of(number)}")
        tiles.append(node_of(hashes) if width == TILE else b"")
    if tree.root() != root:
        raise Differs(f"全部 {size} 条记录算出的树根与检查点不符")
    check_levels(base, size, tiles)
    words = f"，并与另处保存的 {len(kept)} 个检查点相符" if kept else ""
    return f"相符：日志 {origin} 共 {size} 条，记录、哈希、树根和签名一致{words}"


def read_kept(kept: list[Path], keys: Keys, origin: str, size: int) -> dict[int, bytes]:
    """The roots of heads that were kept, by size."""
    earlier: dict[int, bytes] = {}
    for path in kept:
        other, length, its_root = read_checkpoint(read_text(path), keys)
        if other != origin:
            raise Differs(f"{path} 是另一本日志的检查点：{other}")
        if length > size:
            raise Differs(f"{path} 有 {length} 条，日志却只有 {size} 条：后面的被删掉了")
        if earlier.setdefault(length, its_root) != its_root:
            raise Differs(f"{path} 与另一份同样长度（{length} 条）的检查点不同")
    return earlier


def check_levels(base: Path, size: int, tiles: list[bytes]) -> None:
    """Each level of tiles above the leaves is what the full tiles below hash to."""
    level = 1
    while (count := size >> (8 * level)) > 0:
        upper = []
        for number in range((count + TILE - 1) // TILE):
            width = min(TILE, count - number * TILE)
            hashes = tiles[number * TILE : number * TILE + width]
            if b"".join(hashes) != tile(base, level, number, width):
                raise Differs(f"上层哈希不符：tile/{level}/{place_of(number)}")
            upper.append(node_of(hashes) if width == TILE else b"")
        tiles, level = upper, level + 1


def entries(base: Path, number: int, width: int) -> Iterator[bytes]:
    """The records of a bundle."""
    data, at = read_piece(base / "tile" / "entries", number, width), 0
    for _ in range(width):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if end > len(data) or at + 2 > len(data):
            raise Differs(f"tile/entries/{place_of(number)} 里的记录不足 {width} 条")
        yield data[at + 2 : end]
        at = end


def tile(base: Path, level: int, number: int, width: int) -> bytes:
    """The hashes of a tile, as many as the tree has."""
    return read_piece(base / "tile" / str(level), number, width)[: 32 * width]


def node_of(hashes: list[bytes]) -> bytes:
    """The hash over a full tile."""
    while len(hashes) > 1:
        hashes = [node(hashes[at], hashes[at + 1]) for at in range(0, len(hashes), 2)]
    return hashes[0]


def place_of(number: int) -> str:
    """The path of a tile's number."""
    digits = f"{number:03d}" if number < 1000 else f"{number:0{(len(str(number)) + 2) // 3 * 3}d}"
    parts = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    return "/".join([*(f"x{part}" for part in parts[:-1]), parts[-1]])


def read_piece(folder: Path, number: int, width: int) -> bytes:
    """A whole tile, or the partial one where only that was downloaded."""
    whole, partial = folder / place_of(number), folder / f"{place_of(number)}.p" / str(width)
    for path in (whole, partial):
        if path.is_file():
            return path.read_bytes()
    raise Unreadable(f"缺少文件 {partial if width < TILE else whole}")


def read_text(path: Path) -> str:
    """A file's text."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise Unreadable(f"{path} 读不出来") from None


def read_bytes(path: Path) -> bytes:
    """A file's bytes."""
    try:
        return path.read_bytes()
    except OSError:
        raise Unreadable(f"{path} 读不出来") from None


def read_json(path: Path) -> Any:
    """A file's JSON."""
    try:
        return json.loads(read_text(path))
    except ValueError:
        raise Unreadable(f"{path} 不是 JSON") from None


def main(arguments: list[str]) -> int:
    """Do what is asked, say the result in one line, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["record", "growth", "log", "report"])
    parser.add_argument("path", type=Path)
    parser.add_argument("--key", action="append", required=True, help="公钥，或存有公钥的文件")
    parser.add_argument("--kept", action="append", default=[], type=Path, help="另处保存的检查点（只用于 log）")
    parser.add_argument("--record", type=Path, help="报告的公开记录和证明（只用于 report）")
    parser.add_argument("--checkpoint", type=Path, help="另处保存的检查点（只用于 report）")
    parser.add_argument("--growth", type=Path, help="它与记录的检查点之间的一致性证明（只用于 report）")
    asked = parser.parse_args(arguments)
    try:
        keys = read_keys(asked.key)
        if asked.what == "record":
            said = check_record(asked.path, keys)
        elif asked.what == "growth":
            said = check_growth(asked.path, keys)
        elif asked.what == "report":
            if asked.record is None:
                raise Unreadable("核对报告要用 --record 给出它的公开记录")
            said = check_report(asked.path, asked.record, keys, asked.checkpoint, asked.growth)
        else:
            said = check_log(asked.path, keys, asked.kept)
    except Differs as difference:
        sys.stdout.write(f"不符：{difference}\n")
        return 1
    except (Unreadable, OSError) as problem:
        sys.stderr.write(f"没法核对：{problem}\n")
        return 2
    sys.stdout.write(f"{said}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
