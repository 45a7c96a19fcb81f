"""Ways to give, agreements, letters and changes of use: two people, what is in force stands, sixty full days."""

import datetime
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st

from core.clock import SHANGHAI, frozen_at
from core.errors import Conflict, DomainError, NotAllowed
from core.models import PublicRecord
from donations.checks import all_checks
from donations.choices import CHANGE_TRANSITIONS, TERMS_TRANSITIONS, ChangeStatus, TermsStatus
from donations.errors import NotReady
from donations.models import Agreement, ChangeOfUse, GivingChannel
from donations.services.appeals import agreements, changes, channels
from donations.services.appeals.papers import keep_letter
from ledger.checks import all_checks as ledger_checks
from ledger.models import Entry, Fund
from ledger.selectors.balances import fund_balances
from tests.donations.appeals import AGREED, BANK, make_campaign, make_channel, picture
from tests.donations.ground import Ground

NOTE = "原项目已完成，拟用于日常人道救助。"


def go_terms(ground: Ground, subject: Any, to_status: str) -> None:
    """The step of the services that leads to a state."""
    is_channel = isinstance(subject, GivingChannel)
    module: Any = channels if is_channel else agreements
    noun = "channel" if is_channel else "agreement"
    known: dict[str, Any] = {f"{noun}_id": subject.pk}
    if to_status == TermsStatus.SUBMITTED:
        getattr(module, f"submit_{noun}")(actor=ground.clerk, **known)
    elif to_status == TermsStatus.DRAFT:
        getattr(module, f"return_{noun}")(reason="请补充", actor=ground.approver, **known)
    elif to_status == TermsStatus.IN_FORCE:
        known |= {"account_again": BANK["account_number"]} if is_channel else {}
        getattr(module, f"approve_{noun}")(actor=ground.approver, **known)
    elif to_status == TermsStatus.ENDED:
        getattr(module, f"end_{noun}")(reason="不再使用", actor=ground.approver, **known)
    else:
        getattr(module, f"drop_{noun}")(reason="写错了", actor=ground.clerk, **known)


TERMS_WAYS = {
    "draft": [],
    "submitted": ["submitted"],
    "in_force": ["submitted", "in_force"],
    "ended": ["submitted", "in_force", "ended"],
    "dropped": ["dropped"],
}


@pytest.mark.django_db
@pytest.mark.parametrize("what", ["channel", "agreement"])
@pytest.mark.parametrize(("start", "end"), list(product(TermsStatus.values, TermsStatus.values)))
def test_terms_move_only_as_the_table_says(ground: Ground, what: str, start: str, end: str) -> None:
    subject: Any
    if what == "channel":
        subject = channels.draft_channel(branch=ground.jiande, values=BANK, actor=ground.clerk)
    else:
        subject = agreements.draft_agreement(branch=ground.jiande, values=AGREED, actor=ground.clerk, upload=picture())
    for one in TERMS_WAYS[start]:
        go_terms(ground, subject, one)
    if end in TERMS_TRANSITIONS[start]:
        go_terms(ground, subject, end)
    else:
        with pytest.raises(DomainError):
            go_terms(ground, subject, end)
    fresh = type(subject).objects.unscoped("test").get(pk=subject.pk)
    assert fresh.status == (end if end in TERMS_TRANSITIONS[start] else start)


@pytest.mark.django_db
@pytest.mark.parametrize("column", ["account_number", "payee", "bank_name", "url", "kind"])
def test_an_account_in_force_is_not_changed_by_anybody(ground: Ground, column: str) -> None:
    channel = make_channel(ground.jiande, ground.clerk, ground.approver)
    with pytest.raises(DatabaseError, match="terms stand"), transaction.atomic():
        GivingChannel.objects.unscoped("test").filter(pk=channel.pk).update(**{column: "goods"})
    with pytest.raises(DatabaseError), transaction.atomic():
        GivingChannel.objects.unscoped("test").filter(pk=channel.pk).delete()


