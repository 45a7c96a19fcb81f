"""Which rows of a file may become certificates: against each other, and against what the portal has."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _

from core.clock import today
from core.sealed.digests import digests_of, lookup_keys
from core.sealed.writing import sealed_text_field
from training.choices import CertificateStatus
from training.models import Certificate, Learner
from training.services.legacy.reading import BadRow, LegacyRow

if TYPE_CHECKING:
    from organizations.models import Branch

# A person's document by its two digests, and its kind.
Digests = tuple[bytes, bytes]
_KEPT_BYTES = 16


@dataclass(slots=True)
class Best:
    """What a first walk through the file found: the newest row of each person and kind, the first of each number."""

    newest: dict[tuple[bytes, str], tuple[datetime.date, int]] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)

    def add(self, row: LegacyRow, digests: Digests) -> None:
        """Take a row into account; of two of the same day the later one in the file counts."""
        key = (digests[0][:_KEPT_BYTES], row.kind)
        known = self.newest.get(key)
        if known is None or row.issued_on >= known[0]:
            self.newest[key] = (row.issued_on, row.row_number)
        self.numbers.setdefault(row.number, row.row_number)

    def problem(self, row: LegacyRow, digests: Digests) -> str:
        """Why a row gives way to another of the file; empty where it does not."""
        first = self.numbers[row.number]
        if first != row.row_number:
            return _("证书编号与第 %(row)d 行重复") % {"row": first}
        _day, newest = self.newest[digests[0][:_KEPT_BYTES], row.kind]
        if newest != row.row_number:
            return _("同一人的同种证书以第 %(row)d 行（发证较晚）为准") % {"row": newest}
        return ""


@dataclass(frozen=True, slots=True)
class GoodRow:
    """A row that may become a certificate: of a learner who is known or None, in place of an expired one or None."""

    row: LegacyRow
    digests: Digests
    learner: Learner | None
    old: Certificate | None


def digests_for(rows: Iterable[LegacyRow], keys: tuple[str, str] | None = None) -> list[Digests]:
    """The digests of each row's document under the keys in use."""
    document = sealed_text_field(Learner, "document")
    used = keys or lookup_keys()
    found = []
    for row in rows:
        first, second = digests_of(document, row.document, used)
        # A document that was read is never empty.
        found.append((first or b"", second or b""))
    return found


def judge(
    rows: Sequence[LegacyRow], best: Best, branch: Branch, keys: tuple[str, str] | None = None
) -> tuple[list[GoodRow], list[BadRow]]:
    """Tell good rows from those that are refused, with the reason. Three queries for a chunk."""
    digests = digests_for(rows, keys)
    taken = _numbers_taken(rows, branch)
    learners = _learners(digests)
    olds = _olds({one.pk for one in learners.values()})
    good, bad, day = [], [], today()
    for row, pair in zip(rows, digests, strict=True):
        learner = learners.get((row.document_kind, pair[0])) or learners.get((row.document_kind, pair[1]))
        old = olds.get((learner.pk, row.kind)) if learner else None
        reason = best.problem(row, pair)
        if not reason and row.number in taken:
            reason = _("本会已有这个编号的证书")
        if not reason and old is not None:
            reason = _obstacle(row, old, day)
        if reason:
            bad.append(BadRow(row.row_number, row.number, reason))
        else:
            good.append(GoodRow(row, pair, learner, old))
    return good, bad


def _obstacle(row: LegacyRow, old: Certificate, day: datetime.date) -> str:
    if old.expires_on is None or old.expires_on > day:
        return _("此人已有有效的同种证书 %(number)s") % {"number": old.number}
    if row.issued_on <= old.issued_on:
        return _("此人已有发证更晚的同种证书 %(number)s") % {"number": old.number}
    # The older one becomes history: the new one takes its place.
    return ""


def _numbers_taken(rows: Sequence[LegacyRow], branch: Branch) -> set[str]:
    known = Certificate.objects.unscoped("numbers of one branch").filter(branch=branch)
    return set(known.filter(number__in=[row.number for row in rows]).values_list("number", flat=True))


def _learners(digests: Sequence[Digests]) -> dict[tuple[str, bytes], Learner]:
    condition = Q(document_digest__in=[one[0] for one in digests])
    condition |= Q(document_digest_next__in=[one[1] for one in digests])
    found = {}
    for learner in Learner.objects.filter(condition).defer("document"):
        for digest in (learner.document_digest, learner.document_digest_next):
            if digest is not None:
                found[learner.document_kind, bytes(digest)] = learner
    return found


def _olds(learner_ids: set[int]) -> dict[tuple[int, str], Certificate]:
    if not learner_ids:
        return {}
    rows = Certificate.objects.unscoped("of who is in the file").filter(status=CertificateStatus.VALID)
    return {(one.learner_id, one.kind): one for one in rows.filter(learner_id__in=learner_ids).select_related("branch")}
