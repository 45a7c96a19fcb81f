"""The pages of jobs at the desk."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from core.choices import JobStatus
from core.clock import now
from core.files import store_file
from core.jobs import start_job
from core.jobs.moving import move_job
from core.models import Job, StoredFile


@pytest.fixture
def person(db: None, client: Client) -> User:
    """Somebody signed in."""
    one = User.objects.create_user("jia.shili", None, name="示例甲")
    client.force_login(one)
    return one


def _job(person: User, key: str = "k", **fields: Any) -> Job:
    job = start_job(
        kind="tests.tasks.count", label="导入示例名单", params={}, idempotency_key=key, actor=person, total=49
    )
    Job.objects.filter(pk=job.pk).update(**fields)
    job.refresh_from_db()
    return job


def test_a_job_shows_its_number_of_how_many_and_may_be_left(client, person):
    job = _job(person, status=JobStatus.RUNNING, done_count=12, stage="校验", started_at=now(), heartbeat_at=now())
    page = client.get(f"/desk/jobs/{job.pk}/").content.decode()
    assert "校验：第 12 项，共 49 项" in page
    assert "可以关闭本页" in page
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page


def test_a_finished_job_asks_no_more_and_leads_to_its_result(client, person):
    job = _job(
        person, status=JobStatus.DONE, finished_at=now(), result={"message": "49 笔已入账。"}, link="/desk/batches/1/"
    )
    page = client.get(f"/desk/jobs/{job.pk}/").content.decode()
    assert "49 笔已入账。" in page
    assert 'href="/desk/batches/1/"' in page
    assert "http-equiv" not in page
    assert 'data-behaviour="job"' not in page


def test_htmx_gets_the_changing_part_alone(client, person):
    job = _job(person)
    part = client.get(f"/desk/jobs/{job.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith("<section")
    assert f'id="job-{job.pk}"' in part
    assert "<html" not in part


def test_nobody_sees_the_job_of_somebody_else(client, person):
    other = User.objects.create_user("yi.shili", None, name="示例乙")
    job = _job(other, status=JobStatus.FAILED, finished_at=now())
    for path in ("", "file/"):
        assert client.get(f"/desk/jobs/{job.pk}/{path}").status_code == 404
    for path in ("retry/", "cancel/"):
        assert client.post(f"/desk/jobs/{job.pk}/{path}").status_code == 404
    assert "导入示例名单" not in client.get("/desk/jobs/").content.decode()
    job.refresh_from_db()
    assert job.status == JobStatus.FAILED


def test_strangers_are_sent_to_sign_in(db):
    assert Client().get("/desk/jobs/").status_code == 302


def test_a_failed_job_is_tried_again_by_a_button(client, person):
    job = _job(person, status=JobStatus.FAILED, finished_at=now(), error="第 3 行金额不是数字。")
    page = client.get(f"/desk/jobs/{job.pk}/").content.decode()
    assert "第 3 行金额不是数字。" in page
    assert "重新执行" in page
    assert client.post(f"/desk/jobs/{job.pk}/retry/").status_code == 302
    job.refresh_from_db()
    assert job.status == JobStatus.QUEUED
    assert client.post(f"/desk/jobs/{job.pk}/retry/", follow=True).status_code == 200


def test_a_waiting_job_is_cancelled_by_a_button_and_a_running_one_is_not(client, person):
    job = _job(person)
    client.post(f"/desk/jobs/{job.pk}/cancel/")
    job.refresh_from_db()
    assert job.status == JobStatus.CANCELLED
    running = _job(person, key="r")
    move_job(running, JobStatus.RUNNING, worker="x", heartbeat_at=now())
    page = client.post(f"/desk/jobs/{running.pk}/cancel/", follow=True).content.decode()
    assert "不能改为" in page


def test_the_list_of_problems_comes_as_a_download_and_never_as_a_page(client, person):
    stored = store_file(
        [b"<script>alert(1)</script>"],
        name="错误行.csv",
        content_type="text/csv",
        data_class=StoredFile.DataClass.INTERNAL,
        actor=person,
    )
    job = _job(person, status=JobStatus.FAILED, finished_at=now(), problem_file=stored)
    assert f"/desk/jobs/{job.pk}/file/" in client.get(f"/desk/jobs/{job.pk}/").content.decode()
    answer = client.get(f"/desk/jobs/{job.pk}/file/")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "text/csv"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert b"".join(answer.streaming_content) == b"<script>alert(1)</script>"


def test_a_job_without_a_list_of_problems_has_none_to_download(client, person):
    assert client.get(f"/desk/jobs/{_job(person).pk}/file/").status_code == 404


def test_the_list_goes_on_page_by_page_without_losing_or_repeating_one(client, person, django_assert_max_num_queries):
    jobs = [_job(person, key=str(number)) for number in range(65)]
    # All at the same moment: the order must still be one.
    Job.objects.update(created_at=now())
    seen: list[str] = []
    path: str | None = "/desk/jobs/"
    while path:
        with django_assert_max_num_queries(8):
            page = client.get(path).content.decode()
        seen += re.findall(r'<a href="/desk/jobs/([0-9a-f-]{36})/">', page)
        after = re.search(r'href="(/desk/jobs/\?before=[0-9a-f-]{36})"', page)
        path = after[1] if after else None
    assert sorted(seen) == sorted(str(job.pk) for job in jobs)


@pytest.mark.parametrize("before", ["x", "00000000-0000-0000-0000-000000000000", "%00"])
def test_a_cursor_that_is_none_gives_the_first_page(client, person, before):
    _job(person)
    assert "导入示例名单" in client.get(f"/desk/jobs/?before={before}").content.decode()
