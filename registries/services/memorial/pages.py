"""Pages: written on a family's signed consent, approved by a second person, taken down at once when it ends."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from core.clock import now, today
from core.identifiers import normalise_phone
from core.models import StoredFile
from core.numbers import take_number
from core.random_codes import random_code
from core.sealed import open_for_work, seal_into
from core.uploads import keep_paper, keep_picture
from organizations.choices import Right
from organizations.permissions import require
from registries.choices.memorial import (
    GUARDIANS,
    MessageStatus,
    NameShown,
    PageKind,
    PageStatus,
    Relation,
    TakenDown,
)
from registries.errors import RegistryError, WrongState
from registries.models import MemorialConsent, MemorialMessage, MemorialPage
from registries.services.form_keys import require_sealed, sent_before
from registries.services.marking import check_pdf
from registries.services.memorial.moving import move, note
from registries.services.memorial.page_content import PageContent, check_content, content_of
from registries.services.memorial.texts import plain_text

if TYPE_CHECKING:
    from accounts.models import User
    from organizations.models import Branch

LETTER = "W"
# The text that kin sign stands in templates/registries/memorial/_consent.html; a change of it is a new version.
PAGE_CONSENT = "memorial-page-1"
PORTRAIT_LONGEST_SIDE = 1200
LEAST_DIGITS = 7
OLDEST_SIGNATURE = datetime.timedelta(days=3660)


@dataclass(frozen=True)
class KinConsent:
    """What was signed, by whom, and what of it may be shown; `paper` is the scan."""

    kin_name: str
    kin_phone: str
    relation: str
    signed_on: datetime.date
    paper: StoredFile | None
    name_shown: str = NameShown.PSEUDONYM
    shows_dates: bool = False
    shows_portrait: bool = False
    shows_text: bool = False
    takes_messages: bool = False
    guardians_agree: bool = False
    invites: bool = False


@dataclass(frozen=True)
class PageDraft:
    """A page as it is first written: whose, by which consent. `key` is the form's own."""

    branch: Branch
    kind: str
    content: PageContent
    consent: KinConsent
    portrait: StoredFile | None = None
    key: uuid.UUID = field(default_factory=uuid.uuid4)


def keep_consent_paper(*, upload: BinaryIO, actor: User) -> StoredFile:
    """Keep the signed consent as a sealed private file (P3). Raises DomainError with the field `paper`."""
    check_pdf(upload)
    return keep_paper(upload=upload, field="paper", data_class=StoredFile.DataClass.SENSITIVE, actor=actor)


def keep_portrait(*, upload: BinaryIO, actor: User) -> StoredFile:
    """Keep a portrait: a picture, written anew without place and device, sealed. Raises DomainError at `portrait`."""
    return keep_picture(
        upload=upload,
        field="portrait",
        data_class=StoredFile.DataClass.SENSITIVE,
        actor=actor,
        longest_side=PORTRAIT_LONGEST_SIDE,
    )


def drop_files(*files: StoredFile | None) -> None:
    """Let files that nothing stands on be destroyed by the next run of retention."""
    StoredFile.objects.filter(pk__in=[one.pk for one in files if one is not None]).update(purge_on=today())


def write_page(*, draft: PageDraft, actor: User) -> MemorialPage:
    """Write a page and its consent down; said twice with one key, it is the first one. Raises RegistryError."""
    with transaction.atomic():
        require(actor, Right.KEEP_MEMORIAL, draft.branch)
        rows = MemorialPage.objects.unscoped("sent twice").select_related("branch")
        content = check_content(draft.content, kind=draft.kind, is_named=draft.consent.name_shown == NameShown.FULL)
        same: dict[str, Any] = {"branch_id": draft.branch.pk, "kind": draft.kind, "created_by_id": actor.pk}
        if first := sent_before(rows, draft.key, **same):
            require_sealed(first, name=content.name)
            return first
        consent = _checked(draft, content)
        page = MemorialPage(
            **MemorialPage.lineage_of(draft.branch),
            key=draft.key,
            number=take_number(draft.branch.code, today().year, LETTER),
            code=random_code(),
            kind=draft.kind,
            status=PageStatus.DRAFT,
            portrait=draft.portrait if consent.shows_portrait else None,
            is_minor=content.is_minor,
            maker_ids=[actor.pk],
            created_by=actor,
            created_at=now(),
        )
        seal_into(page, name=content.name, content=content.as_text())
        page.save(force_insert=True)
        _write_consent(page, consent, actor)
        note(page, "", verb="written", actor=actor)
    return page


