"""From an empty portal to its first people."""

import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from accounts.models import User
from core.errors import Conflict, NotAllowed
from core.jobs import run_job
from core.models import Job
from core.progress import NoProgress
from organizations.choices import Right, Role
from organizations.models import Branch, Division, RoleGrant
from organizations.permissions import may
from organizations.services.setup import (
    FIRST_ROLES,
    NewPerson,
    carry_out_set_up,
    create_administrator,
    name_first_people,
    set_up_province,
    start_set_up,
)
from organizations.shipped import is_whole, shipped_provinces
from tests.accounts.conftest import PASSWORD
from tests.factories.people import make_person, make_province
from tests.workers import CeleryProcess, wait_for


@pytest.fixture
def admin(db: None) -> User:
    person, _root = create_administrator(login="guanli", name="示例管理", email="", password=PASSWORD)
    return person


def _people(**over: str) -> list[NewPerson]:
    return [NewPerson(role, over.get(role.value, f"{role.value}.shili"), "示例") for role in FIRST_ROLES]


def test_create_admin_makes_somebody_who_can_sign_in_and_says_what_comes_next(db, client, monkeypatch):
    monkeypatch.setenv("ADMIN_PASSWORD", PASSWORD)
    out = io.StringIO()
    call_command("create_admin", login="guanli", name="示例管理", stdout=out)
    assert "/setup/" in out.getvalue()
    assert PASSWORD not in out.getvalue()
    assert client.post("/accounts/login/", {"login": "guanli", "password": PASSWORD}).status_code == 302


def test_create_admin_names_a_system_administrator_where_there_is_a_top(db, monkeypatch):
    top = make_province()["33"]
    monkeypatch.setenv("ADMIN_PASSWORD", PASSWORD)
    call_command("create_admin", login="guanli", name="示例管理", stdout=io.StringIO())
    grant = RoleGrant.objects.get(person__login="guanli")
    assert (grant.role, grant.branch) == (Role.SYSTEM_ADMIN, top)


@pytest.mark.parametrize(
    ("password", "options", "says"),
    [
        ("short", {"login": "guanli", "name": "示例"}, "密码不够安全"),
        (PASSWORD, {"login": "管理", "name": "示例"}, "登录名"),
        (None, {"login": "guanli", "name": "示例"}, "ADMIN_PASSWORD"),
        (PASSWORD, {}, "--login"),
    ],
)
def test_create_admin_that_cannot_run_says_why_and_makes_nobody(db, monkeypatch, password, options, says):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    if password is not None:
        monkeypatch.setenv("ADMIN_PASSWORD", password)
    err = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("create_admin", **options, stderr=err)
    assert ended.value.code == 2
    assert says in err.getvalue()
    assert not User.objects.exists()


def test_all_provinces_of_the_mainland_can_be_chosen():
    codes = [code for code, _name in shipped_provinces()]
    assert len(codes) == 31
    assert is_whole("33")
    assert not is_whole("42")


def test_another_province_is_set_up_from_what_is_shipped(admin):
    set_up_province(province_code="42", file=None, actor=admin, progress=NoProgress())
    assert set(Division.objects.values_list("code", flat=True).filter(level="province")) == {"42"}
    assert Branch.objects.get(code="42").name == "湖北省红十字会"
    assert Branch.objects.filter(code="4201").exists()
    assert RoleGrant.objects.get(person=admin).role == Role.SYSTEM_ADMIN


def test_the_set_up_is_for_the_administrator_alone_and_once(admin):
    other = User.objects.create_user("yi.shili", None, name="示例乙")
    with pytest.raises(NotAllowed):
        start_set_up(province_code="42", upload=None, actor=other)
    first = start_set_up(province_code="42", upload=None, actor=admin)
    assert start_set_up(province_code="33", upload=None, actor=admin).pk == first.pk, "one at a time"
    set_up_province(province_code="42", file=None, actor=admin, progress=NoProgress())
    with pytest.raises(Conflict):
        start_set_up(province_code="33", upload=None, actor=admin)


