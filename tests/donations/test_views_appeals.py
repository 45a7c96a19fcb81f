"""The desk's pages of campaigns and what goes with them, walked by two people."""

from typing import Any

import pytest
from django.test import Client

from donations.models import Agreement, Campaign, ChangeOfUse, GivingChannel
from tests.donations.appeals import BANK, make_campaign, make_channel, picture
from tests.donations.ground import Ground

pytestmark = pytest.mark.django_db

PLAN = {
    "name": "示例助学募捐",
    "slug": "shili-desk",
    "aim": "为示例地区的学生募集助学款。",
    "starts_on": "2026-01-01",
    "ends_on": "2026-06-30",
    "area": "330182",
    "responsible_office": "秘书长",
    "responsible_name": "示例某某",
    "office_address": "示例路 1 号",
    "contact": "0571-00000000",
    "beneficiary": "示例地区学生",
    "use": "示例助学",
    "cost_plan": "无",
    "rest_plan": "用于同类项目",
    "certificate_number": "示例证字第1号",
    "filing_number": "示例备案001",
    "filed_on": "2025-12-01",
    "partners": "示例公司 | 提供场地",
    "platforms": "示例平台 | https://platform.example.org/1",
    "version": "0",
}


@pytest.fixture
def clerk(ground: Ground) -> Client:
    return ground.client(ground.clerk)


@pytest.fixture
def approver(ground: Ground) -> Client:
    return ground.client(ground.approver)


def read(client: Client, address: str) -> bytes:
    response = client.get(address)
    return b"".join(response.streaming_content)


def step(client: Client, address: str, name: str, /, **sends: Any) -> None:
    page = client.get(f"{address}steps/{name}/")
    assert page.status_code == 200
    assert "现在不能办理" not in page.content.decode()
    response = client.post(f"{address}steps/{name}/", sends)
    assert response.status_code == 302, response.content.decode()[-3000:]


def test_a_campaign_is_written_approved_and_closed_over_pages(ground: Ground, clerk: Client, approver: Client) -> None:
    channel = make_channel(ground.jiande, ground.clerk, ground.approver)
    assert clerk.get("/desk/campaigns/new/").status_code == 200
    made = clerk.post("/desk/campaigns/new/", {**PLAN, "channels": [channel.pk]})
    assert made.status_code == 302, made.content.decode()[-3000:]
    address = "/desk/campaigns/shili-desk/"
    assert clerk.post(address + "edit/", {**PLAN, "channels": [channel.pk], "goal": "50000.00"}).status_code == 302
    step(clerk, address, "submit")
    assert "核对无误，开放" not in clerk.get(address).content.decode()
    assert address in approver.get("/desk/approvals/").content.decode()
    step(approver, address, "approve")
    campaign = Campaign.objects.unscoped("test").get()
    assert (campaign.status, campaign.partners) == ("open", [{"name": "示例公司", "role": "提供场地"}])
    filed = clerk.post(address + "files/", {"kind": "plan", "title": "示例方案", "file": picture()})
    assert filed.status_code == 302
    kept = campaign.files.get()
    assert read(approver, f"{address}files/{kept.pk}/").startswith(b"\x89PNG")
    assert approver.post(f"{address}files/{kept.pk}/release/").status_code == 302
    step(approver, address, "fund", name="示例助学·女童", purpose="只用于女童助学")
    assert "示例助学·女童" in clerk.get(address).content.decode()
    assert [one.is_main for one in campaign.campaign_funds.order_by("pk")] == [True, False]
    again = approver.post(f"{address}steps/fund/", {"name": "示例助学·女童", "purpose": "只用于女童助学"})
    assert again.status_code == 200
    step(approver, address, "close", successor=ground.fund.pk, reason="提前结束")
    step(clerk, address, "settle", rest_account="款物已全部使用，没有剩余财产。")
    step(approver, address, "settle-approve")
    page = approver.get(address).content.decode()
    assert "已结项" in page
    assert "款物已全部使用" in page
    assert "示例助学募捐" in clerk.get("/desk/campaigns/?status=settled").content.decode()


