"""/verify/ without JavaScript, and the API: a digest or a file, an answer, and nothing kept."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from rest_framework.throttling import AnonRateThrottle

from core.models import AuditEvent, StoredFile
from tests.transparency.verify_ground import NOTE, Reports
from transparency import verify_forms
from transparency.selectors.public_log import log_verifiers
from transparency.services.verifying_reports.counting import metrics
from transparency.services.verifying_reports.reading import MOST_BYTES
from transparency.views.public import verify as view


@pytest.fixture(autouse=True)
def shared_folder(private_files: None, folder: Path, settings: Any) -> None:
    """The files of the module, and a count that begins anew."""
    settings.PRIVATE_FILES_DIR = folder
    cache.clear()


def sent(client: Client, data: bytes, name: str = "report.pdf") -> str:
    response = client.post("/verify/", {"file": SimpleUploadedFile(name, data, "application/pdf")})
    assert response.status_code == 200
    return response.content.decode()


def test_the_page_says_what_each_way_proves_and_shows_the_keys(reports: Reports, client: Client) -> None:
    response = client.get("/verify/")
    page = response.content.decode()
    assert log_verifiers()[0].replace("+", "&#x2B;") in page or log_verifiers()[0] in page
    assert "tools/verify.py" in page
    # It holds a token of the reader's own: nobody else may be handed it.
    assert "no-store" in response["Cache-Control"]


def test_a_digest_is_answered(
    reports: Reports, client: Client, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    # The rows with these bytes, the public record and its place, the versions; keys and head; whether it is signed.
    with django_assert_max_num_queries(8):
        page = client.get("/verify/", {"sha256": reports.sha256(reports.second)}).content.decode()
    assert "是本平台公开的原件" in page
    assert f"/reports/{reports.second.number}/" in page
    page = client.get("/verify/", {"sha256": reports.sha256(reports.first)}).content.decode()
    assert "是原件，但已有更正版" in page
    assert NOTE in page
    assert f"/reports/{reports.second.number}/" in page
    assert "不是本平台公开的文件" in client.get("/verify/", {"sha256": "0" * 64}).content.decode()
    page = client.get("/verify/", {"sha256": "<b>not a digest</b>"}).content.decode()
    assert "请完整粘贴" in page
    assert "<b>not" not in page


def test_a_file_that_is_sent_is_looked_into_and_nothing_of_it_stays(
    reports: Reports, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    before = (StoredFile.objects.count(), AuditEvent.objects.count())
    whole = reports.path(reports.second).read_bytes()
    assert "是本平台公开的原件" in sent(client, whole)
    page = sent(client, whole + b"\n% forged")
    assert "与原件不同，被改动过" in page
    assert "字节之后被追加了内容" in page
    assert f"/reports/{reports.second.number}.pdf" in page
    assert reports.sha256(reports.second) in page
    # Larger than what a request keeps in memory.
    assert "不是本平台公开的文件" in sent(client, b"%PDF-" + b"x" * 3_000_000)
    assert list(tmp_path.iterdir()) == []
    assert (StoredFile.objects.count(), AuditEvent.objects.count()) == before
    assert list(metrics()) == [("portal_verified_files", "", 3)]


def test_a_draft_is_told_neither_by_digest_nor_by_file(reports: Reports, client: Client) -> None:
    path = reports.path(reports.draft)
    for page in (
        client.get("/verify/", {"sha256": path.name}).content.decode(),
        sent(client, path.read_bytes()),
        sent(client, path.read_bytes() + b" "),
    ):
        assert "不是本平台公开的文件" in page
        assert reports.draft.number not in page
        assert reports.draft.title not in page
    assert client.get(f"/api/v1/verify/{path.name}/").json()["verdict"] == "not_ours"


def test_a_file_that_is_too_large_or_empty_or_missing_is_answered_in_the_form(
    reports: Reports, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST_BYTES == 64 * 1024 * 1024
    monkeypatch.setattr(view, "MOST_BYTES", 1000)
    assert "请改用 SHA-256 核对" in sent(client, b"%PDF-" + b"x" * 200_000)
    assert "error-summary" in sent(client, b"")
    assert "error-summary" in client.post("/verify/").content.decode()
    assert list(metrics()) == [("portal_verified_files", "", 0)]


def test_a_file_is_taken_with_the_token_of_the_page_alone(reports: Reports) -> None:
    client = Client(enforce_csrf_checks=True)
    file = {"file": SimpleUploadedFile("a.pdf", b"%PDF-")}
    assert client.post("/verify/", file).status_code == 403
    client.get("/verify/")
    token = {"csrfmiddlewaretoken": client.cookies["csrftoken"].value}
    assert client.post("/verify/", {**token, "file": SimpleUploadedFile("a.pdf", b"%PDF-")}).status_code == 200


def test_files_are_taken_so_often_and_no_more(
    reports: Reports, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view, "LIMIT", view.Limit("verify_file", 2, 600))
    for expected in (200, 200, 429):
        answer = client.post("/verify/", {"file": SimpleUploadedFile("a.pdf", b"not a pdf")})
        assert answer.status_code == expected


def test_the_limit_on_a_file_holds_at_its_last_byte() -> None:
    handler = verify_forms.NoLargerThan(10)
    assert handler.receive_data_chunk(b"x" * 10, 0) == b"x" * 10
    with pytest.raises(verify_forms.StopUpload):
        handler.receive_data_chunk(b"x", 10)


def test_the_api_answers_by_digest_and_may_be_kept_for_a_minute(reports: Reports, client: Client) -> None:
    answer = client.get(f"/api/v1/verify/{reports.sha256(reports.first)}/")
    assert "max-age=60" in answer["Cache-Control"]
    said = answer.json()
    assert said["verdict"] == "superseded"
    assert said["report"]["number"] == reports.first.number
    assert said["newest"]["number"] == reports.second.number
    assert said["newest"]["correction_note"] == NOTE
    assert said["file"]["url"] == f"/reports/{reports.first.number}.pdf"
    assert "run_id" not in said
    said = client.get(f"/api/v1/verify/{reports.sha256(reports.second, 'signed', 3)}/").json()
    assert (said["verdict"], said["file"]["volume"], said["file"]["first_row"]) == ("valid", 3, 5)
    unknown = client.get(f"/api/v1/verify/{'0' * 64}/")
    assert (unknown.status_code, unknown.json()["verdict"]) == (200, "not_ours")
    refused = client.get("/api/v1/verify/abc/")
    assert (refused.status_code, refused.json()["code"]) == (400, "sha256_invalid")
    assert client.post(f"/api/v1/verify/{'0' * 64}/").status_code == 405


def test_the_api_is_throttled(reports: Reports, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AnonRateThrottle, "THROTTLE_RATES", {"anon": "2/min"})
    assert [client.get(f"/api/v1/verify/{'0' * 64}/").status_code for _n in range(3)] == [200, 200, 429]


def test_report_and_record_pages_lead_to_the_check(reports: Reports, client: Client) -> None:
    page = client.get(f"/reports/{reports.second.number}/").content.decode()
    assert 'href="/verify/"' in page
    assert f'href="/verify/?sha256={reports.sha256(reports.second)}"' in page
    assert f'href="/verify/?sha256={reports.sha256(reports.second, "signed", 2)}"' in page
    assert 'href="/verify/?record=0#record"' in client.get("/log/records/0/").content.decode()
    assert "/verify/" in client.get("/sitemap.xml").content.decode()
    assert 'data-record=""' in client.get("/verify/", {"record": "x"}).content.decode()
