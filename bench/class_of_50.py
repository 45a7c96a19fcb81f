"""`class_of_50`: a signed class of fifty gets its certificates, numbered, signed and recorded, and each as a PDF."""

from __future__ import annotations

import datetime
import time
from typing import Any

from bench.context import Context, figure
from core.clock import SHANGHAI, frozen_at, now
from tests.training.ground import all_passed, held, joined, make_ground, make_instructor, opened
from training.services.issuing import issue_certificates
from training.services.printing import print_certificate

PEOPLE, GOAL_SECONDS = 50, 8
SITE = "https://portal.example.org"


def run(context: Context) -> list[dict[str, Any]]:
    """Fill a class, sign it, and time what the clerk waits for: issuing, then fifty files."""
    with context.database("class"):
        ground = make_ground()
        ground.instructors |= {f"more{n}": make_instructor(ground.branch, name=f"示例师资{n}") for n in range(3)}
        day = (now() + datetime.timedelta(days=7)).astimezone(SHANGHAI).date()
        session = opened(ground, seats=PEOPLE, day=day)
        seats = joined(session, PEOPLE)
        held(ground, session, {one.pk: all_passed(session) for one in seats})
        issuer = ground.person("issuer")
        with frozen_at(session.lessons.get().ends_at + datetime.timedelta(hours=1)):
            began = time.perf_counter()
            issued = issue_certificates(session_id=session.pk, actor=issuer)
            recorded = time.perf_counter() - began
            sizes = [
                len(print_certificate(certificate=one, site=SITE, actor=issuer).content) for one in issued.certificates
            ]
            seconds = time.perf_counter() - began
        assert len(sizes) == PEOPLE
    return [
        figure("class_of_50", round(seconds, 2), f"s (issued in {recorded:.2f} s, {max(sizes)} bytes the largest file)",
               rows=PEOPLE, goal=f"<= {GOAL_SECONDS}", met=seconds <= GOAL_SECONDS),
    ]  # fmt: skip
