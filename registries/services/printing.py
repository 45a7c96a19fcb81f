"""Papers of a registration: the blank form, the card and the letter, as PDF; what is filled in is read and logged."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import SHANGHAI, now, today
from core.documents import DocumentKind
from core.printing.document import write_pdf
from core.printing.glyphs import printable
from core.sealed import reveal
from organizations.choices import Right
from organizations.permissions import require
from registries.choices import Executor, Item, Purpose, Sex, Stance, WishStatus
from registries.choices.papers import PrintKind
from registries.errors import RegistryError, WrongState
from registries.models import Wish
from registries.services.registrants import registrant_of
from registries.services.wish_content import content_lines, content_of

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Printed:
    """A PDF that is handed out and not kept, and what to call it."""

    content: bytes
    name: str


def print_blank_form() -> Printed:
    """Set the registration form to be filled in by hand. Source: 宁波市遗体捐献条例 Art. 11."""
    choices = {
        "stances": Stance.labels,
        "items": Item.labels,
        "purposes": Purpose.labels,
        "executors": Executor.labels,
        "sexes": Sex.labels,
        "documents": DocumentKind.labels,
    }
    return Printed(set_paper("form", choices, "blank"), "志愿登记表.pdf")


def is_fresh(wish: Wish, person: User) -> bool:
    """Whether somebody registered it today: they typed what is in it, and hand out the card to whom they have before
    them (宁波市遗体捐献条例 Art. 11).
    """
    return wish.registered_by_id == person.pk and wish.registered_at.astimezone(SHANGHAI).date() == today()


def print_wish(*, wish: Wish, kind: str, actor: User) -> Printed:
    """Set the card or the letter of a wish in force for its own person; name and wish are read for it and logged.

    Not in a transaction. Raises NotAllowed, WrongState for one that ended, RegistryError for the card of a refusal.
    Source: 宁波市遗体捐献条例 Art. 11.
    """
    require(actor, Right.KEEP_REGISTRIES if is_fresh(wish, actor) else Right.READ_WISHES, wish.branch)
    if wish.status != WishStatus.IN_FORCE:
        raise WrongState("wish_not_in_force", _("这份登记已变更或撤回，不能再打印登记卡或确认书。"))
    if kind not in PrintKind.values:
        raise RegistryError("print_unknown", _("没有这种文书，请选择登记卡或确认书。"))
    purpose = _("打印%(kind)s") % {"kind": PrintKind(kind).label}
    content = content_of(reveal(wish, "content", reader=actor, purpose=purpose) or "")
    if kind == PrintKind.CARD and content.stance != Stance.DONATE:
        raise RegistryError("no_card_for_refusal", _("不同意捐献的，没有登记卡，请打印确认书。"))
    name = reveal(registrant_of(wish), "name", reader=actor, purpose=purpose) or ""
    said = {
        "wish": wish,
        "name": printable(name),
        "lines": [(label, printable(text)) for label, text in content_lines(content)],
        "is_refusal": content.stance == Stance.REFUSE,
        "items": [str(Item(one).label) for one in content.items],
        "refused": [str(Item(one).label) for one in content.refused],
        "executor": printable(content.executor_name),
        "executor_phone": printable(content.executor_phone),
        "receiving_unit": printable(content.receiving_unit),
        "is_secret": content.is_secret,
        "printed_at": now(),
    }
    printed = Printed(set_paper(kind, said, wish.number), f"{PrintKind(kind).label}_{wish.number}.pdf")
    record_audit(f"registries.wish.printed_{kind}", actor=actor, obj=wish, branch_code=wish.branch.code)
    return printed


def set_paper(template: str, said: dict[str, Any], number: str) -> bytes:
    """A paper of the registries as PDF; always Chinese. Raises DomainError where it cannot be set."""
    target = io.BytesIO()
    moment = now()
    # Whatever the reader's language is.
    with translation.override("zh-hans"):
        html = render_to_string(f"registries/papers/{template}.html", said)
    identifier = hashlib.sha256(f"{number} {template} {moment.isoformat()}".encode()).digest()[:16]
    write_pdf(html, target, identifier=identifier, at=moment)
    return target.getvalue()
