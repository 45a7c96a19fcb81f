"""Wishes: registered, handed over to the national system, changed by a new one, withdrawn at once."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now, today
from core.numbers import take_number
from core.sealed import holds, matching, open_for_work, seal_into
from organizations.choices import Right
from organizations.permissions import require
from registries.choices import WISH_CONSENTS, WISH_TRANSITIONS, Channel, ConsentSubject, WishStatus
from registries.choices.papers import ReferenceReason
from registries.errors import RegistryError, WrongState
from registries.models import Registrant, Wish, WishEvent
from registries.services.consents import (
    check_consents,
    consents_in_force,
    give_consents,
    take_back_consents,
)
from registries.services.contacts import cancel_contacts, carry_contacts
from registries.services.departed import died_among
from registries.services.evidence import attach_paper
from registries.services.form_keys import hold_key, sent_before
from registries.services.registrants import Person, check_person, registrant_of, write_registrant
from registries.services.telling import tell_withdrawn
from registries.services.wish_content import WishContent, check_content

if TYPE_CHECKING:
    from accounts.models import User
    from core.models import StoredFile
    from organizations.models import Branch

LETTER = "Y"
# Forms are taken down within weeks; an older date is a slip of the keyboard.
OLDEST_SIGNATURE = datetime.timedelta(days=3660)
LONGEST_REFERENCE = 60


@dataclass(frozen=True)
class Registration:
    """A form as it was signed: who, what, how, on which day, with which consents.

    `key` is the form's own, `paper` a picture of it (services/evidence.py).
    """

    branch: Branch
    person: Person
    content: WishContent
    channel: str
    signed_on: datetime.date
    consents: frozenset[str]
    key: uuid.UUID = field(default_factory=uuid.uuid4)
    paper: StoredFile | None = None


def register_wish(*, registration: Registration, actor: User) -> Wish:
    """Register what somebody declared; said twice with one key, it is the first one. Locks the registrant.

    Raises RegistryError with fields, WrongState where this person has a wish in force here, which is then changed.
    """
    with transaction.atomic():
        require(actor, Right.KEEP_REGISTRIES, registration.branch)
        hold_key(registration.key)
        if first := _sent_before(registration):
            return first
        content = _checked(registration.content, registration.channel, registration.signed_on, registration.branch)
        given = check_consents(registration.consents)
        person = check_person(registration.person, signed_on=registration.signed_on)
        registrant = write_registrant(
            branch=registration.branch, checked=person, key=registration.person.key, actor=actor
        )
        if wish_in_force(registrant) is not None:
            raise WrongState(
                "wish_there", _("这个人在本会已有一份有效的登记，请用证件号码找到它，办理“变更”或“撤回”。")
            )
        give_consents(registrant, given, channel=registration.channel, actor=actor)
        row = _new(registration.branch, registrant, content, key=registration.key, actor=actor)
        row.channel, row.signed_on = registration.channel, registration.signed_on
        row.save(force_insert=True)
        _note(row, "", "registered", channel=row.channel, actor=actor)
        attach_paper(row, registration.paper, actor=actor)
    return row


def change_wish(
    *,
    wish_id: int,
    content: WishContent,
    channel: str,
    signed_on: datetime.date,
    key: uuid.UUID,
    actor: User,
    paper: StoredFile | None = None,
) -> Wish:
    """Put a new declaration into the place of one in force; both stay. Locks the registrant, then the wish.

    Raises RegistryError with fields, also for a form signed before the one in force, WrongState, also where the person
    died. Source: 宁波市遗体捐献条例 Art. 10.
    """
    with transaction.atomic():
        registrant, old = lock_wish(wish_id)
        require(actor, Right.KEEP_REGISTRIES, old.branch)
        if first := sent_before(Wish.objects.unscoped("the same form sent twice"), key, replaces_id=old.pk):
            return first
        checked = _checked(content, channel, signed_on, old.branch)
        _require_newer(old, signed_on)
        _require_alive(registrant, actor)
        move_wish(old, WishStatus.REPLACED, verb="changed", channel=channel, actor=actor)
        row = _new(old.branch, registrant, checked, key=key, actor=actor)
        row.channel, row.signed_on, row.replaces = channel, signed_on, old
        row.is_known_there = old.is_there
        row.save(force_insert=True)
        _note(row, "", "registered", channel=channel, actor=actor)
        carry_contacts(from_about=old, to_about=row, actor=actor)
        attach_paper(row, paper, actor=actor)
    return row


def withdraw_wish(*, wish_id: int, channel: str, actor: User | None = None) -> Wish:
    """Withdraw a wish at once, with the consents that it rested on. Locks the registrant, then the wish.

    By staff in their branch, or (`actor` None) by the person, whose telephone and name the caller has seen proved. No
    reason is asked. Raises WrongState, also where the person died: nobody undoes then what they declared. Source:
    人体器官捐献和移植条例 Art. 9; 个人信息保护法 Art. 15.
    """
    with transaction.atomic():
        registrant, wish = lock_wish(wish_id)
        if actor is not None:
            require(actor, Right.KEEP_REGISTRIES, wish.branch)
        elif channel != Channel.ONLINE:
            raise ValueError("without a person of the staff only the person themselves withdraws, online")
        _require_alive(registrant, actor)
        move_wish(wish, WishStatus.WITHDRAWN, verb="withdrawn", channel=channel, actor=actor)
        take_back_consents(registrant, WISH_CONSENTS, channel=channel, actor=actor)
        # In no work list a second later.
        cancel_contacts(about=wish, actor=actor)
        tell_withdrawn(registrant, wish.number)
    return wish


def hand_over_wish(*, wish_id: int, reference: str, on: datetime.date, actor: User) -> Wish:
    """Write down the number that the national system gave a wish in force, once. Locks it.

    Raises RegistryError with fields, where the person did not consent to it as well, WrongState. Source:
    人体器官捐献和移植条例 Art. 13.
    """
    number = "".join(reference.split())
    faults = {}
    if not 4 <= len(number) <= LONGEST_REFERENCE:
        faults["reference"] = _("请填写全国系统给出的登记号。")
    if on > today():
        faults["on"] = _("日期不能晚于今天。")
    if faults:
        raise RegistryError("hand_over_incomplete", _("还不完整，请按提示填写。"), faults)
    with transaction.atomic():
        registrant, wish = lock_wish(wish_id)
        require(actor, Right.KEEP_REGISTRIES, wish.branch)
        if wish.status != WishStatus.IN_FORCE or wish.reference is not None:
            raise WrongState("wish_not_to_hand_over", _("这份登记已报送过，或已变更、撤回，不能再报送。"))
        if on < wish.signed_on:
            sentence = _("报送日期不能早于签字日期。")
            raise RegistryError("hand_over_early", sentence, {"on": sentence})
        if ConsentSubject.TRANSFER not in consents_in_force(registrant):
            raise RegistryError("transfer_not_consented", _("本人没有同意报送全国登记系统，不能报送。"))
        columns = seal_into(wish, reference=number)
        wish.handed_over_on, wish.is_known_there = on, True
        wish.save(update_fields=[*columns, "handed_over_on", "is_known_there"])
        _note(wish, wish.status, "handed_over", channel=wish.channel, actor=actor)
    return wish


def note_withdrawn_there(*, wish_id: int, on: datetime.date, actor: User) -> Wish:
    """Write down once on which day a wish was withdrawn in the national system too. Locks it.

    One that was withdrawn here, or whose person took the consent to the hand-over back. Raises RegistryError with
    fields, WrongState where it does not stand there. Source: 人体器官捐献和移植条例 Arts. 9, 13;
    个人信息保护法 Art. 15.
    """
    with transaction.atomic():
        rows = Wish.objects.unscoped("lock of one known wish").select_related("branch")
        wish: Wish = rows.select_for_update(of=("self",)).get(pk=wish_id)
        require(actor, Right.KEEP_REGISTRIES, wish.branch)
        if not (wish.stands_there or stands_unwanted(wish)):
            raise WrongState("wish_not_there", _("这份登记不在待全国系统撤回之列，或已由他人记下，请刷新页面查看。"))
        # It may have been withdrawn there first.
        if not wish.signed_on <= on <= today():
            sentence = _("日期不能早于签字日期，也不能晚于今天。")
            raise RegistryError("withdrawn_there_wrong", sentence, {"on": sentence})
        wish.withdrawn_there_on = on
        wish.save(update_fields=["withdrawn_there_on"])
        _note(wish, wish.status, "withdrawn_there", channel=Channel.COUNTER, actor=actor)
    return wish


def stands_unwanted(wish: Wish) -> bool:
    """Whether a wish in force stands in the national system although its person took the consent to that back."""
    if wish.status != WishStatus.IN_FORCE or not wish.is_there:
        return False
    return ConsentSubject.TRANSFER not in consents_in_force(registrant_of(wish))


def correct_reference(*, wish_id: int, reference: str, reason: str, actor: User) -> bool:
    """Put right the number that the national system gave; whether it is another than before. Locks the wish.

    The event says why and neither number. Raises RegistryError with fields, WrongState where there is none to correct.
    Source: 个人信息保护法 Art. 46.
    """
    number, faults = "".join(reference.split()), {}
    if not 4 <= len(number) <= LONGEST_REFERENCE:
        faults["reference"] = _("请填写全国系统给出的登记号。")
    if reason not in ReferenceReason.values:
        faults["reason"] = _("请选择更正原因。")
    if faults:
        raise RegistryError("reference_incomplete", _("还不完整，请按提示填写。"), faults)
    with transaction.atomic():
        _registrant, wish = lock_wish(wish_id)
        require(actor, Right.KEEP_REGISTRIES, wish.branch)
        if wish.status != WishStatus.IN_FORCE or wish.reference is None:
            raise WrongState("no_reference", _("这份登记没有全国系统登记号，或已变更、撤回，不能更正。"))
        if open_for_work(wish, "reference", work=f"registries.reference:{uuid.uuid4()}") == number:
            return False
        wish.save(update_fields=seal_into(wish, reference=number))
        _note(wish, wish.status, "reference_corrected", channel=Channel.COUNTER, actor=actor, reason=reason)
    return True


def wish_in_force(registrant: Registrant) -> Wish | None:
    """The wish of somebody that is in force in the branch that keeps them; one query, by the look-up key."""
    rows = Wish.objects.unscoped("of one registrant").filter(
        matching(Wish, "registrant", str(registrant.row_key)),
        branch_id=registrant.branch_id,
        status=WishStatus.IN_FORCE,
    )
    found: Wish | None = rows.first()
    return found


def _sent_before(registration: Registration) -> Wish | None:
    """The wish that this very form made. Raises WrongState for another person on a form that was used already."""
    rows = Wish.objects.unscoped("the same form sent twice").select_related("branch")
    first: Wish | None = rows.filter(key=registration.key).first()
    if first is None:
        return None
    if not holds(registrant_of(first), "document", registration.person.document):
        raise WrongState("form_used", _("这张表单已登记过另一个人（浏览器退回的旧页面），请重新打开“录入登记表”再录。"))
    return first


def _checked(content: WishContent, channel: str, signed_on: datetime.date, branch: Branch) -> WishContent:
    if channel not in Channel.values or channel == Channel.ONLINE:
        sentence = _("请选择办理方式；书面登记须本人签字，不能网上办理。")
        raise RegistryError("channel_wrong", sentence, {"channel": sentence})
    if not today() - OLDEST_SIGNATURE <= signed_on <= today():
        sentence = _("签字日期不能晚于今天，也不能早于十年前。")
        raise RegistryError("signed_on_wrong", sentence, {"signed_on": sentence})
    return check_content(content, channel=channel, place=branch.code)


def _require_newer(old: Wish, signed_on: datetime.date) -> None:
    """What was signed last counts: an older form that was found again takes nothing's place."""
    if signed_on < old.signed_on:
        sentence = _("现在有效的登记签于 %(day)s，这份签得更早，不能用它变更；请核对签字日期。") % {
            "day": old.signed_on.isoformat()
        }
        raise RegistryError("signed_before", sentence, {"signed_on": sentence})