def test_what_is_wrong_with_a_plan_stands_at_its_field(clerk: Client) -> None:
    page = clerk.post("/desk/campaigns/new/", {**PLAN, "slug": "示例", "ends_on": "2025-01-01"}).content.decode()
    assert "网址名只能用小写字母" in page
    assert "截止日期不能早于开始日期" in page


def test_an_account_is_put_in_force_by_typing_it_again(ground: Ground, clerk: Client, approver: Client) -> None:
    assert clerk.post("/desk/giving/new/", {**BANK, "position": "0"}).status_code == 302
    channel = GivingChannel.objects.unscoped("test").get()
    address = f"/desk/giving/{channel.pk}/"
    step(clerk, address, "submit")
    # The page on which it is typed again does not show it.
    assert BANK["account_number"] not in approver.get(address + "steps/approve/").content.decode()
    wrong = approver.post(address + "steps/approve/", {"account_again": "3300 0000 0000 0000 019"})
    assert "不一致" in wrong.content.decode()
    step(approver, address, "approve", account_again=BANK["account_number"].replace(" ", ""))
    assert clerk.get("/desk/giving/").status_code == 200
    replaced = clerk.post(
        f"/desk/giving/new/?branch=330182&replaces={channel.pk}", {**BANK, "account_number": "4400", "position": "0"}
    )
    assert replaced.status_code == 302
    step(clerk, address, "end", reason="账户注销")
    assert GivingChannel.objects.unscoped("test").get(pk=channel.pk).status == "ended"


def test_an_agreement_opens_its_fund_over_pages(ground: Ground, clerk: Client, approver: Client) -> None:
    sends = {
        "title": "示例奖学项目",
        "giver_name": "示例甲乙",
        "giver_kind": "person",
        "name_choice": "masked",
        "amount": "2000000.00",
        "fee_rate": "0.05",
        "purpose": "示例奖学",
        "starts_on": "2026-01-01",
        "document": picture(),
    }
    assert clerk.post("/desk/agreements/new/", sends).status_code == 302
    agreement = Agreement.objects.unscoped("test").get()
    address = f"/desk/agreements/{agreement.number}/"
    step(clerk, address, "submit")
    step(approver, address, "approve")
    page = approver.get(address).content.decode()
    assert "示例甲乙" not in page
    assert "示**" in page or "示" in page
    assert read(approver, address + "paper/").startswith(b"\x89PNG")
    assert ground.client(ground.stranger).get(address).status_code == 404
    agreement.refresh_from_db()
    assert (agreement.status, str(agreement.fund.fee_rate)) == ("in_force", "0.0500")


def test_a_notice_takes_objections_over_pages(ground: Ground, clerk: Client, approver: Client) -> None:
    campaign = make_campaign(ground.jiande, ground.clerk, ground.approver)
    sends = {
        "source": campaign.campaign_funds.get().fund.pk,
        "target": ground.fund.pk,
        "amount": "5.00",
        "basis": "notice",
        "reason": "示例理由",
        "public_note": "原项目已完成，联系不到捐赠人，拟用于日常救助。",
    }
    assert clerk.post("/desk/changes/new/", sends).status_code == 302
    change = ChangeOfUse.objects.unscoped("test").get()
    address = f"/desk/changes/{change.number}/"
    step(clerk, address, "submit")
    step(approver, address, "publish")
    assert clerk.post(address + "objections/", {"received_on": "2026-01-02", "text": "示例异议"}).status_code == 302
    objection = change.objections.get()
    answer = approver.post(f"{address}objections/{objection.pk}/", {"answer": "示例公开答复"})
    assert answer.status_code == 302
    early = approver.post(address + "steps/approve/", {})
    assert "公示须满六十日" in early.content.decode()
    assert "示例公开答复" in clerk.get(address).content.decode()
