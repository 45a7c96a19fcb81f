"""Whether the portal can do its work now, for load balancers and monitoring."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Count, Max
from django.utils.module_loading import import_string

from core.choices import JobStatus
from core.clock import wall_clock
from core.models import Heartbeat, Job, PublicRecord

# Ticks that a process may miss before it counts as gone, and the least time in seconds.
SILENT_TICKS = 4
LEAST_SILENCE_SECONDS = 30


@dataclass(frozen=True)
class Subject:
    """One part of the portal: whether it works, and how many seconds ago it was last seen, where that is told."""

    ok: bool
    age_seconds: int | None = None
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The part of `/readyz` about it."""
        facts = {"ok": self.ok, "age_seconds": self.age_seconds, "note": self.note}
        return {name: value for name, value in facts.items() if value not in (None, "")}


def examine_readiness() -> dict[str, Subject]:
    """Ask the database, the broker, the worker and beat; never raises."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        seen = _signs_of_life()
    except DatabaseError:
        return {"database": Subject(False, note="unreachable"), "broker": _broker()}
    worker = _alive(seen["worker"])
    return {"database": Subject(True), "broker": _broker(), "worker": worker, "beat": _beat(seen["beat"], seen)}


def _broker() -> Subject:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)
    try:
        client.ping()
    except (redis.RedisError, OSError):
        return Subject(False, note="unreachable")
    finally:
        client.close()
    return Subject(True)


def _signs_of_life() -> dict[str, datetime | None]:
    """When each process was last seen; a worker busy with a long job shows by that job's heartbeat."""
    seen: dict[str, datetime | None] = dict(Heartbeat.objects.values_list("name", "at"))
    busy = Job.objects.filter(status=JobStatus.RUNNING).aggregate(at=Max("heartbeat_at"))["at"]
    tick = seen.get("worker")
    return {
        "tick": tick,
        "busy": busy,
        "worker": max(filter(None, [tick, busy]), default=None),
        "beat": seen.get("beat"),
    }


def _limit() -> timedelta:
    return timedelta(seconds=max(LEAST_SILENCE_SECONDS, SILENT_TICKS * settings.JOB_TICK_SECONDS))


def _alive(at: datetime | None) -> Subject:
    if at is None:
        return Subject(False, note="never seen")
    age = wall_clock() - at
    return Subject(age <= _limit(), age_seconds=int(age.total_seconds()))


def _beat(at: datetime | None, seen: dict[str, datetime | None]) -> Subject:
    """Beat is seen through the worker: while every process of that is busy, nothing can be said against beat."""
    found = _alive(at)
    all_busy = seen["busy"] is not None and _alive(seen["busy"]).ok and not _alive(seen["tick"]).ok
    if not found.ok and at is not None and all_busy:
        return Subject(True, age_seconds=found.age_seconds, note="worker busy")
    return found


def metric_lines() -> Iterator[str]:
    """The figures of `/metrics` in Prometheus' text format, core's own and those of METRIC_SOURCES."""
    sources: list[Callable[[], Iterator[tuple[str, str, float]]]] = [core_metrics]
    sources += [import_string(path) for path in getattr(settings, "METRIC_SOURCES", [])]
    described: set[str] = set()
    for source in sources:
        for name, labels, value in source():
            if name not in described:
                described.add(name)
                yield f"# TYPE {name} gauge\n"
            yield f"{name}{{{labels}}} {value:g}\n" if labels else f"{name} {value:g}\n"


def core_metrics() -> Iterator[tuple[str, str, float]]:
    """Jobs by state, the age of each heartbeat in seconds, public records in the outbox: (name, labels, value)."""
    counts = dict(Job.objects.values_list("status").annotate(count=Count("pk")))
    for status in JobStatus.values:
        yield "portal_jobs", f'status="{status}"', counts.get(status, 0)
    for name, at in Heartbeat.objects.order_by("name").values_list("name", "at"):
        yield "portal_heartbeat_age_seconds", f'process="{name}"', round((wall_clock() - at).total_seconds(), 1)
    yield "portal_public_records", "", PublicRecord.objects.count()
