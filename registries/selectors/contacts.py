"""Contacts that are due, by list, and what came of those about one thing; numbers and days, no names."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.clock import today
from organizations.choices import ROLE_RIGHTS, Right
from organizations.models import Branch, RoleGrant, held_grants
from organizations.permissions import branches_with, holds_anywhere
from registries.choices.contacts import ABOUT_FIELDS, DueStatus
from registries.models import Case, CaseCoordinator, Contact, Donor, DueContact, DueNote
from registries.permissions.cases import possible_coordinators
from registries.selectors.day_sections import DayRow, DaySection

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGE_SIZE = 50
# As many rows of each list as the page of the day shows.
DAY_ROWS = 20
COMING = datetime.timedelta(days=7)
# Records of one thing that its page shows.
HISTORY_ROWS = 50
# Roles of those to whom contacts may be given: who reads of whom it is and writes in the branch.
KEEPER_ROLES: tuple[str, ...] = tuple(
    sorted(role for role, rights in ROLE_RIGHTS.items() if {Right.KEEP_REGISTRIES, Right.READ_REGISTRANTS} <= rights)
)
CONTACT_TABS: dict[str, Any] = {
    "overdue": _("已逾期"),
    "today": _("今天"),
    "coming": _("以后"),
    "free": _("待认领"),
    "branch": _("全会"),
}


@dataclass(frozen=True)
class OpenCount:
    """How much lies with a coordinator of a branch; without `login`: with nobody yet.

    `donors`: so many donors in force they go along with. `is_gone`: they work at contacts there no longer.
    """

    branch_code: str
    branch_name: str
    login: str | None
    name: str | None
    open: int
    late: int
    donors: int = 0
    is_gone: bool = False


def contact_keepers(branch: Branch) -> list[User]:
    """The people who work at contacts in a branch today, by name; one query."""
    grants = RoleGrant.objects.valid_on(today()).filter(branch=branch, role__in=KEEPER_ROLES)
    return list(User.objects.filter(is_active=True, pk__in=grants.values("person_id")).order_by("name", "pk"))


def callers_of(about: Any) -> list[User]:
    """To whom a contact about something may be given: who works at contacts there; of a case, who is assigned to it."""
    if not isinstance(about, Case):
        return contact_keepers(about.branch)
    rows = CaseCoordinator.objects.filter(
        case_id=about.pk, released_at=None, person__in=possible_coordinators(about.branch)
    )
    return [one.person for one in rows.select_related("person").order_by("pk")]


def due_parts(person: User, tab: str) -> list[QuerySet[DueContact]]:
    """The open contacts of a list, in the parts that an index answers each: of the branches, and of cases.

    One's own, nobody's of one's branches, or all for who assigns there.
    """
    rows, day = DueContact.objects.all(), today()
    parts: list[QuerySet[DueContact]]
    if tab == "branch":
        parts = [rows.visible_to(person, Right.ASSIGN_COORDINATORS)]
    elif tab == "free":
        kept = rows.visible_to(person, Right.KEEP_REGISTRIES)
        # Of a case nobody calls but who is assigned to it.
        parts = [kept.filter(case=None), kept.filter(case__in=Case.objects.accompanied_by(person).values("pk"))]
    else:
        parts = _kept_by(person)
    conditions = {
        "overdue": Q(coordinator=person, due_on__lt=day),
        "today": Q(coordinator=person, due_on=day),
        "coming": Q(coordinator=person, due_on__gt=day),
        "free": Q(coordinator=None),
        "branch": Q(),
    }
    return [one.filter(conditions[tab], status=DueStatus.OPEN) for one in parts]


def _kept_by(person: User) -> list[QuerySet[DueContact]]:
    """What a person may call about, in its two parts; the grants are read once."""
    grants = held_grants(person)
    return [DueContact.objects.kept_in_branches(person, grants), DueContact.objects.kept_of_cases(person, grants)]


def earliest(parts: Sequence[QuerySet[DueContact]], most: int) -> QuerySet[DueContact]:
    """So many contacts of all parts by day, as many at the most of each; one query."""
    order = ("due_on", "pk")
    first, *rest = [one.select_related("branch", "coordinator", *ABOUT_FIELDS).order_by(*order)[:most] for one in parts]
    return first.union(*rest, all=True).order_by(*order)[:most] if rest else first


def due_page(person: User, tab: str, *, after: tuple[datetime.date, int] | None = None) -> list[DueContact]:
    """A page of a list, the earliest first, one row more where there is a next page; one query."""
    parts = due_parts(person, tab)
    if after is not None:
        # As one comparison of the pair, which the index of the list answers.
        parts = [one.filter(due_on__gte=after[0]).filter(~Q(due_on=after[0]) | Q(pk__gt=after[1])) for one in parts]
    return list(earliest(parts, PAGE_SIZE + 1))


def contact_tabs(person: User) -> list[str]:
    """The lists that there are for somebody."""
    mine = ["overdue", "today", "coming", "free"] if holds_anywhere(person, Right.KEEP_REGISTRIES) else []
    return [*mine, *(["branch"] if holds_anywhere(person, Right.ASSIGN_COORDINATORS) else [])]


def overdue_contacts(person: User) -> DaySection | None:
    """One's own contacts whose day is over; one query."""
    return _section(person, "overdue", _("已逾期的联系"), "")


