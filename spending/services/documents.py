"""Papers of a payment: kept private; a redacted copy is offered by one person and released by another."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now
from core.errors import NotFound
from core.files import open_stored, reveal_stored
from core.models import StoredFile
from core.uploads import keep_paper
from organizations.choices import Right
from organizations.permissions import may, require
from spending.choices import DocumentKind, PaymentStatus
from spending.errors import OwnWork, SpendingError, WrongState
from spending.models import PaymentDocument
from spending.services.moving_payments import lock_payment

if TYPE_CHECKING:
    from accounts.models import User

# Papers that name the people who were helped are sensitive; others may name a person.
_CLASSES = {DocumentKind.RECEIPTS: StoredFile.DataClass.SENSITIVE}
_MOST = 30
# Who works at a payment and may see what it rests on.
WORKS = (Right.ENTER_SPENDING, Right.APPROVE_SPENDING, Right.LEAD_SPENDING, Right.PAY_SPENDING)


def add_document(*, payment_id: int, kind: str, upload: BinaryIO, actor: User) -> PaymentDocument:
    """Keep a paper of a payment as a private file (JPG, PNG, PDF, at most 10 MB). Locks the payment."""
    if kind not in DocumentKind.values:
        raise SpendingError("document_kind", _("请选择凭证种类。"), {"kind": _("请选择凭证种类。")})
    with transaction.atomic():
        payment = lock_payment(payment_id)
        require(actor, Right.ENTER_SPENDING, payment.branch)
        if payment.status == PaymentStatus.CANCELLED:
            raise WrongState("payment_cancelled", _("支出单已作废，不能再加凭证。"))
        if payment.documents.count() >= _MOST:
            raise SpendingError("too_many_documents", _("一张支出单最多 %(most)d 份凭证。") % {"most": _MOST})
        data_class = _CLASSES.get(DocumentKind(kind), StoredFile.DataClass.PERSONAL)
        stored = keep_paper(upload=upload, field="document", data_class=data_class, actor=actor)
        document = PaymentDocument.objects.create(
            payment=payment, kind=kind, file=stored, added_by=actor, added_at=now()
        )
        record_audit("spending.document.added", actor=actor, obj=payment, branch_code=payment.branch.code)
    return document


def remove_document(*, document_id: int, actor: User) -> None:
    """Take a paper off a payment that is still in its makers' hands; the file stays in the store."""
    with transaction.atomic():
        document = _locked(document_id)
        payment = lock_payment(document.payment_id)
        require(actor, Right.ENTER_SPENDING, payment.branch)
        if not payment.is_editable:
            raise WrongState("payment_not_editable", _("支出单已提交，凭证不能再移除。"))
        document.removed_at = now()
        document.save(update_fields=["removed_at"])
        record_audit("spending.document.removed", actor=actor, obj=payment, branch_code=payment.branch.code)


def offer_copy(*, document_id: int, upload: BinaryIO, actor: User) -> PaymentDocument:
    """Offer a redacted copy of a paper for the public: a file of its own, which another person looks at and releases.

    A copy that was offered before and not released is replaced. Locks the paper.
    """
    with transaction.atomic():
        document = _locked(document_id)
        require(actor, Right.RELEASE_DOCUMENTS, document.payment.branch)
        _require_unreleased(document)
        copy = keep_paper(upload=upload, field="copy", data_class=StoredFile.DataClass.INTERNAL, actor=actor)
        if copy.sha256 == document.file.sha256:
            sentence = _("上传的就是原件。请先遮盖个人姓名、证件号和账号，再上传副本。")
            raise SpendingError("copy_is_original", sentence, {"copy": sentence})
        document.public_file, document.offered_by = copy, actor
        document.save(update_fields=["public_file", "offered_by"])
        _note("copy_offered", document, actor)
    return document


def release_copy(*, document_id: int, actor: User) -> PaymentDocument:
    """Release a redacted copy to everybody, as another person than the one who offered it. Locks the paper."""
    with transaction.atomic():
        document = _locked(document_id)
        require(actor, Right.RELEASE_DOCUMENTS, document.payment.branch)
        _require_unreleased(document)
        if document.public_file is None:
            raise WrongState("no_copy", _("还没有脱敏副本，请先上传。"))
        if actor.pk == document.offered_by_id:
            raise OwnWork(_("脱敏副本由您上传，须由另一位同事核对后公开。"))
        if not document.payment.is_posted:
            raise WrongState("payment_not_paid", _("支出入账之后才能公开凭证。"))
        document.public_file.data_class = StoredFile.DataClass.PUBLIC
        document.public_file.save(update_fields=["data_class"])
        document.released_by, document.released_at = actor, now()
        document.save(update_fields=["released_by", "released_at"])
        _note("copy_released", document, actor)
    return document


def open_document(*, document: PaymentDocument, actor: User, purpose: str = "") -> tuple[StoredFile, BinaryIO]:
    """Open the original of a paper for those who work at its payment; the reading is recorded.

    A list with people's names is sealed: it asks for READ_BENEFICIARIES and a purpose, and stands in the read log (P3);
    not inside a transaction. Raises DomainError `purpose_missing`.
    """
    branch = document.payment.branch
    if document.kind == DocumentKind.RECEIPTS:
        require(actor, Right.READ_BENEFICIARIES, branch)
    elif not any(may(actor, right, branch) for right in WORKS):
        require(actor, Right.ENTER_SPENDING, branch)
    source = reveal_stored(document.file, reader=actor, purpose=purpose, branch_code=branch.code)
    _note("read", document, actor)
    return document.file, source


def open_offered_copy(*, document: PaymentDocument, actor: User) -> tuple[StoredFile, BinaryIO]:
    """Open a copy that was offered, for the person who is to release it."""
    require(actor, Right.RELEASE_DOCUMENTS, document.payment.branch)
    if document.public_file is None:
        raise NotFound("no_copy", _("还没有脱敏副本。"))
    return document.public_file, opened(document.public_file)


def opened(stored: StoredFile) -> BinaryIO:
    """Open a stored file; raises NotFound where the store has lost it."""
    try:
        return open_stored(stored)
    except FileNotFoundError as error:
        raise NotFound("file_lost", _("文件在存储里找不到了，请联系系统管理员。")) from error


def _locked(document_id: int) -> PaymentDocument:
    rows = PaymentDocument.objects.select_for_update(of=("self",)).select_related(
        "payment__branch", "file", "public_file"
    )
    document = rows.filter(pk=document_id, removed_at=None).first()
    if document is None:
        raise NotFound("document_not_found", _("没有找到这份凭证。"))
    return document


def _require_unreleased(document: PaymentDocument) -> None:
    if document.released_at is not None:
        raise WrongState("document_released", _("这份凭证的副本已经公开，不能更换。"))


def _note(what: str, document: PaymentDocument, actor: User) -> None:
    payment = document.payment
    record_audit(f"spending.document.{what}", actor=actor, obj=payment, branch_code=payment.branch.code)
