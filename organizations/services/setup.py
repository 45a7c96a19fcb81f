"""Setting up an empty portal: the province, its associations, and the first people.

Before there is a branch nobody can hold a role, so the person whom `create_admin` made (`is_staff`) may do this, and
only this, and only once.
"""

import csv
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import create_person, issue_password_link
from core.choices import JobStatus
from core.clock import today
from core.errors import Conflict, NotAllowed
from core.files import path_of, store_file
from core.jobs import JobHandle, start_job
from core.models import Job, StoredFile
from core.progress import Progress
from organizations.choices import Role
from organizations.models import Branch, RoleGrant, held_grants
from organizations.services.associations import create_associations
from organizations.services.divisions import load_divisions
from organizations.services.grants import grant_role
from organizations.shipped import shipped_divisions

JOB_KIND = "organizations.tasks.set_up_province"
# Who is named first, apart from the system administrator: each another person.
FIRST_ROLES: tuple[Role, ...] = (Role.SECURITY_ADMIN, Role.BRANCH_ADMIN, Role.CLERK, Role.APPROVER)
# Somebody must open the first fund before the first gift can be entered.
ALONG_WITH: dict[Role, tuple[Role, ...]] = {Role.APPROVER: (Role.FINANCE,)}


@dataclass(frozen=True)
class NewPerson:
    """Someone to be named: the role, and who."""

    role: Role
    login: str
    name: str


@dataclass(frozen=True)
class Introduced:
    """Someone named, and the path on which they set their password: shown once, kept nowhere."""

    person: User
    role: Role
    password_path: str


def require_province_open(actor: User) -> None:
    """Refuse whoever `create_admin` did not make, and everybody once there is a branch."""
    if not actor.is_staff or not actor.is_active:
        raise NotAllowed("not_the_administrator", _("只有 create_admin 建立的管理员可以初始化平台。"))
    if Branch.objects.exists():
        raise Conflict("set_up_already", _("组织网络已经建立，无须再初始化。"))


def require_people_open(actor: User) -> Branch:
    """Refuse all but the system administrator of the top branch, and them once the first people are named; give it."""
    root: Branch | None = Branch.objects.get_root_nodes().first()
    held = [grant for grant in held_grants(actor) if grant.role == Role.SYSTEM_ADMIN]
    if root is None or not any(grant.branch_id == root.pk for grant in held):
        raise NotAllowed("not_the_administrator", _("只有省级的系统管理员可以指定首批人员。"))
    if RoleGrant.objects.filter(role=Role.SECURITY_ADMIN).exists():
        raise Conflict("set_up_already", _("首批人员已经指定。以后的角色由安全管理员在“人员与角色”中授予。"))
    return root


@transaction.atomic
def create_administrator(*, login: str, name: str, email: str, password: str) -> tuple[User, Branch | None]:
    """Make a system administrator from the command line, and give the top branch they were named in, if there is one.

    Before there is a branch they hold no role; the set-up gives it. The caller has checked the password against the
    validators. Raises what `create_person` raises.
    """
    person = create_person(login=login, name=name, email=email, password=password, is_staff=True, actor=None)
    root: Branch | None = Branch.objects.get_root_nodes().first()
    if root is not None:
        grant_role(person=person, role=Role.SYSTEM_ADMIN, branch=root, actor=None)
    return person, root


@transaction.atomic
def start_set_up(*, province_code: str, upload: "File[Any] | None", actor: User) -> Job:
    """Start the job that sets the province up; `upload` is one's own table of divisions.

    Raises what `require_province_open` and `store_file` raise; while one such job is unfinished, gives that.
    """
    require_province_open(actor)
    earlier = unfinished_set_up()
    if earlier is not None:
        return earlier
    params = {"province": province_code, "file": ""}
    if upload is not None:
        stored = store_file(
            upload,
            name=upload.name or "divisions.csv",
            content_type="text/csv",
            data_class=StoredFile.DataClass.PUBLIC,
            actor=actor,
            max_bytes=settings.UPLOAD_LIST_MAX_BYTES,
        )
        params["file"] = str(stored.pk)
    return start_job(
        kind=JOB_KIND,
        label=_("初始化：载入区划，建立各级红十字会"),
        params=params,
        idempotency_key=f"set-up-{uuid.uuid4()}",
        actor=actor,
        total=3,
        link=reverse("setup"),
    )


def unfinished_set_up() -> Job | None:
    """The set-up job that waits or runs, if there is one."""
    return Job.objects.filter(kind=JOB_KIND, status__in=[JobStatus.QUEUED, JobStatus.RUNNING]).first()


def carry_out_set_up(job: JobHandle) -> None:
    """Do the work of the set-up job; its end is committed together with what it made."""
    with transaction.atomic():
        actor = User.objects.get(pk=job.actor_id or 0)
        file = job.params["file"]
        path = path_of(StoredFile.objects.get(pk=file).sha256) if file else None
        count = set_up_province(province_code=job.params["province"], file=path, actor=actor, progress=job)
        job.finish(
            result={"associations": count},
            message=_("已建立 %(count)d 个红十字会，请指定首批人员。") % {"count": count},
        )


def set_up_province(*, province_code: str, file: Path | None, actor: User, progress: Progress) -> int:
    """Load the divisions of a province and make its associations; returns how many were made.

    `file` is one's own table of divisions; without it the one that comes with the portal is used (Zhejiang down to the
    communities, the other provinces down to the counties). One transaction; the actor becomes system administrator of
    the province. Raises what `require_province_open`, `load_divisions` and `create_associations` raise.
    """
    with transaction.atomic():
        require_province_open(actor)
        progress.progress(0, 3, _("载入区划"))
        if file is not None:
            load_divisions(path=file, actor=None)
        else:
            _load_shipped(province_code)
        progress.progress(1, 3, _("建立各级红十字会"))
        made = create_associations(actor=None, on=today(), province_code=province_code)
        progress.progress(2, 3, _("授予系统管理员"))
        grant_role(person=actor, role=Role.SYSTEM_ADMIN, branch=made[0], actor=None)
        progress.progress(3, 3)
    return len(made)


def _load_shipped(province_code: str) -> None:
    """Load what the portal ships, the other provinces left out."""
    source = shipped_divisions(province_code)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".csv", newline="") as chosen:
        with source.open(encoding="utf-8", newline="") as rows:
            reader = csv.reader(rows)
            writer = csv.writer(chosen)
            writer.writerow(next(reader))
            writer.writerows(row for row in reader if row and row[0].startswith(province_code))
        chosen.flush()
        load_divisions(path=Path(chosen.name), actor=None)


@transaction.atomic
def name_first_people(*, people: list[NewPerson], actor: User) -> list[Introduced]:
    """Make the first people of the province with their roles, and a one-time path for each to set a password.

    Locks the top branch. Raises what `require_people_open`, `create_person` and `grant_role` raise; two roles for one
    login are two people and refused as LoginTaken.
    """
    root = require_people_open(actor)
    Branch.objects.select_for_update().get(pk=root.pk)
    require_people_open(actor)
    introduced = []
    for new in people:
        person = create_person(login=new.login, name=new.name, actor=actor)
        for role in (new.role, *ALONG_WITH.get(new.role, ())):
            grant_role(person=person, role=role, branch=root, actor=None)
        introduced.append(Introduced(person, new.role, issue_password_link(person=person, actor=actor)))
    return introduced
