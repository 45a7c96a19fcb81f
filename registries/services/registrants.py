"""Who somebody is: written down once in a branch, found again by their document, contact kept up to date."""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.audit import record_audit, record_audit_many
from core.clock import now, today
from core.documents import Document, age_on, read_document
from core.errors import DomainError
from core.numbers import format_number, take_number, take_serials
from core.phones import checked_phone
from core.sealed import holds, matching, open_for_work, seal_into, seal_into_many
from registries.choices import Sex
from registries.errors import RegistryError, WrongState
from registries.models import Registrant, RegistrantEvent
from registries.services.telling import tell_phone_changed

if TYPE_CHECKING:
    from accounts.models import User
    from organizations.models import Branch

LETTER = "N"
LONGEST_NAME, LONGEST_TEXT = 60, 200
WRITTEN_FIELDS = ("name", "document", "phone", "details")
TEXTS = ("address", "people", "occupation", "education")
# 人体器官捐献和移植条例 Arts. 9-10; 民法典 Art. 1006: adults of full capacity alone.
ADULT_AGE = 18
_NUL = "\x00"


@dataclass(frozen=True)
class Person:
    """Somebody as they are written down, as typed.

    `phone` is of any kind (core.phones); who has none names by whom they are reached, `contact_name` and
    `contact_phone`. `born_on` is asked for documents that do not say it. `has_capacity` is what whoever took it down
    saw and says.
    """

    name: str
    document_kind: str
    document: str
    phone: str
    sex: str = ""
    born_on: datetime.date | None = None
    address: str = ""
    people: str = ""
    occupation: str = ""
    education: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    has_capacity: bool = False
    key: uuid.UUID = field(default_factory=uuid.uuid4)


@dataclass(frozen=True)
class CheckedPerson:
    """A person whose particulars were looked at, `phone` empty for who has none; `details` as they are sealed."""

    name: str
    document: Document
    phone: str
    details: dict[str, Any]


def check_person(person: Person, *, signed_on: datetime.date) -> CheckedPerson:
    """Look at all particulars; nobody under 18 on the day of signing. Raises RegistryError with all faults by field."""
    faults: dict[str, str] = {}
    name = " ".join(person.name.replace(_NUL, "").split())
    if not 2 <= len(name) <= LONGEST_NAME:
        faults["name"] = _("请填写与证件一致的姓名，至少两个字。")
    phone, contact = _checked_contact(faults, person)
    document = _read(faults, "document", lambda: read_document(person.document_kind, person.document))
    born_on = (document.born_on if document else None) or person.born_on
    if document is not None:
        faults.update(_faults_of_age(document, born_on, signed_on))
    if person.sex and person.sex not in Sex.values:
        faults["sex"] = _("请选择性别。")
    if not person.has_capacity:
        faults["has_capacity"] = _("须由具有完全民事行为能力的成年人本人作出；代他人作出的登记无效，不能受理。")
    texts = {one: " ".join(getattr(person, one).split()) for one in TEXTS}
    faults.update({one: _("太长，请写在 200 字以内。") for one, text in texts.items() if len(text) > LONGEST_TEXT})
    if faults or document is None or born_on is None:
        raise RegistryError("person_incomplete", _("还不完整，请按提示填写。"), faults)
    details = {"sex": person.sex, "born_on": born_on.isoformat(), **texts, **contact}
    return CheckedPerson(name, document, phone, details)


def _checked_contact(faults: dict[str, str], person: Person) -> tuple[str, dict[str, str]]:
    """The telephone, empty where there is none, and who is asked for then."""
    phone = ""
    if person.phone.strip():
        phone = _read(faults, "phone", lambda: checked_phone(person.phone)) or ""
    contact_name = " ".join(person.contact_name.replace(_NUL, "").split())
    contact_phone = ""
    if person.contact_phone.strip():
        contact_phone = _read(faults, "contact_phone", lambda: checked_phone(person.contact_phone)) or ""
    if len(contact_name) > LONGEST_NAME:
        faults["contact_name"] = _("太长，请写在 60 字以内。")
    if not person.phone.strip() and not (contact_name and person.contact_phone.strip()):
        faults["phone"] = _("请填写电话；本人没有电话的，请填写联系人的姓名和电话。")
    return phone, {"contact_name": contact_name, "contact_phone": contact_phone}


def registrant_of(about: Any, *, lock: bool = False) -> Registrant:
    """Whose a row is that names its person by a sealed `registrant`; opens the sealed key as work of the system.

    Raises WrongState for a destroyed one.
    """
    # Named by chance: a number would stand in the log of reading beside the person's.
    text = open_for_work(about, "registrant", work=f"registries.{about._meta.model_name}:{uuid.uuid4()}")
    if text is None:
        raise WrongState("wish_destroyed", _("这份登记已按保存期限销毁。"))
    rows = Registrant.objects.unscoped("whose row the caller was let into").select_related("branch")
    if lock:
        rows = rows.select_for_update(of=("self",))
    found: Registrant = rows.get(row_key=uuid.UUID(text))
    return found


def find_registrant(branch: Branch, document: Document) -> Registrant | None:
    """Who has this document in a branch, locked; one query."""
    rows = Registrant.objects.unscoped("one document in a branch that the caller may write in").filter(
        matching(Registrant, "document", document.number), branch=branch, document_kind=document.kind
    )
    found: Registrant | None = rows.select_for_update(of=("self",)).first()
    return found


