"""Files to and from the national library: who stands in them, what is refused, what each changed, once."""

from __future__ import annotations

import csv
import datetime
import io
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from core.clock import frozen_at, now, today
from core.errors import DomainError, NotAllowed, NotFound
from core.files import open_stored_for_work
from core.models import AuditEvent, ReadLog
from core.progress import NoProgress
from core.retention.holds import open_holds
from core.retention.terms import Asked
from core.sealed import open_for_work
from registries.choices.donors import DonorStatus as S
from registries.choices.donors import Verdict
from registries.choices.exchange import FAULTS, LEADS_TO, OUT_COLUMNS, OUT_FILE_DAYS, RAW_FILE_DAYS, Result
from registries.errors import RegistryError, WrongState
from registries.models import DonorEvent, ExchangeFile, ExchangeRow, ExchangeSent, Sample
from registries.selectors.exchange import exchange_problems, left_after
from registries.services.consents import take_back_consents
from registries.services.donors.leaving import withdraw_donor
from registries.services.exchange import applying
from registries.services.exchange.applying import apply_incoming
from registries.services.exchange.files import confirm_file, drop_file, open_outgoing, release_file
from registries.services.exchange.incoming import SameFile
from registries.services.exchange.outgoing import download_outgoing, make_outgoing, manifest_of
from registries.services.registrants import registrant_of
from registries.services.requests.purging import purge_exchange
from tests.registries.donor_ground import bag_of, brought, joined
from tests.registries.exchange_ground import HEADER, applied, manifest, received, row_of, sent_out, text_of
from tests.registries.ground import Ground, days_ago, somebody


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> None:
    """Files of their own for each test."""
    settings.PRIVATE_FILES_DIR = tmp_path / "files"


def _cells(row: ExchangeFile) -> list[list[str]]:
    assert row.file is not None
    with open_stored_for_work(row.file, work="test") as source:
        return list(csv.reader(io.StringIO(source.read().decode("utf-8-sig"))))


# --- out ----------------------------------------------------------------------------------------------------------


def test_who_was_sampled_stands_in_a_file_once_with_all_that_the_library_asks(ground: Ground) -> None:
    donor = brought(ground, S.SAMPLED)
    joined(ground, 1)
    row = sent_out(ground)
    header, line = _cells(row)
    assert tuple(header) == OUT_COLUMNS
    person = somebody(0)
    assert line[:3] == [donor.number, bag_of(donor).bag, person.name]
    assert line[7:9] == [person.phone, person.address]
    assert (row.status, row.row_count) == ("ready", 1)
    again = sent_out(ground)
    assert (again.status, again.row_count, again.file) == ("empty", 0, None)


def test_who_does_not_consent_to_be_reported_is_left_out_and_counted(ground: Ground) -> None:
    brought(ground, S.SAMPLED)
    silent, gone = brought(ground, S.SENT, 1), brought(ground, S.SENT, 2)
    with transaction.atomic():
        take_back_consents(registrant_of(silent), ["stem_transfer"], channel="counter", actor=ground.person("clerk"))
    withdraw_donor(donor_id=gone.pk, channel="counter", actor=ground.person("clerk"))
    row = sent_out(ground)
    assert row.left_out == {"no_consent": 1, "left": 1}
    assert silent.number not in str(_cells(row))
    assert gone.number not in str(_cells(row))


def test_who_leaves_after_they_were_reported_is_named_by_number_beside_the_file(ground: Ground) -> None:
    stays, goes = brought(ground, S.SENT), brought(ground, S.SENT, 1)
    row = sent_out(ground)
    assert left_after(row) == []
    withdraw_donor(donor_id=goes.pk, channel="counter", actor=ground.person("clerk"))
    assert left_after(row) == [goes.number]
    assert stays.number not in left_after(row)


