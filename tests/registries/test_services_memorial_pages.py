"""Pages: on written consent alone, by two people, exactly what was consented to, gone at once when it is withdrawn."""

from __future__ import annotations

import datetime
import io
import itertools
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from PIL import Image

from core.clock import today
from core.errors import DomainError, NotAllowed, NotFound
from core.models import AuditEvent, ReadLog, StoredFile
from registries.choices.memorial import PAGE_TRANSITIONS, NameShown, PageKind, PageStatus, Relation
from registries.errors import RegistryError, WrongState
from registries.models import MemorialConsent, MemorialPage, MemorialStep
from registries.services.memorial.page_content import content_of, shown
from registries.services.memorial.pages import (
    approve_page,
    keep_portrait,
    opened_content,
    return_page,
    rewrite_page,
    submit_page,
    take_down_page,
    write_page,
)
from registries.services.memorial.reading import coming_days, find_pages, invited_kin, reveal_kin
from registries.services.memorial.showing import PageGone, public_page, public_portrait, public_wall
from tests.registries.ground import Ground
from tests.registries.memorial_ground import (
    BORN,
    DIED,
    KIN,
    KIN_PHONE,
    NAME,
    PSEUDONYM,
    TEXT,
    content,
    draft,
    picture,
    published,
    written,
)

CHILD = datetime.date(2015, 6, 1)


def test_a_page_is_written_by_one_and_published_by_another(ground: Ground) -> None:
    clerk, coordinator = ground.person("clerk"), ground.person("coordinator")
    page = written(ground)
    assert page.number.startswith(f"330106-{today().year}-W")
    submit_page(page_id=page.pk, actor=clerk)
    with pytest.raises(RegistryError, match="另一位同事"):
        approve_page(page_id=page.pk, actor=clerk)
    page = approve_page(page_id=page.pk, actor=coordinator)
    assert (page.status, page.approved_by_id, page.published_on) == (PageStatus.PUBLISHED, coordinator.pk, today())
    steps = list(MemorialStep.objects.filter(page=page).order_by("pk").values_list("from_status", "to_status"))
    assert steps == [("", "draft"), ("draft", "submitted"), ("submitted", "published")]


def test_the_database_refuses_a_maker_who_approves_and_a_page_that_was_born_public(ground: Ground) -> None:
    page = written(ground)
    submit_page(page_id=page.pk, actor=ground.person("clerk"))
    rows = MemorialPage.objects.unscoped("test").filter(pk=page.pk)
    with pytest.raises(IntegrityError, match="memorialpage_approved_by_another"), transaction.atomic():
        rows.update(status="published", approved_by=ground.person("clerk"), published_on=today())
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        rows.update(maker_ids=[])
    born = MemorialPage.objects.unscoped("test").get(pk=page.pk)
    born.pk, born.status = None, PageStatus.PUBLISHED
    with pytest.raises(IntegrityError, match="begins as a draft"), transaction.atomic():
        born.save(force_insert=True)


def test_whoever_changes_a_draft_does_not_approve_it(ground: Ground) -> None:
    page, second = written(ground), ground.person("second")
    rewrite_page(page_id=page.pk, content=content(text="另一段文字，同样安静。"), actor=second)
    submit_page(page_id=page.pk, actor=second)
    with pytest.raises(RegistryError, match="另一位同事"):
        approve_page(page_id=page.pk, actor=second)
    assert approve_page(page_id=page.pk, actor=ground.person("coordinator")).status == PageStatus.PUBLISHED


def _moved(ground: Ground, status: str) -> MemorialPage:
    page = written(ground)
    if status in (PageStatus.SUBMITTED, PageStatus.PUBLISHED):
        submit_page(page_id=page.pk, actor=ground.person("clerk"))
    if status == PageStatus.PUBLISHED:
        approve_page(page_id=page.pk, actor=ground.person("coordinator"))
    if status == PageStatus.WITHDRAWN:
        take_down_page(page_id=page.pk, reason="counter", actor=ground.person("clerk"))
    return page


STEPS: dict[str, Callable[..., MemorialPage]] = {
    PageStatus.SUBMITTED: submit_page,
    PageStatus.PUBLISHED: approve_page,
    PageStatus.DRAFT: return_page,
    PageStatus.WITHDRAWN: lambda **said: take_down_page(reason="phone", **said),
}


