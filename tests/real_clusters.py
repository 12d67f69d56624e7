"""Which versions of Kafka the real tests run against, and the one sandbox that they share."""

import os
from collections.abc import Sequence
from contextlib import ExitStack

import pytest
from xdist.scheduler import LoadScopeScheduling

from reconcile.sandbox.real_cluster import real_sandbox
from reconcile.sandbox.spec import VERSIONS, RealSpec
from reconcile.sandbox.state import Sandbox
from tests.requirements import require_real

# The members of a group hear of a rebalance at their next heartbeat: 3 s would make tests slow.
_HEARTBEAT_MS = 300
_FIXTURE = "shared_sandbox"
_OWN_TURN = 1


class SharedSandbox:
    """At most one running sandbox, which all tests of a version share.

    Each test takes names, groups and topics of its own, and removes its connectors in the end.
    """

    def __init__(self) -> None:
        self._running: Sandbox | None = None
        self._stack = ExitStack()

    def of(self, version: str) -> Sandbox:
        """Return the sandbox of a version; the one of another version is stopped first."""
        require_real()
        if self._running is None or self._running.spec.version != version:
            self.close()
            spec = RealSpec(version=version, heartbeat_ms=_HEARTBEAT_MS)
            self._running = self._stack.enter_context(real_sandbox(spec))
        return self._running

    def close(self) -> None:
        """Stop what runs."""
        self._running = None
        self._stack.close()


def real_versions() -> tuple[str, ...]:
    """Return the versions to test, which CONNECTFORM_REAL_VERSIONS (comma list) can narrow."""
    chosen = os.environ.get("CONNECTFORM_REAL_VERSIONS", "")
    wanted = tuple(version.strip() for version in chosen.split(",") if version.strip())
    unknown = sorted(set(wanted) - set(VERSIONS))
    if unknown:
        raise ValueError(f"CONNECTFORM_REAL_VERSIONS names {unknown}; known: {VERSIONS}")
    return wanted or VERSIONS


def real_id(version: str) -> str:
    """Return the id that the parameter of a fixture must have to share a version's sandbox."""
    return f"real-{version}"


class ByCluster(LoadScopeScheduling):
    """Give the tests on one version's sandbox to one process, and others by their files.

    pytest-xdist's own groups change the ids of tests, which pytest 9.2 takes no notice of.
    """

    def _split_scope(self, nodeid: str) -> str:
        versions = (version for version in VERSIONS if real_id(version) in nodeid)
        return next(versions, nodeid.partition("::")[0])


def version_after_version(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Return tests in an order in which each version's sandbox is started once.

    Tests that start sandboxes of their own come before, so that no more than theirs run.
    """
    return sorted(items, key=_turn)


def _turn(item: pytest.Item) -> int:
    if item.get_closest_marker("real") is None:
        return 0
    callspec = getattr(item, "callspec", None)
    if _FIXTURE not in getattr(item, "fixturenames", ()) or callspec is None:
        return _OWN_TURN
    versions = [real_id(version) in callspec.id for version in VERSIONS]
    return _OWN_TURN + 1 + versions.index(True) if any(versions) else _OWN_TURN
