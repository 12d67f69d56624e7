"""Keep what watching remembers as one entry of its store."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from reconcile.errors import LedgerError
from reconcile.ledger.lease import HeldLease
from reconcile.ledger.store import Store
from reconcile.model.codes import Code
from reconcile.model.problem import Problem

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Generic[T]):
    """How something is kept: under which key, and as which JSON values.

    `missing` is what holds where nothing was kept yet. `silence` and `hint` are for an entry that
    cannot be read: what the store does not say then, and what comes of removing it.
    """

    key: str
    missing: T
    write: Callable[[T], Mapping[str, object]]
    read: Callable[[Mapping[str, Any]], T]
    silence: str
    hint: str

    def kept(self, store: Store) -> T:
        """Return what is remembered; raise LedgerError where that cannot be read."""
        text = store.read(self.key).get(self.key)
        if text is None:
            return self.missing
        try:
            return self.read(json.loads(text))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise LedgerError(
                Problem(
                    code=Code.LEDGER_UNREADABLE,
                    message=f"{store.place} does not say {self.silence}",
                    hint=f"remove its entry {self.key}, or the file: {self.hint}",
                )
            ) from error

    def keep(self, lease: HeldLease, before: T, after: T) -> None:
        """Remember what has changed; raise LedgerError where that cannot be kept."""
        if after != before:
            lease.swap({self.key: json.dumps(self.write(after), separators=(",", ":"))})
