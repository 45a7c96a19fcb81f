"""Contracts of services for the desk and for everybody, with what was delivered."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, Sum

from organizations.choices import Right
from organizations.models import Branch
from training.choices import ContractUnit, EnrolmentStatus, MassLessonStatus, SessionStatus
from training.models import Enrolment, MassLesson, ServiceContract, Session

if TYPE_CHECKING:
    from accounts.models import User

PAGE_SIZE = 50


@dataclass(frozen=True)
class ContractLine:
    """A contract with what was delivered of it, in its own unit; `price` in yuan."""

    contract: ServiceContract
    delivered: int

    @property
    def unit_price(self) -> Decimal:
        """Yuan for one unit of what was agreed, to the fen."""
        return (self.contract.price / self.contract.quantity).quantize(Decimal("0.01"))


def contracts_for(person: User, *, before: int | None = None) -> list[ContractLine]:
    """A page of a person's contracts, newest first, one row more where there is a next page; four queries."""
    return _page(ServiceContract.objects.visible_to(person, Right.VIEW_TRAINING), before)


def public_contracts(*, before: int | None = None) -> list[ContractLine]:
    """A page of all contracts, newest first: what the public purse buys is public; four queries."""
    return _page(ServiceContract.objects.unscoped("contracts of services are public (慈善法 Art. 77)"), before)


def contracts_of(branch: Branch, *, with_below: bool, first: datetime.date, last: datetime.date) -> list[ContractLine]:
    """The contracts of a branch, alone or with all below, that run between two days, by number; four queries."""
    rows = ServiceContract.objects.unscoped("contracts of services are public (慈善法 Art. 77)")
    rows = rows.of_branch(branch, with_below=with_below).filter(starts_on__lte=last, ends_on__gte=first)
    contracts = list(rows.select_related("branch").order_by("number"))
    return lines_of(contracts)


def lines_of(contracts: list[ServiceContract]) -> list[ContractLine]:
    """Contracts that everybody reads, with what was delivered; three queries."""
    delivered = _delivered(contracts)
    return [ContractLine(one, delivered[one.pk]) for one in contracts]


def line_of(contract: ServiceContract) -> ContractLine:
    """One contract that the reader was let into, with what was delivered; three queries."""
    return ContractLine(contract, _delivered([contract])[contract.pk])


def sessions_of(contract: ServiceContract) -> list[Session]:
    """The sessions under a contract that the reader was let into; one query."""
    rows = Session.objects.unscoped("of a contract in scope").select_related("version__course")
    return list(rows.filter(contract=contract).order_by("starts_on", "pk")[:300])


def _page(rows: Any, before: int | None) -> list[ContractLine]:
    if before is not None:
        rows = rows.filter(pk__lt=before)
    contracts = list(rows.select_related("branch").order_by("-pk")[: PAGE_SIZE + 1])
    delivered = _delivered(contracts)
    return [ContractLine(one, delivered[one.pk]) for one in contracts]


def _delivered(contracts: list[ServiceContract]) -> dict[int, int]:
    """What was held and signed of each: people who had a seat, sessions, or mass lessons that were confirmed."""
    held = [SessionStatus.SIGNED, SessionStatus.FINISHED]
    sessions = Session.objects.unscoped("counts of contracts").filter(contract__in=contracts, status__in=held)
    seated = Enrolment.objects.unscoped("counts of contracts").filter(
        session__in=sessions, status=EnrolmentStatus.SEATED
    )
    lessons = MassLesson.objects.unscoped("counts of contracts").filter(
        contract__in=contracts, status=MassLessonStatus.CONFIRMED
    )
    people = _counted(seated.values("session__contract").annotate(n=Count("pk")).values_list("session__contract", "n"))
    classes = _counted(sessions.values("contract").annotate(n=Count("pk")).values_list("contract", "n"))
    told = {
        key: (count, heard or 0)
        for key, count, heard in lessons.values("contract")
        .annotate(n=Count("pk"), heard=Sum("audience_count", filter=Q(audience_count__gt=0)))
        .values_list("contract", "n", "heard")
    }
    found = {}
    for one in contracts:
        count, heard = told.get(one.pk, (0, 0))
        found[one.pk] = {
            ContractUnit.PERSON: people.get(one.pk, 0) + heard,
            ContractUnit.SESSION: classes.get(one.pk, 0),
            ContractUnit.LESSON: count,
        }[ContractUnit(one.unit)]
    return found


def _counted(rows: Any) -> dict[int, int]:
    return dict(rows)
