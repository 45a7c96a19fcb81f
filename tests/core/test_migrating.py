"""Constraints and indexes are noted on the models of a migration as Django would have built them anew."""

from typing import Any

from django.apps.registry import apps
from django.db import connection, models
from django.db.migrations.state import ModelState, ProjectState

from core.migrating import quick_states

CHECK = models.CheckConstraint(condition=models.Q(number__gt=0), name="check")
UNIQUE = models.UniqueConstraint(fields=["number"], name="unique")
INDEX = models.Index(fields=["number"], name="index")
LATER = models.UniqueConstraint(fields=["number"], name="unique", violation_error_message="示例")


def changed() -> dict[str, Any]:
    """What a model that another leads to looks like after each change, and how often classes were built."""
    state = ProjectState()
    number = [("id", models.AutoField(primary_key=True)), ("number", models.IntegerField())]
    leading = [("id", models.AutoField(primary_key=True)), ("to", models.ForeignKey("core.Led", models.PROTECT))]
    state.add_model(ModelState("core", "Led", number, options={"indexes": [], "constraints": []}))
    state.add_model(ModelState("core", "Leading", leading, options={"indexes": [], "constraints": []}))
    first = state.apps.get_model("core", "Leading")
    seen = []

    def look() -> None:
        options = state.apps.get_model("core", "Led")._meta
        seen.append((options.constraints, options.indexes, options.total_unique_constraints))

    for change, what in (
        (state.add_constraint, CHECK),
        (state.add_constraint, UNIQUE),
        (state.add_index, INDEX),
        (state.remove_constraint, "check"),
        (state.remove_index, "index"),
    ):
        change("core", "led", what)
        look()
    state.alter_constraint("core", "led", "unique", LATER)
    look()
    return {"seen": seen, "built anew": state.apps.get_model("core", "Leading") is not first}


def test_a_model_has_the_constraints_and_indexes_that_django_would_give_it() -> None:
    plain = changed()
    with quick_states():
        quick = changed()
    assert quick["seen"] == plain["seen"]
    assert (plain["built anew"], quick["built anew"]) == (True, False)
    # Nothing of it stays behind.
    assert changed()["built anew"]


def test_the_database_has_every_constraint_and_index_that_the_models_name(db: None) -> None:
    """That a quick migration leaves none out."""
    missing = []
    with connection.cursor() as cursor:
        for model in apps.get_models():
            there = connection.introspection.get_constraints(cursor, model._meta.db_table)
            named = [one.name for one in (*model._meta.constraints, *model._meta.indexes)]
            missing += [f"{model._meta.label}: {name}" for name in named if name not in there]
    assert missing == []
