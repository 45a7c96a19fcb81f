"""What a dead person declared in life, found by document in every branch; a refusal binds everybody."""

from __future__ import annotations

import datetime
import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _

from core.clock import SHANGHAI, today
from core.sealed import matching, open_for_work
from registries.choices import SINGLE_ORGANS, Item, Stance, WishStatus
from registries.choices.cases import Basis, CaseStatus, CaseVerb, ExitReason
from registries.errors import WrongState
from registries.models import Case, CaseEvent, CasePerson, Registrant, Wish
from registries.services.cases.moving import last_day, move_case, note_case
from registries.services.cases.scope import ask_for, asked_items, single_items

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Said:
    """What was declared in life, by item: refused, willing, and what is doubtful and to be checked on paper.

    `registrant` is the key of who said yes last; `wishes` are the ids of the declarations that say yes, oldest first;
    `known_at` is when the last of all was registered.
    """

    refused: frozenset[str] = frozenset()
    willing: frozenset[str] = frozenset()
    doubtful: frozenset[str] = frozenset()
    registrant: str = ""
    wishes: tuple[int, ...] = ()
    known_at: datetime.datetime | None = None


@dataclass(frozen=True)
class _Word:
    """One declaration about one item; unsure where its day or its end does not fit the death."""

    signed_on: datetime.date
    is_yes: bool
    is_unsure: bool


def said_in_life(*, document_kind: str, document: str, died_on: datetime.date | None = None) -> Said:
    """What somebody declared that counts, whichever branch keeps it; opens wishes as work of the system.

    Those in force, and those that somebody ended from the day of death on: nobody takes back what a dead person said.
    Of an item the latest signature counts. Neither where nor the words go anywhere but into the answer. Source:
    人体器官捐献和移植条例 Art. 9.
    """
    people = Registrant.objects.unscoped("whether the dead person declared anything, wherever").filter(
        matching(Registrant, "document", document), document_kind=document_kind, destroyed_at=None
    )
    keys = {str(one) for one in people.values_list("row_key", flat=True)}
    if not keys:
        return Said()
    rows = Wish.objects.unscoped("whether the dead person declared anything, wherever").filter(
        matching(Wish, "registrant", *keys), _counts(died_on), destroyed_at=None
    )
    found = list(rows.order_by("signed_on", "pk"))
    # What another took the place of in life does not count beside it.
    gone = {one.replaces_id for one in found if not _is_unsure(one, died_on)}
    # Named by chance: a number would stand in the log of reading beside the case's.
    work = f"registries.cases:{uuid.uuid4()}"
    heard: dict[str, list[_Word]] = {}
    givers: list[tuple[Wish, frozenset[str]]] = []
    for wish in found:
        if wish.pk in gone:
            continue
        yes, no = _stances(open_for_work(wish, "content", work=work))
        for items, is_yes in ((yes, True), (no, False)):
            for item in items:
                heard.setdefault(item, []).append(_Word(wish.signed_on, is_yes, _is_unsure(wish, died_on)))
        givers.append((wish, yes))
    verdicts = {item: _verdict(words) for item, words in heard.items()}
    refused, willing, doubtful = (
        frozenset(item for item, verdict in verdicts.items() if verdict is wanted) for wanted in (False, True, None)
    )
    giving = [wish for wish, yes in givers if yes & willing]
    registrant = (open_for_work(giving[-1], "registrant", work=work) or "") if giving else ""
    known_at = max((one.registered_at for one in found), default=None)
    return Said(refused, willing, doubtful, registrant, tuple(one.pk for one in giving), known_at)


def heed_said(case: Case, *, actor: User, is_covered: bool = False, is_other_person: bool = False) -> bool:
    """Hold a locked case to what was declared in life; whether the step that was asked for must wait.

    Ends it where all that it asks for was refused, takes out what was, marks it where that is doubtful; the case says
    in `heeded` what was done. Nothing is asked of the family about a refusal, and nothing that it says counts (Art. 9).
    `is_covered`: raises WrongState where a wish in life is the basis and does not cover all, or the family is asked and
    one does. `is_other_person`: what was settled before was of somebody else. Without a document nobody is found.
    """
    said, asked = said_of(case), asked_items(case)
    left = asked - said.refused
    if not left:
        move_case(
            case,
            CaseStatus.REFUSED_IN_LIFE,
            on=max(today(), last_day(case)),
            verb="refusal_found",
            actor=actor,
            exit_reason=ExitReason.REFUSAL_FOUND,
        )
        return True
    if left != asked:
        _limit(case, left, actor=actor)
    if _is_doubtful(case, said, left, is_other_person=is_other_person, actor=actor):
        case.heeded = "doubtful"
        return True
    if left != asked:
        case.heeded = "limited"
        return True
    if is_covered:
        _require_cover(case, said, left)
    return False


def said_of(case: Case) -> Said:
    """What the person of a case declared in life; nothing where no document is written down."""
    person = CasePerson.objects.filter(case_id=case.pk).first()
    if person is None or person.document is None:
        return Said()
    document = open_for_work(person, "document", work=f"registries.cases:{uuid.uuid4()}") or ""
    return said_in_life(document_kind=person.document_kind, document=document, died_on=case.died_on)


