"""Lists of the people whom a payment helps: brought in, sealed, shown for a purpose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.errors import DomainError
from core.identifiers import check_id_number
from core.money import yuan
from core.sealed import reveal, reveal_many, seal_into_many
from core.tables import read_table
from organizations.choices import Right
from organizations.permissions import require
from spending.choices import PayeeKind
from spending.errors import SpendingError
from spending.models import Beneficiary, Payment
from spending.services.moving_payments import lock_payment, require_editable, with_maker

if TYPE_CHECKING:
    from accounts.models import User

MOST_ROWS = 5000
# At most so many problems are told at once.
MOST_PROBLEMS = 20
# What the columns may be called, first the name that the template uses.
COLUMNS: dict[str, tuple[str, ...]] = {
    "name": ("姓名", "受助人", "受助人姓名"),
    "identity": ("证件号码", "身份证号", "身份证号码", "证件号"),
    "amount": ("金额", "金额（元）", "金额(元)", "资助金额"),
    "account": ("收款账号", "银行账号", "银行卡号", "账号"),
}
TEMPLATE_HEADER = tuple(names[0] for names in COLUMNS.values())


@dataclass(frozen=True, repr=False)
class Person:
    """One line of a list, in clear: never printed, logged or kept."""

    row_number: int
    name: str
    identity: str
    amount: Decimal
    account: str


def read_people(data: bytes) -> list[Person]:
    """Read a list (CSV, XLSX) with a head 姓名, 证件号码, 金额, 收款账号; the last but the amount may be empty.

    Raises SpendingError with the field `file` and every wrong row (up to 20) by number and column; it repeats nothing
    that stands in the list.
    """
    rows = read_table(data, most_rows=MOST_ROWS)
    places = _places(rows[0] if rows else [])
    found: list[Person] = []
    problems: list[str] = []
    seen: dict[str, int] = {}
    for number, cells in enumerate(rows[1:], start=2):
        if not any(cells):
            continue
        try:
            person = _person(number, {name: cells[at] if at < len(cells) else "" for name, at in places.items()})
            if person.identity and (first := seen.setdefault(person.identity, number)) != number:
                raise DomainError("twice", _("证件号码与第 %(row)d 行相同") % {"row": first})
            found.append(person)
        except DomainError as error:
            problems.append(_("第 %(row)d 行：%(what)s。") % {"row": number, "what": error.message.rstrip("。")})
    if problems:
        raise _refused(
            _("名单有 %(count)d 处问题，没有收下：%(first)s")
            % {"count": len(problems), "first": "".join(problems[:MOST_PROBLEMS])}
        )
    if not found:
        raise _refused(_("名单里没有人，请按模板填写后再上传。"))
    return found


def set_beneficiaries(*, payment_id: int, people: Sequence[Person], actor: User) -> Payment:
    """Put a list in place of the one that a draft had; every value sealed. Locks the payment."""
    with transaction.atomic():
        payment = lock_payment(payment_id)
        require(actor, Right.ENTER_SPENDING, payment.branch)
        require_editable(payment)
        if payment.payee_kind != PayeeKind.LIST and payment.helped_count < 1:
            raise _refused(_("这张支出单没有受助人，请先把收款方改为“按名单发放”或填写受助人数。"))
        payment.beneficiaries.all().delete()
        rows = [
            Beneficiary(payment=payment, row_number=number, amount=person.amount)
            for number, person in enumerate(people, start=1)
        ]
        for name in ("name", "identity", "account"):
            seal_into_many(rows, name, [getattr(person, name) for person in people])
        Beneficiary.objects.bulk_create(rows, batch_size=500)
        payment.maker_ids = with_maker(payment.maker_ids, actor)
        payment.save(update_fields=["maker_ids"])
        record_audit(
            "spending.payment.beneficiaries_set",
            actor=actor,
            obj=payment,
            branch_code=payment.branch.code,
            changed_fields=["beneficiaries"],
        )
    return payment


def reveal_beneficiaries(*, payment: Payment, purpose: str, actor: User) -> list[Person]:
    """Show the list of a payment to a person who says what for; each value read stands in the read log (P3).

    Not inside a transaction. Raises DomainError `purpose_missing`.
    """
    require(actor, Right.READ_BENEFICIARIES, payment.branch)
    rows = list(payment.beneficiaries.order_by("row_number"))
    read = {
        name: reveal_many(rows, name, reader=actor, purpose=purpose, branch_code=payment.branch.code)
        for name in ("name", "identity", "account")
    }
    return [
        Person(row.row_number, name or "", identity or "", row.amount, account or "")
        for row, name, identity, account in zip(rows, read["name"], read["identity"], read["account"], strict=True)
    ]


def reveal_payee(*, payment: Payment, purpose: str, actor: User) -> tuple[str, str]:
    """Show the sealed payee and account of a payment to a person who says what for; logged (P3)."""
    require(actor, Right.READ_BENEFICIARIES, payment.branch)
    person = reveal(payment, "payee_person", reader=actor, purpose=purpose)
    return person or "", reveal(payment, "payee_account", reader=actor, purpose=purpose) or ""


def _places(head: Sequence[str]) -> dict[str, int]:
    places = {name: head.index(word) for name, words in COLUMNS.items() for word in words[::-1] if word in head}
    missing = [COLUMNS[name][0] for name in ("name", "amount") if name not in places]
    if missing:
        raise _refused(_("第一行没有“%(columns)s”这一列，请按模板写表头。") % {"columns": "”“".join(missing)})
    return places


def _person(number: int, cells: dict[str, str]) -> Person:
    name = cells.get("name", "")
    if not 0 < len(name) <= 60:
        raise DomainError("name", _("“姓名”空着或超过 60 个字"))
    identity = cells.get("identity", "")
    return Person(
        row_number=number,
        name=name,
        identity=check_id_number(identity) if identity else "",
        amount=_amount(cells.get("amount", "")),
        account=cells.get("account", "")[:60],
    )


def _amount(text: str) -> Decimal:
    amount = yuan(text.replace(",", "").replace("，", "").replace("¥", "").strip())
    if amount <= 0:
        raise DomainError("amount", _("“金额”必须大于零"))
    return amount


def _refused(sentence: str) -> SpendingError:
    return SpendingError("list_wrong", sentence, {"file": sentence})
