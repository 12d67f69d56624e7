"""Places to keep a ledger in, each as several processes would open it."""

import os
import subprocess
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from reconcile.clock import SystemClock
from reconcile.errors import LedgerError
from reconcile.ledger.git_store import GitStore
from reconcile.ledger.opening import open_store
from reconcile.ledger.sqlite_store import SqliteStore
from reconcile.ledger.store import Store
from reconcile.model.codes import Code
from reconcile.model.problem import Problem
from reconcile.model.project import KafkaAccess, LedgerChoice, LedgerKind

CLUSTER = "prod"


@dataclass(frozen=True, slots=True)
class Place:
    """A ledger; `open` returns one more way to it, which shares nothing with the others."""

    kind: str
    open: Callable[[], Store]


def git(folder: Path, *arguments: str) -> str:
    """Run git with nobody's settings."""
    return subprocess.run(
        ["git", *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "a",
            "GIT_AUTHOR_EMAIL": "a@example.com",
            "GIT_COMMITTER_NAME": "a",
            "GIT_COMMITTER_EMAIL": "a@example.com",
        },
    ).stdout.strip()


class MemoryStore:
    """A ledger in memory: for tests of what stands on a store, and so under its contract too."""

    place = "memory"

    def __init__(self, entries: dict[str, str], lock: threading.Lock) -> None:
        self._entries = entries
        self._lock = lock

    def read(self, *prefixes: str) -> Mapping[str, str]:
        with self._lock:
            return {key: text for key, text in self._entries.items() if key.startswith(prefixes)}

    def swap(self, changes: Mapping[str, str | None], *, given: Mapping[str, str | None]) -> bool:
        with self._lock:
            if any(self._entries.get(key) != text for key, text in given.items()):
                return False
            for key, text in changes.items():
                if text is None:
                    self._entries.pop(key, None)
                else:
                    self._entries[key] = text
            return True

    def close(self) -> None:
        pass


class BadLine:
    """A way to a ledger that fails as told: before a write, or with its answer lost after it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.place = store.place
        self.unsent = 0
        self.unanswered = 0

    def read(self, *prefixes: str) -> Mapping[str, str]:
        return self._store.read(*prefixes)

    def swap(self, changes: Mapping[str, str | None], *, given: Mapping[str, str | None]) -> bool:
        if self.unsent:
            self.unsent -= 1
            raise self._broken()
        done = self._store.swap(changes, given=given)
        if self.unanswered:
            self.unanswered -= 1
            raise self._broken()
        return done

    def close(self) -> None:
        self._store.close()

    def _broken(self) -> LedgerError:
        return LedgerError(Problem(code=Code.LEDGER_UNWRITABLE, message="the line is broken"))


def memory_place(_folder: Path | None = None) -> Place:
    entries: dict[str, str] = {}
    lock = threading.Lock()
    return Place("memory", lambda: MemoryStore(entries, lock))


def sqlite_place(folder: Path) -> Place:
    path = folder / ".connectform" / f"{CLUSTER}.db"
    return Place("sqlite", lambda: SqliteStore(path, place=f".connectform/{CLUSTER}.db"))


def git_place(folder: Path) -> Place:
    """A repository without a remote."""
    git(folder, "init", "--quiet", "-b", "main", "alone")
    return Place("git", lambda: GitStore(str(folder / "alone"), CLUSTER, SystemClock()))


def remote_place(folder: Path) -> Place:
    """A repository that is cloned anew by everybody who opens the ledger."""
    git(folder, "init", "--quiet", "--bare", "-b", "main", "remote.git")
    git(folder, "clone", "--quiet", "remote.git", "first")
    git(folder / "first", "commit", "--quiet", "--allow-empty", "-m", "one")
    git(folder / "first", "push", "--quiet", "origin", "HEAD:main")
    clones: list[Path] = []

    def cloned() -> Store:
        clone = folder / f"clone-{len(clones)}"
        clones.append(clone)
        git(folder, "clone", "--quiet", "--depth=1", f"file://{folder}/remote.git", clone.name)
        git(clone, "checkout", "--quiet", "--detach")
        return GitStore(str(clone), CLUSTER, SystemClock())

    return Place("git-remote", cloned)


def kafka_place(bootstrap_servers: str, topic: str) -> Place:
    choice = LedgerChoice(LedgerKind.KAFKA, topic)
    access = KafkaAccess(settings={"bootstrap.servers": bootstrap_servers})
    return Place(
        "kafka",
        lambda: open_store(
            choice, name=CLUSTER, root=".", kafka=access, clock=SystemClock(), redact=str
        ),
    )