@pytest.mark.django_db
def test_an_account_in_force_has_its_record_in_the_log(ground: Ground) -> None:
    channel = make_channel(ground.jiande, ground.clerk, ground.approver)
    record = PublicRecord.objects.get(kind="giving_channel", object_id=channel.pk)
    assert BANK["account_number"] in record.record
    assert len(channel.record_sha256) == 64


@pytest.mark.django_db
def test_whoever_wrote_an_account_does_not_put_it_in_force(ground: Ground) -> None:
    channel = channels.draft_channel(branch=ground.jiande, values=BANK, actor=ground.clerk)
    channels.submit_channel(channel_id=channel.pk, actor=ground.clerk)
    with pytest.raises(NotAllowed):
        channels.approve_channel(channel_id=channel.pk, account_again=BANK["account_number"], actor=ground.clerk)
    with pytest.raises(DatabaseError), transaction.atomic():
        GivingChannel.objects.unscoped("test").filter(pk=channel.pk).update(approved_by=ground.clerk)


@pytest.mark.django_db
def test_a_new_version_ends_the_one_it_replaces(ground: Ground) -> None:
    old = make_channel(ground.jiande, ground.clerk, ground.approver)
    values = {**BANK, "account_number": "4400 0000 0000 0000 027"}
    new = channels.draft_channel(branch=ground.jiande, values=values, actor=ground.clerk, replaces=old)
    channels.submit_channel(channel_id=new.pk, actor=ground.clerk)
    channels.approve_channel(channel_id=new.pk, account_again=values["account_number"], actor=ground.approver)
    old.refresh_from_db()
    assert (old.status, old.ended_at is not None) == ("ended", True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"account_number": ""}, "account_number"),
        ({"account_number": "账号"}, "account_number"),
        ({"kind": "foreign", "swift": "abc", "currency": "USD"}, "swift"),
        ({"kind": "platform", "url": "http://platform.example.org/"}, "url"),
        ({"kind": "goods"}, "address"),
    ],
)
def test_a_way_to_give_says_what_is_missing(ground: Ground, over: dict[str, Any], field: str) -> None:
    with pytest.raises(DomainError) as refusal:
        channels.draft_channel(branch=ground.jiande, values={**BANK, **over}, actor=ground.clerk)
    assert field in refusal.value.fields


def make_agreement(ground: Ground, **over: Any) -> Agreement:
    made = agreements.draft_agreement(
        branch=ground.jiande, values={**AGREED, **over}, actor=ground.clerk, upload=picture()
    )
    agreements.submit_agreement(agreement_id=made.pk, actor=ground.clerk)
    return agreements.approve_agreement(agreement_id=made.pk, actor=ground.approver)


@pytest.mark.django_db
def test_an_agreement_without_its_text_is_not_submitted(ground: Ground) -> None:
    made = agreements.draft_agreement(branch=ground.jiande, values=AGREED, actor=ground.clerk)
    with pytest.raises(DomainError) as refusal:
        agreements.submit_agreement(agreement_id=made.pk, actor=ground.clerk)
    assert "document" in refusal.value.fields


@pytest.mark.django_db
def test_a_natural_person_stands_in_an_agreement_by_the_masked_name(ground: Ground) -> None:
    made = make_agreement(ground, giver_name="示例甲乙", giver_kind="person")
    assert "甲乙" not in made.display_name
    assert make_agreement(ground, title="示例第二项目").display_name == "示例科技有限公司"


@pytest.mark.django_db
def test_a_large_gift_is_submitted_only_with_a_letter_or_an_agreement(ground: Ground, settings: Any) -> None:
    settings.LETTER_FROM_YUAN = 1000
    batch = ground.counter(("示例甲乙", "999.99"), ("示例丙丁", "1000.00"))
    with pytest.raises(NotReady, match="第 2 行"):
        ground.submit(batch)
    keep_letter(batch_id=batch.pk, row_number=2, upload=picture(), actor=ground.clerk)
    assert len(list(ground.gifts(ground.post(batch)))) == 2
    with pytest.raises(DatabaseError), transaction.atomic():
        batch.letters.all().delete()


