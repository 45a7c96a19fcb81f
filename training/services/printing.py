"""Certificates on paper: one on request, a whole class as a job. A PDF holds names, so none is kept in clear."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import quote

from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from core.audit import record_audit
from core.choices import JobStatus
from core.clock import today
from core.errors import NotFound
from core.files import reveal_stored, store_file
from core.jobs import start_job
from core.models import Job, StoredFile
from core.sealed import reveal, reveal_many
from organizations.choices import Right
from organizations.permissions import require
from training.choices import CertificateKind, CertificateStatus
from training.errors import TrainingError, WrongState
from training.models import Certificate, Session
from training.rendering.certificate import Facts, write_certificates
from training.selectors.certificates import printable_certificates

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from core.jobs import JobHandle

# A class's file is fetched within days, or made again.
KEPT_DAYS = 7
JOB_KIND = "training.tasks.print_session"
# What is said after the kind's name in brackets is for a list, not for a certificate.
_BRACKETS = re.compile(r"（.*?）")


@dataclass(frozen=True)
class Printed:
    """A PDF that is handed out, and what to call it."""

    content: bytes
    name: str


def print_certificate(*, certificate: Certificate, site: str, actor: User) -> Printed:
    """Set one certificate; its holder's name is read for it and logged. Not in a transaction, nothing is kept.

    `site` is the portal's address without a slash at its end. Raises WrongState for one that was revoked or replaced.
    """
    require(actor, Right.ISSUE_CERTIFICATES, certificate.branch)
    if certificate.status != CertificateStatus.VALID:
        raise WrongState("certificate_not_printed", _("已撤销或已换发的证书不能再打印；换发后请打印新证书。"))
    holder = reveal(certificate, "holder", reader=actor, purpose=_("打印证书"))
    content = _set([certificate], [holder], site)
    record_audit("training.certificate.printed", actor=actor, obj=certificate, branch_code=certificate.branch.code)
    return Printed(content, f"{_title(certificate)}_{certificate.number}.pdf")


def start_printing(*, session_id: int, site: str, actor: User) -> Job:
    """Queue the printing of all certificates of a session as one file. Raises TrainingError where there is none."""
    with transaction.atomic():
        session = _session(session_id)
        require(actor, Right.ISSUE_CERTIFICATES, session.branch)
        count = len(printable_certificates(session))
        if not count:
            raise TrainingError("nothing_to_print", _("本班还没有发出证书，发证后再打印。"))
        return start_job(
            kind=JOB_KIND,
            label=_("打印 %(number)s 的证书") % {"number": session.number},
            params={"session": session.pk, "site": site},
            idempotency_key=f"{_key(session)}{_jobs(session).count() + 1}",
            actor=actor,
            branch_code=session.branch.code,
            total=count,
            link=reverse("desk_certificate_print", args=[session.number]),
        )


def print_session(*, session_id: int, site: str, job: JobHandle) -> None:
    """Set the certificates of a session into one file and keep it sealed for some days; the body of its job.

    The names are read for whoever asked, each logged.
    """
    session = _session(session_id)
    actor = User.objects.get(pk=job.actor_id or 0)
    require(actor, Right.ISSUE_CERTIFICATES, session.branch)
    certificates = printable_certificates(session)
    if not certificates:
        raise TrainingError("nothing_to_print", _("本班没有可以打印的证书。"))
    job.progress(0, len(certificates), stage=_("排版"))
    holders = reveal_many(certificates, "holder", reader=actor, purpose=_("打印本班证书"))
    content = _set(certificates, holders, site)
    with transaction.atomic():
        stored = store_file(
            [content],
            name=f"certificates-{session.number}.pdf",
            content_type="application/pdf",
            # Names alone are P2; sealed all the same, since a class's file lies here for days.
            data_class=StoredFile.DataClass.SENSITIVE,
            actor=actor,
            purge_on=today() + datetime.timedelta(days=KEPT_DAYS),
        )
        record_audit("training.session.printed", actor=actor, obj=session, branch_code=session.branch.code)
        job.finish(
            result={"file": str(stored.pk), "count": len(certificates)},
            message=_("%(n)d 张证书已排好，请在 %(days)d 天内下载。") % {"n": len(certificates), "days": KEPT_DAYS},
        )


def last_printing(session: Session) -> Job | None:
    """The last job that printed a session, in whatever state. One query."""
    found: Job | None = _jobs(session).order_by("-created_at", "-pk").first()
    return found


def printed_file(session: Session) -> StoredFile | None:
    """The file that was last made of a session and is still there. Two queries."""
    job = _jobs(session).filter(status=JobStatus.DONE).order_by("-created_at", "-pk").first()
    return None if job is None else StoredFile.objects.filter(pk=job.result.get("file"), destroyed_at=None).first()


def open_printed(*, session: Session, actor: User) -> tuple[StoredFile, BinaryIO]:
    """Open the file of a session for who may issue its certificates, logged. Raises NotFound where there is none."""
    require(actor, Right.ISSUE_CERTIFICATES, session.branch)
    stored = printed_file(session)
    if stored is None:
        raise NotFound("print_gone", _("没有排好的文件，或已过保存期限，请重新排版。"))
    code = session.branch.code
    return stored, reveal_stored(stored, reader=actor, purpose=_("下载本班证书"), branch_code=code)


def facts_of(certificate: Certificate, *, holder: str, site: str) -> Facts:
    """What stands on a certificate's paper; no query for one with its branch and course."""
    version = certificate.version
    return Facts(
        title=_title(certificate),
        number=certificate.number,
        holder=holder,
        course=version.course.name if version else "",
        hours=version.hours if version else None,
        practice_hours=version.practice_hours if version else None,
        issued_on=certificate.issued_on,
        last_on=certificate.last_day,
        issuer=certificate.branch.name,
        address=f"{site}/certificates/{certificate.code}/#{quote(certificate.payload, safe='.-_')}",
        check_page=f"{site}/certificates/",
    )


def _set(certificates: Sequence[Certificate], holders: Sequence[str | None], site: str) -> bytes:
    if not all(holders):
        raise WrongState("holder_gone", _("持证人姓名已按保存期限销毁，不能再打印。"))
    first = certificates[0]
    # Chinese whoever prints it.
    with translation.override("zh-hans"):
        facts = [
            facts_of(one, holder=holder or "", site=site) for one, holder in zip(certificates, holders, strict=True)
        ]
        title = f"{facts[0].title} {first.number}"
        if len(facts) > 1:
            title = _("%(title)s 等 %(n)d 张") % {"title": title, "n": len(facts)}
        return write_certificates(facts, title=title, author=first.branch.name)


def _title(certificate: Certificate) -> str:
    return _BRACKETS.sub("", str(CertificateKind(certificate.kind).label))


def _session(session_id: int) -> Session:
    rows = Session.objects.unscoped("one known session, its branch is asked next").select_related("branch")
    found: Session = rows.get(pk=session_id)
    return found


def _key(session: Session) -> str:
    return f"training-print:{session.pk}:"


def _jobs(session: Session) -> QuerySet[Job]:
    return Job.objects.filter(kind=JOB_KIND, idempotency_key__startswith=_key(session))
