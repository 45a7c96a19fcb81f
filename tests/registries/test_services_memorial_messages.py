"""Candles and messages: nothing is seen before somebody approved it, nothing tells who came, no recipient is named."""

from __future__ import annotations

import datetime
import itertools
import uuid
from collections.abc import Callable

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from core.clock import SHANGHAI, frozen_at, now, today
from core.errors import NotAllowed, NotFound
from core.models import AuditEvent
from registries.choices.memorial import MESSAGE_TRANSITIONS, Flag, MessageStatus, NameShown
from registries.errors import RegistryError, WrongState
from registries.models import MemorialMessage, MemorialPage
from registries.services.memorial.messages import (
    LONGEST_MESSAGE,
    Words,
    approve_message,
    decline_message,
    leave_words,
    light_candle,
    report_message,
)
from registries.services.memorial.moving import move
from registries.services.memorial.pages import take_down_page
from registries.services.memorial.reading import read_messages
from registries.services.memorial.showing import public_page, shown_messages
from registries.services.memorial.texts import flags_of, plain_text
from tests.registries.ground import Ground
from tests.registries.memorial_ground import NAME, left, published, shown_message


def texts_of(page: MemorialPage) -> list[str]:
    return [one.text for one in shown_messages(page)[0]]


def reloaded(message: MemorialMessage) -> MemorialMessage:
    return MemorialMessage.objects.unscoped("test").get(pk=message.pk)


def test_a_message_is_seen_once_somebody_approved_it(ground: Ground) -> None:
    page = published(ground)
    message = left(page)
    assert texts_of(page) == []
    assert read_messages([message], reader=ground.person("clerk")) == [("老师，我们想您。", "学生们")]
    approve_message(message_id=message.pk, actor=ground.person("clerk"))
    (seen,) = shown_messages(page)[0]
    assert (seen.text, seen.name, seen.on) == ("老师，我们想您。", "学生们", today())


def test_a_message_of_the_night_bears_the_day_that_the_sender_s_calendar_shows(ground: Ground) -> None:
    page = published(ground)
    night = datetime.datetime.combine(today(), datetime.time(0, 20), SHANGHAI)
    with frozen_at(night):
        message = left(page)
        approve_message(message_id=message.pk, actor=ground.person("clerk"))
        ((seen,), _after) = shown_messages(page)
    assert seen.on == night.date()


def test_a_declined_message_is_never_seen_and_the_reason_is_one_of_the_list(ground: Ground) -> None:
    page = published(ground)
    message = left(page)
    with pytest.raises(RegistryError) as refused:
        decline_message(message_id=message.pk, reason="因为", actor=ground.person("clerk"))
    assert "reason" in refused.value.fields
    decline_message(message_id=message.pk, reason="unrelated", actor=ground.person("clerk"))
    assert texts_of(page) == []
    with pytest.raises(WrongState):
        approve_message(message_id=message.pk, actor=ground.person("clerk"))


def test_the_same_form_sent_twice_is_one_message(ground: Ground) -> None:
    page, words = published(ground), Words("想念", "", uuid.uuid4())
    first = leave_words(page_id=page.pk, words=words)
    assert leave_words(page_id=page.pk, words=words).pk == first.pk


def test_a_page_that_takes_none_and_one_that_is_not_public_take_no_message(ground: Ground) -> None:
    silent, gone = published(ground, takes_messages=False), published(ground)
    take_down_page(page_id=gone.pk, reason="phone", actor=ground.person("clerk"))
    for page in (silent, gone):
        with pytest.raises(NotFound):
            left(page)


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("打我电话13800000000", Flag.PHONE),
        ("电话 １３８－００００－００００", Flag.PHONE),
        ("一三八零零零零零零零零", Flag.PHONE),
        ("座机0571 8888 8888", Flag.PHONE),
        ("证件110105194912310021", Flag.DOCUMENT),
        ("11010519491231002X", Flag.DOCUMENT),
        ("看 http://x.example", Flag.LINK),
        ("example.com 有礼品", Flag.LINK),
        ("加 微 信 abc", Flag.LINK),
        ("a@b.example", Flag.LINK),
        ("在示例医院的日子", Flag.HOSPITAL),
        ("我是接受了他肝脏的人", Flag.RECIPIENT),
        ("受者一家感谢您", Flag.RECIPIENT),
        ("您的肾 移植 给了我父亲", Flag.RECIPIENT),
        ("他的心脏还跳动在一个女孩的身体里，跳动在她体内", Flag.RECIPIENT),
        ("我的眼角膜来自您", Flag.RECIPIENT),
        ("捐给了一位小伙", Flag.RECIPIENT),
        ("换了肝以后我很好", Flag.RECIPIENT),
    ],
)
def test_what_may_not_stand_there_is_found_by_rule(text: str, flag: Flag) -> None:
    assert str(flag) in flags_of(plain_text(text))


