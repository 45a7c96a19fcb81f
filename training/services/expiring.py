"""Telling holders that their certificate ends soon: 90, 30 and 7 days before, each step once."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from core.clock import now, today
from core.notifying import can_send, leave_message
from core.sealed import open_many_for_work
from training.choices import REMINDER_DAYS, CertificateStatus
from training.models import Certificate, Enrolment, ExpiryReminder
from training.selectors.public import PublicSession
from training.selectors.public.refreshers import next_refresher

EXPIRING = "training.expiring"
CHUNK = 500
GIVE_UP = datetime.timedelta(days=3)
# What stands for a session where there is none: providers take no empty value.
NONE = "-"
# By kind of certificate and division.
Offers = dict[tuple[str, str], PublicSession | None]


def remind_holders() -> int:
    """Leave a message for every holder whose next step has come and who can be reached; returns how many.

    The message offers the next session near the county of the issuer by which it can be renewed, with the page of all.
    Only who left a telephone when they signed up (for the certificate, or for the one that it replaced). Where several
    steps were missed, or a certificate had fewer days from the start, only the nearest is taken. In transactions of
    some hundred; locks those certificates and passes over what another worker has.
    """
    told = 0
    for days, first, last in steps_on(today()):
        after = 0
        while True:
            found, after = _remind(days, first, last, after)
            told += found
            if not after:
                break
    return told


def steps_on(day: datetime.date) -> Iterator[tuple[int, datetime.date, datetime.date]]:
    """The steps with the days of expiry that belong to each on a day: after `first`, until `last`."""
    for days, nearer in pairwise([*sorted(REMINDER_DAYS, reverse=True), 0]):
        yield days, day + datetime.timedelta(days=nearer), day + datetime.timedelta(days=days)


def _remind(days: int, first: datetime.date, last: datetime.date, after: int) -> tuple[int, int]:
    """Take one chunk of a step; how many were told, and where to go on, 0 at the end."""
    with transaction.atomic():
        due = list(_due(days, first, last, after)[:CHUNK])
        phones = _phones(due)
        offers: Offers = {}
        told = [one for one in due if phones[one.pk] and _tell(one, phones[one.pk], offers)]
        ExpiryReminder.objects.bulk_create(ExpiryReminder(certificate=one, days=days, at=now()) for one in told)
    return len(told), due[-1].pk if len(due) == CHUNK else 0


def _due(days: int, first: datetime.date, last: datetime.date, after: int) -> Any:
    taken = ExpiryReminder.objects.filter(certificate=OuterRef("pk"), days=days)
    rows = Certificate.objects.unscoped("holders are reminded, whoever issued").select_for_update(
        of=("self",), skip_locked=True
    )
    return (
        rows.filter(status=CertificateStatus.VALID, expires_on__gt=first, expires_on__lte=last, pk__gt=after)
        .select_related("branch", "county", "city")
        .annotate(asked=Coalesce(F("enrolment_id"), F("replaces__enrolment_id")))
        .filter(~Exists(taken), asked__isnull=False)
        .order_by("pk")
    )


def _phones(certificates: list[Any]) -> dict[int, str]:
    rows = Enrolment.objects.unscoped("telephones of who is reminded").filter(phone__isnull=False)
    enrolments = list(rows.filter(pk__in=[one.asked for one in certificates]))
    texts = open_many_for_work(enrolments, "phone", work=f"training.remind:{today().isoformat()}")
    found = {one.pk: text or "" for one, text in zip(enrolments, texts, strict=True)}
    return {one.pk: found.get(one.asked, "") for one in certificates}


def _offer(certificate: Certificate, offers: Offers) -> dict[str, str]:
    """The next session near the holder's county by which it can be renewed, and the page that has them all."""
    branch = certificate.county or certificate.city or certificate.branch
    place = (certificate.kind, branch.division_id)
    if place not in offers:
        offers[place] = next_refresher(*place)
    session = offers[place]
    return {
        "session": session.number if session else NONE,
        "starts": session.starts_on.isoformat() if session else NONE,
        "page": f"/training/refreshers/{place[0]}/{place[1]}/",
    }


def _tell(certificate: Certificate, phone: str, offers: Offers) -> bool:
    if not can_send(purpose=EXPIRING, phone=phone):
        return False
    last = certificate.last_day
    values = {"number": certificate.number, "day": last.isoformat() if last else "", **_offer(certificate, offers)}
    if values["starts"] == NONE:
        text = _("您的救护证书 %(number)s 有效期至 %(day)s，到期前参加复训可以延期，请留意网站%(page)s的复训班次。")
    else:
        text = _(
            "您的救护证书 %(number)s 有效期至 %(day)s，到期前参加复训可以延期。"
            "最近的复训班 %(session)s 于 %(starts)s 开班，更多班次见网站%(page)s"
        )
    leave_message(phone=phone, text=text % values, purpose=EXPIRING, give_up_at=now() + GIVE_UP, values=values)
    return True
