"""回执 and 证书: every print is counted, a reprint says so, the QR leads to the gift."""

import io
from typing import Any

import pytest
from pypdf import PdfReader

from core.errors import Conflict, DomainError, NotAllowed
from core.models import AuditEvent
from donations.models import Donation, PaperPrint
from donations.selectors.receipts import papers_of
from donations.services.names import choose_name
from donations.services.papers import giver_on_paper, print_paper
from tests.donations.ground import Ground
from tests.factories.gifts import reverse_gift

ADDRESS = "https://portal.example.org/donations/x/"


@pytest.fixture
def gift(ground: Ground) -> Donation:
    return ground.posted(("示例甲乙𬭎䶮", "1409.50"))[0]


def printed(ground: Ground, gift: Donation, kind: str, **over: Any) -> tuple[str, int]:
    paper = print_paper(donation=gift, kind=kind, address=ADDRESS, actor=over.get("actor", ground.clerk))
    reader = PdfReader(io.BytesIO(paper.content))
    return "".join(page.extract_text() for page in reader.pages).replace("\n", ""), len(reader.pages)


@pytest.mark.parametrize("kind", ["acknowledgement", "certificate"])
def test_a_paper_fits_one_page_and_names_giver_sum_and_number(ground: Ground, gift: Donation, kind: str) -> None:
    text, pages = printed(ground, gift, kind)
    assert pages == 1
    for part in ("示例甲乙𬭎䶮", "¥1,409.50", "人民币壹仟肆佰零玖元伍角整", gift.number, gift.branch.name):
        assert part in text
    assert "补打" not in text


def test_from_the_second_print_on_the_paper_says_so(ground: Ground, gift: Donation) -> None:
    assert "补打" not in printed(ground, gift, "acknowledgement")[0]
    assert "补打（第 2 次打印）" in printed(ground, gift, "acknowledgement")[0]
    assert "补打" not in printed(ground, gift, "certificate")[0]
    assert papers_of(gift) == {"acknowledgement": 2, "certificate": 1}


def test_an_anonymous_giver_is_not_named(ground: Ground, gift: Donation) -> None:
    choose_name(donation=gift, choice="anonymous", reason="来电要求", actor=ground.clerk)
    gift.refresh_from_db()
    assert giver_on_paper(gift) == "爱心人士"
    assert "示例甲乙" not in printed(ground, gift, "certificate")[0]


def test_printing_is_a_recorded_look_at_the_name(ground: Ground, gift: Donation) -> None:
    printed(ground, gift, "certificate")
    event = AuditEvent.objects.get(verb="donations.gift.paper_printed")
    assert (event.object_key, event.actor_login) == (gift.number, ground.clerk.login)


def test_a_reversed_gift_gets_no_paper(ground: Ground, gift: Donation) -> None:
    reverse_gift(gift, ground.clerk, ground.approver)
    with pytest.raises(Conflict):
        printed(ground, gift, "acknowledgement")
    assert not PaperPrint.objects.unscoped("test").exists()


def test_an_unknown_paper_and_a_person_without_the_right_are_refused(ground: Ground, gift: Donation) -> None:
    with pytest.raises(DomainError):
        printed(ground, gift, "diploma")
    with pytest.raises(NotAllowed):
        printed(ground, gift, "certificate", actor=ground.approver)


def test_the_longest_giver_still_fits_one_page(ground: Ground) -> None:
    (gift,) = ground.posted(("示例" + "很长的名称" * 35 + "有限公司", "999999.99"))
    for kind in ("acknowledgement", "certificate"):
        assert printed(ground, gift, kind)[1] == 1
