"""Grounds that stand: made once a run through the services, in a template of their own from which tests begin."""

import os
import pickle
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Generic, TypeVar

from django.test import override_settings

from tests import databases

T = TypeVar("T")


class Standing(Generic[T]):
    """A ground by its name and the function that makes it; what that gives can be pickled.

    The module that makes it keeps it as a constant, so that all processes of a run find the same.
    """

    def __init__(self, name: str, make: Callable[[], T]) -> None:
        self.template = f"{databases.TEMPLATE}_{name}"
        self._what = f"template_{name}"
        self._make = make
        self._made = b""

    @property
    def _files(self) -> Path:
        return Path(os.environ["TEST_RUN_DIR"]) / f"{self._what}.files"

    def share(self, blocker: Any) -> str:
        """Make it unless a process of this run has; `blocker` is pytest-django's. Gives the name of the template."""
        with databases.one_at_a_time(self._what) as mark:
            if not mark.exists():
                databases.create(self.template, databases.TEMPLATE)
                with (
                    blocker.unblock(),
                    override_settings(PRIVATE_FILES_DIR=self._files),
                    databases.pointed_at(self.template),
                ):
                    made = self._make()
                mark.write_bytes(pickle.dumps(made))
            self._made = mark.read_bytes()
        return self.template

    def fresh(self) -> T:
        """What was made, as it was just then: objects that no other test has seen."""
        made: T = pickle.loads(self._made)  # noqa: S301 -- written above
        return made

    def copy_files(self, folder: Path) -> None:
        """Put the private files that belong to it into a folder."""
        if self._files.exists():
            shutil.copytree(self._files, folder, dirs_exist_ok=True)

    @contextmanager
    def copy(self, blocker: Any, name: str) -> Iterator[str]:
        """A copy of the database in which it stands, with the connection pointed at it; dropped at the end."""
        with databases.copy_of_template(name, self.share(blocker)) as database:
            yield database
