"""Certificates on paper."""

from __future__ import annotations

import datetime
import io
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from core.choices import JobStatus
from core.errors import DomainError, NotAllowed
from core.models import AuditEvent, Job, ReadLog, StoredFile
from core.printing.truetype import small_font
from tests.training.certified import certified, finished
from tests.training.ground import Ground
from training.models import Certificate
from training.rendering.certificate import Facts, write_certificates
from training.services.ending import revoke_certificate
from training.services.printing import facts_of, print_certificate, start_printing
from training.services.signing import open_payload
from training.tasks import print_session

SITE = "https://portal.example.org"
RARE = "䶮㛃㭎𬭎𫟷𬭸"


def facts(**over: Any) -> Facts:
    """What could stand on a certificate."""
    said: dict[str, Any] = {
        "title": "红十字救护员证",
        "number": "330182-2026-Z00000001",
        "holder": "示例甲",
        "course": "红十字救护员培训",
        "hours": 16,
        "practice_hours": 8,
        "issued_on": datetime.date(2026, 11, 27),
        "last_on": datetime.date(2029, 11, 26),
        "issuer": "示例市红十字会",
        "address": f"{SITE}/certificates/7K3M9QX2B4TNW8HD/#{'1.' + 'A' * 190}",
        "check_page": f"{SITE}/certificates/",
    }
    return Facts(**{**said, **over})


def text_of(pdf: bytes) -> str:
    """What can be read out of a PDF, without spaces."""
    return "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages)


def test_a_certificate_is_one_small_page_that_says_it_all() -> None:
    pdf = write_certificates([facts()], title="证书", author="示例市红十字会")
    reader = PdfReader(io.BytesIO(pdf))
    assert len(reader.pages) == 1
    assert [round(float(side)) for side in reader.pages[0].mediabox[2:]] == [842, 595]
    assert len(pdf) < 100_000
    text = text_of(pdf)
    for said in ("红十字救护员证", "示例甲", "330182-2026-Z00000001", "16学时", "2026年11月27日", "2029年11月26日"):
        assert said in text, said
    assert f"{SITE}/certificates/" in text


def test_the_same_certificate_is_the_same_bytes() -> None:
    first, second = (write_certificates([facts(), facts(holder="乙")], title="t", author="a") for _again in range(2))
    assert first == second
    assert first != write_certificates([facts(), facts(holder="丙")], title="t", author="a")


def test_rare_characters_of_a_name_are_printed_and_others_named_by_their_code() -> None:
    assert RARE in text_of(write_certificates([facts(holder=RARE)], title="t", author="a"))
    # A character that no font has: better its number than an empty box.
    assert "U+E123" in text_of(write_certificates([facts(holder="示例\ue123")], title="t", author="a"))


def test_a_small_font_has_just_what_was_asked_for() -> None:
    font = small_font("示例" + RARE, "bold")
    assert len(font) < 20_000
    assert font == small_font(RARE + "示例", "bold")


@pytest.mark.parametrize(
    "holder", ["甲乙", "阿卜杜热合曼·阿卜杜拉·买买提江·示例" * 2, "A Very Long Foreign Name Of Somebody"]
)
def test_a_long_name_stays_on_the_page(holder: str) -> None:
    pdf = write_certificates([facts(holder=holder, issuer="示例" * 20)], title="t", author="a")
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 1
    assert "".join(holder.split()) in text_of(pdf)


def test_a_certificate_for_ever_and_without_a_course_says_so() -> None:
    text = text_of(write_certificates([facts(last_on=None, course="")], title="t", author="a"))
    assert "长期有效" in text
    assert "学时" not in text


def test_the_qr_carries_the_address_and_the_signed_text(ground: Ground) -> None:
    (certificate,) = certified(ground)
    made = facts_of(certificate, holder="赵示例甲", site=SITE)
    address, _hash, payload = made.address.partition("#")
    assert address == f"{SITE}/certificates/{certificate.code}/"
    said = open_payload(payload)
    assert said is not None
    assert said.is_name("赵示例甲")
    assert made.last_on == certificate.expires_on - datetime.timedelta(days=1)  # type: ignore[operator]


def test_printing_one_is_logged_and_kept_nowhere(ground: Ground) -> None:
    (certificate,) = certified(ground)
    printed = print_certificate(certificate=certificate, site=SITE, actor=ground.person("issuer"))
    assert "赵示例甲" in text_of(printed.content)
    assert certificate.number in printed.name
    assert "赵" not in printed.name
    read = ReadLog.objects.get(field="holder", reader_id=ground.person("issuer").pk)
    assert read.object_key == certificate.number
    assert AuditEvent.objects.filter(verb="training.certificate.printed", object_key=certificate.number).count() == 1
    assert not StoredFile.objects.exists()


def test_nobody_without_the_right_prints_and_nothing_that_ended_is_printed(ground: Ground) -> None:
    (certificate,) = certified(ground)
    with pytest.raises(NotAllowed):
        print_certificate(certificate=certificate, site=SITE, actor=ground.person("lead"))
    revoke_certificate(certificate_id=certificate.pk, reason="mistake", note="示例说明", actor=ground.person("issuer"))
    ended = Certificate.objects.unscoped("test").select_related("branch").get(pk=certificate.pk)
    with pytest.raises(DomainError) as refusal:
        print_certificate(certificate=ended, site=SITE, actor=ground.person("issuer"))
    assert refusal.value.code == "certificate_not_printed"


def test_a_class_is_printed_as_a_job_into_a_sealed_file(committed_ground: Ground, settings: Any) -> None:
    session = finished(committed_ground, 12)
    issuer = committed_ground.person("issuer")
    job = start_printing(session_id=session.pk, site=SITE, actor=issuer)
    print_session(str(job.pk))
    job = Job.objects.get(pk=job.pk)
    assert job.status == JobStatus.DONE, job.error
    assert job.params == {"session": session.pk, "site": SITE}
    stored = StoredFile.objects.get(pk=job.result["file"])
    assert stored.is_sealed
    assert stored.purge_on is not None
    on_disk = b"".join(path.read_bytes() for path in settings.PRIVATE_FILES_DIR.rglob("*") if path.is_file())
    assert on_disk
    assert b"%PDF" not in on_disk

    client = Client()
    client.force_login(issuer)
    page = client.get(f"/desk/training/sessions/{session.number}/certificates/print/").content.decode()
    assert "下载 PDF" in page
    response = client.post(f"/desk/training/sessions/{session.number}/certificates/file/")
    pdf = b"".join(response.streaming_content)  # type: ignore[arg-type]
    reader = PdfReader(io.BytesIO(pdf))
    assert len(reader.pages) == 12
    assert "赵示例甲" in text_of(pdf)
    assert ReadLog.objects.filter(field="content", reader_id=issuer.pk).count() == 1

    stranger = Client()
    stranger.force_login(committed_ground.person("stranger"))
    assert stranger.post(f"/desk/training/sessions/{session.number}/certificates/file/").status_code == 404
    lead = Client()
    lead.force_login(committed_ground.person("lead"))
    assert lead.post(f"/desk/training/sessions/{session.number}/certificates/file/").status_code == 403