def write_registrant(*, branch: Branch, checked: CheckedPerson, key: uuid.UUID, actor: User) -> Registrant:
    """The registrant of this document in a branch, written down where there is none; what is new of them is kept.

    The caller has checked the right to, in one transaction with what it is for. Locks the row. Raises RegistryError
    `another_name` where the document stands there under another name.
    """
    found = find_registrant(branch, checked.document)
    if found is None:
        new = _written(branch, checked, key=key, actor=actor)
        if new is not None:
            return new
        # Somebody else wrote the same person down meanwhile.
        found = find_registrant(branch, checked.document)
    if found is None:
        raise RegistryError("registrant_gone", _("没有登记成，请再试一次。"))
    if not holds(found, "name", checked.name):
        raise another_name()
    _keep_contact(found, checked, actor=actor)
    return found


def another_name() -> RegistryError:
    """That a document stands in a branch under another name."""
    sentence = _("这个证件号码在本会已用另一个姓名登记，请核对证件上的姓名和号码。")
    return RegistryError("another_name", sentence, {"name": sentence})


def _written(branch: Branch, checked: CheckedPerson, *, key: uuid.UUID, actor: User) -> Registrant | None:
    """Write somebody down; None where the same document is written down at this moment by somebody else."""
    row = Registrant(
        **Registrant.lineage_of(branch),
        key=key,
        document_kind=checked.document.kind,
        created_by=actor,
        created_at=now(),
    )
    seal_into(
        row,
        document=checked.document.number,
        name=checked.name,
        phone=checked.phone,
        details=json.dumps(checked.details, ensure_ascii=False),
    )
    try:
        with transaction.atomic():
            # Given back with the row, so that the series has no gap.
            row.number = take_number(branch.code, today().year, LETTER)
            row.save(force_insert=True)
    except IntegrityError:
        return None
    _note(row, "written", [*WRITTEN_FIELDS], actor=actor)
    return row


def write_registrants(*, branch: Branch, people: Sequence[CheckedPerson], actor: User) -> list[Registrant]:
    """Write down many whom a branch does not know yet, in order, as `write_registrant` does one by one.

    The caller looked for each of them, locked, in the same transaction, and takes it up again where another wrote one
    of them down at this moment (IntegrityError). Locks the counter of numbers until the transaction ends.
    """
    if not people:
        return []
    moment, lineage = now(), Registrant.lineage_of(branch)
    rows = [
        Registrant(**lineage, document_kind=one.document.kind, created_by=actor, created_at=moment) for one in people
    ]
    seal_into_many(rows, "document", [one.document.number for one in people])
    seal_into_many(rows, "name", [one.name for one in people])
    seal_into_many(rows, "phone", [one.phone for one in people])
    seal_into_many(rows, "details", [json.dumps(one.details, ensure_ascii=False) for one in people])
    first = take_serials(branch.code, today().year, LETTER, len(rows))
    for at, row in enumerate(rows):
        row.number = format_number(branch.code, today().year, LETTER, first + at)
    Registrant.objects.bulk_create(rows)
    RegistrantEvent.objects.bulk_create(
        RegistrantEvent(registrant=row, verb="written", fields=[*WRITTEN_FIELDS], actor=actor, at=moment)
        for row in rows
    )
    record_audit_many("registries.registrant.written", actor=actor, objs=rows, branch_code=branch.code)
    return rows


def _keep_contact(row: Registrant, checked: CheckedPerson, *, actor: User | None) -> None:
    """Take over what is newer of a locked registrant's telephone and details; nothing is written where all is equal."""
    texts: dict[str, str] = {}
    if checked.phone and not holds(row, "phone", checked.phone):
        texts["phone"] = checked.phone
    old = json.loads(open_for_work(row, "details", work=f"registries.registrant:{row.number}") or "{}")
    new = {**old, **{name: value for name, value in checked.details.items() if value}}
    if new != old:
        texts["details"] = json.dumps(new, ensure_ascii=False)
    change_registrant(row, texts, verb="contact_kept", actor=actor)


def change_registrant(
    row: Registrant,
    texts: Mapping[str, str | None],
    *,
    verb: str,
    actor: User | None,
    tells: bool = True,
    **said: Any,
) -> None:
    """Seal new texts into a locked registrant, with an event that names the fields; nothing where there are none.

    `said` goes into the event: why, and what was seen. A telephone that goes is told so, but for not `tells`: the
    caller told the same number already.
    """
    if not texts:
        return
    if tells and "phone" in texts and row.phone is not None:
        tell_phone_changed(row, texts["phone"])
    columns = seal_into(row, **texts)
    row.save(update_fields=columns)
    _note(row, verb, sorted(texts), actor=actor, **said)


def _note(row: Registrant, verb: str, fields: list[str], *, actor: User | None, **said: Any) -> None:
    RegistrantEvent.objects.create(registrant=row, verb=verb, fields=fields, actor=actor, at=now(), **said)
    record_audit(
        f"registries.registrant.{verb}", actor=actor, obj=row, branch_code=row.branch.code, changed_fields=fields
    )


def _faults_of_age(document: Document, born_on: datetime.date | None, signed_on: datetime.date) -> dict[str, str]:
    where = "document" if document.born_on else "born_on"
    if born_on is None:
        return {"born_on": _("这种证件上没有出生日期，请另外填写。")}
    if age_on(born_on, signed_on) < ADULT_AGE:
        return {where: _("签字时未满 %(age)d 周岁，依法不能登记。") % {"age": ADULT_AGE}}
    return {}


def _read(faults: dict[str, str], name: str, read: Any) -> Any:
    try:
        return read()
    except DomainError as error:
        faults[name] = error.message
        return None
