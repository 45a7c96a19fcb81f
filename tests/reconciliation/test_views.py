"""The pages: what they show, what they never show, and what each step does."""

from __future__ import annotations

from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core.models import ReadLog
from reconciliation.models import DepositAccount, MonthSheet, Statement
from tests.reconciliation.files import Made, icbc
from tests.reconciliation.ground import CODE, Ground

LINES = [
    Made("2026-01-05", "500.00", "示例甲乙", remark="捐款 13912345678", account="6222333344445555"),
    Made("2026-01-06", "3.17", "", "利息"),
    Made("2026-01-07", "-10.00", "虚构示例商店", "转账"),
]
SECRETS = ("示例甲乙", "13912345678", "6222333344445555", "6222000000009876")


def browser(ground: Ground, login: str = f"{CODE}.clerk") -> Client:
    client = Client()
    client.force_login(ground.base.person(login))
    return client


def test_an_account_is_put_down_with_its_number_hidden_and_once_only(ground: Ground) -> None:
    client = browser(ground)
    sent = {
        "branch": CODE, "kind": "bank", "name": "示例专户", "institution": "示例银行", "number": "6222 1111 2222 3333",
        "opened_on": "2026-01-01", "opening_balance": "1,234.50",
    }  # fmt: skip
    assert client.post(reverse("desk_deposit_new"), sent).status_code == 302
    account = DepositAccount.objects.unscoped("test").get(name="示例专户")
    assert (account.tail, account.opening_balance) == ("3333", Decimal("1234.50"))
    page = client.get(reverse("desk_statements")).content.decode()
    assert "示例专户（3333）" in page
    assert "2222" not in page
    again = client.post(reverse("desk_deposit_new"), {**sent, "name": "另一个"})
    assert "已经登记过" in again.content.decode()


def test_a_statement_comes_in_by_its_page_and_the_same_file_is_refused_with_its_number(ground: Ground) -> None:
    client = browser(ground)

    def send() -> str:
        file = SimpleUploadedFile("流水.csv", icbc(LINES))
        sent = {"account": str(ground.account.pk), "file": file}
        return client.post(reverse("desk_statement_new"), sent, follow=True).content.decode()

    send()
    statement = Statement.objects.unscoped("test").get()
    assert statement.number in send()
    page = client.get(reverse("desk_statement", args=[statement.number])).content.decode()
    assert "读取流水" in page or "排队" in page
    ground.again(statement)
    assert "对得上" in client.get(reverse("desk_statement", args=[statement.number])).content.decode()


def test_no_page_shows_a_payer_an_account_or_a_remark_before_somebody_says_what_for(ground: Ground) -> None:
    statement = ground.read(icbc(LINES))
    client = browser(ground)
    pages = [
        reverse("desk_statements"),
        reverse("desk_statement", args=[statement.number]),
        reverse("desk_statement_line", args=[statement.number, 1]),
        reverse("desk_statement_batch", args=[statement.number]),
        reverse("desk_month_sheet", args=[CODE, "2026-01"]),
        reverse("desk_month_sheet_print", args=[CODE, "2026-01"]),
    ]
    for address in pages:
        answer = client.get(address)
        assert answer.status_code == 200, address
        shown = answer.content.decode()
        assert [secret for secret in SECRETS if secret in shown] == [], address
    assert "示**" in client.get(pages[1]).content.decode()
    assert "虚构示例商店" in client.get(f"{pages[1]}?show=all").content.decode()


def test_a_payer_is_not_shown_without_a_purpose(ground: Ground) -> None:
    statement = ground.read(icbc(LINES))
    address = reverse("desk_statement_line_read", args=[statement.number, 1])
    shown = browser(ground).post(address, {"purpose": ""}).content.decode()
    assert [secret for secret in SECRETS if secret in shown] == []


