"""Posted gifts at the desk: found in scope, names shown for a reason, corrected by two people."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from core.models import AuditEvent
from donations.choices import CorrectionStatus
from donations.models import Correction, Donation
from tests.donations.ground import Ground

pytestmark = pytest.mark.django_db
GIFTS = (("示例甲乙", "100"), ("虚构示例贸易有限公司", "2000"), ("示例丙丁", "30.50"))


@pytest.fixture
def gifts(ground: Ground) -> list[Donation]:
    return ground.posted(*GIFTS)


def text(client: Client, address: str, **query: str) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_gifts_are_found_by_what_is_displayed_never_by_what_is_masked(ground: Ground, gifts: list[Donation]) -> None:
    client = ground.client(ground.clerk)
    address = reverse("desk_gifts")
    assert gifts[1].number in text(client, address, name="示例贸易")
    masked = text(client, address, name="示例甲乙")
    assert gifts[0].number not in masked
    assert "没有符合条件的捐赠" in masked
    for query, found in (({"number": gifts[0].number}, 0), ({"min": "1000"}, 1), ({"max": "50"}, 2)):
        assert re.findall(r'/desk/donations/gifts/([^/]+)/"', text(client, address, **query)) == [gifts[found].number]
    assert "至少输入两个字" in text(client, address, name="张")


def test_the_list_shows_masked_names_and_stays_in_scope(ground: Ground, gifts: list[Donation]) -> None:
    shown = text(ground.client(ground.clerk), reverse("desk_gifts"))
    assert "示例甲乙" not in shown
    assert "虚构示例贸易有限公司" in shown
    assert gifts[0].number in text(ground.client(ground.city_reader), reverse("desk_gifts"))
    assert gifts[0].number not in text(ground.client(ground.stranger), reverse("desk_gifts"))
    assert ground.client(ground.stranger).get(reverse("desk_gift", args=[gifts[0].number])).status_code == 404


def test_the_name_is_shown_once_for_a_reason_and_recorded(ground: Ground, gifts: list[Donation]) -> None:
    client = ground.client(ground.clerk)
    page, reveal = (reverse(name, args=[gifts[0].number]) for name in ("desk_gift", "desk_gift_name"))
    assert "示例甲乙" not in text(client, page)
    assert "示例甲乙" not in client.post(reveal, {"reason": ""}).content.decode()
    shown = client.post(reveal, {"reason": "核对回执"}).content.decode()
    assert "示例甲乙" in shown
    assert "核对回执" in shown
    assert "示例甲乙" not in text(client, page)
    assert AuditEvent.objects.get(verb="donations.gift.name_revealed").actor_id == ground.clerk.pk
    assert ground.client(ground.city_reader).post(reveal, {"reason": "看看"}).status_code == 403
    assert client.get(reveal).status_code == 405


def test_the_way_of_naming_is_changed_with_its_ground(ground: Ground, gifts: list[Donation]) -> None:
    client = ground.client(ground.clerk)
    address = reverse("desk_gift_display", args=[gifts[1].number])
    assert client.post(address, {"choice": "anonymous", "reason": ""}).status_code == 200
    assert client.post(address, {"choice": "anonymous", "reason": "来函要求匿名"}).status_code == 302
    shown = text(client, reverse("desk_gift", args=[gifts[1].number]))
    assert "爱心人士" in shown
    assert "虚构示例贸易有限公司" not in shown
    assert "来函要求匿名" in shown
    assert ground.client(ground.approver).post(address, {"choice": "real", "reason": "试试"}).status_code == 403


def ask(ground: Ground, gift: Donation) -> Correction:
    address = reverse("desk_correction_new", args=[gift.number])
    asked = {"reason": "重复录入", "public_note": "同一笔捐款重复登记，已冲销其中一笔。"}
    assert ground.client(ground.clerk).post(address, asked).status_code == 302
    return Correction.objects.unscoped("test").get(donation=gift)


def decide(ground: Ground, correction: Correction, decision: str) -> str:
    return reverse("desk_correction_decide", args=[correction.donation.number, correction.pk, decision])


def test_a_gift_is_reversed_by_two_people(ground: Ground, gifts: list[Donation]) -> None:
    correction = ask(ground, gifts[0])
    own = ground.client(ground.clerk)
    assert "须由另一人办理" in text(own, decide(ground, correction, "approve"))
    assert "须由另一人办理" in own.post(decide(ground, correction, "approve")).content.decode()
    assert Correction.objects.unscoped("test").get().status == CorrectionStatus.REQUESTED
    approver = ground.client(ground.approver)
    assert gifts[0].number in text(approver, reverse("desk_approvals"))
    assert "冲销 ¥100.00" in text(approver, decide(ground, correction, "approve"))
    assert approver.post(decide(ground, correction, "approve")).status_code == 302
    shown = text(approver, reverse("desk_gift", args=[gifts[0].number]))
    assert "已冲销 ¥100.00" in shown
    assert "重复登记" in shown
    assert reverse("desk_correction_new", args=[gifts[0].number]) not in shown
    assert approver.post(decide(ground, correction, "approve")).status_code == 200
    assert gifts[0].number in text(approver, reverse("desk_gifts"), reversed="on")
    assert gifts[1].number not in text(approver, reverse("desk_gifts"), reversed="on")


def test_a_request_is_declined_with_a_reason_or_withdrawn(ground: Ground, gifts: list[Donation]) -> None:
    first, second = ask(ground, gifts[0]), ask(ground, gifts[1])
    approver = ground.client(ground.approver)
    assert approver.post(decide(ground, first, "decline"), {"reason": ""}).status_code == 200
    assert approver.post(decide(ground, first, "decline"), {"reason": "并未重复"}).status_code == 302
    assert approver.post(decide(ground, second, "withdraw")).status_code == 200
    assert ground.client(ground.clerk).post(decide(ground, second, "withdraw")).status_code == 302
    states = Correction.objects.unscoped("test").order_by("pk").values_list("status", flat=True)
    assert list(states) == [CorrectionStatus.DECLINED, CorrectionStatus.WITHDRAWN]


def test_the_public_note_must_not_name_the_giver(ground: Ground, gifts: list[Donation]) -> None:
    address = reverse("desk_correction_new", args=[gifts[0].number])
    asked = {"reason": "重复录入", "public_note": "示例甲乙的捐款重复登记。"}
    assert "不能写捐赠人姓名" in ground.client(ground.clerk).post(address, asked).content.decode()
    assert not Correction.objects.unscoped("test").exists()


def test_pages_of_gifts_go_forward_and_back_without_loss(ground: Ground) -> None:
    ground.posted(*((f"示例甲{number}", "1") for number in range(1, 121)))
    client, seen, address = ground.client(ground.clerk), [], reverse("desk_gifts")
    while address:
        shown = client.get(address).content.decode()
        seen.append(re.findall(r'/desk/donations/gifts/([^/]+)/"', shown))
        following = re.search(r'rel="next" href="([^"]+)"', shown)
        address = reverse("desk_gifts") + following[1].replace("&amp;", "&") if following else ""
    assert [len(page) for page in seen] == [50, 50, 20]
    assert len({number for page in seen for number in page}) == 120
    back = re.search(r'rel="prev" href="([^"]+)"', shown)
    assert back is not None
    before = client.get(reverse("desk_gifts") + back[1].replace("&amp;", "&")).content.decode()
    assert re.findall(r'/desk/donations/gifts/([^/]+)/"', before) == seen[1]


@pytest.mark.parametrize(
    "query", ["?page=x", "?page=f20201301-1", "?page=b99999999-9", "?min=x", "?from_on=2020-99-99"]
)
def test_a_broken_address_shows_a_page(ground: Ground, gifts: list[Donation], query: str) -> None:
    assert ground.client(ground.clerk).get(reverse("desk_gifts") + query).status_code == 200
