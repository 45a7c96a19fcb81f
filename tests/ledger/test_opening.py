"""Opening balances come from a file, are approved by another person, and are posted once."""

import datetime
import io
import itertools
from pathlib import Path

import openpyxl
import pytest
from django.core.management import call_command

from core.errors import Conflict, NotAllowed
from ledger.choices import OPENING_TRANSITIONS, OpeningStatus
from ledger.errors import LedgerConflict, LedgerError
from ledger.models import Entry, OpeningBatch, OpeningEvent
from ledger.selectors.trails import trail_of_entry
from ledger.services import approve_opening, drop_opening, return_opening, stage_opening, submit_opening
from ledger.services.opening_files import OpeningFileError
from tests.factories.people import make_person
from tests.ledger.ground import Ground

HEADER = "资金池编码,计量对象,数量,截至日期,仓库,依据\n"


@pytest.fixture
def people(ground: Ground):
    jiande = ground.branches["330182"]
    return make_person("bing.finance", "finance", jiande), make_person("ding.finance", "finance", jiande)


def csv(*lines: str) -> bytes:
    return (HEADER + "".join(f"{line}\n" for line in lines)).encode()


def stage(ground: Ground, maker, data: bytes, name: str = "期初.csv") -> OpeningBatch:
    return stage_opening(branch=ground.branches["330182"], name=name, data=data, actor=maker)


def test_a_file_is_staged_submitted_approved_by_another_and_posted(ground: Ground, people) -> None:
    maker, other = people
    fund, rice = ground.fund(), ground.goods("示例大米", places=3)
    ground.stock(fund, rice)
    batch = stage(
        ground,
        maker,
        csv(f'{fund.code},,"1,234.50",2025-12-31,,审计报告', f"{fund.code},{rice.code},2.5,2025/12/31,示例仓库,"),
    )
    assert Entry.objects.unscoped("test").count() == 0
    submit_opening(batch_id=batch.pk, actor=maker)
    approve_opening(batch_id=batch.pk, actor=other)
    first, second = Entry.objects.unscoped("test").order_by("serial")
    assert (first.kind, str(first.occurred_on), first.document, first.made_by, first.approved_by) == (
        "opening", "2025-12-31", "审计报告", maker, other
    )  # fmt: skip
    assert second.document == "期初.csv"
    assert (str(ground.money(fund)), str(ground.balance(ground.stock(fund, rice)))) == ("1234.500", "2.500")
    assert trail_of_entry(first).hops[0].source.party == "opening"
    events = OpeningEvent.objects.filter(batch=batch).order_by("pk").values_list("from_status", "to_status")
    assert list(events) == [("", "draft"), ("draft", "submitted"), ("submitted", "posted")]


def test_a_workbook_is_read_like_a_csv(ground: Ground, people) -> None:
    fund = ground.fund()
    book = openpyxl.Workbook()
    book.active.append(["示例县红十字会期初余额表"])
    book.active.append(["资金池编码", "金额", "截至日期"])
    book.active.append([fund.code, 0.1, datetime.date(2025, 12, 31)])
    out = io.BytesIO()
    book.save(out)
    batch = stage(ground, people[0], out.getvalue(), "期初.xlsx")
    assert [(str(line.quantity), line.row_number) for line in batch.lines.all()] == [("0.100", 3)]


def test_the_maker_does_not_approve(ground: Ground, people) -> None:
    batch = stage(ground, people[0], csv(f"{ground.fund().code},,1,2025-12-31,,"))
    submit_opening(batch_id=batch.pk, actor=people[0])
    with pytest.raises(LedgerError) as refused:
        approve_opening(batch_id=batch.pk, actor=people[0])
    assert refused.value.code == "maker_is_approver"


def test_people_without_the_right_do_nothing(ground: Ground, people) -> None:
    data = csv(f"{ground.fund().code},,1,2025-12-31,,")
    with pytest.raises(NotAllowed):
        stage(ground, ground.clerk, data)
    batch = stage(ground, people[0], data)
    for service in (submit_opening, approve_opening):
        with pytest.raises(NotAllowed):
            service(batch_id=batch.pk, actor=ground.clerk)


def test_the_same_file_is_taken_once_until_it_is_dropped(ground: Ground, people) -> None:
    data = csv(f"{ground.fund().code},,1,2025-12-31,,")
    batch = stage(ground, people[0], data)
    with pytest.raises(LedgerConflict) as refused:
        stage(ground, people[0], data)
    assert str(batch.pk) in refused.value.message
    drop_opening(batch_id=batch.pk, reason="示例理由", actor=people[0])
    assert stage(ground, people[0], data).pk != batch.pk


def test_an_account_is_opened_once_and_again_only_after_a_reversal(ground: Ground, people) -> None:
    maker, other = people
    fund = ground.fund()

    def bring(amount: str) -> OpeningBatch:
        batch = stage(ground, maker, csv(f"{fund.code},,{amount},2025-12-31,,"))
        submit_opening(batch_id=batch.pk, actor=maker)
        return approve_opening(batch_id=batch.pk, actor=other)

    bring("10")
    with pytest.raises(LedgerConflict) as refused:
        bring("20")
    assert refused.value.code == "opened_already"
    ground.reverse(Entry.objects.unscoped("test").get())
    bring("30")
    assert ground.money(fund) == 30


