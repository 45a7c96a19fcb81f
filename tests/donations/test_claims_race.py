"""Two claims to one gift confirmed at the same moment: one wins, the other goes back to the desk."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection

from core.errors import Conflict
from donations.choices import ClaimState
from donations.models import GiftClaim, GiverIdentity, UnidentifiedGift
from donations.services.claims import deciding
from donations.services.claims.pooling import KnownOfGift, pool_gifts
from tests.donations.claims import OTHER_PHONE, claimed, fresh, pooled
from tests.donations.ground import Ground

NOBODY = "爱心人士"


def _two_claims(ground: Ground) -> list[GiftClaim]:
    row = pooled(ground.posted((NOBODY, "100"))[0], ground.clerk)
    claims = [claimed(ground.jiande), claimed(ground.jiande, phone=OTHER_PHONE, payer_name="丙虚构丁")]
    for claim in claims:
        deciding.propose_claim(claim_id=claim.pk, pooled=row, giver_kind="person", actor=ground.clerk)
    return claims


def _confirm_both(ground: Ground, claims: list[GiftClaim]) -> list[str]:
    barrier, results = threading.Barrier(2), []

    def attempt(claim: GiftClaim, actor: Any) -> None:
        barrier.wait()
        try:
            deciding.confirm_claim(claim_id=claim.pk, actor=actor)
            results.append("confirmed")
        except (Conflict, DatabaseError) as error:
            results.append(type(error).__name__)
        finally:
            connection.close()

    people = (ground.approver, ground.second_approver)
    threads = [threading.Thread(target=attempt, args=pair) for pair in zip(claims, people, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(results)


def test_without_the_lock_both_think_that_they_won_and_the_database_throws_one_out(
    committed_ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims = _two_claims(committed_ground)
    both_read = threading.Barrier(2, timeout=20)

    def without_lock(pooled_id: int) -> UnidentifiedGift:
        rows = UnidentifiedGift.objects.unscoped("race").select_related("branch", "donation__branch")
        found = rows.get(pk=pooled_id)
        both_read.wait()
        return found

    monkeypatch.setattr(deciding, "lock_pooled", without_lock)
    assert _confirm_both(committed_ground, claims) == [IntegrityError.__name__, "confirmed"]
    assert GiverIdentity.objects.unscoped("t").count() == 1


def test_the_lock_lets_one_win_and_sends_the_other_back(committed_ground: Ground) -> None:
    claims = _two_claims(committed_ground)
    assert _confirm_both(committed_ground, claims) == [Conflict.__name__, "confirmed"]
    assert sorted(fresh(claim).state for claim in claims) == [ClaimState.CONFIRMED, ClaimState.SUBMITTED]
    assert GiverIdentity.objects.unscoped("t").count() == 1


def test_two_people_put_one_gift_in_once(committed_ground: Ground) -> None:
    ground = committed_ground
    gift = ground.posted((NOBODY, "100"))[0]
    barrier, counts = threading.Barrier(2), []

    def attempt(actor: Any) -> None:
        barrier.wait()
        try:
            done = pool_gifts(gifts=[KnownOfGift(gift)], reason="示例理由", actor=actor)
            counts.append((done.count, done.there_count))
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt, args=[one]) for one in (ground.clerk, ground.second_clerk)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counts) == [(0, 1), (1, 0)]


def test_one_claim_sent_twice_at_once_is_one(committed_ground: Ground) -> None:
    ground = committed_ground
    barrier, found = threading.Barrier(2), []

    def attempt() -> None:
        barrier.wait()
        try:
            found.append(claimed(ground.jiande).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt) for _two in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    assert len(set(found)) == 1
