"""Answers for monitoring."""

from datetime import timedelta

import pytest
from django.test import Client

from core.choices import JobStatus
from core.clock import wall_clock
from core.jobs import move_job, note_heartbeat, start_job
from core.models import Heartbeat, Job
from tests.workers import wait_for


def _seen(name, seconds_ago):
    Heartbeat.objects.update_or_create(name=name, defaults={"at": wall_clock() - timedelta(seconds=seconds_ago)})


def test_healthz_asks_nobody(db, client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/healthz").json() == {"ok": True}


def test_readyz_is_ready_when_all_four_are(db, client):
    _seen("worker", 1)
    _seen("beat", 1)
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert {name for name, part in answer.json().items() if name == "ok" or part["ok"]} == {
        "ok",
        "database",
        "broker",
        "worker",
        "beat",
    }


@pytest.mark.parametrize("name", ["worker", "beat"])
def test_readyz_is_not_ready_when_a_process_is_silent(db, client, name):
    _seen("worker", 1)
    _seen("beat", 1)
    _seen(name, 3600)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()[name]["ok"] is False
    assert answer.json()[name]["age_seconds"] >= 3600


def test_readyz_is_not_ready_before_anything_ran(db, client):
    body = client.get("/readyz").json()
    assert (body["ok"], body["worker"], body["beat"]) == (
        False,
        {"ok": False, "note": "never seen"},
        {"ok": False, "note": "never seen"},
    )


def test_readyz_names_a_broker_that_does_not_answer(db, client, settings):
    settings.REDIS_URL = "unix:///nonexistent/redis.sock"
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["broker"] == {"ok": False, "note": "unreachable"}


def test_a_worker_busy_with_a_long_job_is_no_dead_worker_and_beat_is_not_blamed(db, client):
    _seen("worker", 3600)
    _seen("beat", 3600)
    job = start_job(kind="tests.tasks.count", label="示例", params={}, idempotency_key="k", actor=None)
    move_job(job, JobStatus.RUNNING, worker="x", heartbeat_at=wall_clock())
    body = client.get("/readyz").json()
    assert body["worker"]["ok"]
    assert body["beat"]["note"] == "worker busy"
    Job.objects.update(heartbeat_at=wall_clock() - timedelta(hours=1))
    assert client.get("/readyz").status_code == 503


def test_metrics_count_jobs_heartbeats_and_records(db, client):
    start_job(kind="tests.tasks.count", label="示例", params={}, idempotency_key="k", actor=None)
    note_heartbeat("beat")
    answer = client.get("/metrics")
    assert answer["Content-Type"].startswith("text/plain")
    lines = answer.content.decode().splitlines()
    assert 'portal_jobs{status="queued"} 1' in lines
    assert 'portal_jobs{status="failed"} 0' in lines
    assert any(line.startswith('portal_heartbeat_age_seconds{process="beat"} ') for line in lines)
    assert "portal_public_records 0" in lines
    assert "# TYPE portal_jobs gauge" in lines


@pytest.mark.parametrize("path", ["/readyz", "/metrics"])
def test_the_public_finds_no_such_page(db, settings, path):
    client = Client()
    assert client.get(path, REMOTE_ADDR="192.0.2.7").status_code == 404
    # Behind a proxy on the same machine everybody comes from it.
    assert client.get(path, headers={"X-Forwarded-For": "192.0.2.7"}).status_code == 404
    assert client.get(path, REMOTE_ADDR="192.0.2.7", headers={"Authorization": "Bearer "}).status_code == 404
    settings.METRICS_TOKEN = "secret-of-monitoring"
    wrong = {"Authorization": "Bearer secret"}
    right = {"Authorization": "Bearer secret-of-monitoring"}
    assert client.get(path, REMOTE_ADDR="192.0.2.7", headers=wrong).status_code == 404
    assert client.get(path, REMOTE_ADDR="192.0.2.7", headers=right).status_code in (200, 503)
    assert client.post(path).status_code == 405


@pytest.mark.worker
def test_a_running_portal_is_ready(committed_db, client, celery_worker_process, celery_beat_process):
    wait_for(lambda: client.get("/readyz").status_code == 200, what="readiness")
