"""Payments at the desk: by pages alone, in many hands, with nobody's name where it does not belong."""

from __future__ import annotations

import io
import re
import uuid
from typing import Any

import pytest
from django.urls import reverse

from core.clock import today
from core.models import ReadLog
from spending.choices import PaymentStatus
from spending.models import ApprovalBand, Payment, PaymentDocument, Reversal
from tests.factories.people import make_person
from tests.spending.ground import Ground
from tests.spending.test_services_payments import LIST, funded, picture
from tests.spending.test_views_transfers import client_of, page, post

pytestmark = pytest.mark.django_db


def form_values(fund: Any, **over: Any) -> dict[str, Any]:
    return {
        "kind": "purchase",
        "fund": fund.code,
        "amount": "1,234.50",
        "purpose": "relief",
        "use": "示例帐篷采购",
        "area": "330182",
        "helped_count": "",
        "payee_kind": "organisation",
        "payee_name": "虚构示例物资有限公司",
        "payee_account": "虚构账号1234",
        "key": str(uuid.uuid4()),
        **over,
    }


def only_payment() -> Payment:
    return Payment.objects.unscoped("test").get()


def upload(colour: str = "white") -> io.BytesIO:
    file = picture(colour)
    file.name = "示例.png"
    return file


def test_a_payment_goes_all_the_way_by_pages(ground: Ground) -> None:
    fund = funded(ground)
    clerk, approver, finance = (client_of(ground, f"3301.{role}") for role in ("clerk", "approver", "finance"))
    assert "330182" in page(clerk, "desk_payment_new")
    assert "支出单已保存" in post(clerk, "desk_payment_new", **form_values(fund))
    number = only_payment().number
    assert "凭证已保存" in post(clerk, "desk_payment_document_add", number, kind="invoice", document=upload())
    assert "已提交，等待审批" in post(clerk, "desk_payment_step", number, "submit")
    queue = page(approver, "desk_spending_approvals")
    assert "人民币壹仟贰佰叁拾肆元伍角整" in queue
    assert "付后可用 ¥1,998,765.50" in queue
    assert "没有发票" not in queue
    assert "已批准" in post(approver, "desk_payment_step", number, "approve")
    paid = post(finance, "desk_payment_step", number, "pay", paid_on=today().isoformat(), bank_reference="示例流水")
    assert "已入账并公开" in paid
    again = post(finance, "desk_payment_step", number, "pay", paid_on=today().isoformat(), bank_reference="示例流水")
    assert "没有重复记账" in again
    assert only_payment().status == PaymentStatus.PAID
    printed = page(clerk, "desk_payment_print", number)
    assert "人民币壹仟贰佰叁拾肆元伍角整" in printed
    assert "虚构账号" not in printed + page(clerk, "desk_payment", number)


def test_several_are_approved_after_one_look_at_their_sum(ground: Ground) -> None:
    fund = funded(ground, amount="100")
    ids = [ground.asked(fund, amount).pk for amount in ("30", "40.50")]
    client = client_of(ground, "3301.approver")
    assert "请先勾选" in post(client, "desk_spending_approvals")
    asked = post(client, "desk_spending_approvals", payment=ids)
    assert "将批准 2 笔，合计 ¥70.50" in asked
    assert "人民币柒拾元伍角整" in asked
    total = re.search(r'name="total" value="([^"]+)"', asked)
    assert total is not None
    assert "合计已经变化" in post(client, "desk_spending_approvals", payment=ids[:1], step="do", total=total[1])
    assert "已批准 2 笔" in post(client, "desk_spending_approvals", payment=ids, step="do", total=total[1])
    assert "没有等您审批的" in post(client, "desk_spending_approvals", payment=ids, step="do", total=total[1])


def test_what_passes_the_fund_is_refused_with_the_sums(ground: Ground) -> None:
    fund = funded(ground, amount="100")
    payment = ground.asked(fund, "150")
    client = client_of(ground, "3301.approver")
    assert "资金池可用余额不足" in page(client, "desk_spending_approvals")
    assert "还差 50.00 元" in post(client, "desk_payment_step", payment.number, "approve")