def test_a_file_lies_sealed_and_its_digest_is_that_of_what_leaves(ground: Ground, settings: Any) -> None:
    donor = brought(ground, S.SAMPLED)
    row = sent_out(ground)
    bytes_kept = b"".join(path.read_bytes() for path in Path(settings.PRIVATE_FILES_DIR).rglob("*") if path.is_file())
    for value in (somebody(0).name, somebody(0).phone, donor.number):
        assert value.encode() not in bytes_kept
    with download_outgoing(file_id=row.pk, purpose="送交资料库", actor=ground.person("clerk")) as source:
        content = source.read()
    assert manifest_of(row).startswith(manifest(content))
    assert f"rows=1 sender=330106 {ground.branch.name} day={today().isoformat()}" in manifest_of(row)


@pytest.mark.parametrize("login", ["head", "stranger", "province", "supervisor"])
def test_a_file_is_made_and_opened_by_who_keeps_and_reads_the_branch(ground: Ground, login: str) -> None:
    brought(ground, S.SAMPLED)
    row = sent_out(ground)
    for act in (
        lambda: download_outgoing(file_id=row.pk, purpose="送交资料库", actor=ground.person(login)),
        lambda: open_outgoing(branch=ground.branch, key=uuid.uuid4(), actor=ground.person(login)),
    ):
        with pytest.raises((NotAllowed, NotFound)):
            act()


def test_each_person_in_a_file_has_a_reading_row_before_it_opens_and_none_without_a_purpose(ground: Ground) -> None:
    donors = [brought(ground, S.SAMPLED, at) for at in range(3)]
    row, clerk = sent_out(ground), ground.person("clerk")
    with pytest.raises(DomainError, match="用途"):
        download_outgoing(file_id=row.pk, purpose="", actor=clerk)
    assert not ReadLog.objects.filter(field="exchange").exists()
    download_outgoing(file_id=row.pk, purpose="送交资料库", actor=clerk).close()
    looks = ReadLog.objects.filter(field="exchange", reader_login="clerk", purpose="送交资料库")
    assert sorted(looks.values_list("object_key", flat=True)) == sorted(one.number for one in donors)
    assert ReadLog.objects.filter(field="content", reader_login="clerk").count() == 1
    assert row.events.filter(verb="downloaded", actor=clerk).count() == 1


def test_a_file_may_be_downloaded_for_seven_days(ground: Ground) -> None:
    brought(ground, S.SAMPLED)
    row = sent_out(ground)
    with frozen_at(now() + datetime.timedelta(days=OUT_FILE_DAYS)), pytest.raises(WrongState, match="重新生成"):
        download_outgoing(file_id=row.pk, purpose="送交资料库", actor=ground.person("clerk"))
    day = today() + datetime.timedelta(days=OUT_FILE_DAYS + 1)
    assert purge_exchange(Asked(today=day, is_dry=False, holds=open_holds())).destroyed == 1
    row.refresh_from_db()
    assert (row.status, row.row_count) == ("expired", 1)


def test_the_form_sent_twice_is_one_file_and_the_job_run_twice_writes_once(ground: Ground) -> None:
    brought(ground, S.SAMPLED)
    key, clerk = uuid.uuid4(), ground.person("clerk")
    rows = [open_outgoing(branch=ground.branch, key=key, actor=clerk) for _n in range(2)]
    assert rows[0].pk == rows[1].pk
    release_file(file_id=rows[0].pk, actor=ground.person("head"))
    first = make_outgoing(file_id=rows[0].pk, job=NoProgress())
    second = make_outgoing(file_id=rows[0].pk, job=NoProgress())
    assert first.file_sha256 == second.file_sha256
    assert ExchangeSent.objects.count() == 1


def test_a_file_of_a_batch_holds_its_bags_alone(ground: Ground) -> None:
    donor = brought(ground, S.SENT)
    brought(ground, S.SAMPLED, 1)
    batch = bag_of(donor).batch
    assert batch is not None
    assert [line[0] for line in _cells(sent_out(ground, batch_number=batch.number))[1:]] == [donor.number]
    with pytest.raises(RegistryError, match="批次"):
        sent_out(ground, batch_number="330302-2026-B00000001")


