"""Sealing what is too long for one piece: AES-256-GCM in chunks, so that memory stays flat and every change shows.

A sealed stream is: 8 bytes magic, then chunks of 64 KiB of content, each with its tag of 16 bytes; the last one is
shorter or equal and marked. The nonce of a chunk is its number (11 bytes, big-endian) and a byte that is 1 for the last
one, so a chunk left out, repeated, moved or cut off does not open (STREAM: Hoang,
Reyhanitabar, Rogaway, Vizár 2015). Numbers make nonces repeat between streams: **each stream has a key of its own**,
random and used once.
"""

import io
import os
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.utils.translation import gettext as _

from core.crypto import KEY_BYTES, TAG_BYTES, SealBroken

MAGIC = b"RCPSEAL1"
CHUNK_BYTES = 64 * 1024
_SEALED_CHUNK = CHUNK_BYTES + TAG_BYTES


def new_stream_key() -> bytes:
    """Return a fresh random key for one stream."""
    return os.urandom(KEY_BYTES)


def sealed_size(size: int) -> int:
    """Return how many bytes a content of so many bytes becomes."""
    chunks = max(1, -(-size // CHUNK_BYTES))
    return len(MAGIC) + size + chunks * TAG_BYTES


class StreamSealer:
    """Seals one stream piece by piece, for writers that are handed their content.

    `key` is used for this stream and no other; `context` says what the stream is and must be given to open it.
    """

    def __init__(self, *, key: bytes, context: bytes) -> None:
        self._cipher, self._context = AESGCM(key), context
        self._number, self._held, self._head = 0, bytearray(), MAGIC

    def seal(self, piece: bytes) -> bytes:
        """Take a piece of any length and return what is sealed so far, which may be nothing."""
        self._held += piece
        sealed, at = [self._take_head()], 0
        # One byte more than a chunk shows that the chunk is not the last.
        while len(self._held) - at > CHUNK_BYTES:
            sealed.append(self._chunk(bytes(self._held[at : at + CHUNK_BYTES]), last=False))
            at += CHUNK_BYTES
        del self._held[:at]
        return b"".join(sealed)

    def finish(self) -> bytes:
        """Return the end of the stream."""
        return self._take_head() + self._chunk(bytes(self._held), last=True)

    def _take_head(self) -> bytes:
        head, self._head = self._head, b""
        return head

    def _chunk(self, content: bytes, *, last: bool) -> bytes:
        sealed = self._cipher.encrypt(_nonce(self._number, last=last), content, self._context)
        self._number += 1
        return sealed


def seal_stream(source: Iterable[bytes], *, key: bytes, context: bytes) -> Iterator[bytes]:
    """Seal pieces of any lengths; yields the sealed stream piece by piece, as `StreamSealer` does."""
    sealer = StreamSealer(key=key, context=context)
    for piece in source:
        if sealed := sealer.seal(piece):
            yield sealed
    yield sealer.finish()


def open_stream(file: BinaryIO, *, key: bytes, context: bytes) -> Iterator[bytes]:
    """Open a sealed stream from a file read once from its present place to its end; yields its content in chunks.

    Raises SealBroken at the first chunk that does not open and where the stream ends early or goes on after its end;
    what was yielded before is authentic but not complete.
    """
    if file.read(len(MAGIC)) != MAGIC:
        raise _broken()
    cipher, number, chunk = AESGCM(key), 0, file.read(_SEALED_CHUNK)
    while True:
        following = file.read(_SEALED_CHUNK)
        yield _opened(cipher, _nonce(number, last=not following), chunk, context)
        if not following:
            return
        number, chunk = number + 1, following


class OpenStream(io.RawIOBase):
    """A sealed stream on disk, read as its content; seekable. Its end is proved when it is opened."""

    def __init__(self, file: BinaryIO, *, key: bytes, context: bytes) -> None:
        super().__init__()
        self._file, self._cipher, self._context = file, AESGCM(key), context
        length = file.seek(0, io.SEEK_END) - len(MAGIC)
        self._chunks = max(1, -(-length // _SEALED_CHUNK))
        self._size = length - self._chunks * TAG_BYTES
        self._at, self._number, self._chunk = 0, -1, b""
        file.seek(0)
        if self._size < 0 or file.read(len(MAGIC)) != MAGIC:
            raise _broken()
        self._load(self._chunks - 1)

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def tell(self) -> int:
        """Where the next byte comes from."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place of the content."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        """Read from one chunk at a time."""
        if self._at >= self._size:
            return 0
        self._load(self._at // CHUNK_BYTES)
        start = self._at % CHUNK_BYTES
        piece = self._chunk[start : start + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def close(self) -> None:
        """Close the file beneath."""
        self._file.close()
        super().close()

    def _load(self, number: int) -> None:
        if number != self._number:
            self._file.seek(len(MAGIC) + number * _SEALED_CHUNK)
            nonce = _nonce(number, last=number == self._chunks - 1)
            self._chunk = _opened(self._cipher, nonce, self._file.read(_SEALED_CHUNK), self._context)
            self._number = number


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")


def _opened(cipher: AESGCM, nonce: bytes, chunk: bytes, context: bytes) -> bytes:
    if len(chunk) < TAG_BYTES:
        raise _broken()
    try:
        return cipher.decrypt(nonce, chunk, context)
    except InvalidTag:
        raise _broken() from None


def _broken() -> SealBroken:
    return SealBroken(
        "stream_broken", _("加密的文件无法解开：密钥不对，或内容被改动、截断、调换过。请从另一份备份恢复。")
    )
