"""The public record of an entry, written where its number and places are given, says what its rows say."""

import json
import random

import pytest

from core.canonical import canonical_bytes, leaf_hash
from core.models import PublicRecord
from ledger.models import Entry, Movement
from ledger.services.records import entry_body
from tests.ledger.ground import Ground
from tests.ledger.history import ACTS, History

STEPS = 250


def test_the_record_of_every_kind_of_entry_says_what_its_rows_say(ground: Ground) -> None:
    """Random histories post each kind, holes, what came back, goods and transfers among them."""
    history, drawn = History(ground), random.Random("records")  # noqa: S311 -- the same each time
    for _step in range(STEPS):
        history.do(drawn.choice(ACTS), drawn.randrange(41), drawn.randrange(41), drawn.choice((1, 30, 50, 77, 100)))
    assert {"hole_from", "back_from", "answers_id", "value"} <= {
        name
        for movement in Movement.objects.values("hole_from", "back_from", "answers_id", "value")
        for name, value in movement.items()
        if value is not None
    }, "the histories are too tame"
    entries = list(Entry.objects.unscoped("test").select_related("branch", "reverses"))
    records = {one.object_id: one for one in PublicRecord.objects.filter(kind="entry")}
    written = [entry for entry in entries if entry.pk in records]
    assert len(written) > STEPS / 4
    for entry in written:
        record = records[entry.pk]
        said = json.loads(record.record)
        assert (record.subject, record.branch_code) == (entry.number, entry.branch.code)
        assert said.pop("private_digest")
        assert said == entry_body(entry, branch_code=entry.branch.code)
        assert canonical_bytes(json.loads(record.record)) == record.record.encode()
        assert leaf_hash(record.record.encode()) == bytes(record.leaf_hash)


@pytest.mark.parametrize("document", ["{number}", "{1.in_from}", '"引号" \\ 与 {1.out_from}'])
def test_what_an_entry_rests_on_cannot_write_into_its_record(ground: Ground, document: str) -> None:
    """The document is only committed to, so nothing that a person types is filled in."""
    entry = ground.gift(ground.fund(), "12.30", document=document)
    record = PublicRecord.objects.get(kind="entry", object_id=entry.pk)
    assert entry.document == document
    assert "{" not in record.record.replace("{", "", 2), "only the object's and the movement's own braces"
