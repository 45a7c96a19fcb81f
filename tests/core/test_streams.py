"""Sealed streams: any length, flat memory, and no change that does not show."""

import io
import random
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.crypto import SealBroken
from core.streams import CHUNK_BYTES, MAGIC, OpenStream, new_stream_key, open_stream, seal_stream, sealed_size

KEY, CONTEXT = b"k" * 32, b"tests"
SEALED_CHUNK = CHUNK_BYTES + 16


def _sealed(data: bytes, piece: int = 1000) -> bytes:
    pieces = (data[at : at + piece] for at in range(0, len(data), piece))
    return b"".join(seal_stream(pieces, key=KEY, context=CONTEXT))


def _opened(sealed: bytes) -> bytes:
    return b"".join(open_stream(io.BytesIO(sealed), key=KEY, context=CONTEXT))


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, 300_001])
@pytest.mark.parametrize("piece", [17, 999, CHUNK_BYTES, 1 << 20])
def test_what_is_sealed_opens_whatever_its_length(size: int, piece: int) -> None:
    data = random.Random(size).randbytes(size)  # noqa: S311 -- test data
    sealed = _sealed(data, piece)
    assert len(sealed) == sealed_size(size)
    assert _opened(sealed) == data
    assert OpenStream(io.BytesIO(sealed), key=KEY, context=CONTEXT).read() == data


DATA = random.Random(7).randbytes(3 * CHUNK_BYTES + 5)  # noqa: S311 -- test data
SEALED = _sealed(DATA)
CHUNKS = [SEALED[at : at + SEALED_CHUNK] for at in range(len(MAGIC), len(SEALED), SEALED_CHUNK)]


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, len(SEALED) - 1), bit=st.integers(0, 7))
def test_a_changed_bit_is_refused(at: int, bit: int) -> None:
    changed = bytearray(SEALED)
    changed[at] ^= 1 << bit
    with pytest.raises(SealBroken):
        _opened(bytes(changed))


@settings(max_examples=60, deadline=None)
@given(length=st.integers(0, len(SEALED) - 1))
def test_a_stream_cut_short_is_refused(length: int) -> None:
    with pytest.raises(SealBroken):
        _opened(SEALED[:length])
    with pytest.raises(SealBroken):
        OpenStream(io.BytesIO(SEALED[:length]), key=KEY, context=CONTEXT)


@pytest.mark.parametrize(
    "order",
    [[1, 0, 2, 3], [0, 2, 3], [0, 1, 1, 2, 3], [0, 1, 2], [0, 1, 3], [3], [0, 1, 2, 3, 3]],
)
def test_chunks_left_out_repeated_or_moved_are_refused(order: list[int]) -> None:
    with pytest.raises(SealBroken):
        _opened(MAGIC + b"".join(CHUNKS[number] for number in order))


def test_something_added_after_the_end_is_refused() -> None:
    for tail in (b"x", b"x" * 17, CHUNKS[0]):
        with pytest.raises(SealBroken):
            _opened(SEALED + tail)


def test_another_key_or_context_opens_nothing() -> None:
    for key, context in ((new_stream_key(), CONTEXT), (KEY, b"other")):
        with pytest.raises(SealBroken):
            list(open_stream(io.BytesIO(SEALED), key=key, context=context))


def test_any_place_can_be_read_by_itself() -> None:
    stream = io.BufferedReader(OpenStream(io.BytesIO(SEALED), key=KEY, context=CONTEXT))
    for at, length in (
        (0, 10),
        (CHUNK_BYTES - 3, 10),
        (2 * CHUNK_BYTES, 1),
        (len(DATA) - 4, 100),
        (5, CHUNK_BYTES * 2),
    ):
        stream.seek(at)
        assert stream.read(length) == DATA[at : at + length]
    assert stream.seek(0, io.SEEK_END) == len(DATA)


def test_memory_stays_flat() -> None:
    pieces = (b"\0" * (1 << 20) for _number in range(40))
    tracemalloc.start()
    for _piece in seal_stream(pieces, key=KEY, context=CONTEXT):
        pass
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 << 20
