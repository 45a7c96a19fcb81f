"""The demo's campaigns, one of them for an emergency and closed; ways to give, an agreement, a notice."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.clock import SHANGHAI
from core.periods import Period
from donations.selectors.funds import fund_for
from donations.selectors.public.campaigns import public_campaign
from donations.services.appeals import agreements, campaigns, changes, channels, closing
from ledger.choices import UseBasis
from organizations.models import Division
from transparency.demo import work
from transparency.demo.lists import dice_for, list_file, make_gifts
from transparency.demo.people import Desk

ORDINARY = "shili-zhuxue"
EMERGENCY = "shili-shanhong"
_PAGE = "https://platform.example.org/"


@dataclass(frozen=True)
class Moment:
    """A step of the appeals: a moment, and what is done then."""

    at: datetime.datetime
    run: Any


class AppealPlan:
    """The steps of the appeals in one month; `left` is how many of the demo's `months` are still to come after it."""

    def __init__(
        self, month: Period, *, seed: int, left: int, months: int, province: Desk, city: Desk, successor: str
    ) -> None:
        self.month, self.seed, self.left = month, seed, left
        # A short demo begins with them.
        self.opening, self.emergency = min(6, months - 1), min(3, months - 1)
        self.province, self.city, self.successor = province, city, successor

    def moments(self) -> Iterator[Moment]:
        """All steps of the month in the order of time."""
        if self.left == self.opening:
            yield self._at(2, 9, self._open_channels)
            yield self._at(3, 9, self._open_ordinary)
            yield self._at(4, 9, self._open_agreement)
        if self.left <= self.opening:
            yield self._at(19, 10, lambda: self._bring(ORDINARY, range(6, 18), 14))
        if self.left == self.emergency:
            yield self._at(9, 8, self._open_emergency)
            yield self._at(12, 9, lambda: self._bring(EMERGENCY, range(9, 12), 24))
            yield self._at(15, 11, self._file_emergency)
            yield self._at(22, 9, lambda: self._bring(EMERGENCY, range(12, 22), 30))
        if self.left == 1 < self.emergency:
            yield self._at(5, 9, self._close_emergency)
            yield self._at(13, 9, lambda: self._bring(EMERGENCY, range(6, 12), 4))
        if self.left == 0:
            yield self._at(16, 9, self._publish_notice)

    def _at(self, day: int, hour: int, run: Any) -> Moment:
        first = self.month.first_day.replace(day=day)
        return Moment(datetime.datetime.combine(first, datetime.time(hour, 30), tzinfo=SHANGHAI), run)

    def _open_channels(self) -> None:
        for desk in (self.province, self.city):
            for values in _ways_to_give(desk.branch.name, desk.branch.code):
                made = channels.draft_channel(branch=desk.branch, values=values, actor=desk.clerk)
                channels.submit_channel(channel_id=made.pk, actor=desk.clerk)
                again = values.get("account_number", "")
                channels.approve_channel(channel_id=made.pk, account_again=again, actor=desk.approver)

    def _open_ordinary(self) -> None:
        first = self.month.first_day
        self._open(
            self._plan(
                slug=ORDINARY,
                name=_("示例助学募捐"),
                aim=_("为示例山区的学生募集助学款，用于学费、书本和交通补助。本活动和数字都是虚构的。"),
                starts_on=first.replace(day=5),
                ends_on=first + datetime.timedelta(days=300),
                use=_("示例山区学生助学"),
                beneficiary=_("示例山区的中小学生"),
                goal=Decimal("500000.00"),
                filing_number=_("示例备案-助学-001"),
                filed_on=first - datetime.timedelta(days=15),
                partners=((_("虚构助学服务中心"), _("走访和名单核对")),),
            )
        )

    def _open_emergency(self) -> None:
        first = self.month.first_day
        self._open(
            self._plan(
                slug=EMERGENCY,
                name=_("示例山洪救灾募捐"),
                aim=_("示例县遭受山洪，募集款物用于转移安置、生活救助和灾后重建。本活动和数字都是虚构的。"),
                starts_on=first.replace(day=9),
                ends_on=first + datetime.timedelta(days=90),
                use=_("示例山洪救灾"),
                beneficiary=_("示例县受灾群众"),
                is_emergency=True,
                event_name=_("示例县山洪"),
                event_on=first.replace(day=8),
                goal=Decimal("300000.00"),
            )
        )

    def _plan(self, **over: Any) -> campaigns.CampaignPlan:
        values: dict[str, Any] = {
            "area": Division.objects.get(code=self.province.branch.division_id),
            "responsible_office": _("赈济救护部部长"),
            "responsible_name": _("示例某某"),
            "office_address": _("示例市示例路 1 号"),
            "contact": "0571-00000000",
            "cost_plan": _("募捐不提取成本，宣传由志愿者承担。"),
            "rest_plan": _("剩余款项转入同类专项资金池，用途不变，并在本站公开。"),
            "certificate_number": _("示例证字第 0001 号"),
            "platforms": ((_("示例互联网公开募捐平台"), _PAGE),),
            **over,
        }
        return campaigns.CampaignPlan(**values)

    def _open(self, plan: campaigns.CampaignPlan) -> None:
        desk = self.province
        ways = list(channels.channels_in_force(desk.branch))
        made = campaigns.draft_campaign(branch=desk.branch, plan=plan, channels=ways, actor=desk.clerk)
        campaigns.submit_campaign(campaign_id=made.pk, actor=desk.clerk)
        campaigns.approve_campaign(campaign_id=made.pk, actor=desk.approver)

    def _file_emergency(self) -> None:
        campaigns.record_filing(
            campaign_id=public_campaign(EMERGENCY).id,
            filing_number=_("示例备案-应急-002"),
            filed_on=self.month.first_day.replace(day=14),
            actor=self.province.clerk,
        )

    def _close_emergency(self) -> None:
        closing.close_campaign(
            campaign_id=public_campaign(EMERGENCY).id,
            successor=fund_for(self.province.branch, self.successor),
            reason=_("转移安置已经结束，提前截止"),
            actor=self.province.approver,
        )

    def _bring(self, slug: str, days: range, count: int) -> None:
        desk, first = self.province, self.month.first_day
        dates = [first.replace(day=day) for day in days]
        dice = dice_for(self.seed, slug, self.month.code, days.start)
        gifts = make_gifts(dice, dates, count, label=f"{slug[-6:]}{self.month.code.replace('-', '')}{days.start}")
        fund = public_campaign(slug).funds[0].code
        batch = work.bring_file(desk, list_file(gifts), name=f"{slug}-{first}-{days.start}.csv", fund=fund)
        work.hand_in(desk, batch)
        work.approve(desk, batch)

    def _open_agreement(self) -> None:
        made = agreements.draft_agreement(
            branch=self.city.branch,
            values={
                "giver_name": _("虚构甲乙贸易有限公司"),
                "giver_kind": "organisation",
                "title": _("示例校园急救项目"),
                "amount": Decimal("1200000.00"),
                "fee_rate": Decimal("0.03"),
                "purpose": _("示例校园急救设备和培训"),
                "starts_on": self.month.first_day,
                "ends_on": self.month.first_day + datetime.timedelta(days=730),
            },
            actor=self.city.clerk,
            upload=work.made_up_paper(),
        )
        agreements.submit_agreement(agreement_id=made.pk, actor=self.city.clerk)
        agreements.approve_agreement(agreement_id=made.pk, actor=self.city.approver)

    def _publish_notice(self) -> None:
        desk = self.province
        terms = changes.ChangeTerms(
            source=fund_for(desk.branch, self.successor),
            target=fund_for(desk.branch),
            amount=Decimal("500.00"),
            basis=UseBasis.NOTICE,
            reason=_("部分捐赠人未留联系方式"),
            public_note=_("示例山洪灾后重建已完成，部分捐赠人未留联系方式，拟将余款用于日常人道救助。"),
        )
        made = changes.draft_change(terms=terms, actor=desk.clerk)
        changes.submit_change(change_id=made.pk, actor=desk.clerk)
        changes.publish_notice(change_id=made.pk, actor=desk.approver)


