"""Contracts of services: what was bought, delivered and accepted; they stand as they were signed."""

from __future__ import annotations

import datetime
import io
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.db.utils import DatabaseError
from django.test import Client

from core.clock import today
from core.errors import NotFound
from tests.permissions.training_objects import PAPER
from tests.training.ground import Ground, all_passed, held, joined, opened
from tests.training.pages import client_of, page, post
from tests.training.test_mass_lessons import confirmed
from training.choices import ContractStatus, ContractUnit
from training.errors import TrainingError, WrongState
from training.models import ServiceContract
from training.selectors.contracts import line_of, public_contracts
from training.services.contracts import (
    accept_contract,
    end_contract,
    keep_acceptance,
    put_session_under,
    sign_contract,
)


def signed(ground: Ground, **over: Any) -> ServiceContract:
    """A contract for a hundred people."""
    facts = {
        "buyer": "示例教育局", "subject": "教师救护培训", "document": "示购〔2026〕1 号", "price": Decimal("10000.00"),
        "quantity": 100, "unit": ContractUnit.PERSON, "signed_on": today(), "starts_on": today(), "ends_on": today(),
    }  # fmt: skip
    return sign_contract(
        branch=ground.branch, facts={**facts, **over}, key=uuid.uuid4(), actor=ground.person("officer")
    )


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"ends_on": today() - datetime.timedelta(days=1)}, "ends_on"),
        ({"signed_on": today() + datetime.timedelta(days=1)}, "signed_on"),
    ],
)
def test_days_that_cannot_be_are_refused_at_their_field(ground: Ground, over: dict[str, Any], field: str) -> None:
    with pytest.raises(TrainingError) as caught:
        signed(ground, **over)
    assert list(caught.value.fields) == [field]


def test_what_was_held_is_counted_in_the_contracts_own_unit(ground: Ground) -> None:
    officer = ground.person("officer")
    people, classes, lessons = (signed(ground, unit=unit) for unit in ("person", "session", "lesson"))
    session = opened(ground, seats=5)
    put_session_under(contract_id=people.pk, number=session.number, actor=officer)
    seats = joined(session, 3)
    assert line_of(people).delivered == 0
    held(ground, session, {one.pk: all_passed(session) for one in seats})
    assert line_of(people).delivered == 3
    other = opened(ground, seats=5, hour=14)
    put_session_under(contract_id=classes.pk, number=other.number, actor=officer)
    seats = joined(other, 2, first=10)
    held(ground, other, {one.pk: all_passed(other) for one in seats})
    assert line_of(classes).delivered == 1
    confirmed(ground, contract=lessons)
    confirmed(ground, contract=people)
    assert (line_of(lessons).delivered, line_of(people).delivered) == (1, 123)
    assert [one.delivered for one in public_contracts()] == [1, 1, 123]
    assert line_of(people).unit_price == Decimal("100.00")


def test_a_session_is_under_one_contract_of_its_own_branch(ground: Ground) -> None:
    officer, first, second = ground.person("officer"), signed(ground), signed(ground)
    session = opened(ground)
    put_session_under(contract_id=first.pk, number=session.number, actor=officer)
    with pytest.raises(TrainingError, match="另一份"):
        put_session_under(contract_id=second.pk, number=session.number, actor=officer)
    with pytest.raises(TrainingError, match="没有这个编号"):
        put_session_under(contract_id=second.pk, number="330182-2026-K99999999", actor=officer)
    with pytest.raises(NotFound):
        put_session_under(contract_id=second.pk, number=session.number, actor=ground.person("stranger"))


def test_it_is_accepted_once_with_its_paper_or_ended_with_the_reason(ground: Ground) -> None:
    officer = ground.person("officer")
    contract, other = signed(ground), signed(ground)
    paper = keep_acceptance(upload=io.BytesIO(PAPER), actor=officer)
    terms: dict[str, Any] = {"contract_id": contract.pk, "quantity": 95, "paper": paper, "actor": officer}
    with pytest.raises(TrainingError):
        accept_contract(**terms, accepted_on=today() + datetime.timedelta(days=1))
    accept_contract(**terms, accepted_on=today())
    with pytest.raises(WrongState):
        accept_contract(**terms, accepted_on=today())
    with pytest.raises(WrongState):
        end_contract(contract_id=contract.pk, actor=officer, reason="不再履行")
    end_contract(contract_id=other.pk, actor=officer, reason="对方取消")
    rows = ServiceContract.objects.unscoped("test").filter(pk=contract.pk)
    for change in ({"price": 1}, {"accepted_quantity": 100}, {"status": ContractStatus.RUNNING}):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            rows.update(**change)


def test_everybody_reads_what_was_bought_and_the_desk_writes_it(ground: Ground, client: Client) -> None:
    client.force_login(ground.person("officer"))
    page = client.get("/desk/training/contracts/new/")
    said = {
        "key": str(page.context["form"]["key"].value()), "branch": "330182", "buyer": "示例民政局",
        "subject": "护理员培训", "document": "示购〔2026〕2 号", "price": "8000", "quantity": "50", "unit": "person",
        "signed_on": str(today()), "starts_on": str(today()), "ends_on": str(today()),
    }  # fmt: skip
    answer = client.post("/desk/training/contracts/new/", said, follow=True)
    assert answer.status_code == 200
    contract = ServiceContract.objects.unscoped("test").get()
    session = opened(ground)
    client.post(f"/desk/training/contracts/{contract.number}/session/", {"number": session.number})
    assert session.number in client.get(f"/desk/training/contracts/{contract.number}/").content.decode()
    paper = io.BytesIO(PAPER)
    paper.name = "示例.pdf"
    form = {"quantity": "50", "accepted_on": str(today()), "paper": paper}
    client.post(f"/desk/training/contracts/{contract.number}/accept/", form)
    contract.refresh_from_db()
    assert contract.status == ContractStatus.ACCEPTED
    shown = Client().get("/training/contracts/").content.decode()
    assert "示例民政局" in shown
    assert "¥8,000.00" in shown


def test_a_contract_ends_after_a_question_and_its_reason_is_kept_whole(ground: Ground) -> None:
    contract, client = signed(ground), client_of(ground, "officer")
    asked = page(client, "desk_contract_end", contract.number)
    for words in ("终止后不能恢复", "confirm confirm--danger", 'data-behaviour="guard"'):
        assert words in asked
    refused = post(client, "desk_contract_end", contract.number, reason="长" * 201)
    contract.refresh_from_db()
    assert contract.status == ContractStatus.RUNNING
    assert "200" in refused
    post(client, "desk_contract_end", contract.number, reason="长" * 200)
    contract.refresh_from_db()
    assert (contract.status, contract.end_reason) == (ContractStatus.ENDED, "长" * 200)
