"""What ends something, or changes a life's course, is asked once more: what ends, what follows, what was entered."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client
from django.urls import reverse

from core.clock import today
from registries.choices.cases import CaseStatus
from registries.models import Case, CaseGrant, ExchangeFile, ReceivingUnit
from tests.registries.case_ground import case_in, notified, units
from tests.registries.donor_ground import brought, joined
from tests.registries.exchange_ground import received, row_of, text_of
from tests.registries.ground import Ground
from tests.registries.test_views_cases import address, let_in
from tests.registries.test_views_wishes import client_of


def asked(client: Client, where: str) -> tuple[str, dict[str, str]]:
    """The text of a page that asks, and what its button sends."""
    page = client.get(where)
    assert page.status_code == 200
    return _panel(page.content.decode())


def _panel(text: str) -> tuple[str, dict[str, str]]:
    panel = text[text.index('<section class="confirm') :]
    panel = panel[: panel.index("</section>")]
    sends = r'<(?:input type="hidden"|button class="[^"]+" type="submit") name="([^"]+)" value="([^"]*)"'
    sent = re.findall(sends, panel)
    return panel, dict(sent)


def test_a_coordinator_is_released_only_after_the_page_said_who_and_what_follows(ground: Ground) -> None:
    case, client = case_in(ground, CaseStatus.CONSENTED), client_of(ground, "head")
    where = address(case, "desk_case_assign")
    row = case.coordinators.get(person=ground.person("second"))
    assert f'href="?release={row.pk}"' in client.get(where).content.decode()
    text, sent = asked(client, f"{where}?release={row.pk}")
    assert all(one in text for one in ("示例second", "从此看不到这个案例", "还剩 1 名协调员", "见证随之完成", "先不办"))
    row.refresh_from_db()
    assert row.released_at is None
    client.post(where, sent)
    row.refresh_from_db()
    assert row.released_at is not None
    assert client.get(f"{where}?release={row.pk}").status_code == 404
    assert client.get(f"{where}?release=x").status_code == 404


def test_a_grant_is_taken_back_only_after_the_page_said_whose_and_what_for(ground: Ground) -> None:
    case, client = notified(ground), client_of(ground, "head")
    grant, where = let_in(ground, case), address(case, "desk_case_grants")
    assert f'href="?end={grant.pk}"' in client.get(where).content.decode()
    text, sent = asked(client, f"{where}?end={grant.pk}")
    assert all(one in text for one in ("示例supervisor", "示例检查", "马上生效"))
    assert CaseGrant.objects.get().ended_at is None
    client.post(where, sent)
    assert CaseGrant.objects.get().ended_at is not None
    assert client.get(f"{where}?end={grant.pk}").status_code == 404


def test_a_unit_is_closed_only_after_the_page_named_it(ground: Ground) -> None:
    unit, client, where = units(ground)["body"], Client(), reverse("desk_receiving_units")
    client.force_login(unit.created_by)
    assert f'href="?end={unit.pk}"' in client.get(where).content.decode()
    text, sent = asked(client, f"{where}?end={unit.pk}")
    assert all(one in text for one in ("示例医学院", "不能再选这个单位", "移交记录不变"))
    assert ReceivingUnit.objects.get(pk=unit.pk).ended_at is None
    assert client_of(ground, "head").get(f"{where}?end={unit.pk}").status_code == 404
    client.post(where, sent)
    assert ReceivingUnit.objects.get(pk=unit.pk).ended_at is not None


def test_a_file_is_dropped_only_after_the_page_said_how_many_rows(ground: Ground) -> None:
    row = received(ground, text_of(row_of(brought(ground, "sent")), row_of(joined(ground, 1))))
    client, where = client_of(ground, "clerk"), reverse("desk_exchange_file", args=[row.number])
    assert 'href="?ask=drop"' in client.get(where).content.decode()
    text, _sent = asked(client, f"{where}?ask=drop")
    assert all(one in text for one in (row.number, "一行也不办理", "查询编号马上清空"))
    assert ExchangeFile.objects.unscoped("test").get().status == "checked"
    action = re.search(r'action="([^"]+)"', text)
    assert action is not None
    client.post(action[1])
    assert ExchangeFile.objects.unscoped("test").get().status == "dropped"
    assert '<section class="confirm' not in client.get(f"{where}?ask=drop").content.decode()


def decided(ground: Ground, case: Case, decision: str, **over: Any) -> tuple[Client, str, dict[str, Any]]:
    client, kin = client_of(ground, "coordinator"), case.kin.order_by("pk")[0]
    where = reverse("desk_case_decide", args=[case.number, kin.pk])
    key = client.get(where).context["form"]["key"].value()
    said = {"key": key, "decision": decision, "signed_on": today().isoformat(), "paper": "示例纸1号", **over}
    return client, where, said


def test_a_no_of_the_family_is_repeated_before_it_ends_the_case(ground: Ground) -> None:
    case = case_in(ground, CaseStatus.CONSENTED)
    client, where, said = decided(ground, case, "refuse")
    text, sent = _panel(client.post(where, said).content.decode())
    assert all(one in text for one in ("配偶", "不同意", today().isoformat(), "示例纸1号", "案例就此终止"))
    case.refresh_from_db()
    assert case.status == CaseStatus.CONSENTED
    assert {name: sent[name] for name in said} == {name: str(value) for name, value in said.items()}
    client.post(where, sent)
    case.refresh_from_db()
    assert case.status == CaseStatus.DECLINED


def test_a_form_that_is_wrong_is_told_so_before_anything_is_asked(ground: Ground) -> None:
    client, where, said = decided(ground, case_in(ground, CaseStatus.CONSENTED), "refuse", paper="")
    assert '<section class="confirm' not in client.post(where, said).content.decode()


def test_a_yes_of_the_family_is_written_down_without_asking(ground: Ground) -> None:
    case = case_in(ground, CaseStatus.CONSENTED)
    client, where, said = decided(ground, case, "agree")
    assert client.post(where, said).status_code == 302


def test_unfit_is_repeated_before_somebody_leaves_the_library_for_it(ground: Ground) -> None:
    donor, client = brought(ground, "medical"), client_of(ground, "clerk")
    where = reverse("desk_donor_step", args=[donor.number, "medical"])
    said = {"verdict": "unfit", "on": today().isoformat()}
    text, sent = _panel(client.post(where, said).content.decode())
    assert all(one in text for one in (donor.number, "不合格", today().isoformat(), "健康退库", "请返回选“暂缓”"))
    donor.refresh_from_db()
    assert donor.status == "medical"
    client.post(where, sent)
    donor.refresh_from_db()
    assert donor.status == "health"


def test_fit_is_written_down_without_asking(ground: Ground) -> None:
    donor, client = brought(ground, "medical"), client_of(ground, "clerk")
    where = reverse("desk_donor_step", args=[donor.number, "medical"])
    assert client.post(where, {"verdict": "fit", "on": today().isoformat()}).status_code == 302
