"""Migrating an empty database in a third of the time: a constraint or an index does not rebuild the models around it.

Django keeps the models of a migration as classes, and for each change it builds the class anew with every class that is
related to it. In this project all are related through the person who did something, and most changes of all migrations
are constraints and indexes, of which no other class knows anything: these are noted on the class that is there.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db.migrations.state import ProjectState

# What stands in a model's options and is seen from no other model.
LISTS = ("constraints", "indexes")
CHANGES = ("_append_option", "_remove_option", "_alter_option")


def noting(change: Callable[..., None]) -> Callable[..., None]:
    """A change of Django's state of the models that notes a constraint or an index instead of building classes anew."""

    def changed(state: Any, app_label: str, model_name: str, option_name: str, *rest: Any) -> None:
        apps = state.__dict__.get("apps")
        if apps is None or option_name not in LISTS:
            change(state, app_label, model_name, option_name, *rest)
            return
        # Without classes Django changes its notes of the model and builds nothing.
        del state.__dict__["apps"]
        try:
            change(state, app_label, model_name, option_name, *rest)
        finally:
            state.__dict__["apps"] = apps
        options = apps.get_model(app_label, model_name)._meta
        setattr(options, option_name, list(state.models[app_label, model_name].options[option_name]))
        # Made of the constraints when first asked for.
        options.__dict__.pop("total_unique_constraints", None)

    return changed


@contextmanager
def quick_states() -> Iterator[None]:
    """Let migrations within the block change their models so."""
    before = {name: getattr(ProjectState, name) for name in CHANGES}
    for name, change in before.items():
        setattr(ProjectState, name, noting(change))
    try:
        yield
    finally:
        for name, change in before.items():
            setattr(ProjectState, name, change)
