"""Campaigns, ways to give and notices in public: figures from the books, names by consent, the same everywhere."""

import csv
import datetime
import hashlib
import io
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from core.canonical import canonical_bytes
from core.clock import SHANGHAI, frozen_at, today
from core.models import PublicRecord
from donations.models import Campaign
from donations.services.appeals import changes
from donations.services.appeals.campaigns import draft_campaign
from donations.services.appeals.channels import end_channel
from donations.services.appeals.closing import approve_settlement, close_campaign, propose_settlement
from donations.services.appeals.papers import keep_campaign_file, release_campaign_file
from ledger.choices import EntryKind, WorldParty
from ledger.models import Fund
from ledger.selectors.fund_flows import fund_flows
from ledger.services.accounts import money_holding, open_transit, world_account
from ledger.services.drafts import EntryDraft, MovementDraft
from ledger.services.posting import post_entry
from tests.donations.appeals import BANK, EMERGENCY, make_campaign, make_channel, picture, plan
from tests.donations.ground import STANDING, Ground, make_fund
from tests.standing import Standing
from tests.transparency.test_public_pages import body


@pytest.fixture(scope="session")
def the_ground() -> Standing[Ground]:
    """The ground that each of these tests takes fresh."""
    return STANDING


@pytest.fixture
def ground(standing: Standing[Ground], db: None) -> Ground:
    cache.clear()
    return standing.fresh()


@pytest.fixture
def campaign(ground: Ground) -> Campaign:
    """An emergency campaign with two gifts, 107.50 yuan in all."""
    made = make_campaign(ground.jiande, ground.clerk, ground.approver, **EMERGENCY, goal=Decimal("1000.00"))
    usual, ground.fund = ground.fund, fund_of(made)
    ground.posted(("示例甲乙", "100"), ("示例公司", "7.50"))
    ground.fund = usual
    return made


def fund_of(campaign: Campaign) -> Fund:
    fund: Fund = campaign.campaign_funds.select_related("fund__branch").get(is_main=True).fund
    return fund


def pay(ground: Ground, fund: Fund, amount: str, kind: str, party: str, key: str) -> None:
    holding = money_holding(fund)
    post_entry(
        draft=EntryDraft(
            branch=fund.branch,
            kind=kind,
            occurred_on=today(),
            made_by=ground.clerk,
            approved_by=ground.approver,
            document="示例凭证",
            key=key,
            movements=(MovementDraft(holding, world_account(party, holding.unit), Decimal(amount)),),
        )
    )


def test_the_page_shows_what_the_books_hold_and_leads_to_the_rows(
    ground: Ground, campaign: Campaign, client: Client
) -> None:
    fund = fund_of(campaign)
    pay(ground, fund, "40.00", EntryKind.AID, WorldParty.BENEFICIARIES, "aid")
    page = body(client, "/campaigns/shili-flood/")
    for text in (
        "¥107.50",
        "¥40.00",
        "¥67.50",
        "¥1,000.00",
        "应急募捐",
        "示例山洪",
        "备案正在补办",
        "今天更新",
        "10.75%",
    ):
        assert text in page, text
    assert f'href="/donations/?fund={fund.code}"' in page
    assert f'href="/funds/{fund.code}/"' in page
    listed = body(client, f"/donations/?fund={fund.code}")
    assert "¥107.50" in listed
    assert "示例某某" not in page
    assert "秘书长" in page


def test_the_figures_add_up_whatever_moved(ground: Ground, campaign: Campaign) -> None:
    fund = fund_of(campaign)
    pay(ground, fund, "30.00", EntryKind.AID, WorldParty.BODIES, "bodies")
    pay(ground, fund, "1.50", EntryKind.WRITE_OFF, WorldParty.LOSSES, "loss")
    holding = money_holding(fund)
    transit = open_transit(transfer_key="示例拨付", fund=fund, unit=holding.unit)
    post_entry(
        draft=EntryDraft(
            branch=fund.branch,
            kind=EntryKind.TRANSFER_OUT,
            occurred_on=today(),
            made_by=ground.clerk,
            approved_by=ground.approver,
            document="示例拨付单",
            key="transfer",
            movements=(MovementDraft(holding, transit, Decimal("20.00")),),
        )
    )
    flows = fund_flows([fund.pk])
    # What is under way has not left the fund yet.
    assert (flows.received, flows.used, flows.losses, flows.passed_on) == (
        Decimal("107.50"), Decimal("30.00"), Decimal("1.50"), Decimal("0.00"),
    )  # fmt: skip
    assert flows.balance == Decimal("76.00")


@pytest.mark.parametrize(
    "address", ["/campaigns/shili-2026/", "/campaigns/shili-2026.json", "/api/v1/campaigns/shili-2026/"]
)
def test_a_draft_is_nobodys_business(ground: Ground, client: Client, address: str) -> None:
    channel = make_channel(ground.jiande, ground.clerk, ground.approver)
    draft_campaign(branch=ground.jiande, plan=plan("330182"), channels=[channel], actor=ground.clerk)
    assert client.get(address).status_code == 404
    assert "示例助学募捐" not in body(client, "/campaigns/")


