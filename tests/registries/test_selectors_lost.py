"""A box lost after a file for the library was made or asked for: its page says whose bags, and what to do."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.urls import reverse

from registries.choices.exchange import FileStatus
from registries.errors import WrongState
from registries.models import Donor, ExchangeFile, SampleBatch
from registries.selectors import exchange
from registries.selectors.exchange import files_of_lost, lost_count, lost_in
from registries.services.donors.sampling import lose_batch, receive_batch, take_sample
from registries.services.exchange.files import drop_file, open_outgoing
from registries.services.exchange.outgoing import download_outgoing
from registries.views import exchange as exchange_views
from tests.registries.donor_ground import S, bag_of, brought, shipped
from tests.registries.exchange_ground import fetched, sent_out
from tests.registries.ground import Ground, days_ago
from tests.registries.test_views_wishes import client_of
from tests.training.pages import page


def box_of(ground: Ground, *at: int) -> tuple[SampleBatch, list[Donor]]:
    """A box on its way, and whose bags lie in it."""
    donors = [brought(ground, S.SAMPLED, one) for one in at]
    return shipped(*donors, on=days_ago(90), actor=ground.person("clerk")), donors


def lost(ground: Ground, box: SampleBatch) -> SampleBatch:
    return lose_batch(batch_id=box.pk, on=days_ago(80), actor=ground.person("clerk"))


def shown(ground: Ground, row: ExchangeFile, query: str = "") -> Any:
    return client_of(ground, "clerk").get(reverse("desk_exchange_file", args=[row.number]) + query)


def test_whose_bags_were_lost_stand_beside_a_file_that_was_made_before_and_the_file_is_as_it_was(
    ground: Ground,
) -> None:
    box, donors = box_of(ground, 0, 1)
    other = brought(ground, S.SENT, 2)
    row = sent_out(ground)
    assert (lost_in(row), "途中丢失" in shown(ground, row).content.decode()) == ([], False)
    lost(ground, box)
    numbers = sorted(one.number for one in donors)
    assert (lost_in(row), lost_count(row)) == (numbers, 2)
    answer = shown(ground, row)
    text = answer.content.decode()
    assert "文件里有人的血样途中丢失" in text
    assert "请作废这一份，重新申请，其余的人会在新的文件里" in text
    assert (answer.context["lost"], answer.context["is_lost"]) == (numbers, False)
    assert f"/{other.number}/" not in text
    again = ExchangeFile.objects.unscoped("test").get(pk=row.pk)
    assert (again.status, again.file_sha256, again.row_count) == (FileStatus.READY, row.file_sha256, 3)
    download_outgoing(file_id=row.pk, purpose="报送", actor=ground.person("clerk")).close()
    assert "文件已下载过，请告诉全国资料库" in shown(ground, row).content.decode()


def test_of_a_file_of_which_nobody_else_is_left_the_page_says_not_to_send_it(ground: Ground) -> None:
    box, (donor,) = box_of(ground, 0)
    row = sent_out(ground, batch_number=box.number)
    lost(ground, box)
    assert "请不要下载，作废这一份" in shown(ground, row).content.decode()
    # Whoever is sampled again stands in a new file, and still beside the old one.
    take_sample(donor_id=donor.pk, bag="BAGAGAIN1", on=days_ago(70), actor=ground.person("clerk"))
    new = sent_out(ground)
    assert (new.status, new.row_count, lost_in(new), lost_in(row)) == (FileStatus.READY, 1, [], [donor.number])


def test_a_request_for_a_box_that_was_lost_says_that_it_is_to_be_dropped(ground: Ground) -> None:
    box, (donor,) = box_of(ground, 0)
    clerk = ground.person("clerk")
    row = open_outgoing(branch=ground.branch, batch_number=box.number, key=uuid.uuid4(), actor=clerk)
    of_all = open_outgoing(branch=ground.branch, key=uuid.uuid4(), actor=clerk)
    assert lost_in(row) == []
    lost(ground, box)
    assert (lost_in(row), lost_in(of_all)) == ([donor.number], [])
    text = shown(ground, row).content.decode()
    assert "批准以后也没有可报送的人，请作废" in text
    assert donor.number in text
    row = drop_file(file_id=row.pk, actor=clerk)
    assert (lost_in(row), "途中丢失" in shown(ground, row).content.decode()) == ([], False)


def test_a_single_bag_that_did_not_arrive_leaves_a_request_for_the_rest(ground: Ground) -> None:
    box, (first, second) = box_of(ground, 0, 1)
    clerk = ground.person("clerk")
    row = open_outgoing(branch=ground.branch, batch_number=box.number, key=uuid.uuid4(), actor=clerk)
    said = {bag_of(first).pk: "received", bag_of(second).pk: "missing"}
    receive_batch(batch_id=box.pk, receipt_number="L1", on=days_ago(80), verdicts=said, actor=clerk)
    assert lost_in(row) == [second.number]
    text = shown(ground, row).content.decode()
    assert "其余的人照常报送" in text
    assert "请作废" not in text


def test_the_page_of_a_lost_box_leads_to_the_files_that_hold_it(ground: Ground, django_assert_num_queries: Any) -> None:
    box, _donors = box_of(ground, 0)
    clerk = ground.person("clerk")
    made = sent_out(ground)
    asked = open_outgoing(branch=ground.branch, batch_number=box.number, key=uuid.uuid4(), actor=clerk)
    assert files_of_lost(box, clerk) == []
    assert "报送文件里还有这一批的人" not in page(client_of(ground, "clerk"), "desk_sample_batch", box.number)
    box = lost(ground, box)
    assert files_of_lost(box, clerk) == [asked, made]
    assert files_of_lost(box, ground.person("stranger")) == []
    text = page(client_of(ground, "clerk"), "desk_sample_batch", box.number)
    assert all(reverse("desk_exchange_file", args=[one.number]) in text for one in (asked, made))
    with django_assert_num_queries(2):
        assert (len(lost_in(made)), lost_count(made)) == (1, 1)
    fetched(ground, made)
    with pytest.raises(WrongState, match="已有人下载"):
        drop_file(file_id=made.pk, actor=clerk)


def test_a_long_list_of_lost_bags_goes_on_behind_the_last_number(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (exchange, exchange_views):
        monkeypatch.setattr(module, "LEFT_SHOWN", 2)
    box, donors = box_of(ground, 0, 1, 2)
    row = sent_out(ground)
    lost(ground, box)
    found, url = [], "?lost="
    while url:
        answer = shown(ground, row, url)
        assert "共 3 人" in answer.content.decode()
        found += answer.context["lost"]
        url = answer.context["lost_url"]
    assert found == sorted(one.number for one in donors)