@pytest.mark.parametrize(
    "text",
    [
        "老师，我们想您。", "2024年4月4日，雨。", "您永远活在我们心中。", "你把爱留给了孩子们。",
        "谢谢您的善良和勇气！",
        "愿天堂没有病痛 🕯️🌼", "1950—2024，一路走好", "您永远活在我们的生命里",
    ],
)  # fmt: skip
def test_ordinary_words_are_not_flagged(text: str) -> None:
    assert flags_of(plain_text(text)) == []


def test_what_speaks_of_a_recipient_is_declined_by_everybody_and_by_the_database(ground: Ground) -> None:
    page = published(ground)
    message = left(page, "受者是我的邻居")
    with pytest.raises(RegistryError, match="不能显示"):
        approve_message(message_id=message.pk, actor=ground.person("coordinator"))
    with pytest.raises(IntegrityError, match="memorialmessage_shown_by_somebody"), transaction.atomic():
        MemorialMessage.objects.unscoped("test").filter(pk=message.pk).update(
            status="shown", decided_by=ground.person("coordinator")
        )
    with pytest.raises(DatabaseError), transaction.atomic():
        MemorialMessage.objects.unscoped("test").filter(pk=message.pk).update(flags=[])
    decline_message(message_id=message.pk, reason="recipient", actor=ground.person("clerk"))
    assert reloaded(message).status == MessageStatus.DECLINED


def test_a_name_that_is_not_to_be_shown_is_not_shown_by_a_visitor_either(ground: Ground) -> None:
    hidden = published(ground, name_shown=NameShown.SURNAME)
    assert left(hidden, f"{NAME[0]} {NAME[1:]}，想念您").flags == [Flag.NAME]
    assert left(hidden, "想念您", NAME).flags == [Flag.NAME]
    assert left(published(ground), f"{NAME}，想念您").flags == []


def test_a_soft_flag_leaves_it_to_who_moderates(ground: Ground) -> None:
    page = published(ground)
    message = left(page, "在示例医院的日子，您一直笑着。")
    assert message.flags == [Flag.HOSPITAL]
    approve_message(message_id=message.pk, actor=ground.person("clerk"))
    assert len(texts_of(page)) == 1


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("<script>alert(1)</script>想您", "<script>alert(1)</script>想您"),
        ("想\u202e您\u2066\u200b\ufeff", "想您"),
        ("一\r\n\r\n\n二\u2028三", "一\n二三"),
        ("  空   格  ", "空 格"),
        ("👨\u200d👩\u200d👧 🕯️", "👨\u200d👩\u200d👧 🕯️"),
        ("a\x00b\x07", "ab"),
        ("e\u0301", "é"),
    ],
)
def test_a_text_is_made_plain(written: str, kept: str) -> None:
    assert plain_text(written) == kept


@pytest.mark.parametrize(
    ("text", "name", "field"),
    [
        ("", "", "text"),
        ("\u200b\u202e\x00", "", "text"),
        ("长" * (LONGEST_MESSAGE + 1), "", "text"),
        ("想念", "名" * 21, "name"),
    ],
)
def test_a_message_that_is_empty_or_too_long_is_refused(ground: Ground, text: str, name: str, field: str) -> None:
    with pytest.raises(RegistryError) as refused:
        left(published(ground), text, name)
    assert field in refused.value.fields
    assert not MemorialMessage.objects.unscoped("test").exists()


def test_the_longest_message_is_kept_whole(ground: Ground) -> None:
    text = "🕯" * LONGEST_MESSAGE
    assert shown_message(ground, published(ground), text).status == MessageStatus.SHOWN