def test_the_plan_of_the_page_is_the_one_in_the_log(campaign: Campaign, client: Client) -> None:
    answer = json.loads(body(client, "/campaigns/shili-flood.json"))
    digest = hashlib.sha256(canonical_bytes(answer["plan"])).hexdigest()
    record = json.loads(PublicRecord.objects.get(kind="campaign").record)
    assert record["plan_sha256"] == digest
    assert digest in body(client, "/campaigns/shili-flood/")


def test_page_file_and_api_give_the_same_figures(campaign: Campaign, client: Client) -> None:
    from_api = json.loads(body(client, "/api/v1/campaigns/"))["results"]
    from_json = json.loads(body(client, "/campaigns.json"))
    from_csv = list(csv.DictReader(io.StringIO(body(client, "/campaigns.csv").removeprefix("\ufeff"))))
    for name in ("slug", "received", "used", "balance", "goal", "ends_on", "funds"):
        assert str(from_api[0][name]) == str(from_json[0][name]) == from_csv[0][name], name
    assert from_api[0]["received"] == "107.50"
    assert "示例山洪募捐" in body(client, "/feed/campaigns.xml")


def test_a_document_is_there_once_it_was_released(ground: Ground, campaign: Campaign, client: Client) -> None:
    kept = keep_campaign_file(
        campaign_id=campaign.pk, kind="plan", title="示例方案全文", upload=picture(), actor=ground.clerk
    )
    address = f"/campaigns/shili-flood/files/{kept.pk}/"
    assert client.get(address).status_code == 404
    assert "示例方案全文" not in body(client, "/campaigns/shili-flood/")
    release_campaign_file(file_id=kept.pk, actor=ground.approver)
    assert b"".join(client.get(address).streaming_content).startswith(b"\x89PNG")
    page = body(client, "/campaigns/shili-flood/")
    assert address in page
    assert kept.file.sha256 in page


def test_late_gifts_and_the_settlement_show(ground: Ground, campaign: Campaign, client: Client, tmp_path: Any) -> None:
    heir = make_fund(ground.jiande, code="330182-F9", name="示例后续", is_default=False)
    close_campaign(campaign_id=campaign.pk, successor=heir, reason="提前结束", actor=ground.approver)
    path = ground.text_list(tmp_path, "2026-07-02,示例丙丁,9,")
    ground.post(ground.read_file(path, fund=fund_of(campaign)))
    page = body(client, "/campaigns/shili-flood/")
    assert "截止后收到并记入后续资金池 1 笔，¥9.00" in page
    assert "已不再接受捐赠" in page
    propose_settlement(campaign_id=campaign.pk, rest_account="余款转入示例后续，用于同类救助。", actor=ground.clerk)
    assert "余款转入示例后续" not in body(client, "/campaigns/shili-flood/")
    approve_settlement(campaign_id=campaign.pk, actor=ground.approver)
    page = body(client, "/campaigns/shili-flood/")
    assert "余款转入示例后续" in page
    assert "已结项" in page
    assert "¥0.00" in page


def test_ways_to_give_show_while_they_are_in_force(ground: Ground, client: Client) -> None:
    channel = make_channel(ground.jiande, ground.clerk, ground.approver)
    for address in ("/give/", "/give/?branch=330182", "/give.csv", "/give.json"):
        assert BANK["account_number"] in body(client, address), address
    assert channel.record_sha256 in body(client, "/give/")
    assert BANK["account_number"] not in body(client, "/give/?branch=3303")
    end_channel(channel_id=channel.pk, reason="账户注销", actor=ground.approver)
    assert BANK["account_number"] not in body(client, "/give/")


def test_a_notice_shows_from_publication_on_with_answers_and_without_what_was_said(
    ground: Ground, campaign: Campaign, client: Client
) -> None:
    began = datetime.datetime(2026, 11, 1, 9, tzinfo=SHANGHAI)
    terms = changes.ChangeTerms(
        fund_of(campaign), ground.fund, Decimal("5.00"), "notice", "内部示例", "原项目已完成，拟用于日常救助。"
    )
    with frozen_at(began):
        change = changes.draft_change(terms=terms, actor=ground.clerk)
        changes.submit_change(change_id=change.pk, actor=ground.clerk)
        address = f"/notices/{change.number}/"
        assert client.get(address).status_code == 404
        changes.publish_notice(change_id=change.pk, actor=ground.approver)
        raised = changes.record_objection(
            change_id=change.pk, received_on=datetime.date(2026, 11, 1), text="示例某人说不同意", actor=ground.clerk
        )
        changes.answer_objection(objection_id=raised.pk, answer="已向提出人说明", actor=ground.approver)
    page = body(client, address)
    assert "2026-11-01" in page
    assert "2026-12-31" in page
    assert "已向提出人说明" in page
    assert "示例某人说不同意" not in page
    assert "内部示例" not in page
    assert change.number in body(client, "/notices/")


def test_the_pages_hold_their_query_budgets(
    campaign: Campaign, client: Client, budget: Callable[[str], AbstractContextManager[None]]
) -> None:
    body(client, "/campaigns/")
    for name, address in (("campaigns", "/campaigns/"), ("campaign", "/campaigns/shili-flood/"), ("give", "/give/")):
        with budget(name):
            body(client, address)


def test_a_page_that_is_none_is_told_so(db: None, client: Client) -> None:
    assert client.get("/campaigns/?page=x").status_code == 400
    assert client.get("/api/v1/campaigns/?page=x").status_code == 400
    assert client.get("/campaigns/nothing/").status_code == 404