def todays_contacts(person: User) -> DaySection | None:
    """One's own contacts of today; one query."""
    return _section(person, "today", _("今天要联系"), _("今天没有要联系的人。"))


def coming_contacts(person: User) -> DaySection | None:
    """One's own contacts of the next seven days; one query."""
    return _section(person, "coming", _("七天之内"), _("七天之内没有要联系的人。"), until=today() + COMING)


def free_contacts(person: User) -> DaySection | None:
    """Contacts of one's branches that are nobody's yet and due within seven days; one query."""
    return _section(person, "free", _("还没有人负责的联系"), "", until=today() + COMING)


def due_now_count(person: User) -> int:
    """How many of one's own contacts are due today or before; one query."""
    condition = Q(status=DueStatus.OPEN, coordinator=person, due_on__lte=today())
    first, second = [one.filter(condition).values("pk") for one in _kept_by(person)]
    return first.union(second, all=True).count()


def open_by_coordinator(branches: Sequence[Branch], *, only: User | None = None) -> list[OpenCount]:
    """How many contacts are open, how many of them late, and how many donors go along, by branch and coordinator.

    Without a coordinator: nobody's contacts. Of branches that the caller has let the person into. Without the contacts
    of cases, which go with their case. Three queries.
    """
    rows = DueContact.objects.unscoped("counts for who hands over").filter(
        branch__in=list(branches), status=DueStatus.OPEN, case=None
    )
    # As the index of a coordinator's donors has it.
    donors = Donor.objects.unscoped("counts for who hands over").filter(
        branch__in=list(branches), coordinator__isnull=False, ended_at=None
    )
    if only is not None:
        rows, donors = rows.filter(coordinator=only), donors.filter(coordinator=only)
    whose = ("branch__code", "branch__name", "coordinator__login", "coordinator__name")
    counted = rows.values_list(*whose).annotate(open=Count("pk"), late=Count("pk", filter=Q(due_on__lt=today())))
    found = {tuple(one[:3]): OpenCount(*one) for one in counted.order_by("branch__code", "coordinator__login")}
    accompanied = donors.values_list(*whose).annotate(n=Count("pk"))
    for code, name, login, person, n in accompanied.order_by("branch__code", "coordinator__login"):
        there_already = found.get((code, name, login), OpenCount(code, name, login, person, 0, 0))
        found[code, name, login] = replace(there_already, donors=n)
    grants = RoleGrant.objects.valid_on(today()).filter(
        branch__in=list(branches), role__in=KEEPER_ROLES, person__is_active=True
    )
    there: set[tuple[str | None, str]] = {(None, one.code) for one in branches}
    there |= set(grants.values_list("person__login", "branch__code"))
    # Nobody's last, as the database sorts them.
    ordered = sorted(found.values(), key=lambda one: (one.branch_code, one.login is None, one.login or ""))
    return [replace(one, is_gone=(one.login, one.branch_code) not in there) for one in ordered]


