"""Stem-cell donors leave in a file by approval too: their lists, their fields, who is left out."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from core.errors import NotAllowed
from core.models import ReadLog
from registries.choices import WISH_CONSENTS
from registries.choices.papers import DONOR_FIELDS, FIELDS_OF, OF_DONORS, ExportField, ExportList
from registries.errors import RegistryError
from registries.models import Donor, Export
from registries.selectors.exports import left_count, left_since
from registries.services.cases.notifying import notify_case
from registries.services.donors.consenting import take_back_donor_consent
from registries.services.donors.contacting import note_contact
from registries.services.donors.leaving import withdraw_donor
from registries.services.exports import building, download_export
from registries.services.exports.asking import require_fields
from registries.services.registrants import registrant_of
from tests.registries.case_ground import notice
from tests.registries.donor_ground import S, agreement, brought, joined
from tests.registries.exported import asked, csv_rows, made
from tests.registries.ground import Ground, registered
from tests.registries.test_views_wishes import client_of
from tests.training.pages import page

SOME = ("name", "phone", "enrolled_on", "progress")


def asked_of(ground: Ground, listed: str = "donors", **over: Any) -> Export:
    return made(ground, listed=listed, **{"columns": SOME, **over})


def rows_of(ground: Ground, export: Export) -> list[list[str]]:
    _stored, source = download_export(export_id=export.pk, actor=ground.person("coordinator"))
    with source:
        return csv_rows(source.read())


def numbers_of(ground: Ground, export: Export) -> list[str]:
    return [row[0] for row in rows_of(ground, export)[1:]]


def not_rung(ground: Ground, donor: Donor) -> None:
    take_back_donor_consent(donor_id=donor.pk, subject="stem_contact", channel="counter", actor=ground.person("clerk"))


def test_a_list_of_donors_has_those_of_the_branch_who_have_not_left_each_marked_and_logged(ground: Ground) -> None:
    registered(ground, 7)
    fresh, typed, left = joined(ground), brought(ground, S.TYPED, 1), joined(ground, 2)
    withdraw_donor(donor_id=left.pk, channel="counter", actor=ground.person("clerk"))
    export = asked_of(ground)
    header, *rows = rows_of(ground, export)
    assert header == ["志愿者编号", "姓名", "电话", "报名日期", "进度", "水印"]
    assert [row[0] for row in rows] == [fresh.number, typed.number]
    assert [row[4] for row in rows] == ["已报名", "已入库"]
    assert {row[-1] for row in rows} == {building.watermark(export)}
    for donor in (fresh, typed):
        mine = ReadLog.objects.filter(object_key=registrant_of(donor).number, purpose__startswith=export.number)
        assert set(mine.values_list("field", flat=True)) == {"name", "phone"}


def test_a_list_to_ring_by_has_nobody_who_does_not_want_it_and_nobody_who_died(ground: Ground) -> None:
    stays, declines, _dies = (brought(ground, S.TYPED, at) for at in range(3))
    not_rung(ground, declines)
    document = agreement(ground.branch, 2).person.document
    notify_case(notice=notice(ground.branch, document=document), actor=ground.person("coordinator"))
    assert numbers_of(ground, asked_of(ground, "called")) == [stays.number]


def test_a_list_of_givers_has_whoever_gave(ground: Ground) -> None:
    brought(ground, S.MOBILISING)
    gave = brought(ground, S.FOLLOW_UP, 1)
    assert numbers_of(ground, asked_of(ground, "gave")) == [gave.number]


def test_nobody_s_telephone_who_is_not_to_be_rung_stands_in_any_list(ground: Ground) -> None:
    rung, declines = (brought(ground, S.FOLLOW_UP, at) for at in range(2))
    not_rung(ground, declines)
    wish = registered(ground, 5, consents=WISH_CONSENTS - {"contact"})
    for listed in ("donors", "gave"):
        export = asked_of(ground, listed, columns=("name", "phone"))
        phones = {row[0]: row[2] for row in rows_of(ground, export)[1:]}
        assert (phones[declines.number], phones[rung.number].isdigit()) == ("不要拨打", True)
        read = ReadLog.objects.filter(object_key=registrant_of(declines).number, purpose__startswith=export.number)
        assert set(read.values_list("field", flat=True)) == {"name"}
    export = made(ground, columns=("name", "phone"))
    assert {row[0]: row[2] for row in rows_of(ground, export)[1:]}[wish.number] == "不要拨打"


def test_that_somebody_died_is_not_written_down_as_any_other_call(ground: Ground) -> None:
    donor = brought(ground, S.TYPED)
    said = {"reason": "upkeep", "means": "phone", "note": "", "key": uuid.uuid4()}
    with pytest.raises(RegistryError, match="得知本人已故"):
        note_contact(donor_id=donor.pk, outcome="died", actor=ground.person("coordinator"), **said)
    text = page(client_of(ground, "coordinator"), "desk_donor_step", donor.number, "contact")
    assert "本人已故" not in text


@pytest.mark.parametrize("listed", sorted(OF_DONORS))
def test_who_leaves_while_the_file_is_made_is_not_in_it(
    committed_ground: Ground, monkeypatch: pytest.MonkeyPatch, listed: str
) -> None:
    stays, leaves = (brought(committed_ground, S.FOLLOW_UP, at) for at in range(2))
    written = building._written

    def and_meanwhile(*arguments: Any) -> Any:
        done = written(*arguments)
        if Donor.objects.unscoped("test").get(pk=leaves.pk).ended_at is None:
            withdraw_donor(donor_id=leaves.pk, channel="online")
        return done

    monkeypatch.setattr(building, "_written", and_meanwhile)
    export = asked_of(committed_ground, listed)
    assert numbers_of(committed_ground, export) == [stays.number]
    assert left_since(export) == []


def test_whoever_left_since_is_named_beside_the_file(ground: Ground) -> None:
    _stays, leaves, declines = (brought(ground, S.TYPED, at) for at in range(3))
    whole, called = asked_of(ground), asked_of(ground, "called")
    withdraw_donor(donor_id=leaves.pk, channel="counter", actor=ground.person("clerk"))
    not_rung(ground, declines)
    assert (left_since(whole), left_count(whole)) == ([leaves.number], 1)
    assert left_since(called) == sorted([leaves.number, declines.number])
    text = client_of(ground, "coordinator").get(reverse("desk_registry_export", args=[called.number])).content.decode()
    assert "请先删去这些行" in text
    assert declines.number in text


@pytest.mark.parametrize("listed", ExportList.values)
def test_no_list_takes_a_field_of_another(ground: Ground, listed: str) -> None:
    strange = [one for one in ExportField if one not in FIELDS_OF[listed]]
    assert strange
    for one in strange:
        with pytest.raises(RegistryError) as refused:
            asked(ground, listed=listed, columns=("name", one.value))
        assert str(one.label) in refused.value.fields["columns"]
    export = asked(ground, listed=listed, columns=("name",))
    with pytest.raises(IntegrityError), transaction.atomic():
        Export.objects.bulk_create([_like(export, columns=["name", strange[0].value])])


def _like(export: Export, **over: Any) -> Export:
    fields = {one.attname: getattr(export, one.attname) for one in Export._meta.concrete_fields if one.name != "id"}
    return Export(**{**fields, "number": "330100-2026-X99", "key": "00000000-0000-4000-8000-000000000001", **over})


def test_health_answers_and_people_to_ring_stand_in_no_list() -> None:
    assert not {"answers", "deferral_reason", "kin", "phone_of_kin"} & set(ExportField.values)
    assert {one for one in DONOR_FIELDS if one not in ExportField.values} == set()


def test_progress_is_for_who_may_read_wishes(ground: Ground) -> None:
    require_fields(("phone", "typed_on"), ground.branch, ground.person("clerk"))
    with pytest.raises(NotAllowed):
        require_fields(("progress",), ground.branch, ground.person("clerk"))
