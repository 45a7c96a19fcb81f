"""The pages of a batch, from the upload to the approval, as clerks and approvers use them."""

import io
import re
from pathlib import Path

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.progress import NoProgress
from donations.choices import BatchStatus
from donations.models import Batch
from donations.services.posting import post_batch
from donations.services.staging import read_batch
from tests.donations.ground import Ground

pytestmark = pytest.mark.django_db

ROWS = (
    "2020-01-25,示例甲乙,100.00,",
    "2020-01-26,虚构示例贸易有限公司,2000.50,建设示例医院",
    "2020-01-26,,50,",
    "2020-01-26,示例丙丁,1.2万,",
)


def upload(ground: Ground, path: Path, **over: str) -> Batch:
    data = {"fund": ground.fund.code, "file": ground.upload(path), "format": "auto", **over}
    answer = ground.client(ground.clerk).post(reverse("desk_import"), data)
    assert answer.status_code == 302, answer.content.decode()
    return Batch.objects.unscoped("test").get(number=answer["Location"].rstrip("/").rsplit("/", 1)[1])


@pytest.fixture
def batch(ground: Ground, tmp_path: Path) -> Batch:
    made = upload(ground, ground.text_list(tmp_path, *ROWS))
    return read_batch(batch_id=made.pk, job=NoProgress())


