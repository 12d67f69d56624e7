"""Go on looking and telling while the place where watching remembers does not answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from reconcile.ledger.lease import HeldLease
from reconcile.ledger.store import Store
from reconcile.watch.alerting import DESK

_OURS: Final = "watch/"


@dataclass(slots=True, kw_only=True)
class Recalled:
    """A store, and what it said last of what watching keeps there: without a `store`, that alone."""

    place: str
    store: Store | None = None
    entries: dict[str, str] = field(default_factory=dict)

    def read(self, *prefixes: str) -> Mapping[str, str]:
        """Return all entries whose key begins with one of the prefixes."""
        if self.store is None:
            return {key: text for key, text in self.entries.items() if key.startswith(prefixes)}
        found = self.store.read(*prefixes)
        for key in [key for key in self.entries if key.startswith(prefixes)]:
            del self.entries[key]
        self.entries.update({key: found[key] for key in found if key.startswith(_OURS)})
        return found

    def swap(self, changes: Mapping[str, str | None], *, given: Mapping[str, str | None]) -> bool:
        """Make the changes if each entry of `given` is as it says, and tell whether they were made."""
        if self.store is not None:
            if not self.store.swap(changes, given=given):
                return False
        elif any(self.entries.get(key) != text for key, text in given.items()):
            return False
        for key, text in changes.items():
            if text is None:
                self.entries.pop(key, None)
            elif self.store is None or key.startswith(_OURS):
                self.entries[key] = text
        return True

    def close(self) -> None:
        """Let go of the store; what it said last stays."""
        if self.store is not None:
            self.store.close()

    def alone(self) -> "Recalled":
        """Return a store in memory that begins with what this one said last."""
        return Recalled(place=self.place, entries=dict(self.entries))

    def put_back(self, lease: HeldLease) -> None:
        """Keep who was told meanwhile where that is remembered, unless another instance was at work.

        Raises LedgerError where that cannot be kept.
        """
        told = self.entries.get(DESK.key)
        if told is not None and lease.expired is None:
            lease.swap({DESK.key: told})