@pytest.mark.django_db
def test_an_agreed_fund_takes_large_gifts_without_a_letter(ground: Ground, settings: Any) -> None:
    settings.LETTER_FROM_YUAN = 1000
    ground.fund = make_agreement(ground).fund
    assert len(ground.posted(("示例科技有限公司", "2000000"))) == 1


@pytest.mark.django_db
def test_gifts_of_old_lists_need_no_letter(ground: Ground, settings: Any) -> None:
    settings.LETTER_FROM_YUAN = 10
    settings.LETTER_SINCE = datetime.date(2026, 1, 6)
    assert len(ground.posted(("示例甲乙", "500"))) == 1


def restricted(ground: Ground) -> Fund:
    """A campaign's fund with 100 yuan in it."""
    campaign = make_campaign(ground.jiande, ground.clerk, ground.approver)
    fund: Fund = campaign.campaign_funds.select_related("fund__branch").get().fund
    ground.fund, usual = fund, ground.fund
    ground.posted(("示例甲乙", "100"))
    ground.fund = usual
    return fund


def draft(ground: Ground, source: Fund, basis: str, **over: Any) -> ChangeOfUse:
    terms = changes.ChangeTerms(
        source=source,
        target=ground.fund,
        amount=over.pop("amount", Decimal("40.00")),
        basis=basis,
        reason="示例理由",
        public_note=NOTE,
        consent_on=datetime.date(2026, 1, 3) if basis == "consent" else None,
    )
    return changes.draft_change(terms=terms, actor=ground.clerk, upload=picture() if basis == "consent" else None)


def go_change(ground: Ground, change: ChangeOfUse, to_status: str) -> None:
    known = {"change_id": change.pk}
    if to_status == ChangeStatus.SUBMITTED:
        changes.submit_change(actor=ground.clerk, **known)
    elif to_status == ChangeStatus.DRAFT:
        changes.return_change(reason="请补充", actor=ground.approver, **known)
    elif to_status == ChangeStatus.NOTICE:
        changes.publish_notice(actor=ground.approver, **known)
    elif to_status == ChangeStatus.POSTED:
        changes.approve_change(actor=ground.approver, **known)
    elif to_status == ChangeStatus.STOPPED:
        changes.stop_change(reason="异议成立", actor=ground.approver, **known)
    else:
        changes.drop_change(reason="写错了", actor=ground.clerk, **known)


CHANGE_WAYS = {
    "draft": [],
    "submitted": ["submitted"],
    "notice": ["submitted", "notice"],
    "posted": ["submitted", "notice", "posted"],
    "stopped": ["submitted", "notice", "stopped"],
    "dropped": ["dropped"],
}


@pytest.mark.django_db
@pytest.mark.parametrize(("start", "end"), list(product(ChangeStatus.values, ChangeStatus.values)))
def test_a_change_of_use_moves_only_as_the_table_says(ground: Ground, start: str, end: str) -> None:
    began = datetime.datetime(2026, 2, 1, 9, tzinfo=SHANGHAI)
    with frozen_at(began):
        change = draft(ground, restricted(ground), "notice")
        for one in [name for name in CHANGE_WAYS[start] if name != "posted"]:
            go_change(ground, change, one)
    with frozen_at(began + datetime.timedelta(days=61)):
        if start == "posted":
            go_change(ground, change, "posted")
        # Without a notice nothing is posted on one, whatever the table says.
        can = end in CHANGE_TRANSITIONS[start] and (start, end) != ("submitted", "posted")
        if can:
            go_change(ground, change, end)
        else:
            with pytest.raises(DomainError):
                go_change(ground, change, end)
    assert ChangeOfUse.objects.unscoped("test").get(pk=change.pk).status == (end if can else start)


