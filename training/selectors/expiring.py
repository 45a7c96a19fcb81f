"""Whose certificates end in a period, by county, and how many renewed theirs, for the desk."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import BooleanField, Case, Count, Exists, OuterRef, Q, Value, When
from django.db.models.functions import ExtractYear, TruncMonth

from core.clock import today
from organizations.choices import Right
from training.choices import RENEWED_BY, CertificateKind, CertificateStatus, EnrolmentStatus, ReissueReason
from training.models import Certificate, Enrolment
from training.selectors.public_certificates import ShownCertificate, shown

if TYPE_CHECKING:
    from accounts.models import User

PAGE_SIZE = 50
USUAL_DAYS = 90
YEARS = 5
# Who signs up from so long before the end on is taken to renew.
RENEWING = datetime.timedelta(days=180)
COUNT_FIELDS = ("county", "county_name", "kind", "month", "certificates")


@dataclass(frozen=True)
class ExpiringFilter:
    """The last valid days asked for, both counted in; county (6 digits) and kind narrow, empty ones do not."""

    first: datetime.date
    last: datetime.date
    area: str = ""
    kind: str = ""

    @classmethod
    def usual(cls) -> ExpiringFilter:
        """What ends within ninety days."""
        return cls(today(), today() + datetime.timedelta(days=USUAL_DAYS))


@dataclass(frozen=True)
class ExpiringRow:
    """A certificate that ends, its holder masked, and whether a session that renews it was signed up for."""

    shown: ShownCertificate
    county: str
    is_signed_up: bool


@dataclass(frozen=True)
class ExpiringPage:
    """A page, the soonest first; `next_cursor` (`<yyyymmdd>.<id>`) is empty on the last."""

    rows: list[ExpiringRow]
    next_cursor: str


@dataclass(frozen=True)
class Renewal:
    """Of the certificates of a kind that ended in a year: how many holders signed up again, how many renewed."""

    year: int
    kind: str
    ended: int
    signed_up: int
    renewed: int

    @property
    def kind_label(self) -> str:
        """The kind in words."""
        return str(CertificateKind(self.kind).label)

    @property
    def rate(self) -> Decimal:
        """The share that was renewed, in percent."""
        return (Decimal(self.renewed) * 100 / self.ended).quantize(Decimal("0.1"))


def expiring_for(person: User, asked: ExpiringFilter, cursor: str = "", *, limit: int = PAGE_SIZE) -> ExpiringPage:
    """A page of the certificates of a person's branches that end in a period; one query."""
    rows = _signed_up(_ending(person, asked)).select_related("branch", "county").order_by("expires_on", "pk")
    place = _place(cursor)
    if place is not None:
        day, pk = place
        rows = rows.filter(Q(expires_on__gt=day) | Q(expires_on=day, pk__gt=pk))
    found = list(rows[: limit + 1])
    page = found[:limit]
    last = page[-1] if len(found) > limit else None
    return ExpiringPage(
        [ExpiringRow(shown(one), one.county.name if one.county else "", one.is_signed_up) for one in page],
        f"{last.expires_on:%Y%m%d}.{last.pk}" if last else "",
    )


def expiring_counts(person: User, asked: ExpiringFilter) -> Iterator[tuple[Any, ...]]:
    """How many end in each month, by county of the issuer and kind, in the order of COUNT_FIELDS; one query."""
    rows = (
        _ending(person, asked)
        .annotate(month=TruncMonth("expires_on"))
        .values("county__division_id", "county__name", "kind", "month")
        .annotate(n=Count("pk"))
        .order_by("county__division_id", "kind", "month")
    )
    for row in rows.iterator(chunk_size=1000):
        yield (row["county__division_id"], row["county__name"], row["kind"], f"{row['month']:%Y-%m}", row["n"])


def renewals_for(person: User) -> list[Renewal]:
    """By kind and year, the latest first, what became of the certificates that ended; one query.

    A certificate that another took the place of for its name or a loss is left out: that one ends instead.
    """
    renewed = Q(status=CertificateStatus.REPLACED, replaced_by__reissue_reason=ReissueReason.REFRESHED)
    ended = Q(status=CertificateStatus.VALID, expires_on__lte=today())
    rows = (
        _signed_up(Certificate.objects.visible_to(person, Right.VIEW_TRAINING))
        .filter(renewed | ended, expires_on__gte=datetime.date(today().year - YEARS + 1, 1, 1))
        .annotate(year=ExtractYear("expires_on"))
        .values("year", "kind")
        .annotate(n=Count("pk"), again=Count("pk", filter=Q(is_signed_up=True)), new=Count("pk", filter=renewed))
        .order_by("-year", "kind")
    )
    return [Renewal(one["year"], one["kind"], one["n"], one["again"], one["new"]) for one in rows]


def _ending(person: User, asked: ExpiringFilter) -> Any:
    rows = Certificate.objects.visible_to(person, Right.VIEW_TRAINING).filter(
        status=CertificateStatus.VALID,
        # The first day on which it no longer counts.
        expires_on__gt=asked.first,
        expires_on__lte=asked.last + datetime.timedelta(days=1),
    )
    if asked.area:
        rows = rows.filter(county__division=asked.area)
    return rows.filter(kind=asked.kind) if asked.kind else rows


def _signed_up(rows: Any) -> Any:
    """With `is_signed_up`: whether the holder has or had a seat, since shortly before the end, in what renews it."""
    places = Enrolment.objects.unscoped("who of a list signed up again").filter(
        learner=OuterRef("learner"), asked_at__date__gte=OuterRef("expires_on") - RENEWING
    )
    places = places.exclude(status=EnrolmentStatus.CANCELLED).exclude(certificate=OuterRef("pk"))
    ways = [
        When(Q(kind=kind) & Exists(places.filter(session__version__course__kind__in=courses)), then=Value(True))
        for kind, courses in RENEWED_BY.items()
    ]
    return rows.annotate(is_signed_up=Case(*ways, default=Value(False), output_field=BooleanField()))


def _place(cursor: str) -> tuple[datetime.date, int] | None:
    day, _dot, pk = cursor.partition(".")
    if not (day.isascii() and day.isdigit() and pk.isascii() and pk.isdigit() and len(pk) < 19):
        return None
    try:
        return datetime.datetime.strptime(day, "%Y%m%d").date(), int(pk)  # noqa: DTZ007 -- a day has no zone
    except ValueError:
        return None
