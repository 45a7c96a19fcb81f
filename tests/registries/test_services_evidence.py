"""Pictures of signed forms: sealed, opened with a purpose, marked, destroyed with the wish."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from PIL import Image
from pypdf import PdfReader

from accounts.models import User
from core.clock import SHANGHAI, now, today
from core.errors import Conflict, DomainError, NotAllowed, NotFound
from core.files import sealed_path_of
from core.models import ReadLog, StoredFile
from core.uploads import keep_paper
from registries.models import Wish, WishPaper
from registries.services.evidence import MOST_PAPERS, add_wish_paper, attach_paper, keep_upload, open_wish_paper
from registries.services.marking import MOST_PAGES
from registries.services.purging import ENDED_DAYS, purge_registrants
from registries.services.wishes import register_wish, withdraw_wish
from tests.registries.ground import Ground, form, registered
from tests.registries.papers import pdf, photo
from tests.registries.test_services_purging import asked
from tests.registries.test_views_wishes import client_of


def with_paper(ground: Ground, upload: io.BytesIO | None = None) -> Wish:
    clerk = ground.person("clerk")
    paper = keep_upload(upload=upload or photo(), actor=clerk)
    return register_wish(registration=form(ground.branch, paper=paper), actor=clerk)


def test_a_picture_lies_sealed_under_a_name_that_is_nobodys_and_stays(ground: Ground) -> None:
    paper = with_paper(ground).papers.get()
    assert (paper.file.name, paper.file.data_class, paper.file.purge_on) == ("paper.jpg", "P3", None)
    assert b"JFIF" not in sealed_path_of(paper.file).read_bytes()


def test_what_was_uploaded_with_a_refused_form_goes_the_next_night(ground: Ground) -> None:
    stored = keep_upload(upload=photo(), actor=ground.person("clerk"))
    assert stored.purge_on is not None
    assert (stored.purge_on - today()).days == 1


def test_who_reads_wishes_opens_it_with_a_purpose_and_finds_themselves_on_the_photo(ground: Ground) -> None:
    paper, reader = with_paper(ground).papers.get(), ground.person("coordinator")
    with pytest.raises(DomainError) as refused:
        open_wish_paper(paper=paper, purpose="", actor=reader)
    assert refused.value.code == "purpose_missing"
    _stored, source = open_wish_paper(paper=paper, purpose="核对签字", actor=reader)
    shown = Image.open(source).convert("L")
    assert shown.getextrema()[0] < 200
    row = ReadLog.objects.get(object_label="core.storedfile", purpose="核对签字")
    assert (row.reader_login, row.branch_code) == (reader.login, ground.branch.code)


def opened(ground: Ground, content: bytes) -> tuple[PdfReader, User]:
    """A PDF that was kept and opened."""
    paper, reader = with_paper(ground, io.BytesIO(content)).papers.get(), ground.person("coordinator")
    _stored, source = open_wish_paper(paper=paper, purpose="核对签字", actor=reader)
    return PdfReader(source), reader


@pytest.mark.parametrize("turned", [0, 90])
def test_each_page_of_a_pdf_says_who_looks_when_and_what_for(ground: Ground, turned: int) -> None:
    shown, reader = opened(ground, pdf(3, turned=turned))
    wish = Wish.objects.unscoped("test").get()
    assert len(shown.pages) == 3
    for page in shown.pages:
        text = page.extract_text()
        for word in (wish.number, reader.login, f"{now().astimezone(SHANGHAI):%Y-%m-%d}", "核对签字"):
            assert word in text
        # The scan itself is still there.
        assert [one.image.size for one in page.images] in ([(297, 420)], [(420, 297)])


def test_nothing_of_a_pdf_but_its_pages_goes_on(ground: Ground) -> None:
    brought = PdfReader(io.BytesIO(pdf()))
    assert (list(brought.attachments), "/Names" in brought.trailer["/Root"]) == (["示例附件.txt"], True)
    shown, _reader = opened(ground, pdf())
    assert (list(shown.attachments), "/Names" in shown.trailer["/Root"]) == ([], False)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n", "已损坏"),
        (pdf()[:600], "已损坏"),
        (pdf(password="x"), "密码"),
        (pdf(MOST_PAGES + 1), "最多 30 页"),
    ],
)
def test_a_pdf_that_is_broken_locked_or_too_long_is_refused_with_what_to_do(
    ground: Ground, content: bytes, says: str
) -> None:
    with pytest.raises(DomainError) as refused:
        keep_upload(upload=io.BytesIO(content), actor=ground.person("clerk"))
    assert says in refused.value.fields["paper"]


def test_a_broken_pdf_that_lies_there_already_is_told_and_shown_to_nobody(ground: Ground) -> None:
    clerk, wish = ground.person("clerk"), registered(ground)
    broken = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
    stored = keep_paper(
        upload=io.BytesIO(broken), field="paper", data_class=StoredFile.DataClass.SENSITIVE, actor=clerk
    )
    attach_paper(wish, stored, actor=clerk)
    client, paper = client_of(ground, "coordinator"), wish.papers.get()
    address = f"/desk/registries/wishes/{wish.number}/papers/{paper.pk}/"
    assert "已损坏" in client.post(address, {"purpose": "核对签字"}, follow=True).content.decode()


@pytest.mark.parametrize("login", ["clerk", "head", "stranger", "province", "supervisor"])
def test_nobody_else_opens_it(ground: Ground, login: str) -> None:
    paper = with_paper(ground).papers.get()
    with pytest.raises((NotAllowed, NotFound)):
        open_wish_paper(paper=paper, purpose="核对签字", actor=ground.person(login))
    assert not ReadLog.objects.filter(purpose="核对签字").exists()


@pytest.mark.parametrize("content", [b"MZ\x90\x00", b"<html></html>", b"", b"\xff\xd8\xff\xe0broken"])
def test_anything_but_a_photo_or_pdf_is_refused(ground: Ground, content: bytes) -> None:
    with pytest.raises(DomainError) as refused:
        keep_upload(upload=io.BytesIO(content), actor=ground.person("clerk"))
    assert "paper" in refused.value.fields


def test_a_picture_is_brought_later_and_the_same_one_twice_is_one(ground: Ground) -> None:
    clerk, wish = ground.person("clerk"), registered(ground)
    add_wish_paper(wish_id=wish.pk, upload=photo(), actor=clerk)
    add_wish_paper(wish_id=wish.pk, upload=photo(), actor=clerk)
    assert wish.papers.count() == 1
    for colour in ("red", "green", "blue", "black")[: MOST_PAPERS - 1]:
        add_wish_paper(wish_id=wish.pk, upload=photo(colour), actor=clerk)
    with pytest.raises(Conflict):
        add_wish_paper(wish_id=wish.pk, upload=photo("yellow"), actor=clerk)
    with pytest.raises((NotAllowed, NotFound)):
        add_wish_paper(wish_id=wish.pk, upload=photo("pink"), actor=ground.person("stranger"))


def test_what_was_put_to_a_wish_stays_so(ground: Ground) -> None:
    paper, other = with_paper(ground).papers.get(), registered(ground, 1)
    with pytest.raises(DatabaseError), transaction.atomic():
        WishPaper.objects.filter(pk=paper.pk).update(wish=other)
    with pytest.raises(DatabaseError), transaction.atomic():
        paper.delete()


def test_it_is_destroyed_with_the_wish(ground: Ground, django_capture_on_commit_callbacks: Any) -> None:
    wish = with_paper(ground)
    stored = wish.papers.get().file
    withdraw_wish(wish_id=wish.pk, channel="online")
    with django_capture_on_commit_callbacks(execute=True):
        assert purge_registrants(asked(days=ENDED_DAYS + 1)).destroyed == 1
    assert not sealed_path_of(stored).exists()
    gone = StoredFile.objects.get(pk=stored.pk)
    assert (gone.destroyed_at is not None, gone.sealed_key, gone.name) == (True, None, "")