def test_a_list_is_brought_in_typed_and_shown_once_for_a_purpose(ground: Ground) -> None:
    fund, client = funded(ground), client_of(ground, "3301.clerk")
    aid = {
        "kind": "aid",
        "purpose": "aid",
        "payee_kind": "list",
        "payee_name": "",
        "payee_account": "",
        "helped_count": 2,
    }
    post(client, "desk_payment_new", **form_values(fund, amount="500", **aid))
    number = only_payment().number
    wrong = post(client, "desk_payment_people", number, typed="示例甲，123，300")
    assert "第 2 行：身份证号码应为 18 位" in wrong
    assert "二选一" in post(client, "desk_payment_people", number)
    file = io.BytesIO(LIST)
    file.name = "示例名单.csv"
    assert "共 2 人" in post(client, "desk_payment_people", number, file=file)
    assert "共 2 人" in post(client, "desk_payment_people", number, typed="示例甲，，300\n示例乙，，200，虚构账号")
    shown = page(client, "desk_payment", number)
    assert "示例甲" not in shown
    assert "示例甲" not in post(client, "desk_payment_people_read", number, purpose="")
    assert ReadLog.objects.count() == 0
    assert "示例甲" in post(client, "desk_payment_people_read", number, purpose="核对发放名单")
    assert "示例甲" not in page(client, "desk_payment", number)
    assert ReadLog.objects.filter(purpose="核对发放名单").exists()
    assert (
        client_of(ground, "above")
        .post(reverse("desk_payment_people_read", args=[number]), {"purpose": "看看"})
        .status_code
        == 403
    )


def test_a_copy_is_offered_looked_at_and_released_by_pages(ground: Ground) -> None:
    payment = ground.paid(funded(ground), "10")
    clerk = client_of(ground, "3301.clerk")
    ground.people["pub"] = make_person("pub", "publisher", ground.branches["3301"])
    publisher = client_of(ground, "pub")
    post(clerk, "desk_payment_document_add", payment.number, kind="contract", document=upload())
    paper = PaymentDocument.objects.get()
    args = (payment.number, str(paper.pk))
    assert "须由另一人核对后公开" in post(clerk, "desk_payment_copy", *args, copy=upload("black"))
    assert "须由另一人核对后公开" in page(clerk, "desk_payment_copy", *args)
    response = publisher.get(reverse("desk_payment_copy_file", args=args))
    assert b"".join(response.streaming_content)
    assert publisher.get(reverse("desk_payment_document", args=args)).status_code == 403
    assert "脱敏副本已公开" in post(publisher, "desk_payment_copy_release", *args)


def test_a_payment_is_reversed_by_pages(ground: Ground) -> None:
    payment = ground.paid(funded(ground), "10")
    clerk, approver = client_of(ground, "3301.clerk"), client_of(ground, "3301.approver")
    note = {"reason": "重复付款", "public_note": "重复付款，款项已退回。"}
    assert "等待另一人批准" in post(clerk, "desk_payment_step", payment.number, "reverse", **note)
    reversal = Reversal.objects.unscoped("test").get()
    assert "重复付款，款项已退回" in page(approver, "desk_spending_approvals")
    args = (payment.number, str(reversal.pk))
    assert "已冲销" in post(approver, "desk_reversal_decide", *args, "approve", note="")
    assert "没有重复记账" in post(approver, "desk_reversal_decide", *args, "approve", note="")
    assert only_payment().status == PaymentStatus.REVERSED


def test_bands_are_read_by_colleagues_and_set_by_who_keeps_the_branch(ground: Ground) -> None:
    assert "¥100,000.00" in page(client_of(ground, "3301.clerk"), "desk_spending_bands", "3301")
    ground.people["admin"] = make_person("admin", "branch_admin", ground.branches["3301"])
    client = client_of(ground, "admin")
    values = {
        "form-TOTAL_FORMS": 2, "form-INITIAL_FORMS": 2,
        "form-0-from_amount": "0", "form-0-approvers": 1, "form-1-from_amount": "20000", "form-1-approvers": 2,
        "form-1-needs_leader": "on",
    }  # fmt: skip
    assert "审批权限已更新" in post(client, "desk_spending_bands", "3301", **values)
    assert ApprovalBand.objects.filter(replaced_at=None).count() == 2
    assert (
        client_of(ground, "3301.clerk").post(reverse("desk_spending_bands", args=["3301"]), values).status_code == 403
    )


def test_lists_ask_the_database_as_often_for_many_as_for_few(
    ground: Ground, django_assert_max_num_queries: Any
) -> None:
    fund = funded(ground)
    for _n in range(6):
        ground.asked(fund, "1")
    clerk, approver = client_of(ground, "3301.clerk"), client_of(ground, "3301.approver")
    page(clerk, "desk_payments")
    page(approver, "desk_spending_approvals")
    with django_assert_max_num_queries(10):
        page(clerk, "desk_payments")
    with django_assert_max_num_queries(15):
        page(approver, "desk_spending_approvals")
    csv = b"".join(clerk.get(reverse("desk_payments_csv"), {"show": "approve"}).streaming_content).decode()
    assert csv.count("P0000000") == 6