@pytest.mark.parametrize(("state", "to"), list(itertools.product(PageStatus.values, PageStatus.values)))
def test_a_page_goes_from_each_state_only_where_the_table_says(ground: Ground, state: str, to: str) -> None:
    page = _moved(ground, state)
    if to in PAGE_TRANSITIONS[state]:
        assert STEPS[to](page_id=page.pk, actor=ground.person("coordinator")).status == to
    else:
        with pytest.raises(WrongState):
            STEPS[to](page_id=page.pk, actor=ground.person("coordinator"))
        page.refresh_from_db(from_queryset=MemorialPage.objects.unscoped("test"))
        assert page.status == state


@pytest.mark.parametrize("name_shown", NameShown.values)
@pytest.mark.parametrize("flags", list(itertools.product([True, False], repeat=4)))
def test_what_is_shown_is_exactly_what_was_consented_to(
    ground: Ground, name_shown: str, flags: tuple[bool, bool, bool, bool]
) -> None:
    dates, portrait, text, takes = flags
    page = published(
        ground,
        name_shown=name_shown,
        shows_dates=dates,
        shows_portrait=portrait,
        shows_text=text,
        takes_messages=takes,
    )
    _page, said = public_page(page.code)
    names = {NameShown.FULL: NAME, NameShown.SURNAME: "示**", NameShown.PSEUDONYM: PSEUDONYM}
    assert said.name == names[NameShown(name_shown)]
    assert (said.born_on, said.died_on) == ((BORN, DIED) if dates else (None, None))
    assert said.text == (TEXT if text else "")
    assert (said.has_portrait, said.takes_messages) == (portrait, takes)
    if not portrait:
        with pytest.raises(NotFound):
            public_portrait(page.code)


def test_without_a_signed_paper_there_is_no_page(ground: Ground) -> None:
    for over, field in (
        ({"paper": None}, "paper"),
        ({"kin_name": "甲"}, "kin_name"),
        ({"kin_phone": "12"}, "kin_phone"),
        ({"relation": "nobody"}, "relation"),
        ({"relation": Relation.SELF}, "relation"),
        ({"signed_on": today() + datetime.timedelta(days=1)}, "signed_on"),
        ({"name_shown": ""}, "name_shown"),
    ):
        with pytest.raises(RegistryError) as refused:
            written(ground, **over)
        assert field in refused.value.fields
    assert not MemorialPage.objects.unscoped("test").exists()


def test_of_a_minor_neither_name_nor_portrait_is_shown_unless_the_guardians_signed(ground: Ground) -> None:
    child = content(born_on=CHILD, died_on=DIED)
    for over in (
        {"name_shown": NameShown.FULL, "shows_portrait": False},
        {"name_shown": NameShown.SURNAME, "shows_portrait": False},
        {"name_shown": NameShown.PSEUDONYM, "shows_portrait": True},
        # Somebody signed for it who is no guardian.
        {"name_shown": NameShown.FULL, "guardians_agree": True, "relation": Relation.KIN},
    ):
        with pytest.raises(RegistryError, match="未成年人"):
            written(ground, said=child, **over)
    hidden = published(ground, said=child, name_shown=NameShown.PSEUDONYM, shows_portrait=False)
    assert public_page(hidden.code)[1].name == PSEUDONYM
    named = published(ground, said=child, guardians_agree=True, relation=Relation.PARENT)
    assert public_page(named.code)[1].name == NAME


def test_the_database_publishes_no_minor_by_name_without_the_guardians(ground: Ground) -> None:
    page = written(ground)
    rows = MemorialPage.objects.unscoped("test").filter(pk=page.pk)
    rows.update(is_minor=True)
    submit_page(page_id=page.pk, actor=ground.person("clerk"))
    with pytest.raises(IntegrityError, match="consent in force"), transaction.atomic():
        approve_page(page_id=page.pk, actor=ground.person("coordinator"))
    loaded = rows.select_related("consent").get()
    said = shown(loaded, loaded.consent, opened_content(loaded, work="test"))
    assert (said.name, said.has_portrait) == (PSEUDONYM, False)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("请打 13800000000 联系我们。", "电话"),
        ("身份证 110105194912310021 号。", "证件号码"),
        ("看 http://example.com 。", "网址"),
        ("他的肝移植给了一位先生。", "接受者"),
    ],
)
def test_a_text_that_tells_of_a_recipient_or_holds_numbers_is_refused(ground: Ground, text: str, word: str) -> None:
    with pytest.raises(RegistryError) as refused:
        written(ground, said=content(text=text))
    assert word in refused.value.fields["text"]


def test_a_text_does_not_write_out_a_name_that_is_not_to_be_shown(ground: Ground) -> None:
    with pytest.raises(RegistryError) as refused:
        written(ground, said=content(text=f"{NAME[:2]} {NAME[2:]}爱种兰花。"), name_shown=NameShown.SURNAME)
    assert "姓名" in refused.value.fields["text"]
    with pytest.raises(RegistryError) as refused:
        written(ground, said=content(pseudonym=f"{NAME}老师"))
    assert "pseudonym" in refused.value.fields