# --- in -----------------------------------------------------------------------------------------------------------


def _way(ground: Ground) -> dict[str, Any]:
    """A donor for each result, standing where it is taken from."""
    states = {
        Result.TYPED: S.SENT,
        Result.INSUFFICIENT: S.SENT,
        Result.MATCHED: S.TYPED,
        Result.HIGH_RES_YES: S.HIGH_RES,
        Result.HIGH_RES_NO: S.HIGH_RES,
        Result.HEALTH: S.TYPED,
        Result.WISH: S.TYPED,
    }
    return {result: brought(ground, status, at) for at, (result, status) in enumerate(states.items())}


def test_each_result_moves_its_donor_where_the_table_says_with_event_and_trail(ground: Ground) -> None:
    donors = _way(ground)
    lines = [
        row_of(one, Result(result).label, reference="Q1" * (result == "matched")) for result, one in donors.items()
    ]
    row = applied(ground, *lines)
    assert (row.status, row.row_count, row.bad_count) == ("applied", 7, 0)
    for result, donor in donors.items():
        before = donor.status
        donor.refresh_from_db()
        assert donor.status == LEADS_TO[result]
        event = DonorEvent.objects.filter(donor=donor).order_by("-pk")[0]
        assert (event.from_status, event.to_status, event.actor) == (before, donor.status, ground.person("clerk"))
        done = ExchangeRow.objects.get(donor=donor)
        assert (done.outcome, done.from_status, done.fault) == ("done", before, "")
        assert AuditEvent.objects.filter(object_key=donor.number, verb=f"registries.donor.{event.verb}").exists()
    assert donors[Result.TYPED].typed_on == today()
    assert Sample.objects.get(donor=donors[Result.INSUFFICIENT]).verdict == Verdict.INSUFFICIENT
    match = ExchangeRow.objects.get(donor=donors[Result.MATCHED])
    assert open_for_work(match, "reference", work="test") == "Q1"