def rewrite_page(
    *, page_id: int, content: PageContent, portrait: StoredFile | None = None, actor: User
) -> MemorialPage:
    """Write a draft anew; without a `portrait` the one that is there stays. Locks it. Raises RegistryError, WrongState.

    Whoever does it is one of its makers and does not approve it.
    """
    with transaction.atomic():
        page = lock_page(page_id)
        require(actor, Right.KEEP_MEMORIAL, page.branch)
        if page.status != PageStatus.DRAFT:
            raise WrongState("page_not_draft", _("只有起草中的纪念页可以修改，请刷新页面查看。"))
        consent = page.consent
        checked = check_content(content, kind=page.kind, is_named=consent.name_shown == NameShown.FULL)
        _require_guardians(consent, checked)
        columns = seal_into(page, name=checked.name, content=checked.as_text())
        page.is_minor = checked.is_minor
        if portrait is not None and consent.shows_portrait:
            drop_files(page.portrait)
            page.portrait = portrait
        if actor.pk not in page.maker_ids:
            page.maker_ids = [*page.maker_ids, actor.pk]
        page.save(update_fields=[*columns, "is_minor", "portrait", "maker_ids"])
        note(page, page.status, verb="rewritten", actor=actor)
    return page


def submit_page(*, page_id: int, actor: User) -> MemorialPage:
    """Hand a draft to a second person. Locks it. Raises WrongState."""
    return _step(page_id, PageStatus.SUBMITTED, "submitted", actor)


def return_page(*, page_id: int, actor: User) -> MemorialPage:
    """Send a page back to who wrote it. Locks it. Raises WrongState."""
    return _step(page_id, PageStatus.DRAFT, "returned", actor)


def approve_page(*, page_id: int, actor: User) -> MemorialPage:
    """Publish a page as somebody who did not write it; from then on everybody sees it. Locks it.

    Raises RegistryError `own_work`, WrongState. The database refuses a maker as well.
    """
    with transaction.atomic():
        page = lock_page(page_id)
        require(actor, Right.KEEP_MEMORIAL, page.branch)
        if actor.pk in page.maker_ids:
            raise RegistryError("own_work", _("这一页由您起草或修改，须由另一位同事审核。"))
        move(page, PageStatus.PUBLISHED, verb="approved", actor=actor, approved_by=actor, published_on=today())
    return page


def take_down_page(*, page_id: int, reason: str, actor: User) -> MemorialPage:
    """Take a page down at once, with its consent and all messages. Locks the page, then the messages.

    Nothing is asked of who withdraws. A month later its content is destroyed (services/memorial/purging.py). Raises
    RegistryError with fields, WrongState. Legal source: 个人信息保护法 Arts. 15, 47, 49.
    """
    if reason not in TakenDown.values:
        sentence = _("请选择撤下的原因。")
        raise RegistryError("reason_missing", sentence, {"reason": sentence})
    with transaction.atomic():
        page = lock_page(page_id)
        require(actor, Right.KEEP_MEMORIAL, page.branch)
        move(page, PageStatus.WITHDRAWN, verb="withdrawn", actor=actor, reason=reason, withdrawn_at=now())
        MemorialConsent.objects.filter(page=page, withdrawn_at=None).update(withdrawn_at=now())
        rows = MemorialMessage.objects.unscoped("of a locked page").filter(page=page, ended_at=None)
        for message in rows.select_for_update(of=("self",)).order_by("pk"):
            move(message, MessageStatus.GONE, verb="page_withdrawn", ended_at=now())
    return page


