"""What a ledger needs of the place where it is kept."""

from collections.abc import Mapping
from typing import Protocol


class Store(Protocol):
    """Entries of JSON text by key (`connector/NAME`), changed together or not at all.

    The text must be such that UTF-8 can hold it (RFC 8259): lone surrogates are escaped in it.
    All methods raise LedgerError where the place cannot be reached or read. A store may be called
    from several threads.
    """

    @property
    def place(self) -> str:
        """Return where this is, for messages: `.connectform/prod.db`."""

    def read(self, *prefixes: str) -> Mapping[str, str]:
        """Return all entries whose key begins with one of the prefixes, as of one moment.

        A store that nobody has written to yet is empty; reading never creates anything.
        """

    def swap(self, changes: Mapping[str, str | None], *, given: Mapping[str, str | None]) -> bool:
        """Make the changes if each entry of `given` is as it says, and tell whether they were made.

        None stands for no entry. Either all changes are made and kept, or none is.
        """

    def close(self) -> None:
        """Let go of files, connections and threads."""