def test_days_that_cannot_be_are_refused(ground: Ground) -> None:
    tomorrow = today() + datetime.timedelta(days=1)
    for over, field in (
        ({"born_on": tomorrow, "died_on": tomorrow}, "born_on"),
        ({"died_on": BORN - datetime.timedelta(days=1)}, "died_on"),
        ({"died_on": None}, "died_on"),
    ):
        with pytest.raises(RegistryError) as refused:
            written(ground, said=content(**over))
        assert field in refused.value.fields


def test_a_story_is_told_by_oneself_and_takes_no_candles(ground: Ground) -> None:
    asked = draft(ground, said=content(died_on=None), relation=Relation.SELF)
    page = write_page(draft=asked.__class__(**{**vars(asked), "kind": PageKind.STORY}), actor=ground.person("clerk"))
    submit_page(page_id=page.pk, actor=ground.person("clerk"))
    approve_page(page_id=page.pk, actor=ground.person("coordinator"))
    _page, said = public_page(page.code)
    assert (said.kind, said.takes_messages, said.died_on) == ("story", False, None)
    assert [one.code for one in public_wall(PageKind.STORY)[0]] == [page.code]
    assert public_wall(PageKind.MEMORIAL)[0] == []


def test_the_same_form_sent_twice_is_one_page(ground: Ground) -> None:
    asked = draft(ground)
    first = write_page(draft=asked, actor=ground.person("clerk"))
    assert write_page(draft=asked, actor=ground.person("clerk")).pk == first.pk


def test_a_portrait_is_written_anew_without_where_it_was_taken_and_sealed_on_disk(ground: Ground) -> None:
    stored, source = public_portrait(published(ground).code)
    with source, Image.open(io.BytesIO(source.read())) as photo:
        assert (photo.format, dict(photo.getexif())) == ("JPEG", {})
    assert stored.is_sealed
    assert b"ExampleCam" in picture(with_place=True)
    for wrong in (b"%PDF-1.4", b"<svg onload=alert(1)>", b"GIF89a" + b"\0" * 40, b""):
        with pytest.raises(DomainError) as refused:
            keep_portrait(upload=io.BytesIO(wrong), actor=ground.person("clerk"))
        assert "portrait" in refused.value.fields


def test_a_picture_of_too_many_pixels_and_a_broken_one_are_refused(ground: Ground) -> None:
    out = io.BytesIO()
    Image.new("L", (9000, 8000)).save(out, "PNG")
    for wrong in (out.getvalue(), picture()[:120]):
        with pytest.raises(DomainError):
            keep_portrait(upload=io.BytesIO(wrong), actor=ground.person("clerk"))