@pytest.mark.django_db
def test_a_change_on_consent_is_posted_at_once_and_the_books_hold(ground: Ground) -> None:
    source = restricted(ground)
    change = draft(ground, source, "consent")
    changes.submit_change(change_id=change.pk, actor=ground.clerk)
    with pytest.raises(NotAllowed):
        changes.approve_change(change_id=change.pk, actor=ground.clerk)
    posted = changes.approve_change(change_id=change.pk, actor=ground.approver)
    assert [one.money for one in fund_balances([source, ground.fund])] == [60, 40]
    entry = Entry.objects.unscoped("test").get(pk=posted.entry_id)
    assert (entry.basis, entry.document) == ("consent", change.number)
    assert {name: rows for name, rows in {**ledger_checks(), **all_checks()}.items() if rows} == {}


@pytest.mark.django_db
def test_a_change_without_the_givers_paper_is_not_submitted(ground: Ground) -> None:
    terms = changes.ChangeTerms(restricted(ground), ground.fund, Decimal(1), "consent", "示例理由", NOTE)
    change = changes.draft_change(terms=terms, actor=ground.clerk)
    with pytest.raises(DomainError) as refusal:
        changes.submit_change(change_id=change.pk, actor=ground.clerk)
    assert "consent_on" in refusal.value.fields


@pytest.mark.django_db
def test_the_sixty_days_are_full_days(ground: Ground) -> None:
    began = datetime.datetime(2026, 2, 1, 23, 59, tzinfo=SHANGHAI)
    with frozen_at(began):
        change = draft(ground, restricted(ground), "notice")
        go_change(ground, change, "submitted")
        go_change(ground, change, "notice")
    # Published on 1 February; 2 February is the first full day and 2 April the sixtieth.
    with (
        frozen_at(datetime.datetime(2026, 4, 2, 23, 59, tzinfo=SHANGHAI)),
        pytest.raises(DomainError, match="2026-04-03"),
    ):
        go_change(ground, change, "posted")
    with frozen_at(datetime.datetime(2026, 4, 3, 0, 0, tzinfo=SHANGHAI)):
        go_change(ground, change, "posted")


@given(day=st.dates(datetime.date(2000, 1, 1), datetime.date(2100, 1, 1)))
def test_between_publication_and_posting_lie_sixty_whole_days(day: datetime.date) -> None:
    until = ChangeOfUse(notice_on=day).notice_until
    assert until is not None
    whole = [day + datetime.timedelta(days=n) for n in range(1, 100) if day < day + datetime.timedelta(days=n) <= until]
    assert len(whole) == 60


@pytest.mark.django_db
def test_an_unanswered_objection_stops_the_change(ground: Ground) -> None:
    began = datetime.datetime(2026, 2, 1, 9, tzinfo=SHANGHAI)
    with frozen_at(began):
        change = draft(ground, restricted(ground), "notice")
        go_change(ground, change, "submitted")
        go_change(ground, change, "notice")
        raised = changes.record_objection(
            change_id=change.pk, received_on=datetime.date(2026, 2, 1), text="示例异议", actor=ground.clerk
        )
    with frozen_at(began + datetime.timedelta(days=61)):
        with pytest.raises(DomainError, match="异议"):
            go_change(ground, change, "posted")
        changes.answer_objection(objection_id=raised.pk, answer="示例答复", actor=ground.approver)
        with pytest.raises(Conflict):
            changes.answer_objection(objection_id=raised.pk, answer="另一答复", actor=ground.approver)
        go_change(ground, change, "posted")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        type(raised).objects.filter(pk=raised.pk).update(answer="改写")


@pytest.mark.django_db
def test_more_than_the_fund_holds_is_not_changed(ground: Ground) -> None:
    change = draft(ground, restricted(ground), "consent", amount=Decimal("100.01"))
    changes.submit_change(change_id=change.pk, actor=ground.clerk)
    with pytest.raises(DomainError):
        changes.approve_change(change_id=change.pk, actor=ground.approver)
    assert ChangeOfUse.objects.unscoped("test").get().status == "submitted"