def test_a_reported_message_is_not_seen_until_somebody_looked_again(ground: Ground) -> None:
    page = published(ground)
    message = shown_message(ground, page)
    for _twice in range(2):
        report_message(code=message.code, page_code=page.code, reason="unkind")
    assert texts_of(page) == []
    assert (reloaded(message).status, reloaded(message).is_reported) == (MessageStatus.WAITING, True)
    assert message.steps.filter(verb="reported", reason="unkind").count() == 1
    approve_message(message_id=message.pk, actor=ground.person("second"))
    assert texts_of(page) == ["老师，我们想您。"]
    with pytest.raises(RegistryError):
        report_message(code=message.code, page_code=page.code, reason="x")
    with pytest.raises(NotFound):
        report_message(code=message.code, page_code=published(ground).code, reason="unkind")


def _message_in(ground: Ground, page: MemorialPage, status: str) -> MemorialMessage:
    message = left(page)
    if status == MessageStatus.SHOWN:
        approve_message(message_id=message.pk, actor=ground.person("clerk"))
    if status == MessageStatus.DECLINED:
        decline_message(message_id=message.pk, reason="advert", actor=ground.person("clerk"))
    if status == MessageStatus.GONE:
        take_down_page(page_id=page.pk, reason="phone", actor=ground.person("clerk"))
    return message


@pytest.mark.parametrize(("state", "to"), list(itertools.product(MessageStatus.values, MessageStatus.values)))
def test_a_message_goes_only_where_the_table_says(ground: Ground, state: str, to: str) -> None:
    page, clerk = published(ground), ground.person("clerk")
    message = _message_in(ground, page, state)
    ways: dict[str, Callable[[], object]] = {
        MessageStatus.SHOWN: lambda: approve_message(message_id=message.pk, actor=clerk),
        MessageStatus.DECLINED: lambda: decline_message(message_id=message.pk, reason="advert", actor=clerk),
        MessageStatus.WAITING: lambda: report_message(code=message.code, page_code=page.code, reason="untrue"),
        MessageStatus.GONE: lambda: take_down_page(page_id=page.pk, reason="phone", actor=clerk),
    }
    if to in MESSAGE_TRANSITIONS[state]:
        ways[to]()
        assert reloaded(message).status == to
    else:
        with pytest.raises(WrongState):
            move(reloaded(message), to, verb="x")


def test_messages_go_with_their_page(ground: Ground) -> None:
    page = published(ground)
    shown, waiting = shown_message(ground, page), left(page)
    take_down_page(page_id=page.pk, reason="counter", actor=ground.person("clerk"))
    assert {reloaded(one).status for one in (shown, waiting)} == {MessageStatus.GONE}
    with pytest.raises(WrongState):
        approve_message(message_id=waiting.pk, actor=ground.person("clerk"))


def test_a_candle_leaves_the_day_and_nothing_else(ground: Ground) -> None:
    page = published(ground)
    before = AuditEvent.objects.count()
    assert not public_page(page.code)[1].was_lit
    for _time in range(3):
        light_candle(page_id=page.pk)
    loaded, said = public_page(page.code)
    assert (loaded.candle_on, said.was_lit) == (today(), True)
    assert AuditEvent.objects.count() == before
    assert not MemorialMessage.objects.unscoped("test").exists()
    with frozen_at(now() + datetime.timedelta(days=8)):
        assert not public_page(page.code)[1].was_lit


def test_a_message_leaves_no_address_of_who_wrote_it(ground: Ground) -> None:
    page = published(ground)
    before = AuditEvent.objects.count()
    message = left(page)
    report_message(code=shown_message(ground, page).code, page_code=page.code, reason="untrue")
    rows = AuditEvent.objects.filter(pk__gt=0).order_by("-pk")[: AuditEvent.objects.count() - before]
    assert {row.actor_id is not None for row in rows} <= {True}
    names = {field.name for field in MemorialMessage._meta.get_fields()}
    assert not names & {"address", "ip", "phone", "session", "user_agent"}
    assert message.steps.get().actor is None


def test_nobody_of_another_branch_moderates(ground: Ground) -> None:
    message = left(published(ground))
    with pytest.raises(NotFound):
        approve_message(message_id=message.pk, actor=ground.person("stranger"))
    with pytest.raises(NotAllowed):
        approve_message(message_id=message.pk, actor=ground.person("supervisor"))
    approve_message(message_id=message.pk, actor=ground.person("head"))


def test_what_a_visitor_wrote_stands(ground: Ground) -> None:
    message, other = left(published(ground)), left(published(ground), "别的话")
    rows = MemorialMessage.objects.unscoped("test").filter(pk=message.pk)
    for change in ({"text": reloaded(other).text}, {"text": None}, {"page": other.page}, {"sent_at": now()}):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
