"""The full table: every address × everybody × GET and POST, each answer as the literal table says."""

from __future__ import annotations

import logging
import pickle
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.account.auth_backends import AuthenticationBackend
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.test.client import ClientHandler
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import User
from organizations.models import held_grants
from tests.permissions import table
from tests.permissions.objects import DONOR, Objects
from tests.permissions.people import A_FEW, ANONYMOUS, EVERYBODY, NOBODY, Who
from tests.permissions.rules import FORBIDDEN, LET_IN, LOGIN, MISSING, OK, WRONG_METHOD, Answer, Route, Rule
from tests.permissions.table import TABLE, THIRD_PARTY

NAMED = sorted(TABLE)
PUBLIC = [name for name in NAMED if TABLE[name].get is not None and TABLE[name].get.name == "everybody"]
# Known by the signature in what they send, by no cookie: another site has nothing there to misuse.
KNOWN_BY_SIGNATURE = {"log_cosignatures"}
CHANGING = [name for name in NAMED if TABLE[name].post is not None and name not in KNOWN_BY_SIGNATURE]
GUARDED = [name for name in NAMED if name not in PUBLIC]
_clients: dict[str, Client] = {}
_handler = ClientHandler(enforce_csrf_checks=False)
# What `held_grants` read from the database, by person, as bytes: no request sees objects of another.
_grants: dict[int, bytes] = {}


def addresses(patterns: Any, prefix: str = "") -> Iterator[str]:
    """The full names of all patterns; one without a name shows as its text."""
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from addresses(one.url_patterns, f"{prefix}{one.namespace}:" if one.namespace else prefix)
        elif isinstance(one, URLPattern):
            yield f"{prefix}{one.name}" if one.name else f"without a name: {one.pattern}"


def client_of(objects: Objects, who: Who) -> Client:
    """A browser in which this person is signed in."""
    if who.login not in _clients:
        # Refusals come as JSON: their pages are tested by themselves, and are most of the work.
        client = Client(headers={"accept": "application/json"})
        client.handler = _handler
        if who.login:
            client.force_login(objects.people[who.login], backend="allauth.account.auth_backends.AuthenticationBackend")
        _clients[who.login] = client
    return _clients[who.login]


@pytest.fixture(scope="module", autouse=True)
def quiet() -> Iterator[None]:
    """No log line for each of thousands of refusals; no client outlives its database."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)
    _clients.clear()


@pytest.fixture(scope="module", autouse=True)
def grants_are_read_once(objects: Objects) -> Iterator[None]:
    """Each person's grants are read once from the database, and known to each of the thousands of requests.

    The portal remembers them in the same way for the length of a request. What a request changes is taken back, so that
    the next would read the same again.
    """
    signed_in = AuthenticationBackend.get_user

    def get_user(backend: AuthenticationBackend, user_id: int) -> User | None:
        person = signed_in(backend, user_id)
        if person is not None and person.is_active:
            if person.pk not in _grants:
                _grants[person.pk] = pickle.dumps(held_grants(person))
            person._remembered_grants = pickle.loads(_grants[person.pk])  # noqa: S301 -- written above
        return person

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AuthenticationBackend, "get_user", get_user)
        yield
    _grants.clear()


@pytest.fixture(autouse=True)
def one_transaction(objects: Objects) -> Iterator[None]:
    """Each request works in a savepoint of one transaction: nothing is ever flushed to a disk."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def address(objects: Objects, name: str, route: Route) -> str:
    """Where the row of the table leads to."""
    arguments = {keyword: objects.named[key] for keyword, key in (route.arguments or {}).items()}
    return reverse(name.split(":")[0] if name not in _resolved() else name, kwargs=arguments) + route.query


@cache
def _resolved() -> set[str]:
    return set(addresses(get_resolver().url_patterns))


def ask(
    objects: Objects, who: Who, method: str, url: str, sends: dict[str, Any] | None = None, **headers: str
) -> HttpResponseBase:
    """One request; whatever it wrote is taken back."""
    savepoint = transaction.atomic()
    # What asks to be committed by itself is content with a savepoint here, as in Django's own TestCase.
    savepoint._from_testcase = True
    with savepoint:
        client = client_of(objects, who)
        response = (
            client.post(url, sends or {}, headers=headers)
            if method == "POST"
            else client.generic(method, url, headers=headers)
        )
        # Rows that are streamed are read here, while they are there.
        response.body = b"".join(response.streaming_content) if response.streaming else response.content
        transaction.set_rollback(True)
    return response


def body(response: HttpResponseBase) -> str:
    """What was read, streamed or not."""
    return response.body.decode("utf-8", "replace")


def answer_of(response: HttpResponseBase, let_in: frozenset[int] | set[int]) -> Answer:
    """What came back, in the words of the table."""
    to = urlsplit(response.get("Location", "")).path
    if response.status_code == 302 and to.startswith("/accounts/login/"):
        return LOGIN
    return OK if response.status_code in let_in else response.status_code


def wrong(objects: Objects, name: str, route: Route, who: Who, method: str) -> str:
    """What is wrong with the answer to one person; empty where it is as the table says."""
    rule: Rule | None = route.get if method == "GET" else route.post
    let_in = route.gives if method == "GET" else LET_IN["POST"]
    response = ask(objects, who, method, address(objects, name, route), route.sends)
    got = answer_of(response, let_in)
    if rule is not None:
        expected: set[Answer] = {rule.answer(who)}
        expected |= {OK} if expected == {409} and method == "POST" else set()
    else:
        other = route.post if method == "GET" else route.get
        assert other is not None
        answer = other.answer(who)
        # Whoever may not come in at all may be told so first.
        expected = {WRONG_METHOD} if answer == OK else {WRONG_METHOD, answer, LOGIN, FORBIDDEN, MISSING} - {OK}
    return "" if got in expected else f"{method} by {who.login or 'anonymous'}: {got}, not {sorted(map(str, expected))}"


