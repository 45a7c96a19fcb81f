"""What anybody sees of a certificate, and what nobody can find out."""

from __future__ import annotations

import datetime
import json
import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from core.clock import frozen_at, now
from core.models import AuditEvent, ReadLog
from tests.training.certified import certified
from tests.training.ground import Ground, id_number
from training.models import Certificate
from training.services.ending import reissue_certificate, revoke_certificate

# Each refusal has a number by which it is found in the log.
REFERENCE = re.compile(r"[0-9]{8}-[A-Z0-9]{6}")


def page_of(client: Client, certificate: Certificate) -> str:
    """The public page of a certificate."""
    response = client.get(f"/certificates/{certificate.code}/")
    assert response.status_code == 200
    assert response["X-Robots-Tag"].startswith("noindex")
    return response.content.decode()


def test_a_scan_shows_the_state_and_the_masked_name_without_any_field_to_fill(client: Client, ground: Ground) -> None:
    (certificate,) = certified(ground)
    page = page_of(client, certificate)
    assert "有效期至" in page
    assert "赵**" in page
    assert "示例甲" not in page
    assert certificate.number in page
    assert ground.branch.name in page
    last = certificate.expires_on - datetime.timedelta(days=1)  # type: ignore[operator]
    assert last.isoformat() in page


@pytest.mark.parametrize(
    ("days_before", "word"), [(91, "这张证书有效"), (90, "现在有效"), (1, "现在有效"), (0, "现在已经过期")]
)
def test_it_says_when_it_ends_to_the_day(client: Client, ground: Ground, days_before: int, word: str) -> None:
    (certificate,) = certified(ground)
    assert certificate.expires_on is not None
    noon = datetime.datetime.combine(certificate.expires_on, datetime.time(4), datetime.UTC)
    with frozen_at(noon - datetime.timedelta(days=days_before)):
        assert word in page_of(client, certificate)


def test_a_revoked_certificate_says_why_and_a_replaced_one_never_leads_to_its_successor(
    client: Client, ground: Ground
) -> None:
    first, second = certified(ground, 2)
    issuer = ground.person("issuer")
    revoke_certificate(certificate_id=first.pk, reason="fraud", note="内部说明不公开", actor=issuer)
    page = page_of(client, first)
    assert "已撤销" in page
    assert "弄虚作假" in page
    assert "内部说明" not in page
    new = reissue_certificate(certificate_id=second.pk, reason="lost", actor=issuer)
    page = page_of(client, second)
    assert "已换发" in page
    assert new.code not in page
    assert new.number not in page
    assert "这张证书有效" in page_of(client, new)


def test_an_unknown_code_is_answered_as_any_other(client: Client, ground: Ground) -> None:
    answers = set()
    for code in ("0" * 16, "1" * 16, "短"):
        page = client.get(f"/certificates/{code}/").content.decode()
        answers.add(REFERENCE.sub("", page[page.index("<h1") : page.index("</main>")]))
    assert client.get(f"/certificates/{'0' * 16}/").status_code == 404
    assert client.get(f"/certificates/{'0' * 16}.json").status_code == 404
    assert len(answers) == 1


def test_a_code_is_read_as_people_write_it(client: Client, ground: Ground) -> None:
    (certificate,) = certified(ground)
    written = f"{certificate.code[:4].lower()}-{certificate.code[4:8]} {certificate.code[8:]}"
    assert client.get(f"/certificates/{written}/").status_code == 200


def test_the_last_four_are_compared_and_never_shown_and_each_comparison_is_logged(
    client: Client, ground: Ground
) -> None:
    (certificate,) = certified(ground)
    number = id_number(0)
    address = f"/certificates/{certificate.code}/"
    right = client.post(address, {"tail": number[-4:].lower()}).content.decode()
    assert "后四位一致" in right
    assert number not in right
    assert number[:-4] not in right
    wrong = client.post(address, {"tail": "0000"}).content.decode()
    assert "后四位不一致" in wrong
    assert "请填写证件号码最后四位" in client.post(address, {"tail": "12"}).content.decode()
    assert AuditEvent.objects.filter(verb="training.certificate.document_compared").count() == 2
    assert ReadLog.objects.filter(field="document", work__startswith="training.check").count() == 1