def test_nothing_is_applied_until_a_person_confirms(ground: Ground) -> None:
    donor = brought(ground, S.SENT)
    row = received(ground, text_of(row_of(donor)))
    assert (row.status, row.bad_count) == ("checked", 0)
    apply_incoming(file_id=row.pk, job=NoProgress())
    donor.refresh_from_db()
    assert donor.status == S.SENT
    drop_file(file_id=row.pk, actor=ground.person("clerk"))
    with pytest.raises(WrongState):
        confirm_file(file_id=row.pk, actor=ground.person("clerk"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_file_is_read_in_the_encodings_that_spreadsheets_write(ground: Ground, encoding: str) -> None:
    donor = brought(ground, S.SENT)
    content = f"{HEADER}\n{row_of(donor)}".encode(encoding)
    assert received(ground, content).bad_count == 0


REFUSED = {
    "empty": b"",
    "only a header": text_of(),
    "nul": text_of("A\x00B,入库,2026-01-01,"),
    "utf-16": HEADER.encode("utf-16"),
    "no encoding": b"\xff\xfe\xfd\x80\xff,\n\xff",
    "workbook": b"PK\x03\x04 and so on",
    "hundred columns": (",".join(f"列{n}" for n in range(100)) + "\n" + "1," * 99).encode(),
    "a column twice": text_of("1,入库,2026-01-01,1", header="志愿者编号,结果,日期,日期"),
    "a column missing": text_of("1,入库", header="志愿者编号,结果"),
    "unknown column": text_of("1,入库,2026-01-01,x", header="志愿者编号,结果,日期,备注"),
    "cut in a quotation": f'{HEADER}\n"330106'.encode(),
}


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED.keys())
def test_a_file_that_cannot_be_right_is_refused_whole_with_a_sentence(ground: Ground, content: bytes) -> None:
    row = received(ground, content)
    assert row.status == "refused"
    assert len(row.refusal) > 8
    assert row.rows.count() == 0


FORBIDDEN = {
    "HLA column": ("志愿者编号,结果,日期,HLA-A", "1,入库,2026-01-01,x", "HLA"),
    "typing column": ("志愿者编号,结果,日期,DRB1位点", "1,入库,2026-01-01,x", "HLA"),
    "typing value": (HEADER, "1,初配相合,2026-01-01,A*02:01", "HLA"),
    "typing value in full width": (HEADER, "1,初配相合,2026-01-01,Ａ＊０２", "HLA"),
    "patient column": ("志愿者编号,结果,日期,患者姓名", "1,入库,2026-01-01,x", "患者"),
    "patient cell": (HEADER, "1,初配相合,2026-01-01,受者张某", "患者"),
}


@pytest.mark.parametrize(("header", "line", "word"), FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_typing_and_patients_refuse_the_whole_file_and_nothing_of_it_is_kept(
    ground: Ground, header: str, line: str, word: str
) -> None:
    good = row_of(brought(ground, S.SENT))
    row = received(ground, text_of(good if header == HEADER else line, line, header=header))
    assert row.status == "refused"
    assert word in row.refusal
    assert "不保存" in row.refusal
    assert row.rows.count() == 0
    assert row.file is not None
    row.file.refresh_from_db()
    assert row.file.purge_on == today()


def test_a_wrong_digest_a_cut_file_and_a_wrong_count_are_told(ground: Ground) -> None:
    content = text_of(row_of(brought(ground, S.SENT)))
    for cut in (content[:-9], content + b" "):
        with pytest.raises(RegistryError, match="校验值对不上"):
            received(ground, cut, said=manifest(content))
    with pytest.raises(RegistryError, match="校验值"):
        received(ground, content, said="x")
    assert "申报 2 行" in received(ground, content, said=manifest(content, rows=2)).refusal
    assert received(ground, content, said=manifest(content, rows=1)).status == "checked"


def test_the_same_file_twice_is_told_and_a_dropped_one_may_come_again(ground: Ground) -> None:
    content = text_of(row_of(brought(ground, S.SENT)))
    first = received(ground, content)
    with pytest.raises(SameFile, match=first.number):
        received(ground, content)
    drop_file(file_id=first.pk, actor=ground.person("clerk"))
    assert received(ground, content).status == "checked"


def test_each_wrong_row_says_line_field_what_is_wrong_and_what_to_do(ground: Ground) -> None:
    good, typed, left = brought(ground, S.SENT), brought(ground, S.TYPED, 1), brought(ground, S.WISH, 2)
    tomorrow = (today() + datetime.timedelta(days=1)).isoformat()
    lines = {
        2: (row_of(good), ""),
        3: (row_of(good), "twice"),
        4: (f"330106-2026-D09999999,入库,{today()},", "number_unknown"),
        5: (row_of(typed), "state_wrong"),
        6: (row_of(left), "left"),
        7: (row_of(typed, on=tomorrow), "twice"),
        8: (f",入库,{today()},", "number_missing"),
        9: (row_of(typed, "配上了"), "result_unknown"),
        10: (row_of(typed, on="昨天"), "day_wrong"),
        11: (row_of(typed, "初配相合"), "reference_missing"),
        12: (row_of(typed, "初配相合", reference="=1+1"), "formula"),
        13: ("1,2", "cells"),
        14: (row_of(typed, "初配相合", reference="9" * 41), "reference_wrong"),
        15: (row_of(typed, "初配相合", reference="9" * 999), "too_long"),
    }
    row = received(ground, text_of(*(text for text, _code in lines.values())))
    found = dict(row.rows.values_list("line", "fault"))
    assert found == {line: code for line, (_text, code) in lines.items()}
    assert (row.row_count, row.bad_count) == (14, 13)
    problems = {one.line: one for one in exchange_problems(row)}
    assert set(problems) == set(lines) - {2}
    for one in problems.values():
        assert one.field
        assert one.wrong
        assert one.do
    kept = str(list(row.rows.values()))
    assert "配上了" not in kept
    assert "D09999999" not in kept


@pytest.mark.parametrize(
    ("on", "code"),
    [(lambda: today() + datetime.timedelta(days=1), "day_ahead"), (lambda: days_ago(170), "day_early")],
)
def test_a_day_ahead_or_before_the_last_step_is_wrong(ground: Ground, on: Any, code: str) -> None:
    row = received(ground, text_of(row_of(brought(ground, S.SENT), on=on().isoformat())))
    assert list(row.rows.values_list("fault", flat=True)) == [code]


def test_every_fault_that_is_told_stands_in_the_table_of_faults() -> None:
    text = "".join(
        Path(f"registries/services/exchange/{name}.py").read_text(encoding="utf-8")
        for name in ("parsing", "judging", "incoming", "applying", "files")
    )
    assert [code for code in FAULTS if f'"{code}"' not in text] == []


def test_what_became_impossible_since_the_check_is_left_and_said(ground: Ground) -> None:
    gone, stays = brought(ground, S.SENT), brought(ground, S.SENT, 1)
    row = received(ground, text_of(row_of(gone), row_of(stays)))
    withdraw_donor(donor_id=gone.pk, channel="counter", actor=ground.person("clerk"))
    confirm_file(file_id=row.pk, actor=ground.person("clerk"))
    row = apply_incoming(file_id=row.pk, job=NoProgress())
    assert dict(row.rows.values_list("donor", "outcome")) == {gone.pk: "late", stays.pk: "done"}
    assert (row.status, row.bad_count) == ("applied", 1)


def test_a_worker_that_dies_in_the_middle_goes_on_and_does_each_row_once(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applying, "CHUNK", 2)
    donors = [brought(ground, S.SENT, at) for at in range(5)]
    row = received(ground, text_of(*map(row_of, donors)))
    confirm_file(file_id=row.pk, actor=ground.person("clerk"))

    class Dying:
        def progress(self, done: int, total: int | None = None, stage: str = "") -> None:
            if done >= 2:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        apply_incoming(file_id=row.pk, job=Dying())
    assert row.rows.filter(outcome="done").count() == 2
    apply_incoming(file_id=row.pk, job=NoProgress())
    apply_incoming(file_id=row.pk, job=NoProgress())
    assert DonorEvent.objects.filter(verb="typed").count() == 5
    assert row.rows.filter(outcome="done").count() == 5


def test_a_file_of_another_branch_moves_nobody_here(ground: Ground) -> None:
    donor = brought(ground, S.SENT)
    row = received(ground, text_of(row_of(donor)), branch=ground.elsewhere, actor=ground.person("stranger"))
    assert list(row.rows.values_list("fault", "donor")) == [("number_unknown", None)]
    with pytest.raises(WrongState):
        confirm_file(file_id=row.pk, actor=ground.person("stranger"))
    for login in ("head", "province", "supervisor", "stranger"):
        with pytest.raises((NotAllowed, NotFound)):
            received(ground, text_of("x"), actor=ground.person(login))


def test_the_librarys_number_of_a_search_is_destroyed_and_the_change_stays(ground: Ground) -> None:
    row = applied(ground, row_of(brought(ground, S.TYPED), "初配相合", reference="Q77"))
    day = today() + datetime.timedelta(days=RAW_FILE_DAYS + 1)
    purge_exchange(Asked(today=day, is_dry=False, holds=open_holds()))
    assert list(row.rows.values_list("reference", "outcome")) == [(None, "done")]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE registries_exchangefile SET row_count = 9",
        "UPDATE registries_exchangefile SET file_sha256 = 'x'",
        "DELETE FROM registries_exchangefile",
        "UPDATE registries_exchangerow SET outcome = 'good'",
        "UPDATE registries_exchangerow SET donor_id = NULL",
        "DELETE FROM registries_exchangerow",
        "UPDATE registries_exchangefileevent SET verb = 'x'",
        "DELETE FROM registries_exchangesent",
    ],
)
def test_what_was_exchanged_stands(ground: Ground, change: str) -> None:
    sent_out(ground, batch_number="")
    applied(ground, row_of(brought(ground, S.SENT)))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
