"""Reading people for the pages of sign-in and of the administrators."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from accounts.models import User
from core.clock import now
from core.errors import NotFound

# What stands in the table of failed attempts instead of a login that nobody has: it may be a mistyped password.
UNKNOWN_LOGIN = "?"
PAGE_SIZE = 50


@dataclass(frozen=True)
class PersonFacts:
    """What a page says about a person's account."""

    person: User
    has_second_factor: bool
    is_locked: bool


def people(search: str = "") -> QuerySet[User]:
    """People by login, those whose login or name contains `search`, with `has_second_factor`. One query."""
    factor = Authenticator.objects.filter(user_id=OuterRef("pk"), type=Authenticator.Type.TOTP)
    found = User.objects.annotate(has_second_factor=Exists(factor)).order_by("login")
    if search:
        found = found.filter(Q(login__icontains=search) | Q(name__icontains=search))
    return found


@dataclass(frozen=True)
class PeoplePage:
    """One page of people; `next_cursor` is empty on the last."""

    rows: list[PersonFacts]
    next_cursor: str


def people_page(search: str, after: str) -> PeoplePage:
    """People by login, from the one after the login `after` on. Two queries."""
    found = list(people(search).filter(login__gt=after)[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    return PeoplePage(people_facts(shown), shown[-1].login if len(found) > PAGE_SIZE else "")


def person_by_login(login: str) -> User:
    """One person, with `has_second_factor`; raises NotFound."""
    person = people().filter(login=login.strip().lower()).first()
    if person is None:
        raise NotFound
    return person


def locked_logins(logins: Iterable[str]) -> frozenset[str]:
    """Those of the logins that cannot sign in now because of failed attempts. One query."""
    attempts = (
        AccessAttempt.objects.filter(username__in=list(logins), attempt_time__gte=now() - lock_time())
        .values("username")
        .annotate(failures=Sum("failures_since_start"))
        .filter(failures__gte=settings.AXES_FAILURE_LIMIT)
    )
    return frozenset(attempts.values_list("username", flat=True))


def lock_time() -> timedelta:
    """How long a login stays locked after its last failed attempt."""
    return timedelta(minutes=settings.LOGIN_LOCK_MINUTES)


def people_facts(persons: Iterable[User]) -> list[PersonFacts]:
    """The facts of people read by `people()`. One query for all."""
    listed = list(persons)
    locked = locked_logins(person.login for person in listed)
    return [
        PersonFacts(person, bool(getattr(person, "has_second_factor", False)), person.login in locked)
        for person in listed
    ]
