"""Files of donors who joined on paper for the tests."""

from __future__ import annotations

import csv
import datetime
import io
import uuid
from typing import Any

from core.progress import NoProgress
from registries.choices.intake import COLUMNS
from registries.models import Donor, DonorIntake
from registries.services.intake.applying import apply_intake
from registries.services.intake.checking import check_intake
from registries.services.intake.files import open_intake, release_intake
from tests.registries.donor_ground import born, number_born
from tests.registries.ground import SURNAMES, Ground, days_ago

JOINED, TYPED = days_ago(2000), days_ago(1900)


def cells(at: int = 0, **over: str) -> dict[str, str]:
    """A line of somebody made up, another for each number; `over` by the names of columns."""
    said = {
        "姓名": f"{SURNAMES[at % 10]}纸档{chr(0x4E00 + at)}",
        "证件类型": "居民身份证",
        "证件号码": number_born(born(30, days=40), at),
        "手机号": f"137{at:08d}",
        "住址": "示例路 2 号",
        "报名日期": JOINED.isoformat(),
        "同意书编号": f"示档-{at:05d}",
        "状态": "已入库",
        "入库日期": TYPED.isoformat(),
        "血样袋号": f"OLD{at:06d}",
        "同意电话联系": "是",
        "亲友1姓名": "示例纸亲",
        "亲友1关系": "父母",
        "亲友1电话": "13900000021",
    }
    return {**dict.fromkeys(COLUMNS, ""), **said, **over}


def csv_of(*lines: dict[str, str], header: tuple[str, ...] = COLUMNS) -> bytes:
    """A file as a spreadsheet in China saves it."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([header, *([one[name] for name in header] for one in lines)])
    return ("\ufeff" + text.getvalue()).encode()


def opened(ground: Ground, content: bytes, **over: Any) -> DonorIntake:
    """A file that was brought."""
    said = {"branch": ground.branch, "actor": ground.person("clerk"), "key": uuid.uuid4(), "are_papers_kept": True}
    return open_intake(source=io.BytesIO(content), **{**said, **over})


def checked(ground: Ground, content: bytes, **over: Any) -> DonorIntake:
    """A file that was brought and checked."""
    return check_intake(intake_id=opened(ground, content, **over).pk, job=NoProgress())


def released(ground: Ground, content: bytes) -> DonorIntake:
    """A file that was checked and released, not yet applied."""
    return release_intake(intake_id=checked(ground, content).pk, actor=ground.person("head"))


def applied(ground: Ground, *lines: dict[str, str]) -> DonorIntake:
    """A file whose good lines were brought in."""
    return apply_intake(intake_id=released(ground, csv_of(*lines)).pk, job=NoProgress())


def brought_in(ground: Ground, at: int = 0, **over: str) -> Donor:
    """A donor who was brought in."""
    row = applied(ground, cells(at, **over)).rows.get()
    assert row.donor is not None
    found: Donor = Donor.objects.unscoped("test").select_related("branch").get(pk=row.donor.pk)
    return found


def years_ago(years: int) -> datetime.date:
    """A day so many years ago."""
    return born(years)
