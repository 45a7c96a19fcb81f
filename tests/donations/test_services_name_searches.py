"""Earlier givers and real names: found by those who may, masked until picked, each look recorded without the name."""

import pytest
from django.core.cache import cache
from django.core.signing import SignatureExpired, TimestampSigner

from core.errors import Conflict, DomainError, NotAllowed, NotFound
from core.models import AuditEvent
from donations.models import Donation
from donations.selectors.giver_names import initials, suggest_givers
from donations.services.name_searches import look_up_givers, pick_giver, search_by_real_name
from tests.donations.ground import Ground


@pytest.fixture(autouse=True)
def no_counts() -> None:
    cache.clear()


@pytest.fixture
def gifts(ground: Ground) -> list[Donation]:
    return ground.posted(
        ("示例甲乙", "10.00"),
        ("示例丙丁", "20.00"),
        ("示例甲乙", "30.00"),
        ("单示例", "5.00"),
        ("示例有限公司", "50.00"),
    )


@pytest.mark.parametrize(
    ("name", "letters"),
    [("张三", "zs"), ("单于飞", "syf"), ("仇示例", "qsl"), ("解示例", "xsl"), ("曾示例", "zsl"), ("盖示例", "gsl"),
     ("尉迟示例", "ycsl"), ("长孙示例", "zssl"), ("示例公司", "slgs"), ("ABC公司", "abcgs")],
)  # fmt: skip
def test_initials_are_those_of_the_name_as_it_is_said(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_givers_are_found_by_characters_and_by_initials_each_once(ground: Ground, gifts: list[Donation]) -> None:
    by_word = suggest_givers(ground.jiande, "甲乙")
    by_letters = suggest_givers(ground.jiande, "SLJY")
    assert [one.shown for one in by_word] == ["示**"]
    assert by_word == by_letters
    assert by_word[0].last_amount == 30
    assert [one.shown for one in suggest_givers(ground.jiande, "ssl")] == ["单**"]
    assert [one.shown for one in suggest_givers(ground.jiande, "有限")] == ["示例有限公司"]
    assert suggest_givers(ground.branches["3303"], "甲乙") == []
    assert suggest_givers(ground.jiande, "  ") == []


def test_a_name_is_given_in_full_only_when_picked_by_the_person_asked(ground: Ground, gifts: list[Donation]) -> None:
    ((key, _one),) = look_up_givers(branch=ground.jiande, asked="丙丁", actor=ground.clerk)
    assert pick_giver(branch=ground.jiande, key=key, actor=ground.clerk) == "示例丙丁"
    with pytest.raises(Conflict):
        pick_giver(branch=ground.jiande, key=key, actor=ground.second_clerk)
    with pytest.raises(Conflict):
        pick_giver(branch=ground.jiande, key=key[:-1] + ("a" if key[-1] != "a" else "b"), actor=ground.clerk)


def test_an_old_suggestion_is_no_key(ground: Ground, gifts: list[Donation], monkeypatch: pytest.MonkeyPatch) -> None:
    ((key, _one),) = look_up_givers(branch=ground.jiande, asked="丙丁", actor=ground.clerk)
    monkeypatch.setattr(TimestampSigner, "unsign", _too_old)
    with pytest.raises(Conflict):
        pick_giver(branch=ground.jiande, key=key, actor=ground.clerk)


def _too_old(self: TimestampSigner, value: str, max_age: object = None) -> str:
    raise SignatureExpired("too old")


def test_looks_are_recorded_without_the_words(ground: Ground, gifts: list[Donation]) -> None:
    look_up_givers(branch=ground.jiande, asked="丙丁", actor=ground.clerk)
    search_by_real_name(branch=ground.jiande, name="示例丙丁", reason="来电查询", actor=ground.clerk)
    rows = AuditEvent.objects.filter(verb__in=["donations.givers.looked_up", "donations.names.searched"])
    assert {row.actor_login for row in rows} == {ground.clerk.login}
    assert all("丙丁" not in row.reason for row in rows)
    assert rows.get(verb="donations.names.searched").reason == "来电查询（找到 1 笔）"


def test_only_people_of_the_branch_with_the_right_look(ground: Ground, gifts: list[Donation]) -> None:
    with pytest.raises(NotAllowed):
        look_up_givers(branch=ground.jiande, asked="示", actor=ground.approver)
    with pytest.raises(NotFound):
        look_up_givers(branch=ground.jiande, asked="示", actor=ground.stranger)
    with pytest.raises(NotFound):
        search_by_real_name(branch=ground.jiande, name="示例", reason="来电", actor=ground.stranger)


@pytest.mark.parametrize(
    ("name", "reason", "field"), [("示", "来电查询", "name"), ("示例", "", "reason"), ("示例", "找示例", "reason")]
)
def test_a_search_says_what_is_missing(ground: Ground, name: str, reason: str, field: str) -> None:
    with pytest.raises(DomainError) as refused:
        search_by_real_name(branch=ground.jiande, name=name, reason=reason, actor=ground.clerk)
    assert list(refused.value.fields) == [field]


def test_the_page_lists_gifts_masked_and_the_name_stands_in_no_address(ground: Ground, gifts: list[Donation]) -> None:
    client = ground.client(ground.clerk)
    sent = {"branch": ground.jiande.code, "name": "示例丙丁", "reason": "来电查询"}
    answer = client.post("/desk/donations/by-name/", sent)
    page = answer.content.decode()
    assert gifts[1].number in page
    assert "示**" in page
    assert page.count("示例丙丁") == 1  # the field that was sent, nothing of the list
    assert client.get("/desk/donations/by-name/?name=x").status_code == 200


def test_without_scripts_a_picked_giver_goes_into_the_draft(ground: Ground, gifts: list[Donation]) -> None:
    client = ground.client(ground.clerk)
    sent = {"fund": ground.fund.code, "donor": "丙丁", "amount": "7", "find": "1", "draft_count": "0"}
    page = client.post("/desk/donations/new/", sent).content.decode()
    assert "示例丙丁" not in page
    key = page.split('name="key" value="')[1].split('"')[0]
    client.post("/desk/donations/new/givers/pick/", {"plain": "1", "fund": ground.fund.code, "key": key})
    page = client.get("/desk/donations/new/").content.decode()
    assert 'value="示例丙丁"' in page
    assert 'value="7"' in page