def test_a_payer_is_shown_once_for_a_purpose_and_the_read_log_says_so(committed_ground: Ground) -> None:
    statement = committed_ground.read(icbc(LINES))
    address = reverse("desk_statement_line_read", args=[statement.number, 1])
    shown = browser(committed_ground).post(address, {"purpose": "核对来款单位"}).content.decode()
    assert "6222333344445555" in shown
    row = ReadLog.objects.get(purpose="核对来款单位")
    assert (row.object_label, row.field, row.branch_code) == ("reconciliation.statementline", "details", CODE)
    file = browser(committed_ground).post(
        reverse("desk_statement_file", args=[statement.number]), {"purpose": "核对原件"}
    )
    assert b"".join(file.streaming_content) == icbc(LINES)
    assert ReadLog.objects.filter(purpose="核对原件").count() == 1


def test_lines_are_decided_from_the_page_one_by_one_and_together(ground: Ground) -> None:
    statement = ground.read(icbc(LINES))
    client = browser(ground)
    client.post(reverse("desk_statement_alike", args=[statement.number]))
    assert ground.lines(statement)[1].outcome == "other"
    sent = {"seq": ["3"], "kind": "other", "reason": "示例办公用品"}
    client.post(reverse("desk_statement_chosen", args=[statement.number]), sent)
    assert ground.lines(statement)[2].reason == "示例办公用品"
    undo = reverse("desk_statement_line_act", args=[statement.number, 3, "undo"])
    client.post(undo, {"reason": "看错了"})
    assert ground.lines(statement)[2].outcome == "open"
    empty = client.post(reverse("desk_statement_chosen", args=[statement.number]), {"kind": "other"}, follow=True)
    assert "请先勾选要处理的行" in empty.content.decode()


def test_a_batch_is_made_from_the_page_and_says_where_it_came_from(ground: Ground) -> None:
    statement = ground.read(icbc(LINES))
    client = browser(ground)
    address = reverse("desk_statement_batch", args=[statement.number])
    assert "将生成 1 笔，合计 ¥500.00" in client.get(address).content.decode()
    page = client.post(address, {"fund": ground.fund.code}, follow=True).content.decode()
    assert "由银行流水的收入行生成" in page
    again = client.post(address, {"fund": ground.fund.code}).content.decode()
    assert "没有可以生成批次的收入行" in again


def test_a_sheet_is_handed_in_and_confirmed_by_another_from_the_pages(ground: Ground) -> None:
    ground.read(icbc([Made("2026-01-01", "5.00", "示例首日"), *LINES, Made("2026-01-31", "1.00", "示例末日")]))
    submit, confirm, give_back = (
        reverse("desk_month_sheet_step", args=[CODE, "2026-01", step]) for step in ("submit", "confirm", "return")
    )
    browser(ground).post(submit)
    assert MonthSheet.objects.unscoped("test").get().status == "submitted"
    approver = browser(ground, f"{CODE}.approver")
    assert "待我确认的余额调节表" in approver.get(reverse("desk_home")).content.decode()
    approver.post(confirm)
    assert MonthSheet.objects.unscoped("test").get().status == "approved"
    assert "已确认" in approver.get(reverse("desk_month_sheet", args=[CODE, "2026-01"])).content.decode()
    for ending in ("csv", "xlsx"):
        file = approver.get(reverse("desk_month_sheet_file", args=[CODE, "2026-01", ending]))
        assert len(b"".join(file.streaming_content)) > 500
    assert approver.post(give_back, {"reason": ""}).status_code == 200
    assert MonthSheet.objects.unscoped("test").get().status == "approved"
    approver.post(give_back, {"reason": "示例补正"})
    assert MonthSheet.objects.unscoped("test").get().status == "returned"


def test_a_month_that_is_none_and_an_unknown_step_are_not_found(ground: Ground) -> None:
    client = browser(ground)
    assert client.get(reverse("desk_month_sheet", args=[CODE, "2026"])).status_code == 404
    assert client.get(reverse("desk_month_sheet", args=[CODE, "2026-13"])).status_code == 404
    assert client.get(reverse("desk_month_sheet_file", args=[CODE, "2026-01", "pdf"])).status_code == 404