def _require_alive(registrant: Registrant, actor: User | None) -> None:
    """Whoever died neither changes nor withdraws, whoever holds their telephone; online not even that is told.

    As a case says with the document: whoever lives withdraws at once, whatever a branch was told of them.
    """
    if not died_among([registrant], by_case_alone=True):
        return
    if actor is None:
        raise WrongState("wish_at_branch", _("这一步不能在网上办理，请联系登记单位。"))
    raise WrongState(
        "wish_departed",
        _(
            "捐献案例里记有本人去世的日期：生前的登记不能再变更或撤回，家人也不能代为办理。本人健在的，请先把案例改为误报。"
        ),
    )


def _new(branch: Branch, registrant: Registrant, content: WishContent, *, key: uuid.UUID, actor: User) -> Wish:
    row = Wish(
        **Wish.lineage_of(branch),
        key=key,
        number=take_number(branch.code, today().year, LETTER),
        status=WishStatus.IN_FORCE,
        registered_by=actor,
        registered_at=now(),
    )
    seal_into(row, registrant=str(registrant.row_key), content=content.as_text())
    return row


def lock_wish(wish_id: int) -> tuple[Registrant, Wish]:
    """The registrant and the wish, both locked, in the one order."""
    rows = Wish.objects.unscoped("lock of one known wish").select_related("branch")
    registrant = registrant_of(rows.get(pk=wish_id), lock=True)
    wish: Wish = rows.select_for_update(of=("self",)).get(pk=wish_id)
    return registrant, wish


def move_wish(wish: Wish, to_status: str, *, verb: str, channel: str, actor: User | None) -> None:
    """Move a locked wish, and note it. Raises WrongState where the table has no such step."""
    if to_status not in WISH_TRANSITIONS[wish.status]:
        raise WrongState(
            "wish_wrong_state",
            _("登记 %(number)s 现在是“%(now)s”，这一步已由他人办理或不能办理，请刷新页面查看。")
            % {"number": wish.number, "now": WishStatus(wish.status).label},
        )
    from_status, wish.status, wish.ended_at = wish.status, to_status, now()
    wish.save(update_fields=["status", "ended_at"])
    _note(wish, from_status, verb, channel=channel, actor=actor)


def _note(wish: Wish, from_status: str, verb: str, *, channel: str, actor: User | None, reason: str = "") -> None:
    WishEvent.objects.create(
        wish=wish,
        from_status=from_status,
        to_status=wish.status,
        verb=verb,
        channel=channel,
        actor=actor,
        reason=reason,
        at=now(),
    )
    record_audit(f"registries.wish.{verb}", actor=actor, obj=wish, branch_code=wish.branch.code)