def test_every_wrong_row_is_named(ground: Ground, people) -> None:
    fund, rice = ground.fund(), ground.goods()
    later = ground.fund()
    closed = ground.fund(closed_on="2026-03-01", successor=later)
    elsewhere = ground.fund("3303")
    lines = [
        (f"{elsewhere.code},,1,2025-12-31,,", "资金池编码"),
        (f"{closed.code},,1,2025-12-31,,", "资金池编码"),
        (f"{fund.code},X9,1,2025-12-31,,", "计量对象"),
        (f"{fund.code},,一百,2025-12-31,,", "数量"),
        (f"{fund.code},,-1,2025-12-31,,", "数量"),
        (f"{fund.code},,0.001,2025-12-31,,", "数量"),
        (f"{fund.code},,9999999999999,2025-12-31,,", "数量"),
        (f"{fund.code},,1,2025.13.45,,", "截至日期"),
        (f"{fund.code},,1,2999-01-01,,", "截至日期"),
        (f"{fund.code},,1,1948-01-01,,", "截至日期"),
        (f"{fund.code},{rice.code},1,2025-12-31,别处,", "数量"),
        (f"{fund.code},,1,2025-12-31,,{'长' * 121}", "依据"),
    ]
    with pytest.raises(OpeningFileError) as refused:
        stage(ground, people[0], csv(*(line for line, _column in lines)))
    assert len(refused.value.problems) == len(lines)
    for number, (problem, (_line, column)) in enumerate(zip(refused.value.problems, lines, strict=True), start=2):
        assert problem.startswith(f"第 {number} 行“{column}”")
    assert OpeningBatch.objects.unscoped("test").count() == 0


def test_two_lines_for_one_account_are_refused(ground: Ground, people) -> None:
    fund = ground.fund()
    with pytest.raises(OpeningFileError) as refused:
        stage(ground, people[0], csv(f"{fund.code},,1,2025-12-31,,", f"{fund.code},CNY,2,2025-12-31,,"))
    assert "第 2 行" in refused.value.message


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b"%PDF-1.7 x", "file_unreadable"),
        (b"PK\x03\x04broken", "file_unreadable"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 20, "file_unreadable"),
        (b"a" * (2 * 1024 * 1024 + 1), "file_too_large"),
        ("姓名,金额\n".encode(), "header_missing"),
        (HEADER.encode(), "opening_empty"),
        (HEADER.encode("gb18030"), "opening_empty"),
    ],
)
def test_a_file_that_is_none_is_refused_with_a_sentence(ground: Ground, people, data: bytes, code: str) -> None:
    with pytest.raises(OpeningFileError) as refused:
        stage(ground, people[0], data)
    assert refused.value.code == code


ACTS = {
    OpeningStatus.SUBMITTED: lambda batch, maker, other: submit_opening(batch_id=batch.pk, actor=maker),
    OpeningStatus.RETURNED: lambda batch, maker, other: return_opening(batch_id=batch.pk, reason="示例", actor=other),
    OpeningStatus.POSTED: lambda batch, maker, other: approve_opening(batch_id=batch.pk, actor=other),
    OpeningStatus.DROPPED: lambda batch, maker, other: drop_opening(batch_id=batch.pk, reason="示例", actor=maker),
}
WAYS_TO = {
    OpeningStatus.DRAFT: [],
    OpeningStatus.SUBMITTED: [OpeningStatus.SUBMITTED],
    OpeningStatus.RETURNED: [OpeningStatus.SUBMITTED, OpeningStatus.RETURNED],
    OpeningStatus.POSTED: [OpeningStatus.SUBMITTED, OpeningStatus.POSTED],
    OpeningStatus.DROPPED: [OpeningStatus.DROPPED],
}


@pytest.mark.parametrize(("state", "target"), list(itertools.product(OpeningStatus, ACTS)))
def test_the_table_of_states_is_what_the_services_do(ground: Ground, people, state: str, target: str) -> None:
    batch = stage(ground, people[0], csv(f"{ground.fund().code},,1,2025-12-31,,"))
    for step in WAYS_TO[state]:
        ACTS[step](batch, *people)
    if target in OPENING_TRANSITIONS[state]:
        assert ACTS[target](batch, *people).status == target
    else:
        with pytest.raises(Conflict):
            ACTS[target](batch, *people)


def test_the_commands_walk_the_whole_way(ground: Ground, people, tmp_path: Path, capsys) -> None:
    fund = ground.fund()
    path = tmp_path / "期初.csv"
    path.write_bytes(csv(f"{fund.code},,88.00,2025-12-31,,"))
    call_command("import_opening", str(path), branch="330182", by="bing.finance")
    batch = OpeningBatch.objects.unscoped("test").get()
    call_command("approve_opening", str(batch.pk), by="ding.finance")
    assert ground.money(fund) == 88
    path.write_bytes(csv("X,,88.00,2025-12-31,,"))
    with pytest.raises(SystemExit) as left:
        call_command("import_opening", str(path), branch="330182", by="bing.finance")
    assert left.value.code == 1
    with pytest.raises(SystemExit) as left:
        call_command("approve_opening", "999999", by="ding.finance")
    assert left.value.code == 2
    assert "第 2 行" in capsys.readouterr().err