def is_partly_willed(case: Case) -> bool:
    """Whether the dead person wished a part of what a case asks for; opens wishes as work of the system."""
    return bool(asked_items(case) & said_of(case).willing)


def is_in_doubt(case: Case) -> bool:
    """Whether what was declared in life is still to be checked on paper; one query."""
    newest = _newest_doubt(case)
    return newest is not None and newest.verb == CaseVerb.DOUBT_FOUND


def _counts(died_on: datetime.date | None) -> Q:
    condition = Q(status=WishStatus.IN_FORCE)
    if died_on is not None:
        condition |= Q(ended_at__gte=datetime.datetime.combine(died_on, datetime.time.min, SHANGHAI))
    return condition


def _is_unsure(wish: Wish, died_on: datetime.date | None) -> bool:
    """Whether a declaration was signed after the death, or withdrawn on its very day: before or after, who knows."""
    if died_on is None:
        return False
    if wish.status == WishStatus.WITHDRAWN and wish.ended_at is not None:
        return wish.ended_at.astimezone(SHANGHAI).date() <= died_on or wish.signed_on > died_on
    return wish.signed_on > died_on


def _stances(text: str | None) -> tuple[frozenset[str], frozenset[str]]:
    """The items to which a declaration says yes, and those to which it says no."""
    content = json.loads(text or "{}")
    items = frozenset(content.get("items", []))
    if content.get("stance") == Stance.REFUSE:
        return frozenset(), single_items(items)
    named = frozenset(content.get("refused", []))
    no = single_items(named)
    # "The kidney, and else no organ": what is named by itself beats what is said of all.
    if Item.ALL_ORGANS in named:
        no -= items & SINGLE_ORGANS
    return single_items(items) - no, no


def _verdict(words: list[_Word]) -> bool | None:
    """Yes or no by the latest signature; None where two of one day differ, or the latest is unsure."""
    if not any(one.is_yes for one in words) and any(not one.is_unsure for one in words):
        return False
    day = max(one.signed_on for one in words)
    latest = [one for one in words if one.signed_on == day]
    if any(one.is_unsure for one in latest) or len({one.is_yes for one in latest}) > 1:
        return None
    return latest[0].is_yes


def _limit(case: Case, items: frozenset[str], *, actor: User) -> None:
    """Take out of a case what was refused in life. Raises WrongState where it can be narrowed no more."""
    if (
        case.consented_on is not None
        and case.organs is not None
        and items & SINGLE_ORGANS != (asked_items(case) & SINGLE_ORGANS)
    ):
        raise WrongState(
            "organ_refused", _("查到本人生前不同意捐献其中的器官，已同意的项目不能再缩小：请办理“停办”后重新接报。")
        )
    columns = ask_for(case, items)
    case.save(update_fields=columns)
    note_case(case, "gift_limited", on=today(), actor=actor, fields=["kinds", "organs"])


def _is_doubtful(case: Case, said: Said, asked: frozenset[str], *, is_other_person: bool, actor: User) -> bool:
    """Whether something is to be checked on paper first; what is newly doubtful is marked, what no longer is, not."""
    newest = _newest_doubt(case)
    is_open = newest is not None and newest.verb == CaseVerb.DOUBT_FOUND
    if not said.doubtful & asked:
        if is_open:
            note_case(case, "doubt_settled", on=today(), actor=actor)
        return False
    if is_open:
        return True
    # What was settled is settled, unless more was registered since or it was of somebody else.
    is_settled = newest is not None and said.known_at is not None and said.known_at <= newest.at
    if is_settled and not is_other_person:
        return False
    note_case(case, "doubt_found", on=today(), actor=actor)
    return True


def _newest_doubt(case: Case) -> CaseEvent | None:
    verbs = (CaseVerb.DOUBT_FOUND, CaseVerb.DOUBT_SETTLED)
    found: CaseEvent | None = case.events.filter(verb__in=verbs).order_by("-pk").first()
    return found


def _require_cover(case: Case, said: Said, asked: frozenset[str]) -> None:
    """Raises WrongState where the wish on which a case rests covers it no longer; one on paper is not kept here.

    And where the family is asked of what the dead person wished: it may have been found or registered since.
    """
    if case.basis != Basis.WISH:
        if case.status == CaseStatus.FAMILY_DECIDING and asked <= said.willing:
            raise WrongState("wish_found", _("查到本人生前愿意捐献这些项目，不由家属决定：请重新核定依据。"))
        return
    if asked <= said.willing:
        return
    if not CasePerson.objects.filter(case_id=case.pk, registrant__isnull=False).exists():
        return
    if case.consented_on is None:
        raise WrongState("wish_does_not_cover", _("本人生前的登记没有覆盖全部项目：请重新核定依据，或减少捐献项目。"))
    raise WrongState(
        "wish_does_not_cover", _("本人生前的登记已不覆盖这些项目，不能继续：请办理“停办”后重新接报，核定依据。")
    )
