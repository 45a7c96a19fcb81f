"""A family wants less of what it signed for: the page stays, follows at once, and never shows more again."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from core.errors import NotAllowed, NotFound
from core.models import ReadLog
from registries.choices.memorial import NARROWING
from registries.errors import RegistryError, WrongState
from registries.models import MemorialConsent, MemorialMessage, MemorialStep
from registries.services.memorial.consent import correct_kin_phone, may_narrow, narrow_consent
from registries.services.memorial.messages import approve_message
from registries.services.memorial.pages import submit_page, take_down_page
from registries.services.memorial.reading import invited_kin, reveal_consent_paper, reveal_kin
from registries.services.memorial.showing import public_page, public_portrait
from tests.registries.ground import Ground
from tests.registries.memorial_ground import KIN_PHONE, NAME, left, published, shown_message, written


def test_a_family_that_wants_no_more_invitations_keeps_its_page(ground: Ground) -> None:
    page, clerk = published(ground), ground.person("clerk")
    assert len(invited_kin(purpose="邀请", actor=clerk)) == 1
    narrow_consent(page_id=page.pk, fewer=["invites"], actor=clerk)
    assert invited_kin(purpose="邀请", actor=clerk) == []
    assert public_page(page.code)[1].name == NAME
    step = MemorialStep.objects.filter(page=page).latest("pk")
    assert (step.verb, step.reason, step.actor) == ("narrowed", "invites", clerk)
    assert "不再邀请参加缅怀活动" in step.said


def test_what_a_family_consents_to_no_more_is_gone_from_the_page_at_once(ground: Ground) -> None:
    page = published(ground)
    before = public_page(page.code)[1]
    assert before.text and before.born_on and before.has_portrait and before.takes_messages  # noqa: PT018
    narrow_consent(page_id=page.pk, fewer=list(NARROWING), actor=ground.person("clerk"))
    after = public_page(page.code)[1]
    assert (after.text, after.born_on, after.died_on, after.has_portrait, after.takes_messages) == (
        "", None, None, False, False,
    )  # fmt: skip
    with pytest.raises(NotFound):
        public_portrait(page.code)
    assert may_narrow(MemorialConsent.objects.get(page=page)) == []
    with pytest.raises(RegistryError, match="不再同意"):
        narrow_consent(page_id=page.pk, fewer=["invites"], actor=ground.person("clerk"))


def test_without_messages_those_that_are_there_are_declined_and_none_is_approved(ground: Ground) -> None:
    page, clerk = published(ground), ground.person("clerk")
    seen, waiting = shown_message(ground, page), left(page)
    narrow_consent(page_id=page.pk, fewer=["takes_messages"], actor=clerk)
    rows = MemorialMessage.objects.unscoped("test").filter(pk__in=[seen.pk, waiting.pk])
    assert set(rows.values_list("status", flat=True)) == {"declined"}
    assert MemorialStep.objects.filter(message__in=rows, verb="declined", reason="family").count() == 2
    with pytest.raises(NotFound):
        left(page)
    other = published(ground)
    late = left(other)
    MemorialConsent.objects.filter(page=other).update(takes_messages=False)
    with pytest.raises(WrongState, match="不接受留言"):
        approve_message(message_id=late.pk, actor=clerk)


def test_the_database_lets_a_consent_become_less_and_never_more(ground: Ground) -> None:
    page = published(ground)
    rows = MemorialConsent.objects.filter(page=page)
    for name in NARROWING:
        rows.update(**{name: False})
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**{name: True})
    other = published(ground)
    take_down_page(page_id=other.pk, reason="phone", actor=ground.person("clerk"))
    for change in ({"invites": False}, {"kin_phone": rows.get().kin_phone}):
        with pytest.raises(DatabaseError), transaction.atomic():
            MemorialConsent.objects.filter(page=other).update(**change)
    with pytest.raises(WrongState):
        narrow_consent(page_id=other.pk, fewer=["invites"], actor=ground.person("clerk"))


def test_the_telephone_of_who_signed_is_put_right_by_who_may_see_it(ground: Ground) -> None:
    page, clerk = published(ground), ground.person("clerk")
    with pytest.raises(NotAllowed):
        correct_kin_phone(page_id=page.pk, phone="13700000009", actor=ground.person("head"))
    with pytest.raises(RegistryError):
        correct_kin_phone(page_id=page.pk, phone="1", actor=clerk)
    correct_kin_phone(page_id=page.pk, phone="137 0000 0009", actor=clerk)
    page.consent.refresh_from_db()
    assert reveal_kin(page=page, purpose="核对来电", actor=clerk).phone == "13700000009" != KIN_PHONE
    assert MemorialStep.objects.filter(page=page, verb="kin_phone_corrected", actor=clerk).exists()


def test_who_does_not_keep_remembrance_there_makes_no_consent_less(ground: Ground) -> None:
    page = published(ground)
    for login, refused in (("stranger", NotFound), ("supervisor", NotAllowed)):
        with pytest.raises(refused):
            narrow_consent(page_id=page.pk, fewer=["invites"], actor=ground.person(login))


def test_the_paper_is_opened_to_who_reads_registrants_and_to_who_has_it_to_approve(ground: Ground) -> None:
    page, head = written(ground), ground.person("head")
    with pytest.raises(NotAllowed):
        reveal_consent_paper(page=page, purpose="看看", actor=head)
    page = submit_page(page_id=page.pk, actor=ground.person("clerk"))
    reveal_consent_paper(page=page, purpose="送审核对", actor=head)
    assert ReadLog.objects.filter(purpose="送审核对", reader_login="head").count() == 1
    reveal_consent_paper(page=page, purpose="核对来电", actor=ground.person("clerk"))
    with pytest.raises(NotAllowed):
        reveal_consent_paper(page=published(ground), purpose="看看", actor=head)
