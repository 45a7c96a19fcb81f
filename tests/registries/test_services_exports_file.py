"""The file of an export: who is in it, the mark on each row, no formula, sealed, made in batches."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from core.clock import now
from core.files import sealed_path_of
from core.models import Job, ReadLog, StoredFile
from registries.models import Export, Wish
from registries.selectors import exports
from registries.selectors.exports import left_since
from registries.services.consenting import give_consent, take_back_consent
from registries.services.exports import (
    approve_export,
    building,
    download_export,
    sources,
)
from registries.services.wishes import hand_over_wish, register_wish, registrant_of, withdraw_wish
from registries.views import exports as export_views
from tests.registries.exported import asked, csv_rows, made, sheets, worked
from tests.registries.ground import Ground, form, gift, registered, somebody
from tests.registries.test_views_wishes import client_of


def fetched(ground: Ground, export: Export) -> bytes:
    _stored, source = download_export(export_id=export.pk, actor=ground.person("coordinator"))
    with source:
        return source.read()


def test_what_was_asked_is_made_with_a_mark_on_each_row(ground: Ground) -> None:
    wishes = [registered(ground, at) for at in range(3)]
    export = made(ground)
    assert (export.status, export.row_count) == ("ready", 3)
    header, *rows = csv_rows(fetched(ground, export))
    assert header == ["登记编号", "姓名", "证件号码", "电话", "住址", "捐献项目", "执行人", "水印"]
    assert [row[:3] for row in rows] == [
        [wish.number, somebody(at).name, somebody(at).document] for at, wish in enumerate(wishes)
    ]
    assert {row[-1] for row in rows} == {building.watermark(export)}
    for part in ("coordinator", export.number, f"{now():%Y}"):
        assert part in rows[0][-1]


def test_a_workbook_says_first_whose_it_is_and_what_for(ground: Ground) -> None:
    registered(ground)
    book = sheets(fetched(ground, made(ground, format="xlsx")))
    assert list(book) == ["说明", "名单"]
    said = dict(row for row in book["说明"])
    assert (said["用途"], said["红十字会"]) == ("核对纸质档案", ground.branch.name)
    assert "coordinator" in said["申请人"]
    assert [row[2] for row in book["名单"][1:]] == [somebody().document]
    assert book["名单"][0][-1] == "水印"


def test_nobody_who_withdrew_between_approval_and_making_is_in_it(ground: Ground) -> None:
    stays, leaves = registered(ground), registered(ground, 1)
    export = asked(ground)
    approve_export(export_id=export.pk, actor=ground.person("head"))
    withdraw_wish(wish_id=leaves.pk, channel="online")
    export = worked(export)
    assert [row[0] for row in csv_rows(fetched(ground, export))[1:]] == [stays.number]
    gone = ReadLog.objects.filter(object_key=registrant_of(leaves).number, purpose__contains=export.number)
    assert not gone.exists()


def test_who_withdraws_while_it_is_made_is_not_in_it_either(
    committed_ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    stays, leaves = registered(committed_ground), registered(committed_ground, 1)
    written = building._written

    def and_meanwhile(*arguments: Any) -> Any:
        done = written(*arguments)
        if Wish.objects.unscoped("test").get(pk=leaves.pk).status == "in_force":
            withdraw_wish(wish_id=leaves.pk, channel="online")
        return done

    monkeypatch.setattr(building, "_written", and_meanwhile)
    export = made(committed_ground)
    assert [row[0] for row in csv_rows(fetched(committed_ground, export))[1:]] == [stays.number]
    files = StoredFile.objects.filter(name__contains=".csv")
    assert [one.pk for one in files] == [export.file_id]


def test_who_left_after_it_was_made_is_named_by_number_to_be_struck_out(ground: Ground) -> None:
    first, second = registered(ground), registered(ground, 1)
    export = made(ground)
    assert left_since(export) == []
    withdraw_wish(wish_id=second.pk, channel="online")
    registered(ground, 2)
    assert left_since(export) == [second.number]
    assert first.number not in left_since(export)


def take_back(ground: Ground, wish: Wish) -> None:
    take_back_consent(wish_id=wish.pk, subject="transfer", channel="counter", actor=ground.person("clerk"))


def test_who_takes_the_consent_to_the_hand_over_back_is_struck_out_of_its_list(ground: Ground) -> None:
    stays, goes, was_out, again, done = (registered(ground, at) for at in range(5))
    take_back(ground, was_out)
    hand_over_wish(wish_id=done.pk, reference="ORG0001", on=done.signed_on, actor=ground.person("clerk"))
    everybody, export = made(ground), made(ground, listed="hand_over")
    for one in (goes, again, done):
        take_back(ground, one)
    give_consent(wish_id=again.pk, subject="transfer", channel="counter", actor=ground.person("clerk"))
    assert left_since(export) == [goes.number]
    assert left_since(everybody) == []
    withdraw_wish(wish_id=stays.pk, channel="online")
    withdraw_wish(wish_id=was_out.pk, channel="online")
    assert left_since(export)[:2] == [stays.number, goes.number]


def test_all_who_left_are_named_a_page_at_a_time_and_counted(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (exports, export_views):
        monkeypatch.setattr(module, "LEFT_SHOWN", 2)
    wishes = [registered(ground, at) for at in range(5)]
    export = made(ground)
    for one in wishes:
        withdraw_wish(wish_id=one.pk, channel="online")
    client, found, url = client_of(ground, "coordinator"), [], "?left="
    where = reverse("desk_registry_export", args=[export.number])
    while url:
        answer = client.get(where + url)
        assert "共 5 份" in answer.content.decode()
        found += answer.context["left"]
        url = answer.context["left_url"]
    assert found == sorted(one.number for one in wishes)


def test_a_list_for_the_hand_over_holds_those_who_consent_to_it(ground: Ground) -> None:
    agrees, refuses, done = registered(ground), registered(ground, 1), registered(ground, 2)
    take_back_consent(wish_id=refuses.pk, subject="transfer", channel="counter", actor=ground.person("clerk"))
    hand_over_wish(wish_id=done.pk, reference="ORG0001", on=done.signed_on, actor=ground.person("clerk"))
    export = made(ground, listed="hand_over")
    assert [row[0] for row in csv_rows(fetched(ground, export))[1:]] == [agrees.number]


def test_the_file_lies_sealed(ground: Ground) -> None:
    registered(ground)
    export = made(ground)
    assert export.file is not None
    kept = sealed_path_of(export.file).read_bytes()
    assert somebody().document.encode() not in kept
    assert somebody().name.encode() not in kept
    assert export.file.data_class == "P3"


def test_the_job_holds_the_id_alone(ground: Ground) -> None:
    registered(ground)
    export = made(ground)
    job = Job.objects.get()
    assert job.params == {"export": export.pk}
    assert job.result["count"] == 1
    texts = [job.label, job.error, str(job.result), str(job.params), job.idempotency_key]
    assert [text for text in texts if somebody().name in text or somebody().document in text] == []


@pytest.mark.parametrize("format_", ["csv", "xlsx"])
def test_no_cell_is_run_as_a_formula(ground: Ground, format_: str) -> None:
    person = somebody(name="=HYPERLINK(1)", phone="+852 9123 4567", address="@SUM(A1) 示例路")
    registered(ground, person=person, content=gift(executor_name="-1+cmd|示例"))
    content = fetched(ground, made(ground, format=format_))
    row = (csv_rows(content) if format_ == "csv" else sheets(content)["名单"])[1]
    texts = [str(value) for value in row if value]
    assert [text for text in texts if text[0] in "=+-@"] == []
    assert {"'=HYPERLINK(1)", "'+85291234567", "'@SUM(A1) 示例路", "'-1+cmd|示例"} <= set(texts)


def test_batches_follow_each_other_and_memory_stays_flat(
    committed_ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "BATCH_ROWS", 2)
    numbers = [registered(committed_ground, at).number for at in range(5)]
    largest: list[int] = []
    reveal_many = sources.reveal_many

    def counted(rows: Any, *arguments: Any, **said: Any) -> Any:
        rows = list(rows)
        largest.append(len(rows))
        return reveal_many(rows, *arguments, **said)

    monkeypatch.setattr(sources, "reveal_many", counted)
    export = made(committed_ground)
    assert [row[0] for row in csv_rows(fetched(committed_ground, export))[1:]] == numbers
    assert max(largest) == 2


def test_an_export_of_one_branch_holds_nobody_of_another(ground: Ground) -> None:
    own = registered(ground)
    register_wish(registration=form(ground.elsewhere, 5), actor=ground.person("stranger"))
    assert [row[0] for row in csv_rows(fetched(ground, made(ground)))[1:]] == [own.number]
