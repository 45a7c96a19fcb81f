"""What claims hold lies sealed, takes new keys, and goes after its time."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client

from core.clock import frozen_at, now
from core.crypto import key_id_of, new_keyring
from core.files import sealed_path_of
from core.keys import record_keys, retire_old_keys, rotate_keys
from core.notifying import send_waiting
from core.retention import carry_out, place_hold
from core.sealed import sealed_places
from donations.models import GiftClaim, GiverIdentity, UnidentifiedGift
from donations.selectors.claims.own import own_claims
from donations.selectors.closing import claims_in_hand
from donations.selectors.givers import own_gifts
from donations.services.claims.deciding import ask_for_photo, confirm_claim, decline_claim, propose_claim
from donations.services.claims.undoing import ask_to_undo, undo_identification
from tests.core.test_nothing_in_clear import _dump, _forms, _redis
from tests.donations.claims import NAME, OTHER_PHONE, PHONE, claimed, fresh, picture, pooled
from tests.donations.ground import Ground
from tests.transparency.test_my import code_of

NOBODY = "爱心人士"
SECRETS = (NAME, PHONE, "乙虚构丙")


def _confirmed(ground: Ground, name_choice: str = "masked") -> tuple[GiftClaim, UnidentifiedGift]:
    row = pooled(ground.posted((NOBODY, "100"))[0], ground.clerk)
    claim = claimed(ground.jiande, name_choice=name_choice)
    propose_claim(claim_id=claim.pk, pooled=row, giver_kind="person", actor=ground.clerk)
    confirm_claim(claim_id=claim.pk, actor=ground.approver)
    return fresh(claim), fresh(row)


def _after(days: int) -> None:
    with frozen_at(now() + datetime.timedelta(days=days)):
        carry_out(is_dry=True)
        run = carry_out(is_dry=False)
    # Rows of posted batches are held by the database's own clock, which nobody shifts.
    own = [result for result in run.results if result["term"] not in ("donations.posted_rows",)]
    assert not any(result["failed"] for result in own), own


def test_a_declined_claim_is_emptied_with_its_photo_after_180_days(ground: Ground) -> None:
    claim, held = claimed(ground.jiande), claimed(ground.jiande, phone=OTHER_PHONE)
    for one in (claim, held):
        decline_claim(claim_id=one.pk, reason="not_matched", actor=ground.clerk)
    place_hold(object_label="donations.giftclaim", object_key=held.code, reason="有争议", actor=ground.clerk)
    _after(179)
    assert fresh(claim).payer_name is not None
    _after(182)
    gone, kept = fresh(claim), fresh(held)
    assert (gone.payer_name, gone.account, gone.phone, gone.phone_digest) == (None, None, None, None)
    assert not sealed_path_of(gone.slip).exists()
    assert kept.payer_name is not None
    assert sealed_path_of(kept.slip).exists()


def test_a_confirmed_claim_is_emptied_after_two_years_and_the_giver_keeps_the_gift(ground: Ground) -> None:
    claim, row = _confirmed(ground)
    _after(700)
    assert fresh(claim).phone is not None
    _after(740)
    assert (fresh(claim).phone, fresh(row).payer_name, fresh(row).account) == (None, None, None)
    assert [one.name for one in own_gifts(PHONE)] == [NAME]


def test_an_undone_confirmation_loses_its_name_after_180_days(ground: Ground) -> None:
    claim, row = _confirmed(ground)
    ask_to_undo(claim_id=claim.pk, note="核对有误，恢复为待认领。", actor=ground.clerk)
    undo_identification(claim_id=claim.pk, actor=ground.approver)
    _after(182)
    assert GiverIdentity.objects.unscoped("t").get().name is None
    assert fresh(claim).phone is None
    assert fresh(row).payer_name is not None


def test_who_sends_no_better_photo_is_answered_after_60_days(ground: Ground) -> None:
    claim = claimed(ground.jiande)
    ask_for_photo(claim_id=claim.pk, problem="unreadable", actor=ground.clerk)
    _after(59)
    assert fresh(claim).state == "incomplete"
    _after(62)
    assert (fresh(claim).state, fresh(claim).decline_reason) == ("declined", "no_answer")


def test_a_photo_without_a_claim_goes_with_the_second_night(ground: Ground) -> None:
    from tests.donations.claims import slip  # noqa: PLC0415

    kept = slip()
    assert sealed_path_of(kept).exists()
    _after(2)
    assert not sealed_path_of(kept).exists()


def test_a_branch_with_open_claims_is_not_closed(ground: Ground) -> None:
    claim = claimed(ground.jiande)
    assert "1 件认领" in claims_in_hand(ground.jiande)[0]
    decline_claim(claim_id=claim.pk, reason="unclear", actor=ground.clerk)
    assert claims_in_hand(ground.jiande) == []


def test_every_sealed_column_of_claims_is_known_to_the_change_of_keys() -> None:
    found = {str(place) for place in sealed_places()}
    assert {
        "donations.unidentifiedgift.payer_name",
        "donations.unidentifiedgift.account",
        "donations.giftclaim.payer_name",
        "donations.giftclaim.account",
        "donations.giftclaim.phone",
        "donations.giveridentity.name",
    } <= found


def test_claims_take_new_keys_and_are_found_by_them(
    committed_ground: Ground, tmp_path: Path, settings: Any, django_db_blocker: Any
) -> None:
    path = tmp_path / "keyring.json"
    path.write_text(json.dumps(new_keyring()), encoding="utf-8")
    path.chmod(0o600)
    settings.PORTAL_KEYS = path
    with django_db_blocker.unblock():
        record_keys()
        claim, row = _confirmed(committed_ground)
        waits = claimed(committed_ground.jiande, phone=OTHER_PHONE)
        assert rotate_keys(lambda _line: None) == 0
        retire_old_keys(lambda _line: None)
        identity = GiverIdentity.objects.unscoped("t").get()
        sealed = [fresh(claim).phone, fresh(row).payer_name, fresh(row).account, fresh(waits).account, identity.name]
        assert {key_id_of(value) for value in sealed} == {"k2"}
        assert [one.name for one in own_gifts(PHONE)] == [NAME]
        assert [one.code for one in own_claims(OTHER_PHONE)] == [waits.code]


@pytest.fixture
def messages(settings: Any, tmp_path: Path) -> Path:
    settings.NOTIFIER = "file"
    settings.NOTIFIER_BACKEND = "core.notifying.backends.FileNotifier"
    settings.NOTIFIER_FILES_DIR = tmp_path / "messages"
    return tmp_path / "messages"


def test_neither_the_dump_nor_redis_nor_the_files_hold_what_a_claimant_said(
    committed_ground: Ground, broker: Any, django_db_blocker: Any, messages: Path, caplog: Any
) -> None:
    with django_db_blocker.unblock():
        ground = committed_ground
        row = pooled(ground.posted((NOBODY, "100"))[0], ground.clerk, name="乙虚构丙")
        client = Client()
        client.post("/claim/", {"phone": PHONE})
        send_waiting()
        client.post("/claim/code/", {"code": code_of(messages)})
        said = {
            "branch": "330182", "payer_name": NAME, "amount": "100", "paid_on": "2026-01-05", "account": "4321",
            "name_choice": "anonymous", "consent": "on", "slip": picture(),
        }  # fmt: skip
        assert client.post("/claim/new/", said).status_code == 302
        claim = GiftClaim.objects.unscoped("t").get()
        propose_claim(claim_id=claim.pk, pooled=row, giver_kind="person", actor=ground.clerk)
        confirm_claim(claim_id=claim.pk, actor=ground.approver)
        send_waiting()
        assert client.get("/my/").status_code == 200
        files = [path for path in Path(django_settings.PRIVATE_FILES_DIR).rglob("*") if path.is_file()]
        contents = [_dump(), _redis(), caplog.text.encode(), *(path.read_bytes() for path in files)]
    found = [value for value in SECRETS for form in _forms(value) for content in contents if form in content]
    assert found == []
