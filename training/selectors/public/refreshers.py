"""Sessions by which a certificate is renewed, near a county: for everybody, and for the message that it ends."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Case, IntegerField, Value, When

from core.clock import today
from training.choices import RENEWED_BY, CertificateKind, SessionStatus
from training.models import Session
from training.selectors.public.sessions import PublicSession, read_sessions

MOST = 60
PROVINCE, CITY, COUNTY = 2, 4, 6


@dataclass(frozen=True)
class Refreshers:
    """Sessions that take people and renew a kind, by how near they are: in the county, in its city, in the province."""

    kind: str
    area: str
    here: list[PublicSession]
    city: list[PublicSession]
    far: list[PublicSession]

    @property
    def kind_label(self) -> str:
        """The kind in words."""
        return str(CertificateKind(self.kind).label)

    @property
    def are_none(self) -> bool:
        """Whether there is no session at all."""
        return not (self.here or self.city or self.far)


def refreshers_near(kind: str, area: str = "", limit: int = MOST) -> Refreshers:
    """The sessions that renew a kind (of certificate), the nearest and soonest first; one query.

    `area` is a division's code of 2, 4 or 6 digits, empty for all.
    """
    rows = Session.objects.for_public_display().filter(
        status=SessionStatus.OPEN, starts_on__gte=today(), version__course__kind__in=RENEWED_BY.get(kind, ())
    )
    if area:
        rows = rows.filter(area__code__startswith=area[:PROVINCE])
    near = [
        When(area__code__startswith=area[:length], then=Value(place))
        for place, length in enumerate((COUNTY, CITY))
        if len(area) >= length
    ]
    ordered = rows.annotate(
        distance=Case(*near, default=Value(2), output_field=IntegerField()) if near else Value(0)
    ).order_by("distance", "starts_on", "id")
    found = [PublicSession(*row) for row in read_sessions(ordered)[:limit]]
    here = [one for one in found if len(area) != CITY and _is_in(one, area)]
    city = [one for one in found if one not in here and len(area) >= CITY and _is_in(one, area[:CITY])]
    return Refreshers(kind, area, here, city, [one for one in found if one not in here and one not in city])


def next_refresher(kind: str, area: str) -> PublicSession | None:
    """The nearest and soonest session that renews a kind and takes people now, for a county; one query."""
    found = refreshers_near(kind, area, limit=20)
    return next((one for one in [*found.here, *found.city, *found.far] if one.may_sign_up), None)


def _is_in(session: PublicSession, area: str) -> bool:
    return session.area_code.startswith(area)
