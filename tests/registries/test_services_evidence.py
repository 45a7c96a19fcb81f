"""Pictures of signed forms: sealed, opened with a purpose, marked, destroyed with the wish."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from PIL import Image

from core.clock import today
from core.errors import Conflict, DomainError, NotAllowed, NotFound
from core.files import sealed_path_of
from core.models import ReadLog, StoredFile
from registries.models import Wish, WishPaper
from registries.services.evidence import MOST_PAPERS, add_wish_paper, keep_upload, open_wish_paper
from registries.services.purging import ENDED_DAYS, purge_registrants
from registries.services.wishes import register_wish, withdraw_wish
from tests.registries.ground import Ground, form, registered
from tests.registries.papers import PDF, photo
from tests.registries.test_services_purging import asked


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


def test_a_pdf_is_opened_as_it_is(ground: Ground) -> None:
    paper = with_paper(ground, io.BytesIO(PDF)).papers.get()
    _stored, source = open_wish_paper(paper=paper, purpose="核对签字", actor=ground.person("coordinator"))
    assert source.read() == PDF


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
