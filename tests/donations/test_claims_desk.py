"""The pool and the claims at the desk: ageing, candidates, what is read and by whom, every step from its page."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from core.clock import today
from core.models import ReadLog
from donations.models import Batch, Donation, GiftClaim, UnidentifiedGift
from donations.selectors.claims.desk import candidates, claim_counts, claims_page, proposed_kind
from donations.selectors.claims.pool import PoolFilter, ageing, pool_page, total_of
from donations.selectors.public.unclaimed import unclaimed_figures
from donations.services.claims.deciding import confirm_claim, propose_claim
from donations.services.claims.pooling import KnownOfGift, pool_gifts
from donations.services.claims.undoing import ask_to_undo
from donations.services.name_searches import search_by_real_name
from donations.services.papers import giver_on_paper
from donations.services.rows import add_row
from ledger.models import Fund
from organizations.choices import Role
from organizations.models import Branch
from tests.donations.claims import NAME, OTHER_PHONE, PHONE, TAIL, claimed, fresh, pooled
from tests.donations.ground import Ground
from tests.factories.people import make_person

NOBODY = "爱心人士"


def waiting(ground: Ground, *ages: int, amount: str = "100") -> list[UnidentifiedGift]:
    """Gifts of Jiande that wait since so many days."""
    from donations.services.batches import open_counter_batch  # noqa: PLC0415

    batch: Batch = open_counter_batch(branch=ground.jiande, fund=ground.fund, actor=ground.clerk)
    for age in ages:
        day = (today() - datetime.timedelta(days=age)).isoformat()
        add_row(batch_id=batch.pk, typed={"donor": NOBODY, "amount": amount, "received_on": day}, actor=ground.clerk)
    gifts = list(ground.gifts(ground.post(ground.fresh(batch))))
    pool_gifts(gifts=[KnownOfGift(gift) for gift in gifts], reason="示例理由", actor=ground.clerk)
    rows = UnidentifiedGift.objects.unscoped("t").filter(donation__in=gifts).select_related("branch", "donation")
    return list(rows.order_by("pk"))


def test_the_ages_are_counted_from_the_day_of_the_money(ground: Ground) -> None:
    waiting(ground, 0, 30, 31, 90, 91, 180, 181, 400)
    (line,) = ageing(ground.clerk)
    assert [cell.gift_count for cell in line.cells] == [2, 2, 2, 2]
    assert (line.total.gift_count, line.total.amount) == (8, Decimal("800.00"))
    assert total_of([line, line]).cells[3].amount == Decimal("400.00")
    assert [one.branch_code for one in ageing(ground.city_reader)] == ["330182"]
    assert ageing(ground.stranger) == []


def test_the_list_goes_on_by_day_and_row_and_is_narrowed(ground: Ground) -> None:
    rows = waiting(ground, 5, 5, 100, 200)
    first = pool_page(ground.clerk, PoolFilter(), limit=3)
    assert [row.pk for row in first.rows] == [rows[3].pk, rows[2].pk, rows[0].pk]
    assert [row.pk for row in pool_page(ground.clerk, PoolFilter(), first.next_cursor, limit=3).rows] == [rows[1].pk]
    assert [row.pk for row in pool_page(ground.clerk, PoolFilter(age="91-180")).rows] == [rows[2].pk]
    assert pool_page(ground.clerk, PoolFilter(branch="3303")).rows == []
    assert len(pool_page(ground.clerk, PoolFilter(), "nonsense").rows) == 4
    page = ground.client(ground.city_reader).get(reverse("desk_pool"), {"age": "181"}).content.decode()
    assert rows[3].donation.number in page
    assert rows[0].donation.number not in page


def test_candidates_say_how_many_of_four_things_agree(ground: Ground) -> None:
    gifts = ground.posted((NOBODY, "100"), (NOBODY, "100"), (NOBODY, "250"), (NOBODY, "300"))
    full = pooled(gifts[0], ground.clerk)
    bare = pooled(gifts[1], ground.clerk, name="", account="")
    by_name = pooled(gifts[2], ground.clerk, account="9999")
    pooled(gifts[3], ground.clerk, name="丙虚构丁", account="8888")
    claim = claimed(ground.jiande, payer_name=f" {NAME}")
    found = candidates(claim, ground.clerk)
    assert [(one.pooled.pk, one.agree_count) for one in found] == [(full.pk, 4), (bare.pk, 2), (by_name.pk, 2)]
    assert [factor.state for factor in found[0].factors] == ["agrees"] * 4
    assert [factor.state for factor in found[1].factors] == ["agrees", "agrees", "unknown", "unknown"]
    assert [factor.state for factor in found[2].factors] == ["differs", "agrees", "differs", "agrees"]
    cash = claimed(ground.jiande, phone=OTHER_PHONE, account="", paid_on=datetime.date(2026, 1, 9))
    assert [one.agree_count for one in candidates(cash, ground.clerk)] == [2]
    assert candidates(claim, ground.stranger) == []


def test_a_gift_below_is_shown_to_be_handed_over(ground: Ground) -> None:
    city = ground.branches["3301"]
    clerk = make_person("shi.clerk", Role.CLERK, city, with_below=True)
    row = pooled(ground.posted((NOBODY, "100"))[0], ground.clerk)
    claim = claimed(city)
    assert [(one.pooled.pk, one.is_here) for one in candidates(claim, clerk)] == [(row.pk, False)]
    page = ground.client(clerk).post(
        reverse("desk_claim_step", args=[claim.pk, "propose"]), {"gift": row.donation.number, "giver_kind": "person"}
    )
    assert "不在本会的待认领捐赠中" in page.content.decode()
    ground.client(clerk).post(
        reverse("desk_claim_step", args=[claim.pk, "forward"]), {"branch": "330182", "reason": "款在建德"}
    )
    assert fresh(claim).branch_id == ground.jiande.pk
    assert ground.client(clerk).get(reverse("desk_claim", args=[claim.pk])).status_code == 403


def test_the_kind_of_payer_is_proposed_by_the_rule_of_lists(ground: Ground) -> None:
    assert proposed_kind(claimed(ground.jiande)) == "person"
    assert proposed_kind(claimed(ground.jiande, payer_name="虚构甲乙贸易有限公司")) == "organisation"


def test_every_step_goes_from_its_page(ground: Ground) -> None:
    row = pooled(ground.posted((NOBODY, "100"))[0], ground.clerk)
    claim = claimed(ground.jiande)
    clerk, approver = ground.client(ground.clerk), ground.client(ground.approver)

    def step(client: Any, name: str, **data: str) -> Any:
        address = reverse("desk_claim_step", args=[claim.pk, name])
        assert client.get(address).status_code == 200
        answer = client.post(address, data)
        return fresh(claim).state if answer.status_code == 302 else answer.content.decode()

    assert (
        reverse("desk_gift", args=[row.donation.number])
        in clerk.get(reverse("desk_claim", args=[claim.pk])).content.decode()
    )
    assert step(clerk, "photo", problem="unreadable") == "incomplete"
    assert "现在是“待补充照片”" in clerk.get(reverse("desk_claim_step", args=[claim.pk, "propose"])).content.decode()
    from donations.services.claims.asking import replace_slip  # noqa: PLC0415
    from tests.donations.claims import slip  # noqa: PLC0415

    replace_slip(claim_id=claim.pk, slip=slip("blue"))
    kind = {"gift": row.donation.number, "giver_kind": "person"}
    assert "没有这个编号" in step(clerk, "propose", gift="没有", giver_kind="person")
    assert step(clerk, "propose", **kind) == "proposed"
    assert step(approver, "send-back", reason="姓名对不上") == "submitted"
    assert step(clerk, "propose", **kind) == "proposed"
    assert claim_counts(ground.approver).confirm_count == 1
    assert step(approver, "confirm") == "confirmed"
    assert step(clerk, "ask-undo", note="核对有误，恢复为待认领。") == "confirmed"
    assert [one.pk for one in claims_page(ground.approver, show="undo").claims] == [claim.pk]
    assert step(approver, "keep") == "confirmed"
    assert step(clerk, "ask-undo", note="核对有误，恢复为待认领。") == "confirmed"
    assert step(approver, "undo") == "undone"
    page = approver.get(reverse("desk_claim", args=[claim.pk])).content.decode()
    assert "核对有误，恢复为待认领。" in page
    other = claimed(ground.jiande, phone=OTHER_PHONE)
    assert (
        clerk.post(
            reverse("desk_claim_step", args=[other.pk, "decline"]), {"reason": "in_person", "note": "示例"}
        ).status_code
        == 302
    )
    assert clerk.get(reverse("desk_claim_step", args=[other.pk, "none"])).status_code == 404


def test_what_was_said_is_read_with_a_purpose_and_stands_in_the_log(ground: Ground) -> None:
    row = pooled(ground.posted((NOBODY, "100"))[0], ground.clerk, name="乙示例甲")
    claim = claimed(ground.jiande)
    propose_claim(claim_id=claim.pk, pooled=row, giver_kind="person", actor=ground.clerk)
    client = ground.client(ground.approver)
    page = client.get(reverse("desk_claim", args=[claim.pk])).content.decode()
    assert NAME not in page
    assert "请写明用途" in client.post(reverse("desk_claim_read", args=[claim.pk]), {"purpose": " "}).content.decode()
    assert ReadLog.objects.filter(reader_id=ground.approver.pk).count() == 0
    page = client.post(reverse("desk_claim_read", args=[claim.pk]), {"purpose": "与回单核对"}).content.decode()
    for value in (NAME, TAIL, PHONE, "乙示例甲"):
        assert value in page
    assert ReadLog.objects.filter(reader_id=ground.approver.pk, purpose="与回单核对").count() == 5
    address = reverse("desk_claim_slip", args=[claim.pk])
    assert client.get(address).status_code == 200
    answer = client.post(address, {"purpose": "看凭证"})
    assert answer["Content-Type"] == "image/png"
    assert b"".join(answer.streaming_content)[:4] == b"\x89PNG"
    assert ReadLog.objects.filter(reader_id=ground.approver.pk, field="content").count() == 1
    assert ground.client(ground.stranger).post(address, {"purpose": "看凭证"}).status_code == 404
    assert ground.client(ground.city_reader).get(reverse("desk_claim", args=[claim.pk])).status_code == 403


def test_a_gift_and_a_batch_go_in_from_their_pages(ground: Ground) -> None:
    gifts = ground.posted((NOBODY, "100"), (NOBODY, "50"), ("示例甲", "7"))
    client = ground.client(ground.clerk)
    page = client.get(reverse("desk_gift", args=[gifts[0].number])).content.decode()
    assert "列入待认领" in page
    address = reverse("desk_gift_pool", args=[gifts[0].number])
    client.post(address, {"payer_name": NAME, "account": "6222 0212 3456 4321", "reason": "回单没有电话"})
    page = client.get(reverse("desk_gift", args=[gifts[0].number])).content.decode()
    assert "移出待认领" in page
    assert NAME not in page
    assert "已经登记了捐赠人" in client.get(reverse("desk_gift_pool", args=[gifts[2].number])).content.decode()
    batch = reverse("desk_batch_pool", args=[gifts[0].batch.number])
    page = client.get(batch).content.decode()
    assert "将列入 1 笔，合计 ¥50.00" in page
    client.post(batch, {"reason": "整批没有捐赠人"})
    assert UnidentifiedGift.objects.unscoped("t").count() == 2
    assert "没有可以列入" in client.get(batch).content.decode()
    client.post(address, {"reason": "误列入"})
    assert UnidentifiedGift.objects.unscoped("t").get(donation=gifts[0]).state == "left"


def test_the_day_shows_what_waits(ground: Ground) -> None:
    row = pooled(ground.posted((NOBODY, "100"))[0], ground.clerk)
    claim = claimed(ground.jiande)
    home = reverse("desk_home")
    assert "待核对的认领" in ground.client(ground.clerk).get(home).content.decode()
    propose_claim(claim_id=claim.pk, pooled=row, giver_kind="person", actor=ground.clerk)
    assert "待我复核的认领" in ground.client(ground.approver).get(home).content.decode()
    confirm_claim(claim_id=claim.pk, actor=ground.approver)
    ask_to_undo(claim_id=claim.pk, note="核对有误，恢复为待认领。", actor=ground.clerk)
    assert "待我批准的认领更正" in ground.client(ground.approver).get(home).content.decode()


def test_a_name_found_out_is_on_papers_and_found_whole_by_staff(ground: Ground) -> None:
    row = pooled(ground.posted((NOBODY, "100"))[0], ground.clerk)
    claim = claimed(ground.jiande)
    propose_claim(claim_id=claim.pk, pooled=row, giver_kind="person", actor=ground.clerk)
    confirm_claim(claim_id=claim.pk, actor=ground.approver)
    gift = Donation.objects.unscoped("t").get()
    assert giver_on_paper(gift) == NAME
    found = search_by_real_name(branch=ground.jiande, name=NAME, reason="来电查询", actor=ground.clerk)
    assert [one.pk for one in found] == [gift.pk]
    assert search_by_real_name(branch=ground.jiande, name=NAME[:2], reason="来电查询", actor=ground.clerk) == []


def _people_of(branch: Branch, name: str) -> tuple[User, User]:
    return make_person(f"{name}.c", Role.CLERK, branch), make_person(f"{name}.a", Role.APPROVER, branch)


def _waiting_at(branch: Branch, fund: Fund, name: str, *ages: int) -> None:
    from tests.factories.gifts import post_gifts  # noqa: PLC0415

    clerk, approver = _people_of(branch, name)
    rows = [
        {"donor": NOBODY, "amount": "10.00", "received_on": (today() - datetime.timedelta(days=age)).isoformat()}
        for age in ages
    ]
    gifts = post_gifts(branch, rows, clerk, approver)
    pool_gifts(gifts=[KnownOfGift(gift) for gift in gifts], reason="示例理由", actor=clerk)


def test_in_public_no_figure_stands_for_fewer_than_five_gifts_nor_follows_from_others(ground: Ground) -> None:
    assert (unclaimed_figures().lines, unclaimed_figures().total) == ([], None)
    waiting(ground, 1, 2, 3, 4)
    few = unclaimed_figures()
    assert (few.lines, few.total, few.has_few) == ([], None, True)
    waiting(ground, *[100] * 5, amount="10")
    figures = unclaimed_figures()
    assert [(one.branch_code, one.gift_count, one.amount, one.old_count) for one in figures.lines] == [
        ("330182", 9, Decimal("450.00"), None)
    ]
    _waiting_at(ground.branches["3303"], ground.other_fund, "wz", 1, 1)
    figures = unclaimed_figures()
    # Two gifts of Wenzhou would follow from the total: both branches are told together.
    assert [(one.branch_code, one.gift_count) for one in figures.lines] == [("", 11)]
    assert figures.of("330182") is None
    assert figures.total is not None
    assert (figures.total.gift_count, figures.total.old_count) == (11, 5)


@pytest.mark.parametrize("path", ["/disclosure/", "/branches/330182/"])
def test_the_pages_tell_what_waits(ground: Ground, client: Any, path: str, settings: Any) -> None:
    waiting(ground, *[100] * 6)
    page = client.get(path).content.decode()
    assert "¥600.00" in page
    assert "6 笔" in page


def test_a_late_claim_is_counted(ground: Ground) -> None:
    claim = claimed(ground.jiande)
    GiftClaim.objects.unscoped("t").filter(pk=claim.pk).update(due_on=today() - datetime.timedelta(days=1))
    assert claim_counts(ground.clerk).late_count == 1
    assert [one.pk for one in claims_page(ground.clerk, show="late").claims] == [claim.pk]
    assert "已超期" in ground.client(ground.clerk).get(reverse("desk_claims")).content.decode()
