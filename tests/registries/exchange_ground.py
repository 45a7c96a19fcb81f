"""Files of the national library for the tests."""

from __future__ import annotations

import hashlib
import io
import uuid
from typing import Any

from core.clock import today
from core.progress import NoProgress
from registries.models import Donor, ExchangeFile
from registries.services.exchange.applying import apply_incoming
from registries.services.exchange.files import confirm_file, open_outgoing, release_file
from registries.services.exchange.incoming import check_incoming, open_incoming
from registries.services.exchange.outgoing import download_outgoing, make_outgoing
from tests.registries.ground import Ground

HEADER = "志愿者编号,结果,日期,查询编号"


def fetched(ground: Ground, row: ExchangeFile) -> ExchangeFile:
    """A file that somebody downloaded: from then on the library may have it."""
    download_outgoing(file_id=row.pk, purpose="报送全国资料库", actor=ground.person("clerk")).close()
    row.refresh_from_db()
    return row


def row_of(donor: Donor, result: str = "入库", *, on: str = "", reference: str = "") -> str:
    """A line of a file."""
    return f"{donor.number},{result},{on or today().isoformat()},{reference}"


def manifest(content: bytes, rows: int | None = None) -> str:
    """What the sender says of a file."""
    return hashlib.sha256(content).hexdigest() + ("" if rows is None else f" rows={rows}")


def text_of(*lines: str, header: str = HEADER) -> bytes:
    """A file as a spreadsheet in China saves it."""
    return ("\ufeff" + "\r\n".join([header, *lines, ""])).encode()


def received(ground: Ground, content: bytes, *, said: str = "", **over: Any) -> ExchangeFile:
    """A file that came in and was checked."""
    row = open_incoming(
        source=io.BytesIO(content),
        manifest=said or manifest(content),
        **{"branch": ground.branch, "actor": ground.person("clerk"), **over},
    )
    return check_incoming(file_id=row.pk, job=NoProgress())


def applied(ground: Ground, *lines: str) -> ExchangeFile:
    """A file that came in, was confirmed and applied."""
    row = received(ground, text_of(*lines))
    confirm_file(file_id=row.pk, actor=ground.person("clerk"))
    return apply_incoming(file_id=row.pk, job=NoProgress())


def sent_out(ground: Ground, **over: Any) -> ExchangeFile:
    """A file of the ground's branch that was released and made."""
    row = open_outgoing(branch=ground.branch, key=uuid.uuid4(), actor=ground.person("clerk"), **over)
    release_file(file_id=row.pk, actor=ground.person("head"))
    return make_outgoing(file_id=row.pk, job=NoProgress())
