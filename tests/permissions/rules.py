"""The words of the table: what an address asks of a person, and what the person then gets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.permissions.people import HOME, Who, above

LOGIN = "login"
OK = "ok"
FORBIDDEN = 403
MISSING = 404
WRONG_METHOD = 405

# What counts as let in: a page or a step further; a POST may also be told that what it sends or the state is wrong.
LET_IN = {"GET": {200}, "POST": {200, 201, 302, 303, 400, 409, 422}}

Answer = int | str


@dataclass(frozen=True)
class Rule:
    """One condition after the other; the first that fails answers."""

    name: str
    answer: Callable[[Who], Answer]


def everybody() -> Rule:
    """Public."""
    return Rule("everybody", lambda who: OK)


def signed_in() -> Rule:
    """Everybody who is signed in."""
    return Rule("signed in", lambda who: OK if who.signed_in else LOGIN)


def holds(*rights: str) -> Rule:
    """Who holds one of the rights in any branch; a list shows what lies in the person's scope."""

    def answer(who: Who) -> Answer:
        if not who.signed_in:
            return LOGIN
        return OK if who.holds(*rights) else FORBIDDEN

    return Rule(f"holds {rights}", answer)


def seen(right: str, *then: str, door: tuple[str, ...] = ()) -> Rule:
    """An object in HOME that shows itself to those who hold `right` there: 404 for others; then each of `then` or 403.

    `door`: rights of which one is needed anywhere, else 403 before any object is looked for; `right` where not given.
    """

    def answer(who: Who) -> Answer:
        if not who.signed_in:
            return LOGIN
        if not who.holds(*(door or (right,))):
            return FORBIDDEN
        if not who.may(right):
            return MISSING
        return OK if all(who.may(one) for one in then) else FORBIDDEN

    return Rule(f"seen {right} {then}", answer)


def seen_any(right: str, *then: str, door: tuple[str, ...] = ()) -> Rule:
    """As `seen`, and one of `then` is enough."""

    def answer(who: Who) -> Answer:
        first = seen(right, door=door).answer(who)
        return first if first != OK or any(who.may(one) for one in then) else FORBIDDEN

    return Rule(f"seen {right} any of {then}", answer)


def seen_from_ends(other: str) -> Rule:
    """Something under way between HOME and another branch: seen by those who read spending at either end, else 404."""

    def answer(who: Who) -> Answer:
        if not who.signed_in:
            return LOGIN
        if not who.holds("view_spending"):
            return FORBIDDEN
        return OK if who.may("view_spending") or who.may("view_spending", other) else MISSING

    return Rule(f"seen from HOME and {other}", answer)


def acts_at_end(right: str, branch: str, *door: str, other: str) -> Rule:
    """Who sees it from an end and holds the right at the end that acts; who sees it without the right: 403.

    Where the acting end is none of the person's branches, it is as if it were not there.
    """

    def answer(who: Who) -> Answer:
        if not who.signed_in:
            return LOGIN
        if not who.holds(*(door or (right,))):
            return FORBIDDEN
        if not (who.may("view_spending") or who.may("view_spending", other)):
            return MISSING
        if who.may(right, branch):
            return OK
        return FORBIDDEN if who.reaches(branch) else MISSING

    return Rule(f"acts by {right} in {branch}", answer)


def reads_evidence(other: str) -> Rule:
    """Who works at a transfer that went from HOME to another branch, at either end."""

    def answer(who: Who) -> Answer:
        first = seen_from_ends(other).answer(who)
        if (
            first != OK
            or who.may("enter_spending")
            or who.may("approve_spending")
            or who.may("receive_transfers", other)
        ):
            return first
        return FORBIDDEN if who.reaches(other) else MISSING

    return Rule("reads the evidence", answer)


def at_home(*rights: str, door: tuple[str, ...] = ()) -> Rule:
    """Something to be done in the branch HOME: 404 outside the person's branches, 403 without one of the rights."""

    def answer(who: Who) -> Answer:
        if not who.signed_in:
            return LOGIN
        if not who.holds(*(door or rights)):
            return FORBIDDEN
        if any(who.may(right) for right in rights):
            return OK
        return FORBIDDEN if who.reaches() else MISSING

    return Rule(f"at home {rights}", answer)