def page(ground: Ground, batch: Batch, person: object = None, query: str = "") -> str:
    answer = ground.client(person or ground.clerk).get(reverse("desk_batch", args=[batch.number]) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def step(ground: Ground, batch: Batch, name: str, person: object = None, **data: str) -> Batch:
    answer = ground.client(person or ground.clerk).post(reverse("desk_batch_step", args=[batch.number, name]), data)
    assert answer.status_code == 302, answer.content.decode()
    return ground.fresh(batch)


def test_a_list_goes_from_the_upload_to_the_ledger_by_pages_alone(ground: Ground, batch: Batch) -> None:
    assert "还有 1 行错误没有改正或排除" in page(ground, batch)
    row_page = reverse("desk_row", args=[batch.number, 4])
    clerk = ground.client(ground.clerk)
    typed = {"donor": "爱心人士", "amount": "50", "received_on": "2020-01-26", "version": "0", "purpose": "general"}
    assert clerk.post(row_page, typed).status_code == 302
    assert ground.rows(batch).get(row_number=4).level == "passed"
    asked = clerk.get(reverse("desk_batch_step", args=[batch.number, "submit"])).content.decode()
    assert "将提交 4 笔，合计 ¥14,150.50" in asked
    assert step(ground, batch, "submit").status == BatchStatus.SUBMITTED
    approver = ground.client(ground.approver)
    queue = approver.get(reverse("desk_approvals")).content.decode()
    assert batch.number in queue
    assert "¥14,150.50" in queue
    asked = approver.get(reverse("desk_batch_step", args=[batch.number, "approve"])).content.decode()
    assert "将入账并公开 4 笔，合计 ¥14,150.50" in asked
    assert step(ground, batch, "approve", ground.approver).status == BatchStatus.POSTING
    assert 'class="job"' in page(ground, batch, ground.approver)
    posted = post_batch(batch_id=batch.pk, job=NoProgress())
    assert posted.status == BatchStatus.POSTED
    assert f"/donations/?branch={ground.jiande.code}" in page(ground, posted)


def test_a_batch_that_is_read_shows_how_far_it_is(ground: Ground, tmp_path: Path) -> None:
    batch = upload(ground, ground.text_list(tmp_path, *ROWS))
    assert 'data-behaviour="job"' in page(ground, batch)
    part = ground.client(ground.clerk).get(
        reverse("desk_batch_progress", args=[batch.number]), headers={"HX-Request": "true"}
    )
    assert 'class="job"' in part.content.decode()
    assert "<html" not in part.content.decode()
    whole = ground.client(ground.clerk).get(reverse("desk_batch_progress", args=[batch.number]))
    assert whole["Location"] == reverse("desk_batch", args=[batch.number])


def test_the_same_file_is_refused_with_a_link_to_its_first_batch(ground: Ground, batch: Batch, tmp_path: Path) -> None:
    data = {"fund": ground.fund.code, "file": ground.upload(tmp_path / "list.csv"), "format": "auto"}
    answer = ground.client(ground.clerk).post(reverse("desk_import"), data).content.decode()
    assert f"已经导入过，见批次 {batch.number}" in answer
    assert reverse("desk_batch", args=[batch.number]) in answer


def test_a_file_that_cannot_be_read_says_why_and_offers_the_columns(ground: Ground, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("甲,乙,丙\n示例甲乙,100,2020-01-25\n示例丙丁,200,2020-01-26\n", encoding="utf-8")
    batch = read_batch(batch_id=upload(ground, path).pk, job=NoProgress())
    assert batch.status == BatchStatus.UNREADABLE
    shown = page(ground, batch)
    assert "没有找到表头" in shown
    mapping = reverse("desk_batch_mapping", args=[batch.number])
    assert mapping in shown
    clerk = ground.client(ground.clerk)
    assert "示例丙丁" in clerk.get(mapping).content.decode()
    wrong = clerk.post(mapping, {"header_row": "1", "column_0": "donor", "column_1": "donor"})
    assert "已经指定给第 1 列" in wrong.content.decode()
    columns = {"column_0": "donor", "column_1": "amount", "column_2": "received_on"}
    assert clerk.post(mapping, {"header_row": "1", **columns}).status_code == 302
    again = read_batch(batch_id=batch.pk, job=NoProgress())
    assert (again.status, again.found_count, str(again.found_total)) == (BatchStatus.DRAFT, 2, "300.00")
    # The next file with this header needs no telling.
    path.write_text("甲,乙,丙\n示例戊己,7,2020-01-25\n", encoding="utf-8")
    second = read_batch(batch_id=upload(ground, path).pk, job=NoProgress())
    assert (second.status, str(second.found_total)) == (BatchStatus.DRAFT, "7.00")


def test_a_row_is_mended_in_the_table_and_the_sums_come_along(ground: Ground, batch: Batch) -> None:
    address = reverse("desk_row", args=[batch.number, 4])
    clerk = ground.client(ground.clerk)
    form = clerk.get(address, headers={"HX-Request": "true"}).content.decode()
    assert form.lstrip().startswith("<tr")
    typed = {"donor": "示例庚辛", "amount": "50", "received_on": "2020-01-26", "version": "0"}
    answer = clerk.post(address, typed, headers={"HX-Request": "true"}).content.decode()
    assert 'id="row-4"' in answer
    assert 'id="batch-sums" hx-swap-oob="true"' in answer
    assert "还有 1 行错误" not in answer


def test_a_refusal_in_the_table_leads_back_to_the_page(ground: Ground, batch: Batch) -> None:
    address = reverse("desk_row_act", args=[batch.number, 2, "keep"])
    answer = ground.client(ground.clerk).post(address, {"show": "error"}, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == reverse("desk_batch", args=[batch.number]) + "?show=error#row-2"
    assert not answer.content


def test_two_clerks_at_one_row_the_second_is_told(ground: Ground, batch: Batch) -> None:
    address = reverse("desk_row", args=[batch.number, 4])
    typed = {"donor": "示例庚辛", "amount": "50", "received_on": "2020-01-26", "version": "0"}
    assert ground.client(ground.clerk).post(address, typed).status_code == 302
    second = ground.client(ground.second_clerk).post(address, {**typed, "donor": "示例壬癸"})
    assert "已被他人修改" in second.content.decode()
    assert "示例庚辛" in second.content.decode()
    assert ground.rows(batch).get(row_number=4).donor == "示例庚辛"


def test_a_row_is_excluded_with_a_reason_and_put_back(ground: Ground, batch: Batch) -> None:
    clerk = ground.client(ground.clerk)
    act = {name: reverse("desk_row_act", args=[batch.number, 4, name]) for name in ("exclude", "restore")}
    clerk.post(act["exclude"], {"reason": ""})
    assert not ground.rows(batch).get(row_number=4).is_excluded
    clerk.post(act["exclude"], {"reason": "利息，不是捐款"})
    assert ground.rows(batch).get(row_number=4).is_excluded
    assert "利息，不是捐款" in page(ground, batch, query="?show=excluded")
    clerk.post(act["restore"])
    assert not ground.rows(batch).get(row_number=4).is_excluded


def test_the_approver_returns_with_a_reason_that_the_clerk_reads(ground: Ground, batch: Batch) -> None:
    ground.client(ground.clerk).post(reverse("desk_row_act", args=[batch.number, 4, "exclude"]), {"reason": "缺姓名"})
    step(ground, batch, "submit")
    refused = ground.client(ground.approver).post(reverse("desk_batch_step", args=[batch.number, "return"]), {})
    assert refused.status_code == 200
    assert step(ground, batch, "return", ground.approver, reason="第 4 行请补姓名").status == BatchStatus.RETURNED
    assert "第 4 行请补姓名" in page(ground, batch)
    assert step(ground, batch, "submit").status == BatchStatus.SUBMITTED


def test_withdraw_and_cancel(ground: Ground, batch: Batch, tmp_path: Path) -> None:
    ground.client(ground.clerk).post(reverse("desk_row_act", args=[batch.number, 4, "exclude"]), {"reason": "缺姓名"})
    step(ground, batch, "submit")
    assert step(ground, batch, "withdraw").status == BatchStatus.DRAFT
    assert step(ground, batch, "cancel", reason="导错了文件").status == BatchStatus.CANCELLED
    assert upload(ground, tmp_path / "list.csv").number != batch.number


def test_an_approval_after_the_withdrawal_is_refused_in_words(ground: Ground, batch: Batch) -> None:
    ground.client(ground.clerk).post(reverse("desk_row_act", args=[batch.number, 4, "exclude"]), {"reason": "缺姓名"})
    step(ground, batch, "submit")
    step(ground, batch, "withdraw")
    address = reverse("desk_batch_step", args=[batch.number, "approve"])
    answer = ground.client(ground.approver).post(address, follow=True)
    assert "现在是“待核对”" in answer.content.decode()
    assert ground.fresh(batch).status == BatchStatus.DRAFT


def test_outside_the_branches_404_without_the_right_403(ground: Ground, batch: Batch) -> None:
    addresses = {
        "desk_batch": [batch.number],
        "desk_batch_file": [batch.number],
        "desk_batch_problems": [batch.number],
        "desk_batch_progress": [batch.number],
        "desk_batch_mapping": [batch.number],
        "desk_batch_step": [batch.number, "submit"],
        "desk_row": [batch.number, 2],
        "desk_row_voucher": [batch.number, 2],
        "desk_batch_duplicates": [batch.number, "keep"],
    }
    for name, args in addresses.items():
        assert ground.client(ground.stranger).get(reverse(name, args=args)).status_code == 404, name
    reader, approver = ground.client(ground.city_reader), ground.client(ground.approver)
    assert reader.get(reverse("desk_batch", args=[batch.number])).status_code == 200
    for name in ("desk_batch_file", "desk_batch_problems", "desk_batch_mapping", "desk_batch_step", "desk_row"):
        assert reader.get(reverse(name, args=addresses[name])).status_code == 403, name
    for name in ("desk_batch_mapping", "desk_batch_step", "desk_row", "desk_batch_duplicates"):
        assert approver.get(reverse(name, args=addresses[name])).status_code == 403, name
    assert approver.get(reverse("desk_import")).status_code == 403


def test_reading_a_batch_as_the_city_shows_no_full_name(ground: Ground, batch: Batch) -> None:
    assert "示例甲乙" in page(ground, batch)
    assert "示例甲乙" in page(ground, batch, ground.approver)
    shown = page(ground, batch, ground.city_reader)
    assert "示例甲乙" not in shown
    assert "示**" in shown
    assert "list.csv" not in shown


def test_nothing_is_changed_by_get(ground: Ground, batch: Batch) -> None:
    clerk = ground.client(ground.clerk)
    for name, args in {"desk_row_act": [batch.number, 2, "keep"], "desk_batch_resume": [batch.number]}.items():
        assert clerk.get(reverse(name, args=args)).status_code == 405, name
    for name in ("submit", "withdraw", "cancel"):
        clerk.get(reverse("desk_batch_step", args=[batch.number, name]))
    assert ground.fresh(batch).status == BatchStatus.DRAFT


def test_a_form_without_the_token_changes_nothing(ground: Ground, batch: Batch) -> None:
    client = ground.client(ground.clerk)
    client.handler.enforce_csrf_checks = True
    assert client.post(reverse("desk_batch_step", args=[batch.number, "cancel"]), {"reason": "试试"}).status_code == 403
    assert ground.fresh(batch).status == BatchStatus.DRAFT


def test_the_problem_rows_come_as_a_workbook_with_reasons_and_a_record(ground: Ground, batch: Batch) -> None:
    answer = ground.client(ground.clerk).get(reverse("desk_batch_problems", args=[batch.number]))
    content = b"".join(answer.streaming_content)
    assert content[:2] == b"PK"
    rows = list(openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))
    assert rows[0][-1] == "原因"
    assert any("没有填写捐赠人" in row[-1] for row in rows[1:])


def test_rows_come_fifty_a_page_by_row_number(ground: Ground, tmp_path: Path) -> None:
    rows = [f"2020-01-25,示例甲乙,{number}.00," for number in range(1, 121)]
    batch = read_batch(batch_id=upload(ground, ground.text_list(tmp_path, *rows)).pk, job=NoProgress())
    first = page(ground, batch)
    assert len(re.findall(r'<tr id="row-', first)) == 50
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    assert re.findall(r'<tr id="row-(\d+)"', page(ground, batch, query=following[1].replace("&amp;", "&")))[0] == "52"


@pytest.fixture
def suspected(ground: Ground, tmp_path: Path) -> Batch:
    ground.posted(("示例甲乙", "100"), ("示例丙丁", "7"))
    rows = ("2026-01-05,示例甲乙,100,", "2026-01-05,示例丙丁,7,", "2026-01-05,示例戊己,8,")
    return ground.read_file(ground.text_list(tmp_path, *rows, name="again.csv"))


@pytest.mark.parametrize(("decision", "sentence"), [("keep", "3 笔，合计 ¥115.00"), ("drop", "1 笔，合计 ¥8.00")])
def test_all_suspicions_are_decided_after_both_sides_and_the_numbers_were_shown(
    ground: Ground, suspected: Batch, decision: str, sentence: str
) -> None:
    clerk = ground.client(ground.clerk)
    address = reverse("desk_batch_duplicates", args=[suspected.number, decision])
    asked = clerk.get(address).content.decode()
    assert "2 行" in asked
    assert "¥107.00" in asked
    assert sentence in asked
    assert asked.count("示**") == 2
    assert ground.rows(suspected).filter(duplicate_decision="").count() == 3
    assert clerk.post(address).status_code == 302
    assert list(ground.rows(suspected).values_list("duplicate_decision", flat=True)) == [decision, decision, ""]


def test_one_suspicion_is_decided_in_its_row(ground: Ground, suspected: Batch) -> None:
    clerk = ground.client(ground.clerk)
    shown = page(ground, suspected, query="?show=duplicate")
    assert "疑似与" in shown
    assert reverse("desk_gift", args=[ground.rows(suspected)[0].duplicate_of]) in shown
    clerk.post(reverse("desk_row_act", args=[suspected.number, 2, "drop"]))
    clerk.post(reverse("desk_row_act", args=[suspected.number, 3, "keep"]))
    assert list(ground.rows(suspected).values_list("duplicate_decision", flat=True)) == ["drop", "keep", ""]
    assert clerk.post(reverse("desk_row_act", args=[suspected.number, 3, "loudly"])).status_code == 404
    assert (
        "不是疑似重复"
        in clerk.post(reverse("desk_row_act", args=[suspected.number, 4, "keep"]), follow=True).content.decode()
    )


@pytest.mark.parametrize(
    ("name", "limit"), [("desk_batch", 14), ("desk_batches", 10), ("desk_approvals", 14), ("desk_import", 10)]
)
def test_pages_keep_their_query_budget_however_many_rows(
    ground: Ground, suspected: Batch, name: str, limit: int
) -> None:
    person = ground.approver if name == "desk_approvals" else ground.clerk
    client = ground.client(person)
    for number in range(5):
        ground.submit(ground.counter((f"示例壬{number}", "5"), (f"示例癸{number}", "6")))
    address = reverse(name, args=[suspected.number] if name == "desk_batch" else [])
    client.get(address)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200
    assert len(seen) <= limit


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/desk/donations/batches/%00/", 404),
        ("/desk/donations/batches/x%2Fy/", 404),
        ("/desk/donations/gifts/%00/", 404),
        ("/desk/donations/batches/?branch=%00&before=99999999999999999999&status=x", 200),
        ("/desk/donations/batches/{number}/?after=99999999999999999999&show=x", 200),
        ("/desk/donations/batches/{number}/rows/99999999999999999999/", 404),
        ("/desk/donations/batches/{number}/nowhere/", 404),
        ("/desk/donations/batches/{number}/duplicates/x/", 404),
    ],
)
def test_a_made_up_address_is_answered_calmly(ground: Ground, batch: Batch, address: str, status: int) -> None:
    assert ground.client(ground.clerk).get(address.format(number=batch.number)).status_code == status
