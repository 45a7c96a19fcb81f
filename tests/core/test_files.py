"""Private files by their SHA-256."""

import hashlib
import io
import os
import stat

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from core.crypto import SealBroken
from core.errors import DomainError
from core.files import (
    open_stored,
    open_stored_for_work,
    path_for_work,
    path_of,
    reveal_stored,
    sealed_path_of,
    store_file,
)
from core.models import ReadLog, StoredFile

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


# --- sensitive files -------------------------------------------------------------------------------------------------

SECRET = "身份证 110101190001010010 卡号 6222000011112222\n".encode() * 5000
SEALED_FACTS = {**FACTS, "data_class": StoredFile.DataClass.SENSITIVE}


@pytest.fixture
def person(db):
    return User.objects.create_user("jia.shili", None, name="示例甲")


def test_a_sensitive_file_lies_sealed_and_opens_by_the_logged_doors_alone(db, settings, person):
    stored = store_file(io.BytesIO(SECRET), name="名单.csv", **SEALED_FACTS)
    stored = StoredFile.objects.get(pk=stored.pk)
    assert (stored.sha256, stored.size) == (hashlib.sha256(SECRET).hexdigest(), len(SECRET))
    (path,) = _all_files(settings.PRIVATE_FILES_DIR)
    assert path == sealed_path_of(stored)
    assert b"6222000011112222" not in path.read_bytes()
    assert "身份证".encode() not in path.read_bytes()
    with pytest.raises(DomainError, match="写明用途"):
        open_stored(stored)
    with pytest.raises(DomainError, match="写明用途"):
        reveal_stored(stored, reader=person, purpose="")
    assert not ReadLog.objects.exists()
    with reveal_stored(stored, reader=person, purpose="核对名单", branch_code="33") as file:
        assert file.read() == SECRET
    row = ReadLog.objects.get()
    assert (row.reader_login, row.purpose, row.branch_code) == ("jia.shili", "核对名单", "33")
    assert (row.object_label, row.object_key, row.field) == ("core.storedfile", str(stored.pk), "content")


def test_work_reads_a_sensitive_file_in_memory_with_one_row_of_the_log(db, settings):
    stored = store_file(io.BytesIO(SECRET), name="名单.csv", **SEALED_FACTS)
    for _time in range(2):
        with path_for_work(stored, work="tests.read:1") as path:
            assert path.read_bytes() == SECRET
            with path.open("rb") as again:
                assert again.read(6) == SECRET[:6]
        assert not path.exists()
        with open_stored_for_work(stored, work="tests.read:1") as file:
            assert file.read() == SECRET
    assert ReadLog.objects.get().work == "tests.read:1"
    assert _all_files(settings.PRIVATE_FILES_DIR) == [sealed_path_of(stored)]


def test_other_files_open_by_the_same_doors_without_a_log(db, person):
    stored = store_file([b"abc"], name="a.csv", **FACTS)
    with path_for_work(stored, work="tests:1") as path:
        assert path.read_bytes() == b"abc"
    with open_stored_for_work(stored, work="tests:1") as file:
        assert file.read() == b"abc"
    with reveal_stored(stored, reader=person, purpose="核对") as file:
        assert file.read() == b"abc"
    assert not ReadLog.objects.exists()


def test_the_same_sensitive_bytes_are_sealed_each_under_a_key_of_their_own(db, settings):
    first, second = (store_file([b"abc"], name="a.csv", **SEALED_FACTS) for _time in range(2))
    one, two = (sealed_path_of(stored).read_bytes() for stored in (first, second))
    assert one != two
    sealed_path_of(first).write_bytes(two)
    with pytest.raises(SealBroken):
        open_stored_for_work(first, work="tests:1")


def test_a_changed_sensitive_file_does_not_open(db):
    stored = store_file(io.BytesIO(SECRET), name="a.csv", **SEALED_FACTS)
    path = sealed_path_of(stored)
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)
    with open_stored_for_work(stored, work="tests:1") as file, pytest.raises(SealBroken):
        file.read()
