"""Private files by their SHA-256."""

import hashlib
import io
import os
import stat

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import DomainError
from core.files import open_stored, path_of, store_file
from core.models import StoredFile

FACTS = {"content_type": "text/csv", "data_class": StoredFile.DataClass.PERSONAL, "actor": None}


def _all_files(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


@given(data=st.binary(max_size=5000))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_stored_comes_back_byte_for_byte_under_its_digest(db, data):
    stored = store_file(io.BytesIO(data), name="名单.csv", **FACTS)
    assert stored.sha256 == hashlib.sha256(data).hexdigest()
    assert stored.size == len(data)
    with open_stored(stored) as file:
        assert file.read() == data


def test_the_same_bytes_are_kept_once_and_known_by_each_name(db, settings):
    first, second = (store_file([b"abc"], name=name, **FACTS) for name in ("a.csv", "b.csv"))
    assert first.pk != second.pk
    assert _all_files(settings.PRIVATE_FILES_DIR) == [path_of(first.sha256)]


def test_a_path_is_taken_too(db, tmp_path):
    source = tmp_path / "in.csv"
    source.write_bytes(b"x" * 3_000_000)
    assert store_file(source, name="in.csv", **FACTS).size == 3_000_000


def test_too_large_a_file_is_refused_and_leaves_nothing(db, settings):
    chunks = (b"x" * 1024 * 1024 for _ in range(4))
    with pytest.raises(DomainError, match="超过 2 MB") as refused:
        store_file(chunks, name="big.csv", max_bytes=2 * 1024 * 1024, **FACTS)
    assert refused.value.code == "file_too_large"
    assert _all_files(settings.PRIVATE_FILES_DIR) == []
    assert not StoredFile.objects.exists()


def test_a_source_that_breaks_off_leaves_nothing(db, settings):
    def broken():
        yield b"abc"
        raise ConnectionResetError

    with pytest.raises(DomainError) as refused:
        store_file(broken(), name="x.csv", **FACTS)
    assert refused.value.code == "disk_full"
    assert _all_files(settings.PRIVATE_FILES_DIR) == []


@pytest.mark.parametrize(("given_name", "kept"), [("../../etc/passwd", "passwd"), ("", "file"), ("/", "file")])
def test_a_name_never_leads_elsewhere(db, given_name, kept):
    assert store_file([b"x"], name=given_name, **FACTS).name == kept


def test_nobody_else_on_the_machine_reads_the_store(db, settings):
    stored = store_file([b"x"], name="x.csv", **FACTS)
    for path in (settings.PRIVATE_FILES_DIR, path_of(stored.sha256)):
        assert stat.S_IMODE(os.stat(path).st_mode) & 0o077 == 0


def test_a_file_that_the_store_lost_is_not_taken_for_an_empty_one(db):
    stored = store_file([b"x"], name="x.csv", **FACTS)
    path_of(stored.sha256).unlink()
    with pytest.raises(FileNotFoundError):
        open_stored(stored)