def test_what_was_submitted_and_signed_stands(ground: Ground) -> None:
    page = published(ground)
    other = written(ground)
    rows = MemorialPage.objects.unscoped("test").filter(pk=page.pk)
    sealed = MemorialPage.objects.unscoped("test").get(pk=other.pk)
    for change in (
        {"content": sealed.content},
        {"name": None},
        {"code": "X" * 16},
        {"is_minor": True},
        {"portrait": None},
        {"published_on": DIED},
        {"status": "draft", "approved_by": None, "published_on": None},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
    for change in (
        {"name_shown": "surname"},
        {"guardians_agree": True},
        {"signed_on": DIED},
        {"kin_name": None},
        {"kin_phone": None},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            MemorialConsent.objects.filter(page=page).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.delete()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE registries_memorialstep SET verb = 'x'")


def test_a_consent_is_not_taken_back_while_its_page_is_to_be_seen(ground: Ground) -> None:
    page = published(ground)
    with pytest.raises(IntegrityError, match="comes down with its consent"), transaction.atomic():
        MemorialConsent.objects.filter(page=page).update(withdrawn_at=page.created_at)


def test_a_page_that_was_taken_down_is_gone_at_once_and_consent_given_again_is_a_new_page(ground: Ground) -> None:
    page = published(ground)
    take_down_page(page_id=page.pk, reason="phone", actor=ground.person("second"))
    with pytest.raises(PageGone):
        public_page(page.code)
    with pytest.raises(PageGone):
        public_portrait(page.code)
    assert public_wall(PageKind.MEMORIAL) == ([], "")
    assert MemorialConsent.objects.get(page=page).withdrawn_at is not None
    with pytest.raises(DatabaseError), transaction.atomic():
        MemorialPage.objects.unscoped("test").filter(pk=page.pk).update(status="published", withdrawn_at=None)
    again = published(ground)
    assert again.code != page.code
    assert [one.code for one in public_wall(PageKind.MEMORIAL)[0]] == [again.code]


def test_a_draft_that_never_was_public_is_not_there_for_anybody_also_once_withdrawn(ground: Ground) -> None:
    page = written(ground)
    for _once in range(2):
        with pytest.raises(NotFound):
            public_page(page.code)
        if page.status == PageStatus.DRAFT:
            page = take_down_page(page_id=page.pk, reason="mistake", actor=ground.person("clerk"))


def test_the_wall_goes_by_the_day_of_publishing_in_parts_without_gap(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registries.services.memorial.showing.WALL_SIZE", 2)
    codes = [published(ground).code for _at in range(5)]
    seen: list[str] = []
    after = ""
    for _part in range(3):
        people, after = public_wall(PageKind.MEMORIAL, after=after)
        seen += [one.code for one in people]
    assert (seen, after) == (codes[::-1], "")
    for odd in ("x", "2026-01-01_", "9999-99-99_1", "2026-01-01_99999999999999999999", "\x00"):
        assert len(public_wall(PageKind.MEMORIAL, after=odd)[0]) <= 2


def test_who_signed_is_shown_for_a_purpose_and_written_down(ground: Ground) -> None:
    page = MemorialPage.objects.unscoped("test").select_related("branch", "consent").get(pk=published(ground).pk)
    contact = reveal_kin(page=page, purpose="核对来电", actor=ground.person("clerk"))
    assert (contact.name, contact.phone) == (KIN, KIN_PHONE)
    assert ReadLog.objects.filter(purpose="核对来电", branch_code=ground.branch.code).count() == 2
    with pytest.raises(NotAllowed):
        reveal_kin(page=page, purpose="核对来电", actor=ground.person("head"))
    with pytest.raises(NotFound):
        reveal_kin(page=page, purpose="核对来电", actor=ground.person("stranger"))


def test_kin_who_wish_to_be_asked_and_no_others_stand_on_the_list(ground: Ground) -> None:
    asked, silent, gone = published(ground), published(ground, invites=False), published(ground)
    take_down_page(page_id=gone.pk, reason="phone", actor=ground.person("clerk"))
    found = invited_kin(purpose="清明邀请", actor=ground.person("coordinator"))
    assert [(page.pk, contact.phone) for page, contact in found] == [(asked.pk, KIN_PHONE)]
    assert silent.pk not in {page.pk for page, _contact in found}
    assert invited_kin(purpose="清明邀请", actor=ground.person("stranger")) == []
    assert invited_kin(purpose="清明邀请", actor=ground.person("head")) == []


def test_days_of_death_come_round(ground: Ground) -> None:
    soon = today() + datetime.timedelta(days=10)
    near = published(ground, said=content(died_on=(soon - datetime.timedelta(days=366)).replace(day=min(soon.day, 28))))
    published(ground, said=content(died_on=today() - datetime.timedelta(days=200)))
    found = coming_days(actor=ground.person("clerk"), days=60)
    assert [one.page.pk for one in found] == [near.pk]
    assert found[0].invites
    assert coming_days(actor=ground.person("stranger"), days=60) == []


def test_a_page_is_found_by_its_name_in_ones_own_branches_alone(ground: Ground) -> None:
    page = published(ground)
    assert [one.pk for one in find_pages(name=f" {NAME} ", actor=ground.person("clerk"))] == [page.pk]
    assert find_pages(name=NAME[:3], actor=ground.person("clerk")) == []
    assert find_pages(name=NAME, actor=ground.person("stranger")) == []
    assert not AuditEvent.objects.filter(object_key__contains=NAME).exists()
    # Each look-up stands in the trail of the branch that was searched.
    told = AuditEvent.objects.filter(verb="registries.memorial_page.looked_up").order_by("pk")
    assert list(told.values_list("branch_code", flat=True)) == [
        ground.branch.code, ground.branch.code, ground.elsewhere.code,
    ]  # fmt: skip


def test_who_may_not_keep_remembrance_writes_nothing(ground: Ground) -> None:
    with pytest.raises(NotFound):
        write_page(draft=draft(ground), actor=ground.person("stranger"))
    with pytest.raises(NotAllowed):
        write_page(draft=draft(ground), actor=ground.person("supervisor"))


def test_a_content_goes_through_its_sealed_form_unchanged(ground: Ground) -> None:
    said: Any = content(text="一\n二“三”")
    assert content_of(said.name, said.as_text()) == said
    assert StoredFile.objects.count() == 0
