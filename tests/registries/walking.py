"""A walk over all addresses of the registries: each looked at, each form filled in and sent."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from itertools import cycle
from typing import Any

from django.apps import apps
from django.db.models import CharField
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.urls.resolvers import URLResolver

from core.clock import today
from core.models import ReadLog
from organizations.models import Branch
from tests.core.test_nothing_in_clear import _forms
from tests.permissions.registry_cases_table import REGISTRY_CASES
from tests.permissions.registry_contacts_table import REGISTRY_CONTACTS
from tests.permissions.registry_donors_table import REGISTRY_DONORS
from tests.permissions.registry_exchange_table import REGISTRY_EXCHANGE
from tests.permissions.registry_figures_table import REGISTRY_FIGURES
from tests.permissions.registry_intake_table import REGISTRY_INTAKE
from tests.permissions.registry_memorial_table import MEMORIAL
from tests.permissions.registry_papers_table import REGISTRY_PAPERS
from tests.permissions.registry_requests_table import REGISTRY_REQUESTS
from tests.permissions.registry_table import REGISTRIES
from tests.permissions.rules import Route
from tests.registries.planted import VALUES, WISH

TABLE: dict[str, Route] = {
    **REGISTRIES, **REGISTRY_CASES, **REGISTRY_CONTACTS, **REGISTRY_DONORS, **REGISTRY_EXCHANGE, **REGISTRY_FIGURES,
    **REGISTRY_INTAKE,
    **MEMORIAL, **REGISTRY_PAPERS, **REGISTRY_REQUESTS,
    # Others of the same kind, that hold what the first do not.
    "desk_registry_request:arranged": replace(
        REGISTRY_REQUESTS["desk_registry_request"], arguments={"number": "registry_request_arranged"}
    ),
    "desk_donor:from_paper": replace(REGISTRY_DONORS["desk_donor"], arguments={"number": "paper_donor"}),
    "desk_intake:applied": replace(REGISTRY_INTAKE["desk_intake"], arguments={"number": "donor_intake_applied"}),
    "desk_case:by_wish": replace(REGISTRY_CASES["desk_case"], arguments={"number": "case_by_wish"}),
    "desk_memorial_page:draft": replace(MEMORIAL["desk_memorial_page"], arguments={"number": "memorial_draft"}),
}  # fmt: skip
# What ends something is sent last, so that the rest was there before.
ENDING = (
    "withdraw",
    "end",
    "cancel",
    "remove",
    "decline",
    "take_down",
    "call_off",
    "close",
    "step",
    "there",
    "narrow",
    "half_days",
)
# What is said on these pages is of places, things, units and the staff, and stands in clear.
OF_THINGS = frozenset({
    "desk_drive_new", "desk_memorial_place_new", "desk_memorial_place_edit", "desk_memorial_gathering_new",
    "desk_receiving_units", "desk_duty_edit", "desk_national_new", "desk_sample_batch_new", "desk_sample_batch_send",
    "desk_sample_batch_receipt", "desk_sample_batch_lost",
    "desk_case_certificate", "desk_case_entitlements", "desk_memorial_place_close",
    "desk_memorial_gathering_edit", "desk_memorial_half_days", "desk_memorial_half_day_reopen",
})  # fmt: skip
# Words of the names of fields that ask for people; paper and purpose are told not to name anybody.
OF_PEOPLE = (
    "name",
    "document",
    "phone",
    "address",
    "note",
    "executor",
    "unit",
    "afterwards",
    "reference",
    "text",
    "kin",
)
_TYPED = {"name": WISH["name"], "document": WISH["document"], "phone": WISH["phone"], "note": WISH["note"]}
SHAPES: dict[str, frozenset[bytes]] = {value: frozenset(_forms(value)) for value in VALUES}


@dataclass
class Answer:
    """What came back: from where, asked by whom and how, with which status, head and body.

    `is_typed`: what was sent held something planted, so that its own page may repeat it. `is_logged`: the reader has
    a row more in the read log.
    """

    name: str
    login: str
    method: str
    status: int
    head: str
    body: bytes
    is_typed: bool = False
    is_logged: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.name} by {self.login or 'nobody'}: {self.status}"


@dataclass
class Form:
    """A form of a page that is sent by POST."""

    action: str
    fields: list[tuple[str, str, str]] = field(default_factory=list)


class _Forms(HTMLParser):
    """Collects forms: for each field its name, kind and first value."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open: Form | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a form or one of its fields."""
        said = {name: value or "" for name, value in attrs}
        if tag == "form" and said.get("method", "").lower() == "post":
            self._open = Form(said.get("action", ""))
            self.forms.append(self._open)
        if self._open is None:
            return
        name = said.get("name", "")
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select and said.get("value"):
            self._open.fields.append((self._select, "select", said["value"]))
        elif name and tag in ("input", "textarea", "button"):
            usual = {"textarea": "text", "button": "submit"}.get(tag, "text")
            kind = usual if tag == "textarea" else said.get("type", usual)
            self._open.fields.append((name, kind, said.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        """Leave a form."""
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = ""


def found_in(content: bytes) -> list[str]:
    """The planted values that lie in some bytes in one form or another."""
    return [value for value, shapes in SHAPES.items() if any(shape in content for shape in shapes)]


def addresses() -> Iterator[str]:
    """The names of all addresses whose views stand in the registries."""

    def walk(patterns: Any) -> Iterator[str]:
        for one in patterns:
            if isinstance(one, URLResolver):
                yield from walk(one.url_patterns)
            elif isinstance(one, URLPattern) and one.lookup_str.startswith("registries."):
                yield str(one.name)

    return walk(get_resolver().url_patterns)


def address(name: str, named: dict[str, Any]) -> str:
    """Where a row of the table leads to."""
    route = TABLE[name]
    arguments = {keyword: named[key] for keyword, key in (route.arguments or {}).items()}
    return reverse(name.split(":")[0], kwargs=arguments) + route.query


def look(client: Client, login: str, name: str, url: str) -> Answer:
    """A page, looked at."""
    typed = {"url": next((value for value in VALUES if value in url), "")}
    before = _reads(login)
    answer = _answer(name, login, "GET", client.get(url), typed=typed)
    answer.is_logged = _reads(login) > before
    return answer


def post_to(client: Client, login: str, name: str, url: str, typed: dict[str, str]) -> Answer:
    """What comes back when something is sent."""
    return _answer(name, login, "POST", client.post(url, typed), typed=typed)


def send(client: Client, login: str, name: str, url: str) -> list[Answer]:
    """Each form of a page by each of its buttons, filled in with what was planted; then its address, sent as it is.

    Where no form is to be seen, somebody sends one all the same.
    """
    page = client.get(url)
    forms = _forms_of(b"".join(page) if page.streaming else page.content) if page.status_code == 200 else []
    found = []
    for form in forms:
        for data in _filled(form, name):
            before = _reads(login)
            answer = _answer(name, login, "POST", client.post(form.action or url, data), typed=data)
            answer.is_logged = _reads(login) > before
            found.append(answer)
    typed = {"purpose": WISH["document"]} if name in OF_THINGS else {**_TYPED, "purpose": WISH["document"]}
    return [*found, _answer(name, login, "POST", client.post(url, typed), typed=typed)]


def _forms_of(content: bytes) -> list[Form]:
    parser = _Forms()
    parser.feed(content.decode(errors="replace"))
    # The head of a page has forms of its own, the same everywhere.
    return [one for one in parser.forms if not one.action.startswith("/accounts/")]


def _filled(form: Form, page: str) -> list[dict[str, str]]:
    """What is sent by each button of a form; where people are asked for, what was planted."""
    values = cycle(["示例文字"] if page in OF_THINGS else VALUES)
    taken: dict[str, str] = {}
    buttons = [{name: value} for name, kind, value in form.fields if kind == "submit"]
    for name, kind, value in form.fields:
        if kind in ("file", "submit") or name == "csrfmiddlewaretoken":
            continue
        if name == "purpose":
            taken[name] = "核对登记"
        elif kind in ("text", "tel", "search", "password"):
            taken[name] = next(values) if _is_of_people(name) else "示例文字"
        elif kind == "date":
            taken[name] = today().isoformat()
        elif kind == "number":
            taken[name] = "1"
        else:
            taken.setdefault(name, value)
    return [{**taken, **button} for button in buttons or [{}]]


def _answer(name: str, login: str, method: str, response: Any, typed: dict[str, str] | None = None) -> Answer:
    body = b"".join(response) if response.streaming else response.content
    head = "\n".join([*(f"{key}: {value}" for key, value in response.items()), *_cookies(response)])
    return Answer(name, login, method, response.status_code, head, body, _is_planted(typed or {}))


def _reads(login: str) -> int:
    return ReadLog.objects.filter(reader_login=login).count()


def _is_of_people(field_name: str) -> bool:
    return any(word in field_name for word in OF_PEOPLE)


def _is_planted(typed: dict[str, str]) -> bool:
    return any(value in VALUES for value in typed.values())


def _cookies(response: Any) -> Iterator[str]:
    for one in response.cookies.values():
        yield one.value
        # Signed values lie in base64 before their signature.
        for piece in one.value.split(":"):
            try:
                yield base64.urlsafe_b64decode(piece + "=" * (-len(piece) % 4)).decode(errors="replace")
            except ValueError:
                continue


def as_json(value: Any) -> bytes:
    """What a session or a job holds, as bytes to be searched."""
    return json.dumps(value, ensure_ascii=False, default=str).encode()


def planted_numbers(branch: Branch) -> set[str]:
    """Every number that a row of the registries of a branch has: of wishes, donors, cases, exports, files, requests."""
    found: set[str] = set()
    for model in apps.get_app_config("registries").get_models():
        if any(one.name == "number" and isinstance(one, CharField) for one in model._meta.concrete_fields):
            found |= set(model._base_manager.values_list("number", flat=True))
    return {one for one in found if one.startswith(f"{branch.code}-")}


def numbers_in(content: bytes, numbers: set[str]) -> set[str]:
    """The numbers that stand in an answer, whole."""
    text = content.decode("utf-8", "replace")
    return {one for one in numbers if one in text}
