"""The tables of administrative divisions that come with the portal (organizations/data)."""

import csv
from functools import cache
from pathlib import Path

from organizations.choices import DivisionLevel

DATA = Path(__file__).resolve().parent / "data"
# Provinces that are shipped down to the communities; the others down to the counties.
_WHOLE = {"33": "zhejiang.csv"}
_COUNTRY = "china-to-county.csv"


def shipped_divisions(province_code: str) -> Path:
    """The file that holds a province, possibly among others."""
    return DATA / _WHOLE.get(province_code, _COUNTRY)


def is_whole(province_code: str) -> bool:
    """Whether a province is shipped down to the communities."""
    return province_code in _WHOLE


@cache
def shipped_provinces() -> tuple[tuple[str, str], ...]:
    """Code and name of each province, in the order of codes."""
    with (DATA / _COUNTRY).open(encoding="utf-8", newline="") as rows:
        provinces = [row for row in csv.DictReader(rows) if row["level"] == DivisionLevel.PROVINCE]
    return tuple(sorted((row["code"], row["name"]) for row in provinces))
