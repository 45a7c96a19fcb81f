"""What can be wrong in the registries."""

from __future__ import annotations

from core.errors import Conflict, DomainError


class RegistryError(DomainError):
    """A rule of the registries refused what was asked; its sentence names nobody and no wish."""


class WrongState(Conflict):
    """It is not in the state that this step needs, most often because somebody else was first."""