def lock_page(page_id: int) -> MemorialPage:
    """A page, locked until the caller's transaction ends."""
    rows = MemorialPage.objects.unscoped("lock of one known page").select_for_update(of=("self",))
    found: MemorialPage = rows.select_related("branch", "consent", "portrait").get(pk=page_id)
    return found


def opened_content(page: MemorialPage, *, work: str) -> PageContent:
    """The content of a page for work of the system, or for everybody where it is published."""
    name, text = (open_for_work(page, one, work=work) or "" for one in ("name", "content"))
    if not text:
        raise WrongState("page_destroyed", _("这一页的内容已按保存期限销毁。"))
    return content_of(name, text)


def _step(page_id: int, to_status: str, verb: str, actor: User) -> MemorialPage:
    with transaction.atomic():
        page = lock_page(page_id)
        require(actor, Right.KEEP_MEMORIAL, page.branch)
        move(page, to_status, verb=verb, actor=actor)
    return page


def _checked(draft: PageDraft, content: PageContent) -> KinConsent:
    consent = draft.consent
    fields = {}
    if len(" ".join(consent.kin_name.split())) < 2:
        fields["kin_name"] = _("请填写签字人的姓名。")
    if len(normalise_phone(consent.kin_phone)) < LEAST_DIGITS:
        fields["kin_phone"] = _("请填写签字人的电话，以后撤回或联系时核对。")
    if not today() - OLDEST_SIGNATURE <= consent.signed_on <= today():
        fields["signed_on"] = _("签字日期不能晚于今天，也不能早于十年前。")
    if consent.paper is None:
        fields["paper"] = _("请上传签好的同意书。")
    is_own = consent.relation == Relation.SELF
    if consent.relation not in Relation.values:
        fields["relation"] = _("请选择签字人与当事人的关系。")
    elif is_own is not (draft.kind == PageKind.STORY):
        fields["relation"] = _("纪念页由家属签字；生命故事由本人签字。")
    if consent.name_shown not in NameShown.values:
        fields["name_shown"] = _("请照同意书选择姓名怎样显示。")
    if fields:
        raise RegistryError("consent_incomplete", _("同意书还不完整，请按提示填写。"), fields)
    _require_guardians(consent, content)
    return consent


def _require_guardians(consent: KinConsent | MemorialConsent, content: PageContent) -> None:
    """Of a minor neither name nor portrait is shown, unless the guardians signed for it (个人信息保护法 Art. 31)."""
    if not content.is_minor or (consent.name_shown == NameShown.PSEUDONYM and not consent.shows_portrait):
        return
    if not (consent.guardians_agree and consent.relation in GUARDIANS):
        sentence = _("未成年人只显示化名、不显示照片；全体监护人在同意书上签字同意的除外。")
        raise RegistryError("minor_not_named", sentence, {"name_shown": sentence})


def _write_consent(page: MemorialPage, consent: KinConsent, actor: User) -> None:
    row = MemorialConsent(
        page=page,
        relation=consent.relation,
        signed_on=consent.signed_on,
        paper=consent.paper,
        text_version=PAGE_CONSENT,
        name_shown=consent.name_shown,
        shows_dates=consent.shows_dates,
        shows_portrait=consent.shows_portrait,
        shows_text=consent.shows_text,
        takes_messages=consent.takes_messages,
        guardians_agree=consent.guardians_agree,
        invites=consent.invites,
        recorded_by=actor,
        recorded_at=now(),
    )
    seal_into(
        row, kin_name=" ".join(plain_text(consent.kin_name).split()), kin_phone=normalise_phone(consent.kin_phone)
    )
    row.save(force_insert=True)
