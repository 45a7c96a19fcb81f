"""A report's way out: two people, the signature of a worker, publication when all is signed, withdrawal for a name."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509 import load_pem_x509_certificate
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test import Client
from pypdf import PdfReader

from core.clock import frozen_at
from core.errors import DomainError
from core.files import path_of
from core.jobs import run_job
from core.models import Job, PublicRecord
from core.printing.signing import read_signature
from core.progress import NoProgress
from redcross_portal.first_secrets import new_report_key
from tests.standing import Standing
from tests.transparency.ground import Ground, make_ground, moment, publish
from transparency.choices import FileRole, RunStatus
from transparency.errors import RunWrongState
from transparency.models import DisclosureItem, ReportFile, ReportRun, ReportWithdrawal
from transparency.notes import parse_checkpoint, parse_note
from transparency.rendering import report as rendering
from transparency.rendering import volumes
from transparency.services import publishing
from transparency.services.publishing import approve_run, check_run, decline_run, retry_run, sign_run, withdraw_run
from transparency.services.report_keys import ReportKeyMissing, report_signer, signer_from_file


def make_given() -> Ground:
    """The small network with one gift."""
    made = make_ground()
    made.give("33", "1.00", on="2025-01-05", posted="2025-01-06")
    return made


GIVEN = Standing("given", make_given)


@pytest.fixture(scope="session")
def the_ground() -> Standing[Ground]:
    """The ground that each of these tests takes fresh."""
    return GIVEN


@pytest.fixture
def ground(committed_db: str, the_ground: Standing[Ground]) -> Ground:
    """The small network with one gift, committed."""
    return the_ground.fresh()


def approved(ground: Ground, period: str = "2025-01") -> ReportRun:
    run = ground.ready(period)
    check_run(run_id=run.pk, actor=ground.clerks["33"])
    return approve_run(run_id=run.pk, actor=ground.people["publisher"])


def content(run: ReportRun, role: str, part: int = 0) -> bytes:
    return path_of(run.files.select_related("file").get(role=role, part=part).file.sha256).read_bytes()


# The signature ----------------------------------------------------------------------------------------------------


def test_a_published_report_is_signed_and_carries_the_head_of_the_log(ground: Ground) -> None:
    run = sign_run(run_id=approved(ground).pk, job=NoProgress())
    signed = content(run, FileRole.SIGNED)
    found = read_signature(io.BytesIO(signed))
    assert found is not None
    assert found.holds
    assert (run.signer, run.signer_sha256) == (found.subject, found.certificate_sha256)
    assert signed.startswith(content(run, FileRole.PDF))
    inside = PdfReader(io.BytesIO(signed)).attachments
    assert {"snapshot.json", "checkpoint.txt"} <= set(inside)
    note = inside["checkpoint.txt"][0].decode()
    assert note.encode() == content(run, FileRole.CHECKPOINT)
    assert run.log_to is not None
    assert parse_checkpoint(parse_note(note).text).size >= run.log_to
    record = json.loads(PublicRecord.objects.get(kind="report").record)
    assert record["certificate_sha256"] == run.signer_sha256
    assert {one["sha256"] for one in record["files"] if one["role"] == "signed"} == {
        one.file.sha256 for one in run.files.select_related("file").filter(role="signed")
    }


def test_the_public_gets_the_signed_file_and_never_the_one_before(ground: Ground, client: Client) -> None:
    run = sign_run(run_id=approved(ground).pk, job=NoProgress())
    got = b"".join(client.get(f"/reports/{run.number}.pdf").streaming_content)  # type: ignore[attr-defined]
    assert got == content(run, FileRole.SIGNED)
    page = client.get(f"/reports/{run.number}/").content.decode()
    assert run.signer_sha256 in page
    assert "签名前" not in page


def test_volumes_are_signed_too_and_the_report_lists_what_they_begin_with(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendering, "ANNEX_ROWS", 1)
    monkeypatch.setattr(volumes, "ROWS_PER_VOLUME", 2)
    for day in range(7, 10):
        ground.give("33", f"{day}.00", on=f"2025-01-0{day}", posted="2025-01-10")
    run = sign_run(run_id=approved(ground).pk, job=NoProgress())
    assert sorted(run.files.filter(role="signed").values_list("part", flat=True)) == [0, 1, 2]
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content(run, FileRole.SIGNED))).pages)
    for part in (1, 2):
        before = run.files.select_related("file").get(role="volume", part=part).file
        assert before.sha256[:32] in text
        after = content(run, FileRole.SIGNED, part)
        assert after[: before.size] == path_of(before.sha256).read_bytes()
        found = read_signature(io.BytesIO(after))
        assert found is not None
        assert found.holds


@pytest.mark.parametrize("stops_at", [1, 2, 3])
def test_a_signing_that_breaks_off_goes_on_where_it_stopped_and_publishes_nothing_before(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, stops_at: int
) -> None:
    monkeypatch.setattr(rendering, "ANNEX_ROWS", 1)
    monkeypatch.setattr(volumes, "ROWS_PER_VOLUME", 2)
    for day in range(7, 10):
        ground.give("33", f"{day}.00", on=f"2025-01-0{day}", posted="2025-01-10")
    run = approved(ground)
    count, real = [0], publishing.sign_file

    def breaking(*args: Any, **kwargs: Any) -> Any:
        count[0] += 1
        if count[0] == stops_at:
            raise OSError("No space left on device")
        return real(*args, **kwargs)

    monkeypatch.setattr(publishing, "sign_file", breaking)
    with pytest.raises(OSError, match="No space"):
        sign_run(run_id=run.pk, job=NoProgress())
    kept = {one.part: one.file.sha256 for one in run.files.select_related("file").filter(role="signed")}
    assert len(kept) == stops_at - 1
    assert not DisclosureItem.objects.exists()
    assert not PublicRecord.objects.filter(kind="report").exists()
    run = sign_run(run_id=run.pk, job=NoProgress())
    assert run.status == RunStatus.PUBLISHED
    after = {one.part: one.file.sha256 for one in run.files.select_related("file").filter(role="signed")}
    assert len(after) == 3
    assert kept.items() <= after.items()
    # Once more changes nothing.
    sign_run(run_id=run.pk, job=NoProgress())
    assert PublicRecord.objects.filter(kind="report").count() == DisclosureItem.objects.count() == 1


def test_the_database_publishes_nothing_unsigned_or_without_two_people(ground: Ground) -> None:
    run = ground.ready("2025-01")
    runs = ReportRun.objects.unscoped("past the service").filter(pk=run.pk)
    publisher, second = ground.people["publisher"], ground.people["second"]
    at = moment("2025-02-02")
    born = {"number": "33-2025-R00000099", "version": 1, "period": "2024-12", "status": "published", "published_at": at}
    with pytest.raises(DatabaseError, match="begin with its freezing"), transaction.atomic():
        ReportRun.objects.create(
            **ReportRun.lineage_of(run.branch), **born, kind=run.kind, scope=run.scope, period_kind="month", title="x",
            period_start=run.period_start, period_end=run.period_end, requested_at=at, approved_by=publisher,
        )  # fmt: skip
    with pytest.raises(DatabaseError, match="two people"), transaction.atomic():
        runs.update(status="approved", approved_by=publisher, approved_at=at)
    with pytest.raises(DatabaseError, match="without a signature"), transaction.atomic():
        runs.update(
            status="published", checked_by=second, checked_at=at, approved_by=publisher, approved_at=at, published_at=at
        )
    approve = approved_directly(run, ground)
    with pytest.raises(DatabaseError, match="stand"), transaction.atomic():
        runs.update(approved_by=ground.clerks["33"])
    assert approve.status == RunStatus.APPROVED


def approved_directly(run: ReportRun, ground: Ground) -> ReportRun:
    check_run(run_id=run.pk, actor=ground.people["second"])
    return approve_run(run_id=run.pk, actor=ground.people["publisher"])


def test_files_signed_with_two_certificates_are_not_published(
    ground: Ground, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendering, "ANNEX_ROWS", 1)
    monkeypatch.setattr(volumes, "ROWS_PER_VOLUME", 1)
    ground.give("33", "2.00", on="2025-01-05", posted="2025-01-06")
    run, real = approved(ground), publishing.sign_file

    def once(*args: Any, **kwargs: Any) -> Any:
        monkeypatch.setattr(publishing, "sign_file", broken)
        return real(*args, **kwargs)

    def broken(*args: Any, **kwargs: Any) -> Any:
        raise OSError("No space left on device")

    monkeypatch.setattr(publishing, "sign_file", once)
    with pytest.raises(OSError, match="No space"):
        sign_run(run_id=run.pk, job=NoProgress())
    monkeypatch.setattr(publishing, "sign_file", real)
    settings.REPORT_KEY_FILE = tmp_path / "other.pem"
    settings.REPORT_KEY_FILE.write_text(new_report_key())
    with pytest.raises(DomainError, match="更换了证书"):
        sign_run(run_id=run.pk, job=NoProgress())
    run.refresh_from_db()
    assert run.status == RunStatus.APPROVED
    assert not PublicRecord.objects.filter(kind="report").exists()


def test_a_missing_key_is_said_in_one_sentence_and_the_signing_can_be_tried_again(
    ground: Ground, settings: Any, tmp_path: Path
) -> None:
    run = approved(ground)
    good = settings.REPORT_KEY_FILE
    settings.REPORT_KEY_FILE = tmp_path / "none.pem"
    with pytest.raises(ReportKeyMissing, match="读不出来"):
        sign_run(run_id=run.pk, job=NoProgress())
    run.refresh_from_db()
    assert run.status == RunStatus.APPROVED
    with pytest.raises(RunWrongState, match="正在制作"):
        retry_run(run_id=run.pk, actor=ground.people["publisher"])
    settings.REPORT_KEY_FILE = good
    assert sign_run(run_id=run.pk, job=NoProgress()).status == RunStatus.PUBLISHED


def test_an_approved_report_that_is_not_signed_yet_can_be_declined(ground: Ground) -> None:
    run = approved(ground)
    assert decline_run(run_id=run.pk, actor=ground.people["second"], reason="证书过期").status == RunStatus.DECLINED
    assert sign_run(run_id=run.pk, job=NoProgress()).status == RunStatus.DECLINED
    assert not ReportFile.objects.filter(role="signed").exists()


# Keys -------------------------------------------------------------------------------------------------------------


def test_a_key_is_read_from_pem_and_from_pkcs12_with_its_password(tmp_path: Path) -> None:
    text = new_report_key().encode()
    key = load_pem_private_key(text, None)
    certificate = load_pem_x509_certificate(text)
    pem, sealed, bundle = tmp_path / "k.pem", tmp_path / "sealed.pem", tmp_path / "k.p12"
    pem.write_bytes(text)
    secret = BestAvailableEncryption(b"example")
    sealed.write_bytes(
        certificate.public_bytes(Encoding.PEM) + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, secret)
    )
    bundle.write_bytes(pkcs12.serialize_key_and_certificates(b"k", key, certificate, None, secret))  # type: ignore[arg-type]
    for path, password in ((pem, ""), (sealed, "example"), (bundle, "example")):
        signer = signer_from_file(path, password)
        assert signer.signing_cert is not None
        assert signer.signing_cert.serial_number == certificate.serial_number
    for path, password in ((sealed, "wrong"), (sealed, ""), (bundle, "wrong")):
        with pytest.raises(ReportKeyMissing, match="密码不对"):
            signer_from_file(path, password)


def test_a_certificate_of_another_key_is_refused(tmp_path: Path) -> None:
    first, second = new_report_key(), new_report_key()
    path = tmp_path / "mixed.pem"
    path.write_text(
        first.split("-----BEGIN CERTIFICATE")[0] + "-----BEGIN CERTIFICATE" + second.split("-----BEGIN CERTIFICATE")[1]
    )
    with pytest.raises(ReportKeyMissing, match="配对"):
        signer_from_file(path)
    path.write_text("-----BEGIN NOTHING-----\n")
    with pytest.raises(ReportKeyMissing, match="配对"):
        signer_from_file(path)


SOFTHSM = next(iter(Path("/usr/lib").glob("**/softhsm/libsofthsm2.so")), None)


@pytest.mark.skipif(
    SOFTHSM is None or shutil.which("pkcs11-tool") is None, reason="softhsm2 and opensc are not installed"
)
def test_a_report_is_signed_by_a_key_that_never_leaves_its_token(
    ground: Ground, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "tokens"
    store.mkdir()
    (tmp_path / "softhsm2.conf").write_text(f"directories.tokendir = {store}\nobjectstore.backend = file\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm2.conf"))
    text = new_report_key().encode()
    key, certificate = load_pem_private_key(text, None), load_pem_x509_certificate(text)
    (tmp_path / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (tmp_path / "cert.der").write_bytes(certificate.public_bytes(Encoding.DER))
    for argv in (
        ["softhsm2-util", "--init-token", "--free", "--label", "reports", "--pin", "1234", "--so-pin", "5678"],
        ["softhsm2-util", "--import", str(tmp_path / "key.pem"), "--token", "reports", "--label", "seal", "--id", "01",
         "--pin", "1234"],
        ["pkcs11-tool", "--module", str(SOFTHSM), "--token-label", "reports", "--login", "--pin", "1234",
         "--write-object", str(tmp_path / "cert.der"), "--type", "cert", "--label", "seal", "--id", "01"],
    ):  # fmt: skip
        subprocess.run(argv, check=True, capture_output=True)
    settings.REPORT_PKCS11_MODULE, settings.REPORT_PKCS11_TOKEN = str(SOFTHSM), "reports"
    settings.REPORT_PKCS11_LABEL, settings.REPORT_PKCS11_PIN = "seal", "1234"
    run = sign_run(run_id=approved(ground).pk, job=NoProgress())
    found = read_signature(io.BytesIO(content(run, FileRole.SIGNED)))
    assert found is not None
    assert found.holds
    settings.REPORT_PKCS11_PIN = "9999"
    with pytest.raises(ReportKeyMissing, match="密码设备"), report_signer():
        pass


# Withdrawal -------------------------------------------------------------------------------------------------------


def test_a_report_withdrawn_for_a_name_is_handed_out_no_more_and_its_figures_and_hashes_stay(
    ground: Ground, client: Client
) -> None:
    run = publish(ground.ready("2025-01"), checker=ground.clerks["33"], approver=ground.people["publisher"])
    before = {one.file.sha256 for one in run.files.select_related("file")}
    with pytest.raises(DomainError, match="理由"):
        withdraw_run(run_id=run.pk, actor=ground.people["publisher"], reason="  ")
    withdraw_run(run_id=run.pk, actor=ground.people["publisher"], reason="明细中出现了受助人姓名")
    for address in (".pdf", ".csv", ".html", ".json"):
        assert client.get(f"/reports/{run.number}{address}").status_code == 410
    page = client.get(f"/reports/{run.number}/").content.decode()
    assert "明细中出现了受助人姓名" in page
    assert run.summary["amount"] == "1.00"
    assert {one.file.sha256 for one in run.files.select_related("file")} == before
    with pytest.raises(RunWrongState):
        withdraw_run(run_id=run.pk, actor=ground.people["publisher"], reason="再撤一次")
    record = PublicRecord.objects.get(kind="withdrawal").record
    assert json.loads(record)["number"] == run.number
    assert "受助人" not in record


def test_only_what_went_out_can_be_withdrawn_and_that_stands(ground: Ground) -> None:
    run = ground.ready("2025-01")
    with pytest.raises(RunWrongState):
        withdraw_run(run_id=run.pk, actor=ground.people["publisher"], reason="还没有公开")
    with pytest.raises(DatabaseError, match="not published"), transaction.atomic():
        ReportWithdrawal.objects.create(
            run=run, reason="x", withdrawn_by=ground.people["publisher"], withdrawn_at=moment("2025-02-03")
        )
    publish(run, checker=ground.clerks["33"], approver=ground.people["publisher"])
    withdraw_run(run_id=run.pk, actor=ground.people["publisher"], reason="明细中出现了姓名")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE transparency_reportwithdrawal SET reason = 'x'")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM transparency_reportwithdrawal")


def test_checking_and_approving_by_the_pages_takes_two_people(ground: Ground, client: Client) -> None:
    run = ground.ready("2025-01")
    page = f"/desk/reports/{run.number}/"
    with frozen_at(moment("2025-02-03")):
        client.force_login(ground.people["publisher"])
        assert "核对无误" in client.get(page + "check/").content.decode()
        client.post(page + "check/")
        assert "须由另一位" in client.get(page + "publish/").content.decode()
        client.post(page + "publish/")
        run.refresh_from_db()
        assert run.status == RunStatus.CHECKED
        client.force_login(ground.people["second"])
        client.post(page + "publish/")
        run.refresh_from_db()
        assert run.status == RunStatus.APPROVED


def test_the_progress_of_a_signing_ends_with_the_publication(ground: Ground, client: Client) -> None:
    run = approved(ground)
    client.force_login(ground.people["second"])
    page = f"/desk/reports/{run.number}/progress/"
    assert 'data-state="queued"' in client.get(page, headers={"HX-Request": "true"}).content.decode()
    job = Job.objects.get(idempotency_key__startswith="sign:")
    run_job(str(job.pk), lambda handle: sign_run(run_id=run.pk, job=handle))
    answer = client.get(page, headers={"HX-Request": "true"}).content.decode()
    assert 'data-state="done"' in answer
    assert "签名" in answer