def stray_calls(branches: Sequence[Branch]) -> list[tuple[Case, int]]:
    """The cases of branches with open calls that lie with nobody who is assigned and works at cases, and how many.

    Of branches that the caller assigns in; a query for each, and one for each case with open calls.
    """
    rows = DueContact.objects.unscoped("for who assigns").filter(
        branch__in=list(branches), status=DueStatus.OPEN, case__isnull=False
    )
    found: dict[Case, int] = {}
    callers: dict[int, set[int]] = {}
    for one in rows.select_related("case__branch").order_by("case_id"):
        case = one.about
        if case.pk not in callers:
            callers[case.pk] = {person.pk for person in callers_of(case)}
        if one.coordinator_id not in callers[case.pk]:
            found[case] = found.get(case, 0) + 1
    return list(found.items())


def hand_over_branches(person: User) -> list[Branch]:
    """The branches in which somebody hands anybody's contacts over; one query."""
    return list(branches_with(person, Right.ASSIGN_COORDINATORS).order_by("path"))


def contacts_about(about: Any, field: str, *, most: int = HISTORY_ROWS) -> list[Contact]:
    """What came of contacts about something that the reader was let into, newest first; one query. Notes stay sealed.

    Each has `is_corrected`.
    """
    corrected = Contact.objects.unscoped("of the same thing").filter(corrects=OuterRef("pk"))
    rows = Contact.objects.unscoped("of something that the reader was let into").filter(**{field: about})
    rows = rows.annotate(is_corrected=Exists(corrected))
    return list(rows.select_related("by", "branch", "due").order_by("-pk")[:most])


def due_about(about: Any, field: str) -> list[DueContact]:
    """The contacts that are open about something, by day; one query."""
    rows = DueContact.objects.unscoped("of something that the reader was let into").filter(
        **{field: about}, status=DueStatus.OPEN
    )
    return list(rows.select_related("coordinator").order_by("due_on", "pk"))


def _section(
    person: User, tab: str, title: Any, empty: Any, *, until: datetime.date | None = None
) -> DaySection | None:
    if not holds_anywhere(person, Right.KEEP_REGISTRIES):
        return None
    parts = due_parts(person, tab)
    if until is not None:
        parts = [one.filter(due_on__lte=until) for one in parts]
    found = list(earliest(parts, DAY_ROWS + 1))
    shown = [
        DayRow(
            url=reverse("desk_registry_contact", kwargs={"key": one.key}),
            number=one.about.number,
            what=str(one.get_reason_display()),
            on=one.due_on,
            is_late=one.due_on < today(),
        )
        for one in found[:DAY_ROWS]
    ]
    if not shown and not empty:
        return None
    more = f"{reverse('desk_contacts')}?show={tab}" if len(found) > DAY_ROWS else ""
    return DaySection(slug=f"contacts-{tab}", title=title, rows=shown, empty=empty, more_url=more)


def last_record(due: DueContact) -> Contact | None:
    """The newest record of a contact that the reader was let into: the one that may be put right; one query."""
    rows = Contact.objects.unscoped("of a contact that the reader was let into").filter(due=due)
    found: Contact | None = rows.select_related("by").order_by("-pk").first()
    return found


def has_why(due: DueContact) -> bool:
    """Whether it was written down why a contact of the reader's was planned; one query. What it says stays sealed."""
    return DueNote.objects.filter(due=due, note__isnull=False).exists()
