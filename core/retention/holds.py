"""What is kept beyond its time because it is disputed."""

from dataclasses import dataclass

from core.models import RetentionHold


@dataclass(frozen=True)
class Holds:
    """What is held now, by kind of object."""

    by_label: dict[str, frozenset[str]]

    def of(self, label: str) -> frozenset[str]:
        """Return the keys held of one kind (`donations.batch`, `core.storedfile`)."""
        return self.by_label.get(label, frozenset())


def open_holds() -> Holds:
    """Return what is held now."""
    found: dict[str, set[str]] = {}
    rows = RetentionHold.objects.filter(lifted_at__isnull=True).values_list("object_label", "object_key")
    for label, key in rows:
        found.setdefault(label, set()).add(key)
    return Holds({label: frozenset(keys) for label, keys in found.items()})
