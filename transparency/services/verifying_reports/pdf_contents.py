"""What a PDF says of itself and holds inside, told as JSON: a program of its own, because the file is a stranger's.

Run as `python -I pdf_contents.py < FILE`. It sets limits on its own memory, time and files before it looks at a byte,
so that a file made to hang or to swell ends this process and nothing else. It knows nothing of the portal.
"""

from __future__ import annotations

import hashlib
import json
import resource
import sys
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

MOST_MEMORY, MOST_SECONDS = 1 << 30, 20
# Files inside: how many, and how much all of them hold once unpacked.
MOST_FILES, MOST_UNPACKED = 40, 256 * 1024 * 1024
LONGEST_SNAPSHOT, LONGEST_TEXT = 16 * 1024 * 1024, 300
PIECE = 1 << 20
SNAPSHOT = "snapshot.json"


class TooMuch(Exception):
    """The file holds more than is looked at."""


def limit_this_process() -> None:
    """Let this process take so much memory and time and no more, write no file and leave no core."""
    for what, most in (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_CPU, MOST_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def contents(file: BinaryIO) -> dict[str, Any]:
    """Title and subject, and name, size and SHA-256 of each file inside; the text of `snapshot.json` where it has one.

    `problem` is set, and nothing else, where it is no PDF, encrypted, broken, or holds too much.
    """
    from pypdf import PdfReader  # noqa: PLC0415 -- after the limits

    file.seek(0)
    if file.read(1024).find(b"%PDF-") < 0:
        return {"problem": "not_a_pdf"}
    file.seek(0)
    try:
        reader = PdfReader(file, strict=False)
        if reader.is_encrypted:
            return {"problem": "encrypted"}
        said, more = reader.metadata, reader.xmp_metadata
        # A volume has its title and number in the XMP alone, as PDF/A wants it.
        title = (said and said.title) or (more and (more.dc_title or {}).get("x-default"))
        subject = (said and said.subject) or (more and (more.dc_description or {}).get("x-default"))
        told: dict[str, Any] = {
            "title": str(title or "")[:LONGEST_TEXT],
            "subject": str(subject or "")[:LONGEST_TEXT],
        }
        return {**told, **inside(reader.trailer["/Root"].get_object())}
    except (TooMuch, MemoryError):
        return {"problem": "too_much"}
    except Exception:
        return {"problem": "broken"}


def inside(root: Any) -> dict[str, Any]:
    """The files that the catalogue names."""
    embedded, snapshot, left = [], None, MOST_UNPACKED
    for name, stream in named_streams(root):
        digest, size, kept = hashlib.sha256(), 0, []
        for piece in unpacked(stream):
            digest.update(piece)
            size += len(piece)
            if size > left:
                raise TooMuch
            if name == SNAPSHOT and size <= LONGEST_SNAPSHOT:
                kept.append(piece)
        left -= size
        embedded.append({"name": name, "size": size, "sha256": digest.hexdigest()})
        if name == SNAPSHOT and snapshot is None and size <= LONGEST_SNAPSHOT:
            snapshot = b"".join(kept).decode(errors="replace")
    return {"embedded": embedded, "snapshot": snapshot}


def named_streams(root: Any) -> Iterator[tuple[str, Any]]:
    """Each embedded file by its name, through the tree of names; a tree that goes round in a circle ends."""
    if "/Names" not in root or "/EmbeddedFiles" not in root["/Names"].get_object():
        return
    nodes, seen, count = [root["/Names"].get_object()["/EmbeddedFiles"].get_object()], 0, 0
    while nodes:
        node = nodes.pop(0)
        seen += 1
        if seen > 10 * MOST_FILES:
            raise TooMuch
        nodes += [kid.get_object() for kid in list(node.get("/Kids", ()))[: 10 * MOST_FILES]]
        pairs = node.get("/Names", ())
        for at in range(1, len(pairs), 2):
            count += 1
            if count > MOST_FILES:
                raise TooMuch
            told = pairs[at].get_object()
            yield str(told.get("/UF") or told.get("/F"))[:LONGEST_TEXT], told["/EF"]["/F"].get_object()


def unpacked(stream: Any) -> Iterator[bytes]:
    """The bytes of an embedded file, piece by piece; only those that are deflated once or not packed at all."""
    raw, packing = stream._data, stream.get("/Filter")
    if packing is not None:
        packing = packing.get_object()
    if isinstance(packing, list):
        packing = packing[0].get_object() if len(packing) == 1 else "several" if packing else None
    if packing is None:
        yield raw
        return
    if packing != "/FlateDecode" or stream.get("/DecodeParms"):
        raise TooMuch
    inflating, left = zlib.decompressobj(), raw
    while left and not inflating.eof:
        piece = inflating.decompress(left, PIECE)
        yield piece
        left = inflating.unconsumed_tail
    yield inflating.flush(PIECE)


if __name__ == "__main__":
    limit_this_process()
    with open(0, "rb", closefd=False) as given:
        json.dump(contents(given), sys.stdout)