def test_the_last_four_cannot_be_tried_through(client: Client, ground: Ground) -> None:
    (certificate,) = certified(ground)
    moment = now()
    with frozen_at(moment):
        answers = [client.post(f"/certificates/{certificate.code}/", {"tail": f"{n:04d}"}) for n in range(8)]
    assert [one.status_code for one in answers] == [200] * 6 + [429] * 2


def test_number_and_name_lead_to_the_certificate_and_every_miss_reads_alike(client: Client, ground: Ground) -> None:
    first, second = certified(ground, 2)
    good = client.post("/certificates/", {"number": f" {first.number.lower()} ", "name": "赵 示例甲"})
    assert good.status_code == 302
    assert good["Location"] == f"/certificates/{first.code}/"
    misses = [
        {"number": first.number, "name": "钱示例甲"},
        {"number": second.number, "name": "赵示例甲"},
        {"number": "330182-2026-Z99999999", "name": "赵示例甲"},
        {"number": "示例", "name": "赵示例甲"},
        {"number": first.number, "name": "赵示例甲", "tail": "0000"},
    ]
    pages = set()
    for miss in misses:
        response = client.post("/certificates/", miss)
        assert response.status_code == 200
        page = response.content.decode()
        assert "没有查到" in page
        pages.add(page[page.index("没有查到") : page.index('<form class="card-box')])
    assert len(pages) == 1


def test_the_search_takes_the_last_four_as_a_third_condition(client: Client, ground: Ground) -> None:
    (certificate,) = certified(ground)
    asked = {"number": certificate.number, "name": "赵示例甲", "tail": id_number(0)[-4:]}
    assert client.post("/certificates/", asked).status_code == 302


def test_a_refusal_for_asking_too_often_does_not_tell_a_hit_from_a_miss(client: Client, ground: Ground) -> None:
    (certificate,) = certified(ground)
    moment = now()

    def tried(name: str) -> list[int]:
        cache.clear()
        with frozen_at(moment):
            asked = {"number": certificate.number, "name": name, "tail": "0000"}
            return [client.post("/certificates/", asked).status_code for _again in range(8)]

    assert tried("赵示例甲") == tried("钱示例甲") == [200] * 6 + [429] * 2


def test_the_portals_search_fills_the_number_in_and_never_says_whether_there_is_one(
    client: Client, ground: Ground
) -> None:
    (certificate,) = certified(ground)
    for number in (certificate.number, "330182-2026-Z99999999"):
        response = client.get("/search/", {"q": number})
        assert response.status_code == 302
        assert response["Location"] == f"/certificates/?number={number}"
    page = client.get(f"/certificates/?number={certificate.number}").content.decode()
    assert f'value="{certificate.number}"' in page
    assert "没有查到" not in page
    assert certificate.code not in page


def test_the_api_gives_one_by_its_code_and_no_list(client: Client, ground: Ground) -> None:
    (certificate,) = certified(ground)
    found = client.get(f"/api/v1/certificates/{certificate.code}/").json()
    assert found == {
        "code": certificate.code,
        "number": certificate.number,
        "kind": "cpr_aed",
        "kind_name": "心肺复苏（CPR+AED）证",
        "status": "valid",
        "status_name": "有效",
        "name": "赵**",
        "issued_on": certificate.issued_on.isoformat(),
        "expires_on": certificate.expires_on.isoformat(),  # type: ignore[union-attr]
        "ended_on": None,
        "reason": "",
        "branch": ground.branch.code,
        "branch_name": ground.branch.name,
    }
    missing = client.get(f"/api/v1/certificates/{'0' * 16}/")
    assert missing.status_code == 404
    assert json.loads(missing.content)["code"] == "certificate_not_found"
    assert client.get("/api/v1/certificates/").status_code == 404


def test_a_page_costs_one_query(client: Client, ground: Ground, django_assert_max_num_queries: Any) -> None:
    (certificate,) = certified(ground)
    with django_assert_max_num_queries(2):
        client.get(f"/certificates/{certificate.code}/")
