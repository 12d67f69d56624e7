"""What apply tells whoever keeps the record, and what it asks there before it writes."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from reconcile.connect.answers import ConnectorOffset
from reconcile.model.ledger import Move, MoveStep
from reconcile.model.outcome import Outcome
from reconcile.model.plan import Change


class Journal(Protocol):
    """A record of what is done, kept while it is done; every method may be called by any thread.

    What is to be done is written down before it is sent, so that a run that is cut off can be told
    from a change by hand. All methods raise LedgerError where nothing can be recorded; nothing may
    be written to the cluster then.
    """

    def intend(self, changes: Sequence[Change]) -> None:
        """Record changes that are about to be sent: one record for all of them."""

    def conclude(self, outcomes: Sequence[tuple[Change, Outcome]]) -> None:
        """Record what came of changes: one record for all of them."""

    def keep_offsets(self, offsets: Mapping[str, Sequence[ConnectorOffset]]) -> None:
        """Record the offsets of connectors that are about to be deleted, by name."""

    def move_of(self, change: Change) -> Move | None:
        """Return how far a move has come that was begun before, by this run or an earlier one."""

    def advance(self, changes: Mapping[Change, Sequence[ConnectorOffset]], step: MoveStep) -> None:
        """Record that moves have come to a step, each with the offsets that it carries."""

    def obstacle(self) -> str:
        """Return why nothing more may be sent, such as a lock that is about to end, or nothing."""


class NoJournal:
    """A journal that records nothing: for clusters without a ledger, and for tests."""

    def intend(self, changes: Sequence[Change]) -> None:
        """Forget it."""

    def conclude(self, outcomes: Sequence[tuple[Change, Outcome]]) -> None:
        """Forget it."""

    def keep_offsets(self, offsets: Mapping[str, Sequence[ConnectorOffset]]) -> None:
        """Forget it."""

    def move_of(self, change: Change) -> None:
        """Know of none."""

    def advance(self, changes: Mapping[Change, Sequence[ConnectorOffset]], step: MoveStep) -> None:
        """Forget it."""

    def obstacle(self) -> str:
        """Never object."""
        return ""