def test_the_first_people_are_four_and_can_work_by_their_links(admin):
    set_up_province(province_code="42", file=None, actor=admin, progress=NoProgress())
    introduced = name_first_people(people=_people(), actor=admin)
    assert [one.role for one in introduced] == list(FIRST_ROLES)
    assert {grant.role for grant in RoleGrant.objects.all()} == {*FIRST_ROLES, Role.SYSTEM_ADMIN, Role.FINANCE}
    assert may(introduced[-1].person, Right.MANAGE_FUNDS, Branch.objects.get(code="42")), "for the first fund"
    assert all(Client().get(one.password_path).status_code == 302 for one in introduced)
    with pytest.raises(Conflict):
        name_first_people(people=_people(clerk="another"), actor=admin)


def test_two_roles_for_one_person_are_refused_and_nobody_is_made(admin):
    set_up_province(province_code="42", file=None, actor=admin, progress=NoProgress())
    with pytest.raises(Conflict):
        name_first_people(people=_people(approver="clerk.shili"), actor=admin)
    assert User.objects.count() == 1


def test_the_pages_lead_from_the_province_to_the_links(admin, settings):
    desk = Client()
    desk.force_login(admin)
    assert "初始化平台" in desk.get("/setup/").content.decode()
    answer = desk.post("/setup/", {"province": "42"})
    job = Job.objects.get()
    assert answer["Location"] == f"/desk/jobs/{job.pk}/"
    assert desk.get("/setup/")["Location"] == f"/desk/jobs/{job.pk}/", "found again"
    set_up_province(province_code="42", file=None, actor=admin, progress=NoProgress())
    assert "指定首批人员" in desk.get("/setup/").content.decode()
    same = {f"{role.value}_{part}": "tong.shili" for role in FIRST_ROLES for part in ("login", "name")}
    assert "不同的人" in desk.post("/setup/", same).content.decode()
    fields = {f"{role.value}_{part}": f"{role.value}.shili" for role in FIRST_ROLES for part in ("login", "name")}
    page = desk.post("/setup/", fields)
    assert len(re.findall(r"http://testserver/accounts/password/reset/key/", page.content.decode())) >= 4
    assert "no-store" in page["Cache-Control"]
    assert desk.get("/setup/").status_code == 409


def test_strangers_and_staff_do_not_reach_the_set_up(db):
    assert Client().get("/setup/").status_code == 302
    clerk = make_person("jiande.shili", Role.CLERK, make_province()["330182"])
    desk = Client()
    desk.force_login(clerk)
    assert desk.get("/setup/").status_code == 403


def test_a_wrong_table_of_divisions_fails_the_job_with_its_rows_and_leaves_nothing(
    committed_db: str, broker: Any
) -> None:
    person, _root = create_administrator(login="guanli", name="示例管理", email="", password=PASSWORD)
    upload = SimpleUploadedFile(
        "own.csv", "code,name,level,parent_code\n42,湖北省,province,\n4299,示例市,city,99\n".encode()
    )
    job = start_set_up(province_code="42", upload=upload, actor=person)
    run_job(str(job.pk), carry_out_set_up)
    job.refresh_from_db()
    assert job.status == "failed"
    assert "第 3 行" in job.error
    assert not Division.objects.exists()


@pytest.mark.worker
def test_a_worker_sets_zhejiang_up_with_its_102_associations(
    committed_db: str, celery_worker_process: CeleryProcess
) -> None:
    person, _root = create_administrator(login="guanli", name="示例管理", email="", password=PASSWORD)
    job = start_set_up(province_code="33", upload=None, actor=person)
    wait_for(lambda: Job.objects.filter(pk=job.pk, status__in=["done", "failed"]).exists(), seconds=120)
    job.refresh_from_db()
    assert job.status == "done", job.error
    assert job.result["associations"] == Branch.objects.count() == 102
    assert Division.objects.count() == 27_036
