"""Pictures of signed forms: checked, sealed, opened by who reads wishes with a purpose, destroyed with the wish."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now, today
from core.errors import Conflict, NotFound
from core.files import reveal_stored
from core.models import StoredFile
from core.retention.rules import destroy_file
from core.uploads import keep_paper
from organizations.choices import Right
from organizations.permissions import require
from registries.errors import WrongState
from registries.models import Wish, WishPaper
from registries.services.marking import check_pdf, mark_text, marked

if TYPE_CHECKING:
    from accounts.models import User

MOST_PAPERS = 5
# What was uploaded with a form that then was refused belongs to nothing and goes the next night.
UNUSED_DAYS = 1


def keep_upload(*, upload: BinaryIO, actor: User) -> StoredFile:
    """Keep a picture of a signed form, sealed, until it is put to a wish or a day is over.

    JPG, PNG or PDF, by its content; a photo is written anew without place and device, a PDF is looked through: one that
    is broken, locked or too long could not be opened later. Raises DomainError with `paper`.
    """
    check_pdf(upload)
    stored = keep_paper(upload=upload, field="paper", data_class=StoredFile.DataClass.SENSITIVE, actor=actor)
    stored.purge_on = today() + datetime.timedelta(days=UNUSED_DAYS)
    stored.save(update_fields=["purge_on"])
    return stored


def attach_paper(wish: Wish, stored: StoredFile | None, *, actor: User) -> None:
    """Put a kept picture to a wish, in the caller's transaction, who has checked the right; nothing where none is."""
    if stored is None:
        return
    stored.purge_on = None
    stored.save(update_fields=["purge_on"])
    WishPaper.objects.create(wish=wish, file=stored, kept_by=actor, at=now())
    record_audit("registries.wish.paper_kept", actor=actor, obj=wish, branch_code=wish.branch.code)


def add_wish_paper(*, wish_id: int, upload: BinaryIO, actor: User) -> None:
    """Put a picture of the signed form to a wish afterwards. Locks the wish.

    Raises DomainError with `paper`, Conflict for more than five, WrongState for a destroyed wish.
    """
    wish: Wish = Wish.objects.unscoped("one known wish").select_related("branch").get(pk=wish_id)
    require(actor, Right.KEEP_REGISTRIES, wish.branch)
    stored = keep_upload(upload=upload, actor=actor)
    with transaction.atomic():
        rows = Wish.objects.unscoped("lock of one known wish").select_related("branch")
        wish = rows.select_for_update(of=("self",)).get(pk=wish_id)
        if wish.destroyed_at is not None:
            raise WrongState("wish_destroyed", _("这份登记已按保存期限销毁。"))
        same = wish.papers.filter(file__sha256=stored.sha256, file__destroyed_at=None).exists()
        if same:
            # The same form sent twice: the second picture goes the next night.
            return
        if wish.papers.count() >= MOST_PAPERS:
            raise Conflict("papers_many", _("一份登记最多存 %(most)d 份影像。") % {"most": MOST_PAPERS})
        attach_paper(wish, stored, actor=actor)


def open_wish_paper(*, paper: WishPaper, purpose: str, actor: User) -> tuple[StoredFile, BinaryIO]:
    """Open a picture of a signed form for somebody who says what for; logged, with who, when and what for over it.

    Not in a transaction. Raises DomainError (`purpose_missing`; of a PDF that cannot be marked), NotAllowed, NotFound.
    """
    wish = paper.wish
    require(actor, Right.READ_WISHES, wish.branch)
    try:
        source = reveal_stored(paper.file, reader=actor, purpose=purpose, branch_code=wish.branch.code)
    except FileNotFoundError as error:
        raise NotFound("file_lost", _("文件在存储里找不到了，请联系系统管理员。")) from error
    record_audit("registries.wish.paper_read", actor=actor, obj=wish, branch_code=wish.branch.code)
    return paper.file, marked(paper.file, source, mark_text(wish.number, purpose, actor))


def destroy_papers(wishes: list[Wish]) -> None:
    """Destroy the pictures of wishes that are emptied in the caller's transaction: once it is committed.

    Each gets a purge date as well, so that what a crash leaves behind goes the next night.
    """
    found = StoredFile.objects.filter(
        pk__in=WishPaper.objects.filter(wish__in=wishes).values("file"), destroyed_at=None
    )
    keys = list(found.values_list("pk", flat=True))
    found.update(purge_on=today())
    for key in keys:
        transaction.on_commit(lambda key=key: destroy_file(key))  # type: ignore[misc]