def at_branch(branch: str, right: str) -> Rule:
    """Something to be done in a branch other than HOME, as `at_home`."""

    def answer(who: Who) -> Answer:
        if not who.signed_in:
            return LOGIN
        if not who.holds(right):
            return FORBIDDEN
        if who.may(right, branch):
            return OK
        return FORBIDDEN if who.reaches(branch) else MISSING

    return Rule(f"at {branch} {right}", answer)


def owner(login: str) -> Rule:
    """The one person whose it is; for anybody else it is not there."""

    def answer(who: Who) -> Answer:
        if not who.signed_in:
            return LOGIN
        return OK if who.login == login else MISSING

    return Rule(f"owner {login}", answer)


def keeps(*, branch: str, or_above: bool) -> Rule:
    """Who keeps the particulars of a branch, or what stands below it: MANAGE_BRANCH there, or next above."""

    def answer(who: Who) -> Answer:
        if not who.signed_in:
            return LOGIN
        if not who.holds("manage_branch"):
            return FORBIDDEN
        places = [branch, *above(branch)[:1]] if or_above else [branch]
        if any(who.may("manage_branch", place) for place in places):
            return OK
        return FORBIDDEN if who.reaches(branch) else MISSING

    return Rule(f"keeps {branch}", answer)


def keeps_account(right: str) -> Rule:
    """Who keeps the account of a person whose only role is in HOME: the right there or at the top, else 403."""

    def answer(who: Who) -> Answer:
        if not who.signed_in:
            return LOGIN
        return OK if who.may(right, HOME) or who.may(right, "33") else FORBIDDEN

    return Rule(f"keeps the account by {right}", answer)


def ends_grant() -> Rule:
    """Who takes a clerk's role in HOME back: 403 also for the association above, which names administrators only."""

    def answer(who: Who) -> Answer:
        if not who.signed_in:
            return LOGIN
        if not who.holds("grant_roles"):
            return FORBIDDEN
        if who.may("grant_roles"):
            return OK
        return FORBIDDEN if who.reaches() or who.may("grant_roles", "33") else MISSING

    return Rule("ends a grant", answer)


def names_first_people() -> Rule:
    """The set-up of a portal that is set up: its administrator at the top is told so, others may not."""

    def answer(who: Who) -> Answer:
        if not who.signed_in:
            return LOGIN
        top = any(held.role == "system_admin" and held.branch == "33" for held in who.grants if not held.ended)
        return 409 if top else FORBIDDEN

    return Rule("names the first people", answer)


def ends_channel() -> Rule:
    """Who ends a way to give of HOME: its maker, the clerk there, or somebody who plans and approves."""

    def answer(who: Who) -> Answer:
        first = seen("view_gifts", "plan_appeals", door=("plan_appeals", "approve_appeals")).answer(who)
        return first if first != OK or who.may("approve_appeals") or who.login == "clerk.own" else FORBIDDEN

    return Rule("ends a channel", answer)


def brought_roster() -> Rule:
    """The lines of a roster that got no place: for the officer of HOME who brought it in."""

    def answer(who: Who) -> Answer:
        first = seen("view_training", "plan_training", door=("plan_training",)).answer(who)
        return MISSING if first == OK and who.login != "training_officer.own" else first

    return Rule("brought the roster", answer)


def sends_back() -> Rule:
    """Who sends a signed session of HOME back: its instructor, who signed, and those who issue."""

    def answer(who: Who) -> Answer:
        first = seen("view_training", door=("sign_results", "issue_certificates")).answer(who)
        if first != OK or who.may("issue_certificates") or who.login == "instructor.own":
            return first
        return FORBIDDEN

    return Rule("sends a signature back", answer)


def picks_giver(then: Answer = OK) -> Rule:
    """Who enters gifts into a fund of HOME: 404 for a fund outside the branches where they do."""

    def answer(who: Who) -> Answer:
        if not who.signed_in:
            return LOGIN
        if not who.holds("enter_gifts"):
            return FORBIDDEN
        return then if who.may("enter_gifts") else MISSING

    return Rule("picks a giver", answer)


@dataclass(frozen=True)
class Route:
    """A row of the table; `get`/`post` None: refused with 405. `arguments`: names of objects by keyword."""

    get: Rule | None
    post: Rule | None = None
    arguments: dict[str, str] | None = None
    query: str = ""
    # What those who may get for a GET where it is no page.
    gives: frozenset[int] = frozenset({200})
    sends: dict[str, Any] | None = None