def _ways_to_give(name: str, code: str) -> list[dict[str, Any]]:
    """The six ways of a branch; no account of these exists."""
    office = {"address": _("示例市示例路 1 号"), "phone": "0571-00000000"}
    bank = {"payee": name, "bank_name": _("示例银行示例支行")}
    digits = code.ljust(6, "0")
    found: list[dict[str, Any]] = [
        {
            "kind": "bank",
            "title": _("人民币账户"),
            **bank,
            "account_number": f"0000 {digits[:4]} {digits[4:]}00 0000 001",
            "remark_hint": _("请写明项目名称；要求匿名的请注明"),
            "steps": _("到账后五个工作日内可在本站查到；需要票据的请来电告知姓名和地址。"),
        },
        {"kind": "scan", "title": _("扫码捐赠"), "url": f"{_PAGE}{code}", "steps": _("扫码后打开民政部指定的平台。")},
        {
            "kind": "goods",
            "title": _("物资捐赠"),
            **office,
            "steps": _("请先来电告知品名、规格、数量和效期。"),
        },
    ]
    if code != "33":
        return found
    found += [
        {
            "kind": "foreign",
            "title": _("美元账户"),
            **bank,
            "account_number": "0000 3300 0000 0000 002",
            "swift": "EXAMCNSH",
            "currency": "USD",
            "steps": _("境外捐赠请先来函说明用途和来源。"),
        },
        {"kind": "post", "title": _("邮政汇款"), "payee": name, "postcode": "000000", **office},
        {"kind": "platform", "title": _("指定平台"), "url": _PAGE, "steps": _("民政部指定的互联网公开募捐信息平台。")},
    ]
    return [{**one, "position": place} for place, one in enumerate(found)]
