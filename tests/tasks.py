"""Tasks that only tests run, in the real worker (`--include tests.tasks`)."""

import os
import time
from pathlib import Path

from celery import shared_task
from django.db import transaction

from core.audit import record_audit
from core.errors import DomainError
from core.jobs import JobHandle, run_job


def _count(job: JobHandle) -> None:
    """Write one audit row per item and the end of the job in one transaction; each item may take a while."""
    pause = job.params.get("pause_ms", 0) / 1000
    total = job.params["items"]
    with transaction.atomic():
        for number in range(1, total + 1):
            record_audit("tests.item.counted", actor=None, object_label="tests.item", object_key=str(number))
            job.progress(number, total, "写入")
            time.sleep(pause)
        job.finish(result={"items": total, "pid": os.getpid()}, message=f"已处理 {total} 项。", link="/desk/")


def _refuse(job: JobHandle) -> None:
    raise DomainError("row_wrong", "第 3 行金额不是数字，请改正后重新提交。")


def _break(job: JobHandle) -> None:
    # The file of attempts outlives the worker's processes.
    with Path(job.params["attempts"]).open("a", encoding="utf-8") as attempts:
        attempts.write(f"{job.attempt}\n")
    raise ValueError(f"{job.params['giver']} 的一行出错")


def _wait_for_file(job: JobHandle) -> None:
    """Hang until a file appears, the way work hangs on a slow disk."""
    while not Path(job.params["file"]).exists():
        time.sleep(0.02)
    with transaction.atomic():
        record_audit("tests.item.counted", actor=None, object_label="tests.item", object_key="1")
        job.finish()


@shared_task(name="tests.tasks.count")
def count(job_id: str) -> None:
    """Count items."""
    run_job(job_id, _count)


@shared_task(name="tests.tasks.refuse")
def refuse(job_id: str) -> None:
    """Refuse by a rule of the domain."""
    run_job(job_id, _refuse)


@shared_task(name="tests.tasks.break_down")
def break_down(job_id: str) -> None:
    """Meet an unexpected error."""
    run_job(job_id, _break)


@shared_task(name="tests.tasks.wait_for_file")
def wait_for_file(job_id: str) -> None:
    """Hang."""
    run_job(job_id, _wait_for_file)
