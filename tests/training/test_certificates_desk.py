"""Certificates at the desk."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from core.models import ReadLog
from tests.training.certified import certified
from tests.training.ground import Ground
from training.choices import CertificateStatus
from training.models import Certificate

LIST = "/desk/training/certificates/"


@pytest.fixture
def officer(ground: Ground) -> Client:
    """A browser in which the issuing officer is signed in."""
    return signed_in(ground, "issuer")


def signed_in(ground: Ground, login: str) -> Client:
    """A browser in which somebody is signed in."""
    client = Client()
    client.force_login(ground.person(login))
    return client


def one(certificate: Certificate) -> str:
    """The address of a certificate at the desk."""
    return f"{LIST}{certificate.code}/"


def now_is(certificate: Certificate) -> Certificate:
    """The row as it is now."""
    found: Certificate = Certificate.objects.unscoped("test").get(pk=certificate.pk)
    return found


def test_the_list_shows_what_lies_in_the_persons_branches_with_masked_names(ground: Ground, officer: Client) -> None:
    first, second = certified(ground, 2)
    page = officer.get(LIST).content.decode()
    assert first.number in page
    assert second.number in page
    assert "赵**" in page
    assert "示例甲" not in page
    assert "没有符合条件的证书" in signed_in(ground, "stranger").get(LIST).content.decode()
    assert first.number in signed_in(ground, "auditor").get(LIST).content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state": "valid"}, 2),
        ({"state": "expired"}, 0),
        ({"state": "revoked"}, 0),
        ({"kind": "cpr_aed"}, 2),
        ({"kind": "instructor"}, 0),
        ({"branch": "33"}, 2),
        ({"branch": "3303"}, 0),
        ({"branch": "none"}, 0),
        ({"issued_from": "2001-01-01", "issued_to": "2099-01-01"}, 2),
        ({"issued_to": "2001-01-01"}, 0),
        ({"number": "330182-"}, 2),
        ({"number": "330182-2001"}, 0),
        ({"state": "nonsense"}, 2),
    ],
)
def test_the_list_is_narrowed_by_each_filter(
    ground: Ground, officer: Client, query: dict[str, str], found: int
) -> None:
    certified(ground, 2)
    response = officer.get(LIST, query)
    assert len(response.context["page"].rows) == found


def test_the_list_goes_on_by_keyset_in_few_queries(
    ground: Ground, officer: Client, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    certificates = certified(ground, 5)
    monkeypatch.setattr("training.selectors.certificates.PAGE_SIZE", 2)
    monkeypatch.setattr("training.selectors.certificates.certificates_for.__kwdefaults__", {"before": None, "limit": 2})
    seen: list[str] = []
    address = LIST
    while address:
        with django_assert_max_num_queries(8):
            context = officer.get(address).context
        seen += [row.number for row in context["page"].rows]
        address = LIST + context["next_url"] if context["next_url"] else ""
    assert seen == [row.number for row in reversed(certificates)]


def test_the_name_is_shown_once_for_a_purpose_and_logged(ground: Ground, officer: Client) -> None:
    (certificate,) = certified(ground)
    assert "赵示例甲" not in officer.get(one(certificate)).content.decode()
    without = officer.post(one(certificate) + "read/", {"purpose": ""}).content.decode()
    assert "赵示例甲" not in without
    assert not ReadLog.objects.filter(reader_id__isnull=False).exists()
    page = officer.post(one(certificate) + "read/", {"purpose": "核对发证名册"}).content.decode()
    assert "赵示例甲" in page
    read = ReadLog.objects.get(reader_id=ground.person("issuer").pk)
    assert (read.purpose, read.field, read.object_key) == ("核对发证名册", "holder", certificate.number)
    assert signed_in(ground, "auditor").post(one(certificate) + "read/", {"purpose": "审计"}).status_code == 403


def test_revoking_asks_why_and_then_everybody_is_told(ground: Ground, officer: Client) -> None:
    (certificate,) = certified(ground)
    address = one(certificate) + "revoke/"
    assert certificate.number in officer.get(address).content.decode()
    assert officer.post(address, {"reason": "", "note": ""}).status_code == 200
    assert now_is(certificate).status == CertificateStatus.VALID
    response = officer.post(address, {"reason": "mistake", "note": "发错人，示例"})
    assert response.status_code == 302
    assert now_is(certificate).status == CertificateStatus.REVOKED
    assert "已撤销" in Client().get(f"/certificates/{certificate.code}/").content.decode()
    again = officer.get(address).content.decode()
    assert "现在不能办理" in again
    page = officer.get(one(certificate)).content.decode()
    assert "发错人，示例" in page


def test_reissuing_leads_to_the_new_one_and_the_old_qr_says_so(ground: Ground, officer: Client) -> None:
    (certificate,) = certified(ground)
    address = one(certificate) + "reissue/"
    refused = officer.post(address, {"reason": "name", "name": ""}).content.decode()
    assert "请填写更正后的姓名" in refused
    response = officer.post(address, {"reason": "name", "name": "赵示例"})
    assert response.status_code == 302
    new = Certificate.objects.unscoped("test").get(replaces=certificate)
    assert response["Location"] == one(new)
    assert "已换发" in Client().get(f"/certificates/{certificate.code}/").content.decode()
    # Colleagues see where it went.
    assert new.number in officer.get(one(certificate)).content.decode()


def test_the_pdf_is_handed_out_as_a_download_and_only_by_asking_for_it(ground: Ground, officer: Client) -> None:
    (certificate,) = certified(ground)
    assert officer.get(one(certificate) + "pdf/").status_code == 405
    response = officer.post(one(certificate) + "pdf/")
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment")
    assert "no-store" in response["Cache-Control"]
    assert b"".join(response.streaming_content).startswith(b"%PDF")  # type: ignore[arg-type]


@pytest.mark.parametrize(("login", "status"), [("stranger", 404), ("auditor", 403), ("lead", 403)])
def test_who_does_not_issue_takes_no_step(ground: Ground, login: str, status: int) -> None:
    (certificate,) = certified(ground)
    client = signed_in(ground, login)
    for step in ("revoke/", "reissue/"):
        assert client.get(one(certificate) + step).status_code == status
    assert client.post(one(certificate) + "pdf/").status_code == status


def test_the_menu_leads_to_certificates_for_who_may_see_them(ground: Ground, officer: Client) -> None:
    assert f'href="{LIST}"' in officer.get("/desk/").content.decode()
