"""The guard itself: no way of asking a scoped table goes round it. Who sees which rows: tests/organizations."""

from typing import Any

import pytest
from django.db.models import Count, Exists, Max, OuterRef, Prefetch, Subquery

from core.scope import ScopeMissingError
from ledger.models import Entry
from organizations.models import Branch

pytestmark = pytest.mark.django_db

WAYS = {
    "bool": lambda rows: bool(rows),
    "len": lambda rows: len(rows),
    "index": lambda rows: rows[0],
    "slice": lambda rows: list(rows[:3]),
    "last": lambda rows: rows.last(),
    "latest": lambda rows: rows.latest("pk"),
    "earliest": lambda rows: rows.earliest("pk"),
    "in_bulk": lambda rows: rows.in_bulk([1]),
    "aggregate": lambda rows: rows.aggregate(Max("pk")),
    "annotate": lambda rows: list(rows.annotate(n=Count("pk"))),
    "values": lambda rows: list(rows.values("pk")),
    "dates": lambda rows: list(rows.dates("occurred_on", "month")),
    "distinct": lambda rows: list(rows.distinct()),
    "explain": lambda rows: rows.explain(),
    "exists-subquery": lambda rows: list(Branch.objects.filter(Exists(rows.filter(branch=OuterRef("pk"))))),
    "scalar-subquery": lambda rows: list(Branch.objects.annotate(n=Subquery(rows.values("pk")[:1]))),
    "in-subquery": lambda rows: list(Branch.objects.filter(pk__in=rows.values("branch"))),
    "union": lambda rows: list(rows.union(rows)),
    "or": lambda rows: list(rows | rows),
    "and": lambda rows: list(rows & rows),
    "get_or_create": lambda rows: rows.get_or_create(pk=1),
    "using": lambda rows: list(rows.using("default")),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_asking_is_refused_without_a_scope(way: str) -> None:
    with pytest.raises(ScopeMissingError, match="visible_to"):
        WAYS[way](Entry.objects.all())


@pytest.mark.parametrize("way", [one for one in WAYS if one not in ("index", "latest", "earliest", "get_or_create")])
def test_every_way_of_asking_is_open_with_one(way: str, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(1):
        WAYS[way](Entry.objects.unscoped("the test asks for all rows"))


def test_the_scope_stays_with_what_is_made_from_the_query() -> None:
    rows = Entry.objects.unscoped("the test asks for all rows")
    for derived in (rows.filter(pk=1), rows.order_by("pk"), rows.exclude(pk=1), rows.all(), rows.none()):
        assert list(derived) == []


def test_an_unscoped_query_needs_a_reason() -> None:
    with pytest.raises(ScopeMissingError, match="reason"):
        Entry.objects.unscoped("")


def test_what_is_fetched_ahead_through_a_relation_is_asked_about_as_well() -> None:
    fields = [field.get_accessor_name() for field in Branch._meta.related_objects if field.related_model is Entry]
    for name in filter(None, fields):
        if name.endswith("+"):
            continue
        with pytest.raises(ScopeMissingError):
            list(Branch.objects.prefetch_related(Prefetch(name, queryset=Entry.objects.all())))
