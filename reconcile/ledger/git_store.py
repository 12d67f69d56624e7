"""Keep a ledger in a ref of the repository: for pipelines that reach git and nothing else.

Each change is a commit on `refs/connectform/CLUSTER`. A push succeeds only where the remote still
has the commit that was read, which makes it a compare-and-swap. Work tree, index and HEAD are never
touched, and shallow clones and detached heads do.
"""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from reconcile.clock import Clock
from reconcile.desired.git import Answer, run_git
from reconcile.errors import LedgerError
from reconcile.ledger.keys import quoted
from reconcile.model.codes import Code
from reconcile.model.problem import Problem, Severity

_ATTEMPTS: Final = 12
_NETWORK_SECONDS: Final = 60.0
_SUFFIX: Final = ".json"
_OVERTAKEN: Final = ("[rejected]", "cannot lock ref", "failed to update ref", "incorrect old value")
_COMMITTER: Final = "connectform <connectform@localhost>"
_REMOTE: Final = "remote:"
_BUSY: Final = ".lock': File exists"
# The fetch writes no ref at all: others may be reading in the same clone.
_FETCH: Final = ("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--refmap=")


class GitStore:
    """A ledger in a ref of the repository that holds a folder; fetched and pushed where it has a remote."""

    def __init__(
        self, folder: str, cluster: str, clock: Clock, *, redact: Callable[[str], str] = str
    ) -> None:
        """Keep a ledger in the repository of a folder; what a remote says passes `redact`."""
        self._redact = redact
        self._folder = folder
        self._ref = ref_of(cluster)
        self._clock = clock

    @property
    def place(self) -> str:
        """Return the ref."""
        return self._ref

    def read(self, *prefixes: str) -> Mapping[str, str]:
        """Return all entries whose key begins with one of the prefixes, as of one commit."""
        return self._entries(self._tip(self._remote()), prefixes)

    def swap(self, changes: Mapping[str, str | None], *, given: Mapping[str, str | None]) -> bool:
        """Make the changes if each entry of `given` is as it says, and tell whether they were made."""
        remote, made = self._remote(), ""
        for _ in range(_ATTEMPTS):
            tip = self._tip(remote)
            if made and tip == made:
                return True  # the push landed, and its answer did not come
            held = self._entries(tip, tuple(given)) if given else {}
            if any(held.get(key) != value for key, value in given.items()):
                return False
            made = self._commit(tip, changes)
            if self._move(remote, tip, made):
                return True
        raise self._error(
            Code.LEDGER_UNWRITABLE,
            f"{self._ref} was written by others {_ATTEMPTS} times while it was to be written",
            "run again",
        )

    def alone(self) -> Problem | None:
        """Return the notice that nobody else sees this ledger, or None where it has a remote."""
        if self._remote():
            return None
        return Problem(
            code=Code.LEDGER_REPOSITORY,
            message=f"the ledger {self._ref} is in this clone alone, and so is its lock: the"
            " repository has no remote, or several of which none is called origin",
            hint="add the remote that all clones share: git remote add origin URL",
            severity=Severity.NOTICE,
        )

    def close(self) -> None:
        """Let go of nothing: no process outlives a call."""

    def _remote(self) -> str:
        """Return the remote of the branch, else origin, else the only one; empty without any.

        Without one the ledger is in this clone alone.
        """
        answer = self._git("remote")
        names = answer.text.split()
        branch = run_git(self._folder, "symbolic-ref", "--quiet", "--short", "HEAD").text
        tracked = run_git(self._folder, "config", "--get", f"branch.{branch}.remote").text
        for name in (tracked, "origin"):
            if name in names:
                return name
        return names[0] if len(names) == 1 else ""

    def _tip(self, remote: str) -> str:
        """Return the newest commit of the ledger, fetched where need be; empty without any.

        Where there is a remote, the ref here is but a cache, which others may write at the same
        time: it spares fetching what is there, and keeps it from `git gc`.
        """
        local = self._local()
        if not remote:
            return local
        for _ in range(_ATTEMPTS):
            listed = self._git("ls-remote", remote, self._ref, seconds=_NETWORK_SECONDS)
            newest = listed.text.partition("\t")[0]
            if not newest or newest == local:
                return newest
            self._git(*_FETCH, remote, self._ref, seconds=_NETWORK_SECONDS)
            # The remote may have moved on in between, even to where this commit is no more.
            if run_git(self._folder, "cat-file", "-e", f"{newest}^{{tree}}").ok:
                self._cache(newest)
                return newest
        raise self._error(
            Code.LEDGER_UNREADABLE, f"{self._ref} was rewritten over and over", "run again"
        )

    def _local(self) -> str:
        return run_git(self._folder, "rev-parse", "--verify", "--quiet", self._ref).text

    def _cache(self, commit: str) -> None:
        """Let the ref here lead to a commit, unless somebody else is just writing it."""
        run_git(self._folder, "update-ref", self._ref, commit)

    def _entries(self, commit: str, prefixes: Sequence[str]) -> dict[str, str]:
        if not commit:
            return {}
        listed = self._git("ls-tree", "-r", "-z", "--full-tree", commit).out.decode(
            "utf-8", "surrogateescape"
        )
        objects: dict[str, str] = {}
        for line in filter(None, listed.split("\0")):
            about, _, path = line.partition("\t")
            key = path.removesuffix(_SUFFIX)
            if key.startswith(tuple(prefixes)):
                objects[key] = about.split()[2]
        if not objects:
            return {}
        batch = "".join(f"{name}\n" for name in objects.values()).encode()
        answer = self._git("cat-file", "--batch", content=batch, seconds=_NETWORK_SECONDS)
        try:
            return dict(zip(objects, _contents(answer.out), strict=True))
        except ValueError as error:
            raise self._error(
                Code.LEDGER_UNREADABLE,
                f"commit {commit} is not whole here",
                f"git fsck tells more; git update-ref -d {self._ref} lets it be fetched anew",
            ) from error

    def _commit(self, tip: str, changes: Mapping[str, str | None]) -> str:
        """Return a new commit with the changes on top of the tip; no ref leads to it yet."""
        # A branch that is reset at the end is never written, and needs no lock.
        scratch, seconds = "refs/connectform-scratch", int(self._clock.now().timestamp())
        head = f"commit {scratch}\nmark :1\ncommitter {_COMMITTER} {seconds} +0000\n"
        # Two who write the same in the same second must not make the same commit.
        message = f"connectform\n\n{uuid.uuid4()}\n"
        parts = [head.encode(), _data(message.encode()), f"from {tip}\n".encode() if tip else b""]
        for key, value in changes.items():
            path = f"{key}{_SUFFIX}"
            if value is None:
                parts.append(f"D {path}\n".encode())
            else:
                parts += [f"M 100644 inline {path}\n".encode(), _data(value.encode())]
        parts.append(f"get-mark :1\nreset {scratch}\n\n".encode())
        return self._git("fast-import", "--quiet", content=b"".join(parts)).text

    def _move(self, remote: str, tip: str, commit: str) -> bool:
        """Let the ref lead to a commit where it still leads to the tip, and tell whether it did."""
        if not remote:
            # An empty old value says that there is no such ref yet.
            answer = run_git(self._folder, "update-ref", self._ref, commit, tip)
            if answer.ok or self._local() != tip or _BUSY in answer.error:
                return answer.ok
            raise self._failed("update-ref", answer)
        expected = f"--force-with-lease={self._ref}:{tip}"
        refspec = f"{commit}:{self._ref}"
        push = ("push", "--porcelain", "--no-verify", expected, remote, refspec)
        answer = run_git(self._folder, *push, seconds=_NETWORK_SECONDS, online=True)
        if answer.ok:
            self._cache(commit)
            return True
        said = f"{answer.text}\n{answer.error}"
        if any(sign in said for sign in _OVERTAKEN):
            return False
        raise self._failed("push", answer)

    def _git(self, *arguments: str, content: bytes = b"", seconds: float = 30.0) -> Answer:
        online = seconds >= _NETWORK_SECONDS
        answer = run_git(self._folder, *arguments, content=content, seconds=seconds, online=online)
        if not answer.ok:
            raise self._failed(arguments[0], answer)
        return answer

    def _failed(self, verb: str, answer: Answer) -> LedgerError:
        lines = [line for line in answer.error.splitlines() if line.strip()]
        # What a push prints for programs: flag, refs and summary, with tabs between them.
        refused = [
            line.rpartition("\t")[2] for line in answer.text.splitlines() if line.startswith("!")
        ]
        reason = (refused or lines or [f"exit code {answer.code}"])[0].strip()
        told = [line.removeprefix(_REMOTE).strip() for line in lines if line.startswith(_REMOTE)]
        if refused and any(told):
            reason = f"{reason}: {self._redact(next(filter(None, told)))}"
        return self._error(
            Code.LEDGER_REPOSITORY,
            f"git {verb} failed: {reason}",
            "the ledger `git` needs a repository, its remote within reach, and the right to push"
            f" to {self._ref}",
        )

    def _error(self, code: Code, reason: str, hint: str) -> LedgerError:
        message = f"the ledger {self._ref} cannot be used: {reason}"
        return LedgerError(Problem(code=code, message=message, hint=hint))


def ref_of(cluster: str) -> str:
    """Return the ref of a cluster's ledger; what git allows in no ref is escaped."""
    awkward = ".." in cluster or cluster.endswith((".", ".lock"))
    return f"refs/connectform/{quoted(cluster) if awkward else cluster}"


def _data(content: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(content), content)


def _contents(batch: bytes) -> Iterator[str]:
    """Yield the objects that `cat-file --batch` printed; raise ValueError where one is missing."""
    place = 0
    while place < len(batch):
        start = batch.index(b"\n", place) + 1
        about = batch[place:start].split()
        if len(about) != 3:  # noqa: PLR2004  # name, type, size
            raise ValueError(batch[place:start])
        size = int(about[2])
        yield batch[start : start + size].decode()
        place = start + size + 1
