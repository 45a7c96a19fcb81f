"""Certificates that were printed before the portal."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from openpyxl import load_workbook

from core.choices import JobStatus
from core.clock import frozen_at, today
from core.errors import NotAllowed
from core.exporting import Sheet, write_xlsx
from core.files import open_stored
from core.models import Job, PublicRecord
from core.progress import NoProgress
from core.recorded import RowToday
from core.sealed import open_for_work
from tests.training.certified import certified
from tests.training.ground import Ground, id_number
from training.choices import CertificateStatus, LegacyStatus
from training.errors import OwnWork, WrongState
from training.models import Certificate, Learner, LegacyImport
from training.services.legacy import HEADER, check_import, confirm_import, drop_import, open_import, write_import
from training.services.legacy.imports import SameFile
from training.services.legacy.reading import read_day
from training.services.recorded import certificates_today
from training.services.signing import open_payload
from training.tasks import check_legacy_import, write_legacy_import

Row = Sequence[str]


def row(serial: int, **over: str) -> tuple[str, ...]:
    """A good row; `over` by the names of columns."""
    cells = {
        "证书编号": f"旧证{serial:05d}",
        "姓名": f"赵示例{serial}",
        "证件类型": "身份证",
        "证件号码": id_number(serial),
        "证书种类": "救护员证",
        "发证日期": "2025-03-01",
        "有效期至": "2028-02-29",
    }
    return tuple({**cells, **over}[name] for name in HEADER)


def as_csv(rows: Sequence[Row], encoding: str = "utf-8-sig") -> bytes:
    """A file as people export it."""
    text = io.StringIO()
    csv.writer(text).writerows([HEADER, *rows])
    return text.getvalue().encode(encoding)


def opened(ground: Ground, rows: Sequence[Row], *, content: bytes = b"") -> LegacyImport:
    """A file that was brought in."""
    source = io.BytesIO(content or as_csv(rows))
    return open_import(source=source, filename="旧证.csv", branch=ground.branch, actor=ground.person("officer"))


def checked(ground: Ground, rows: Sequence[Row], *, content: bytes = b"") -> LegacyImport:
    """A file that was brought in and checked."""
    made = opened(ground, rows, content=content)
    return check_import(import_id=made.pk, job=NoProgress())


def written(ground: Ground, rows: Sequence[Row], *, content: bytes = b"") -> LegacyImport:
    """A file whose good rows became certificates."""
    made = checked(ground, rows, content=content)
    confirm_import(import_id=made.pk, actor=ground.person("issuer"))
    return write_import(import_id=made.pk, job=NoProgress())


def problems(made: LegacyImport) -> dict[int, str]:
    """The reasons by row."""
    if made.problem_file is None:
        return {}
    with open_stored(made.problem_file) as file:
        sheet = load_workbook(io.BytesIO(file.read())).worksheets[0]
    return {int(str(cells[0])): str(cells[2]) for cells in sheet.iter_rows(min_row=2, values_only=True)}


def certificates() -> list[Certificate]:
    """All certificates, in order."""
    return list(Certificate.objects.unscoped("test").select_related("branch", "learner").order_by("pk"))


def test_good_rows_become_certificates_that_can_be_checked(ground: Ground, client: Client) -> None:
    made = written(ground, [row(1), row(2, 证书种类="心肺复苏", 有效期至="长期")])
    assert (made.status, made.good_count, made.bad_count) == (LegacyStatus.DONE, 2, 0)
    first, second = certificates()
    assert (first.number, first.source, first.status) == ("旧证00001", "legacy", CertificateStatus.VALID)
    assert (first.enrolment_id, first.version_id) == (None, None)
    assert (first.issued_on, first.expires_on) == (datetime.date(2025, 3, 1), datetime.date(2028, 3, 1))
    assert (second.kind, second.expires_on) == ("cpr_aed", None)
    assert first.issued_by == ground.person("issuer")
    assert open_for_work(first, "holder", work="test") == "赵示例1"
    assert open_for_work(first.learner, "document", work="test") == id_number(1)
    said = open_payload(first.payload)
    assert said is not None
    assert (said.code, said.number, said.expires_on) == (first.code, first.number, first.expires_on)
    assert "有效期至 <time>2028-02-29</time>" in client.get(f"/certificates/{first.code}/").content.decode()
    found = client.post("/certificates/", {"number": "旧证00001", "name": "赵示例1", "tail": id_number(1)[-4:]})
    assert found["Location"] == f"/certificates/{first.code}/"


def test_each_has_its_public_record_that_says_what_the_row_says(ground: Ground) -> None:
    written(ground, [row(1), row(2)])
    records = {one.object_id: one for one in PublicRecord.objects.filter(kind="certificate")}
    assert set(records) == {one.pk for one in certificates()}
    assert all("赵" not in one.record and id_number(1) not in one.record for one in records.values())
    today_rows = certificates_today({pk: {"holder_commitment": "x"} for pk in records}, "test")
    assert all(isinstance(one, RowToday) and one.body["source"] == "legacy" for one in today_rows.values())


def test_nothing_is_written_before_a_second_person_confirmed(ground: Ground) -> None:
    made = checked(ground, [row(1)])
    assert made.status == LegacyStatus.READY
    assert certificates() == []
    with pytest.raises(OwnWork):
        confirm_import(import_id=made.pk, actor=ground.person("officer"))
    with pytest.raises(NotAllowed):
        confirm_import(import_id=made.pk, actor=ground.person("lead"))
    assert write_import(import_id=made.pk, job=NoProgress()).status == LegacyStatus.READY
    assert certificates() == []
    with pytest.raises(IntegrityError), transaction.atomic():
        LegacyImport.objects.unscoped("test").filter(pk=made.pk).update(confirmed_by=ground.person("officer"))
    with pytest.raises(IntegrityError), transaction.atomic():
        LegacyImport.objects.unscoped("test").filter(pk=made.pk).update(status=LegacyStatus.DONE)


def test_bad_rows_are_listed_with_their_reasons_and_the_others_go_on(ground: Ground) -> None:
    bad = {
        3: (row(3, 证书编号=""), "证书编号"),
        4: (row(4, 证书编号="有.点"), "证书编号"),
        5: (row(5, 证书编号="330182-2026-Z00000001"), "自己的编号"),
        6: (row(6, 姓名="赵"), "姓名"),
        7: (row(7, 证件号码="330182198001010000"), "校验位"),
        8: (row(8, 证件号码=""), "没有证件号码"),
        9: (row(9, 证件类型="示例证"), "证件类型"),
        10: (row(10, 证书种类="驾驶证"), "证书种类"),
        11: (row(11, 发证日期="2025-02-30"), "发证日期"),
        12: (row(12, 发证日期="2099-01-01"), "今天之后"),
        13: (row(13, 有效期至=""), "有效期至"),
        14: (row(14, 有效期至="2024-01-01"), "早于"),
    }
    made = written(ground, [row(1), *(cells for cells, _word in bad.values()), row(20)])
    assert (made.good_count, made.bad_count) == (2, len(bad))
    found = problems(made)
    assert set(found) == set(bad)
    for place, (_cells, word) in bad.items():
        assert word in found[place], (place, found[place])
    said = "".join(found.values())
    assert "赵示例" not in said
    assert id_number(7)[:10] not in said
    assert [one.number for one in certificates()] == ["旧证00001", "旧证00020"]


def test_of_one_persons_certificates_of_a_kind_the_newest_comes_in(ground: Ground) -> None:
    older = row(1, 证书编号="旧证A", 发证日期="2019-01-01", 有效期至="2021-12-31")
    newer = row(1, 证书编号="旧证B")
    other_kind = row(1, 证书编号="旧证C", 证书种类="心肺复苏")
    same_number = row(2, 证书编号="旧证B")
    made = written(ground, [older, newer, other_kind, same_number])
    assert {place: "第 3 行" in reason for place, reason in problems(made).items()} == {2: True, 5: True}
    assert [one.number for one in certificates()] == ["旧证B", "旧证C"]
    assert Learner.objects.count() == 1


def test_who_has_a_valid_one_keeps_it_and_an_expired_one_becomes_history(ground: Ground) -> None:
    ours, expired = certified(ground, 2)
    assert ours.kind == "cpr_aed"
    again = row(0, 证书种类="心肺复苏", 证件号码=id_number(0))
    made = checked(ground, [again])
    assert "已有有效的同种证书" in problems(made)[2]
    assert made.good_count == 0
    with pytest.raises(WrongState):
        confirm_import(import_id=made.pk, actor=ground.person("issuer"))

    assert expired.expires_on is not None
    later = datetime.datetime.combine(expired.expires_on, datetime.time(4), datetime.UTC)
    with frozen_at(later):
        renewal = row(
            1,
            证书种类="心肺复苏",
            证件号码=id_number(1),
            发证日期=expired.expires_on.isoformat(),
            有效期至=(expired.expires_on + datetime.timedelta(days=700)).isoformat(),
        )
        done = written(ground, [renewal])
    assert (done.good_count, done.bad_count) == (1, 0)
    new = Certificate.objects.unscoped("test").get(number="旧证00001")
    old = Certificate.objects.unscoped("test").get(pk=expired.pk)
    assert (old.status, new.replaces_id, new.learner_id) == (CertificateStatus.REPLACED, old.pk, old.learner_id)
    end = PublicRecord.objects.get(kind="certificate_end", object_id=old.pk)
    assert '"replaced_by":"旧证00001"' in end.record


def test_a_number_that_the_branch_has_is_refused(ground: Ground) -> None:
    written(ground, [row(1)])
    made = checked(ground, [row(2, 证书编号="旧证00001")])
    assert "已有这个编号" in problems(made)[2]


def test_the_same_file_comes_in_once_unless_it_was_dropped(ground: Ground) -> None:
    content = as_csv([row(1)])
    made = checked(ground, [], content=content)
    with pytest.raises(SameFile):
        opened(ground, [], content=content)
    drop_import(import_id=made.pk, actor=ground.person("officer"))
    again = written(ground, [], content=content)
    assert again.status == LegacyStatus.DONE
    with pytest.raises(SameFile):
        opened(ground, [], content=content)
    with pytest.raises(WrongState):
        drop_import(import_id=again.pk, actor=ground.person("officer"))


def test_writing_twice_writes_once(ground: Ground) -> None:
    made = written(ground, [row(1)])
    assert write_import(import_id=made.pk, job=NoProgress()).good_count == 1
    assert len(certificates()) == 1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
def test_a_csv_is_read_in_the_encodings_of_its_day(ground: Ground, encoding: str) -> None:
    made = checked(ground, [], content=as_csv([row(1)], encoding))
    assert (made.good_count, made.bad_count) == (1, 0)


def test_a_workbook_is_read_and_numbers_that_lost_digits_are_told(ground: Ground, tmp_path: Path) -> None:
    path = tmp_path / "old.xlsx"
    cells: list[Any] = list(row(2))
    cells[HEADER.index("证件号码")] = 330182198001010027
    days: list[Any] = list(row(1))
    days[HEADER.index("发证日期")] = datetime.date(2025, 3, 1)
    write_xlsx(path, [Sheet("历史证书", HEADER, [days])])
    book = load_workbook(path)
    book.worksheets[0].append([float(one) if isinstance(one, int) else one for one in cells])
    book.save(path)
    made = checked(ground, [], content=path.read_bytes())
    assert made.good_count == 1, problems(made)
    assert "丢掉后几位" in problems(made)[3]


@pytest.mark.parametrize(
    "content", [b"%PDF-1.4", b"PK\x03\x04nonsense", "姓名,电话\n甲,1\n".encode(), b"\xff\xfe\x00\x81"]
)
def test_a_file_that_is_none_is_told_and_may_come_again(ground: Ground, content: bytes) -> None:
    made = checked(ground, [], content=content)
    assert made.status == LegacyStatus.UNREADABLE
    assert made.error
    assert opened(ground, [], content=content).status == LegacyStatus.READING


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025-03-01", datetime.date(2025, 3, 1)),
        ("2025/3/1", datetime.date(2025, 3, 1)),
        ("2025.03.01", datetime.date(2025, 3, 1)),
        ("2025年3月1日", datetime.date(2025, 3, 1)),
        ("２０２５－０３－０１", datetime.date(2025, 3, 1)),
        ("20250301", datetime.date(2025, 3, 1)),
        ("2025-13-01", None),
        ("三月一日", None),
        ("", None),
    ],
)
def test_days_are_read_as_people_write_them(text: str, day: datetime.date | None) -> None:
    assert read_day(text) == day


def test_the_pages_lead_from_the_file_to_the_certificates(committed_ground: Ground) -> None:
    ground = committed_ground
    maker, checker, stranger = (signed_in(ground, login) for login in ("officer", "issuer", "stranger"))
    upload = SimpleUploadedFile("旧证.csv", as_csv([row(1), row(2, 姓名="")]))
    response = maker.post("/desk/training/certificates/legacy/", {"branch": ground.branch.code, "file": upload})
    assert response.status_code == 302
    address = response["Location"]
    job = Job.objects.get(kind="training.tasks.check_legacy_import")
    assert set(job.params) == {"import"}
    check_legacy_import(str(job.pk))
    assert "等待复核" in maker.get(address).content.decode()
    page = checker.get(address).content.decode()
    assert "写入 1 张历史证书" in page
    assert "赵示例" not in page
    assert stranger.get(address).status_code == 404
    assert b"".join(checker.get(address + "problems/").streaming_content).startswith(b"PK")  # type: ignore[arg-type]
    maker.post(address + "confirm/")
    assert not Job.objects.filter(kind="training.tasks.write_legacy_import").exists()
    checker.post(address + "confirm/")
    job = Job.objects.get(kind="training.tasks.write_legacy_import")
    write_legacy_import(str(job.pk))
    assert Job.objects.get(pk=job.pk).status == JobStatus.DONE
    assert "1 张证书已写入" in checker.get(address).content.decode()
    assert "旧证00001" in checker.get("/desk/training/certificates/").content.decode()
    template = maker.get("/desk/training/certificates/legacy/template.xlsx")
    assert b"".join(template.streaming_content).startswith(b"PK")  # type: ignore[arg-type]


def signed_in(ground: Ground, login: str) -> Client:
    """A browser in which somebody is signed in."""
    client = Client()
    client.force_login(ground.person(login))
    return client


def test_the_raw_file_is_sealed_and_has_its_day(ground: Ground, settings: Any) -> None:
    made = written(ground, [row(1)])
    assert made.file.is_sealed
    assert made.file.purge_on == today() + datetime.timedelta(days=365)
    on_disk = b"".join(one.read_bytes() for one in settings.PRIVATE_FILES_DIR.rglob("*") if one.is_file())
    assert id_number(1).encode() not in on_disk