def test_every_address_stands_in_the_table_and_every_row_has_an_address() -> None:
    there = _resolved()
    rows = {name if name in there else name.split(":")[0] for name in TABLE} | set(THIRD_PARTY)
    assert there - rows == set()
    assert rows - there == set()


def test_no_row_of_the_table_covers_another() -> None:
    """Two parts with one key: the later would take the place of the earlier, whose address nothing would ask."""
    parts = {id(one): one for name, one in vars(table).items() if name.isupper() and isinstance(one, dict)}
    rows = [(key, id(row)) for part in parts.values() for key, row in part.items() if isinstance(row, Route)]
    assert len(parts) > 10
    assert [key for key, n in Counter(key for key, _row in set(rows)).items() if n > 1] == []


def test_no_two_addresses_share_a_name() -> None:
    names = Counter(one for one in addresses(get_resolver().url_patterns) if not one.startswith("without a name"))
    assert [name for name, n in names.items() if n > 1] == []


@pytest.mark.parametrize("name", GUARDED)
def test_an_address_answers_everybody_as_the_table_says(objects: Objects, name: str) -> None:
    route = TABLE[name]
    rules = {"GET": route.get, "POST": route.post}
    found = []
    for method, rule in rules.items():
        # Where only signing in is asked, or the method is refused, one of each role is all there is to tell apart.
        people = A_FEW if rule is None or rule.name == "signed in" else EVERYBODY
        found += [wrong(objects, name, route, who, method) for who in people]
    assert [one for one in found if one] == []


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_address_answers_strangers_without_any_persons_name(objects: Objects, name: str) -> None:
    route = TABLE[name]
    response = ask(objects, ANONYMOUS, "GET", address(objects, name, route))
    assert response.status_code in route.gives
    assert DONOR not in body(response)
    # A form for everybody takes what is sent; every other public address takes nothing.
    taken = ask(objects, ANONYMOUS, "POST", address(objects, name, route), route.sends)
    assert taken.status_code in (LET_IN["POST"] if route.post else {WRONG_METHOD})
    assert DONOR not in body(taken)
    assert [wrong(objects, name, route, who, "GET") for who in A_FEW if wrong(objects, name, route, who, "GET")] == []


def test_a_name_is_read_at_work_and_nowhere_else(objects: Objects) -> None:
    """That the scan above looks for the right words: the one step that shows a name does show it."""
    route = TABLE["desk_gift_name"]
    clerk = next(who for who in EVERYBODY if who.login == "clerk.own")
    shown = ask(objects, clerk, "POST", address(objects, "desk_gift_name", route), route.sends)
    assert DONOR in body(shown)
    assert DONOR not in body(ask(objects, clerk, "GET", address(objects, "desk_gift", TABLE["desk_gift"])))


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "DELETE"])
def test_no_address_is_opened_by_an_unusual_method(objects: Objects, method: str) -> None:
    strangers = [ANONYMOUS, *(who for who in EVERYBODY if who.login in ("nobody", "superuser", "disabled"))]
    found = []
    for name in GUARDED:
        route = TABLE[name]
        rule = route.get or route.post
        assert rule is not None
        for who in strangers:
            if rule.answer(who) == OK:
                continue
            response = ask(objects, who, method, address(objects, name, route))
            allowed = {rule.answer(who), WRONG_METHOD, LOGIN} - {OK}
            if answer_of(response, {200, 204, 206, 301, 304}) not in allowed or (method == "HEAD" and response.body):
                found.append(f"{method} {name} by {who.login or 'anonymous'}: {response.status_code}")
    assert found == []


@pytest.mark.parametrize("name", CHANGING)
def test_nothing_changes_without_the_token_against_forgery(objects: Objects, name: str) -> None:
    route = TABLE[name]
    assert route.post is not None
    who = next(who for who in EVERYBODY if route.post.answer(who) in (OK, 409))
    client = Client(enforce_csrf_checks=True, headers={"accept": "application/json"})
    if who.signed_in:
        client.force_login(objects.people[who.login], backend="allauth.account.auth_backends.AuthenticationBackend")
    response = client.post(address(objects, name, route), route.sends or {})
    assert response.status_code == FORBIDDEN
    assert response.json()["code"] == "csrf"


@pytest.mark.parametrize("name", sorted(THIRD_PARTY))
def test_a_page_of_signing_in_answers_strangers_and_colleagues(objects: Objects, name: str) -> None:
    link = {"uidb36": "1", "key": "set-password"} if name == "account_reset_password_from_key" else None
    url = reverse(name, kwargs=link)
    stranger, colleague = THIRD_PARTY[name]
    assert ask(objects, ANONYMOUS, "GET", url, accept="text/html").status_code in stranger
    assert ask(objects, NOBODY, "GET", url, accept="text/html").status_code in colleague


def test_the_pages_of_operations_are_not_there_for_the_public(objects: Objects) -> None:
    for name in ("readyz", "metrics"):
        assert Client(REMOTE_ADDR="203.0.113.9").get(reverse(name)).status_code == MISSING
        assert Client(headers={"X-Forwarded-For": "203.0.113.9"}).get(reverse(name)).status_code == MISSING
