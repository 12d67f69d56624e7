"""Keep a ledger in a SQLite file: the default, for one machine."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, TypeVar

from reconcile.errors import LedgerError
from reconcile.model.codes import Code
from reconcile.model.problem import Problem

T = TypeVar("T")

_BUSY_SECONDS: Final = 30.0
_NO_ROOM: Final = ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_FSYNC", "SQLITE_READONLY")
_TABLE: Final = "CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, value TEXT NOT NULL)"
_RANGE: Final = "SELECT key, value FROM entries WHERE key >= ? AND key < ?"
_LAST: Final = "\U0010ffff"


class SqliteStore:
    """A ledger in one file, made by the first write; several processes may use it at once.

    Each call opens the file anew, so that threads and processes need nothing of each other.
    """

    def __init__(self, path: Path, *, place: str, patience: float = _BUSY_SECONDS) -> None:
        """Keep a ledger in a file; `patience` is how many seconds others may keep it locked."""
        self._path = path
        self._place = place
        self._patience = patience

    @property
    def place(self) -> str:
        """Return the path, from the folder of the project."""
        return self._place

    def read(self, *prefixes: str) -> Mapping[str, str]:
        """Return all entries whose key begins with one of the prefixes, as of one moment."""
        if not self._exists():
            return {}

        def entries(connection: sqlite3.Connection) -> dict[str, str]:
            connection.execute("BEGIN")
            found: dict[str, str] = {}
            for prefix in prefixes:
                found.update(connection.execute(_RANGE, (prefix, prefix + _LAST)).fetchall())
            return found

        return self._run(entries, mode="rw")

    def swap(self, changes: Mapping[str, str | None], *, given: Mapping[str, str | None]) -> bool:
        """Make the changes if each entry of `given` is as it says, and tell whether they were made."""
        if not self._exists() and any(value is not None for value in given.values()):
            return False  # a file for what is refused would look like a ledger

        def swapped(connection: sqlite3.Connection) -> bool:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(_TABLE)
            for key, value in given.items():
                row = connection.execute("SELECT value FROM entries WHERE key = ?", (key,))
                if (row.fetchone() or (None,))[0] != value:
                    connection.execute("ROLLBACK")
                    return False
            for key, value in changes.items():
                if value is None:
                    connection.execute("DELETE FROM entries WHERE key = ?", (key,))
                else:
                    statement = "INSERT OR REPLACE INTO entries VALUES (?, ?)"
                    connection.execute(statement, (key, value))
            connection.execute("COMMIT")
            return True

        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._unwritable(error.strerror or str(error)) from error
        return self._run(swapped, mode="rwc")

    def close(self) -> None:
        """Let go of nothing: no connection outlives a call."""

    def _exists(self) -> bool:
        """Tell whether there is a file; raise LedgerError where nobody may look."""
        try:
            self._path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            raise self._unreadable(error.strerror or str(error)) from error
        return True

    def _run(self, work: Callable[[sqlite3.Connection], T], *, mode: str) -> T:
        try:
            with self._opened(mode) as connection:
                return work(connection)
        except sqlite3.OperationalError as error:
            if mode == "rw" and "no such table" in str(error):
                return work(_empty())
            raise self._failed(error, mode) from error
        except sqlite3.DatabaseError as error:
            raise self._failed(error, mode) from error

    @contextmanager
    def _opened(self, mode: str) -> Iterator[sqlite3.Connection]:
        uri = f"{self._path.absolute().as_uri()}?mode={mode}"
        connection = sqlite3.connect(uri, uri=True, timeout=self._patience, isolation_level=None)
        with closing(connection):
            connection.execute("PRAGMA synchronous = FULL")
            yield connection

    def _failed(self, error: sqlite3.DatabaseError, mode: str) -> LedgerError:
        text, name = str(error), error.sqlite_errorname
        reading = mode == "rw"
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            kind = Code.LEDGER_UNREADABLE if reading else Code.LEDGER_UNWRITABLE
            return LedgerError(
                Problem(
                    code=kind,
                    message=f"the ledger {self._place} was locked for {self._patience:g} s",
                    hint="see which process has the file open, then run again",
                )
            )
        if name.startswith(_NO_ROOM) or (name.startswith("SQLITE_CANTOPEN") and not reading):
            return self._unwritable(text)
        return self._unreadable(text)

    def _unreadable(self, reason: str) -> LedgerError:
        return LedgerError(
            Problem(
                code=Code.LEDGER_UNREADABLE,
                message=f"the ledger {self._place} cannot be read: {reason}",
                hint="restore the file, or move it away: without a ledger plans compare git and"
                " live alone, and `adopt` begins it anew",
            )
        )

    def _unwritable(self, reason: str) -> LedgerError:
        return LedgerError(
            Problem(
                code=Code.LEDGER_UNWRITABLE,
                message=f"the ledger {self._place} cannot be written: {reason}",
                hint="check the permissions of the file and its folder, and the room on the disk;"
                " nothing was applied without a record",
            )
        )


def _empty() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute(_TABLE)
    return connection
