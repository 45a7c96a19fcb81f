"""Letting the log go on after a restore: by what its copy says was signed since the backup, or not at all."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.canonical import leaf_hash
from core.clock import now
from core.errors import DomainError
from core.models import PublicRecord, RestoreMark
from core.models.outbox import LOST_KIND
from core.numbers import pass_over
from transparency.merkle.running import RunningTree
from transparency.merkle.tiles import WIDTH, width_at
from transparency.models import LogCheckpoint, LogHead, LogKey, LogLeaf
from transparency.notes import BadNote, Checkpoint, Verifier, open_checkpoint, parse_note
from transparency.selectors.public_log import tree_of_size
from transparency.services.mirror_files import ANNOUNCED, CHECKPOINT, MirrorDiffers, MirrorFiles
from transparency.services.restored import known_verifiers, log_is_held
from transparency.services.tiling import tile_leaves

CHUNK = 4096


@dataclass(frozen=True)
class Resumed:
    """How long the log is now, how many records came from the copy, and which of them have no row any more."""

    size: int
    taken: int
    lost: tuple[str, ...]


def resume_log(*, known_size: int, by: str, mirror: MirrorFiles | None = None, kept: Sequence[str] = ()) -> Resumed:
    """Let records have their places again after a restore, exactly behind what was ever signed.

    `mirror` is the copy kept off the machine: the records that it has beyond the restored log take their places
    again, those with lost rows as records of the log alone (`LOST_KIND`); its signed head is taken over as it stands
    there. `kept` are checkpoints kept elsewhere, as notes; `known_size` the largest size that stands anywhere
    outside. Locks the log's head; each step stands by itself, so that after a crash it is run again. Raises DomainError
    `not_held`, `log_would_fork` where something known outside does not lead on from what there is, `mirror_incomplete`.
    """
    if not log_is_held():
        raise DomainError("not_held", _("公开日志没有停着，不用恢复。"))
    verifiers = known_verifiers()
    heads = [_opened(note, verifiers) for note in kept]
    taken, signed = 0, None
    if mirror is not None:
        signed = _complete_head(mirror, verifiers)
        if signed is not None:
            heads.append(signed)
            taken = _take_again(mirror, signed)
    known = max([known_size, *(head.size for head in heads)])
    size = LogHead.objects.values_list("size", flat=True).get(pk=1)
    if known > size:
        raise _would_fork(known, size)
    tile_leaves()
    for head in heads:
        if tree_of_size(head.size).root() != head.root:
            raise _other_history(head.size)
    with transaction.atomic():
        head_row = LogHead.objects.select_for_update().get(pk=1)
        if signed is not None and mirror is not None:
            _take_head_over(mirror, signed, verifiers)
        RestoreMark.objects.filter(cleared_at__isnull=True).update(cleared_at=now(), cleared_by=by)
        record_audit(
            "transparency.log.resumed",
            actor=None,
            object_label="transparency.loghead",
            object_key=str(head_row.size),
            reason=f"{by}: {known}",
        )
    return Resumed(head_row.size, taken, tuple(lost_subjects()))


def lost_subjects() -> list[str]:
    """The subjects that stand in the log while their rows are gone with a restore; none when the books are complete."""
    rows = LogLeaf.objects.filter(record__kind=LOST_KIND).order_by("index")
    return list(rows.values_list("record__subject", flat=True))


def _opened(note: str, verifiers: Sequence[Verifier]) -> Checkpoint:
    try:
        return open_checkpoint(note, *verifiers)
    except BadNote as error:
        message = _("检查点文件不是这本公开日志签名的（%(why)s），请核对文件。")
        raise DomainError("checkpoint_unsigned", message % {"why": error}) from None


def _complete_head(mirror: MirrorFiles, verifiers: Sequence[Verifier]) -> Checkpoint | None:
    """The largest head that the copy has all records of; refuses where it knows of a larger one that it has not."""
    try:
        complete = mirror.head(*verifiers)
        announced = mirror.head(*verifiers, name=ANNOUNCED)
    except MirrorDiffers as error:
        message = _("副本里的检查点不是这本公开日志签名的（%(why)s），请核对目录。")
        raise DomainError("mirror_not_ours", message % {"why": error.message}) from None
    except OSError as error:
        message = _("副本读不出来：%(why)s")
        raise DomainError("mirror_unreadable", message % {"why": error.strerror or error}) from None
    if announced is None or (complete is not None and announced.size <= complete.size):
        return complete
    own = LogHead.objects.values_list("size", flat=True).get(pk=1)
    if announced.size <= own or _has_records(mirror, own, announced.size):
        return announced
    message = _(
        "副本记着已签名 %(signed)d 条，但只复制到 %(held)d 条，恢复出来的有 %(own)d 条：继续写会与已公开的内容分叉。"
        "请用更晚的备份再恢复一次。"
    )
    held = complete.size if complete else 0
    raise DomainError("mirror_incomplete", message % {"signed": announced.size, "held": held, "own": own})


def _has_records(mirror: MirrorFiles, first: int, size: int) -> bool:
    for index in range(first // WIDTH, (size + WIDTH - 1) // WIDTH):
        width = width_at(size, 0, index)
        if len(mirror.entries(index, width) or []) < width:
            return False
    return True


def _take_again(mirror: MirrorFiles, signed: Checkpoint) -> int:
    """Give the records of the copy beyond the restored log their places; how many."""
    with transaction.atomic():
        head = LogHead.objects.select_for_update().get(pk=1)
        if signed.size <= head.size:
            return 0
        # First whether what is there and what the copy has lead to the signed root: else nothing is written.
        tree = RunningTree()
        for start in range(0, head.size, CHUNK):
            rows = LogLeaf.objects.filter(index__gte=start, index__lt=min(start + CHUNK, head.size)).order_by("index")
            tree.take(bytes(leaf) for leaf in rows.values_list("record__leaf_hash", flat=True))
        for _index, record in _records(mirror, head.size, signed.size):
            tree.take([leaf_hash(record)])
        if (tree.size, tree.root()) != (signed.size, signed.root):
            raise _other_history(signed.size)
        count = signed.size - head.size
        _place(mirror, head.size, signed.size)
        head.size = signed.size
        head.save(update_fields=["size"])
        record_audit(
            "transparency.log.taken_again",
            actor=None,
            object_label="transparency.loghead",
            object_key=str(head.size),
            reason=str(count),
        )
    return count


def _place(mirror: MirrorFiles, first: int, size: int) -> None:
    """Rows of the backup that had no place yet take theirs; of the others the log keeps the record alone."""
    waiting = {
        bytes(leaf): pk
        for pk, leaf in PublicRecord.objects.filter(leaf__isnull=True).values_list("pk", "leaf_hash").iterator()
    }
    written = PublicRecord.objects.filter(leaf__index=first - 1).values_list("created_at", flat=True).first() or now()
    for index, record in _records(mirror, first, size):
        pk = waiting.pop(leaf_hash(record), None)
        if pk is None:
            said: dict[str, Any] = json.loads(record)
            written = _time_of(said) or written
            subject = str(said.get("number") or said.get("slug") or said.get("schema") or index)
            pk = PublicRecord.objects.create(
                kind=LOST_KIND,
                subject=subject[:60],
                object_id=index,
                branch_code=str(said.get("branch", ""))[:32],
                record=record.decode(),
                leaf_hash=leaf_hash(record),
                created_at=written,
            ).pk
            for name in ("number", "entry"):
                if isinstance(said.get(name), str):
                    pass_over(said[name], index=index)
        LogLeaf.objects.create(index=index, record_id=pk, sequenced_at=now())


def _records(mirror: MirrorFiles, first: int, size: int) -> Iterator[tuple[int, bytes]]:
    for tile in range(first // WIDTH, (size + WIDTH - 1) // WIDTH):
        width = width_at(size, 0, tile)
        records = mirror.entries(tile, width)
        if records is None or len(records) < width:
            message = _("副本缺少第 %(first)d 条起的记录，不能继续。请核对目录是否完整，或用更晚的备份再恢复一次。")
            raise DomainError("mirror_incomplete", message % {"first": tile * WIDTH})
        for place, record in enumerate(records):
            if tile * WIDTH + place >= first:
                yield tile * WIDTH + place, record


def _time_of(said: dict[str, Any]) -> datetime.datetime | None:
    text = said.get("posted_at")
    return parse_datetime(text) if isinstance(text, str) else None


def _take_head_over(mirror: MirrorFiles, signed: Checkpoint, verifiers: Sequence[Verifier]) -> None:
    """Keep the signed head of the copy as ours, with the keys that signed it."""
    last = LogCheckpoint.objects.order_by("-size").values_list("size", flat=True).first() or 0
    if signed.size <= last:
        return
    name = next(
        one for one in (ANNOUNCED, CHECKPOINT) if (head := mirror.head(*verifiers, name=one)) and head == signed
    )
    note = parse_note((mirror.read(name) or b"").decode())
    own = [verifier for verifier in verifiers if note.signed_by(verifier)]
    lines = [s for s in note.signatures if any((s.name, s.key_id) == (v.name, v.key_id) for v in own)]
    for verifier in own:
        LogKey.objects.get_or_create(verifier=verifier.text, defaults={"first_size": signed.size, "added_at": now()})
    LogCheckpoint.objects.create(
        size=signed.size,
        root=signed.root,
        note=f"{note.text}\n" + "".join(line.line for line in lines),
        signed_at=now(),
    )


def _would_fork(known: int, size: int) -> DomainError:
    message = _(
        "外面已知的公开日志有 %(known)d 条，恢复出来的只有 %(size)d 条：继续写会与已公开的内容分叉。"
        "请用更晚的备份再恢复一次，或用 --mirror 指明日志副本的目录，补回缺少的记录。"
    )
    return DomainError("log_would_fork", message % {"known": known, "size": size})


def _other_history(size: int) -> DomainError:
    message = _("恢复出来的公开日志与外面签名的前 %(size)d 条不符：不是同一段历史，没有继续。请用另一份备份再恢复。")
    return DomainError("log_would_fork", message % {"size": size})
