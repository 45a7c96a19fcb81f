"""`certificates_print`: certificates as single files, and a class of fifty as one, on one processor."""

from __future__ import annotations

import dataclasses
import datetime
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import django

from bench.context import Context, figure
from training.rendering.certificate import Facts, write_certificates

SINGLE, CLASS = 100, 50
RATE_GOAL, BOTH_GOAL, CLASS_GOAL_SECONDS, LARGEST_BYTES = 10, 20, 8, 100_000
FACTS = Facts(
    title="红十字救护员证",
    number="330182-2026-Z00000001",
    holder="示例甲",
    course="红十字救护员培训",
    hours=16,
    practice_hours=8,
    issued_on=datetime.date(2026, 11, 27),
    last_on=datetime.date(2029, 11, 26),
    issuer="示例市红十字会",
    address="https://portal.example.org/certificates/7K3M9QX2B4TNW8HD/#1." + "A" * 190,
    check_page="https://portal.example.org/certificates/",
)


def run(_context: Context) -> list[dict[str, Any]]:
    """Set them, each with another name."""
    people = [_person(at) for at in range(SINGLE)]
    write_certificates(people[:1], title="t", author="a")
    # Nothing is waited for: the processor's time is what it takes on a machine with nothing else to do.
    began = time.process_time()
    sizes = [len(write_certificates([one], title="t", author="a")) for one in people]
    rate = SINGLE / (time.process_time() - began)
    both = _on_two_workers()
    began = time.process_time()
    write_certificates(people[:CLASS], title="t", author="a")
    seconds = time.process_time() - began
    return [
        _figure("certificate_pdf", round(rate, 1), "files/s on one worker", f">= {RATE_GOAL}", rate >= RATE_GOAL),
        _figure("certificate_pdf_two", round(both, 1), "files/s on two workers", f">= {BOTH_GOAL}", both >= BOTH_GOAL),
        _figure("certificate_pdf_bytes", max(sizes), "bytes", f"< {LARGEST_BYTES}", max(sizes) < LARGEST_BYTES),
        _figure("certificate_class", round(seconds, 2), "s", f"<= {CLASS_GOAL_SECONDS}", seconds <= CLASS_GOAL_SECONDS),
    ]


def _on_two_workers() -> float:
    """Files a second that two processes set side by side, each warm, as Celery's two workers do."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn"), initializer=django.setup) as workers:
        list(workers.map(_set_many, [1, 1]))
        began = time.perf_counter()
        list(workers.map(_set_many, [SINGLE, SINGLE]))
        return 2 * SINGLE / (time.perf_counter() - began)


def _set_many(count: int) -> None:
    for at in range(count):
        write_certificates([_person(at)], title="t", author="a")


def _person(at: int) -> Facts:
    number, holder = f"330182-2026-Z{at:08d}", f"示例{chr(0x4E00 + 37 * at)}"
    return dataclasses.replace(FACTS, number=number, holder=holder, address=f"{FACTS.address}{at}")


def _figure(name: str, value: Any, unit: str, goal: str, met: bool) -> dict[str, Any]:
    return figure(name, value, unit, rows=CLASS if name.endswith("class") else SINGLE, goal=goal, met=met)
