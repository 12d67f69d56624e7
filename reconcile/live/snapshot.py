"""Read a cluster: constant many requests, all from one worker, and never an error taken for empty."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from reconcile.clock import Clock
from reconcile.connect.connection import Connection, Worker
from reconcile.connect.reads import (
    get_connector,
    get_status,
    list_all,
    list_infos,
    list_names,
    list_statuses,
)
from reconcile.errors import ClusterError
from reconcile.model.codes import Code
from reconcile.model.live import LiveConnector, LiveState, LiveStatus, State
from reconcile.model.problem import Problem
from reconcile.model.release import is_addressable

T = TypeVar("T")

_MOST_BY_NAME: Final = 20
_READINGS: Final = 4
_MOMENT: Final = 0.25
_PASSING: Final = frozenset({State.UNASSIGNED, State.RESTARTING})


def take_snapshot(
    connection: Connection, *, clock: Clock, names: Sequence[str] | None = None
) -> LiveState:
    """Return the connectors of a cluster, or those of some names that exist.

    Up to 20 names are read one by one, since the full list is dear on large clusters. Where the
    worker is lost in the middle, all is read again from the next one; where connectors are just
    between two states, those are read twice. Raises ClusterError.
    """
    return _of_one_worker(connection, clock, lambda reading: reading.read(names))


def follow_snapshot(
    connection: Connection, before: LiveState, *, clock: Clock, changed: Collection[str] = ()
) -> LiveState | None:
    """Return the connectors of a cluster by their statuses, with the configs of an earlier reading.

    Read again are the configs of those in `changed`, and of connectors that are new, have other
    tasks than before or have failed since: one by one up to 20. None where they are more, and
    `take_snapshot` is due. Raises ClusterError.
    """
    try:
        return _of_one_worker(connection, clock, lambda one: one.follow(before.connectors, changed))
    except _TooManyError:
        return None


def _of_one_worker(
    connection: Connection,
    clock: Clock,
    read: Callable[["_Reading"], Mapping[str, LiveConnector]],
) -> LiveState:
    for _ in range(_READINGS):
        worker = connection.worker
        taken_at = clock.now()
        try:
            connectors = read(_Reading(connection, worker, clock))
        except _MovedError:
            continue
        return LiveState(
            cluster=connection.cluster,
            url=worker.url,
            identity=worker.identity,
            connectors=connectors,
            taken_at=taken_at,
        )
    raise ClusterError(
        Problem(
            code=Code.CLUSTER_UNREACHABLE,
            message=f"cluster {connection.cluster}: its workers come and go, so that no reading is"
            " of one worker alone",
            hint="wait until the workers stay up, and run again",
        )
    )


class _MovedError(Exception):
    """Tell that an answer came from another worker than those before it."""


class _TooManyError(Exception):
    """Tell that more configs are to be read than one reads by name."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """One reading, all of it from one worker."""

    connection: Connection
    worker: Worker
    clock: Clock

    def read(self, names: Sequence[str] | None) -> Mapping[str, LiveConnector]:
        release = self.worker.identity.release
        if names is None:
            found = self._everything()
        elif len(names) <= _MOST_BY_NAME and all(is_addressable(name, release) for name in names):
            found = self._by_name(names)
        else:
            everything = self._everything()
            found = {name: everything[name] for name in names if name in everything}
        self._look_again(found)
        return found

    def follow(
        self, before: Mapping[str, LiveConnector], changed: Collection[str]
    ) -> Mapping[str, LiveConnector]:
        """Return all connectors, with the configs of `before` where these may still hold."""
        names = self._same_worker(list_names(self.connection))
        statuses = self._same_worker(list_statuses(self.connection))
        found: dict[str, LiveConnector] = {}
        renewed: list[str] = []
        for name in names:
            known, status = before.get(name), statuses.get(name)
            if known is None or name in changed or _is_news(known.status, status):
                renewed.append(name)
            else:
                found[name] = known if known.status == status else replace(known, status=status)
        release = self.worker.identity.release
        if len(renewed) > _MOST_BY_NAME or not all(is_addressable(one, release) for one in renewed):
            raise _TooManyError
        for name in renewed:
            connector = self._same_worker(get_connector(self.connection, name))
            if connector is not None:
                found[name] = replace(connector, status=statuses.get(name))
        self._look_again(found)
        return found

    def _look_again(self, connectors: dict[str, LiveConnector]) -> None:
        """Read once more the statuses of what is just between two states.

        After every change of its config a paused or stopped connector is UNASSIGNED for a
        moment, and would be taken for a running one.
        """
        passing = [
            name
            for name, connector in connectors.items()
            if connector.status is not None and connector.status.state in _PASSING
        ]
        if not passing:
            return
        self.clock.sleep(_MOMENT)
        statuses = self._same_worker(list_statuses(self.connection))
        for name in passing:
            if name in statuses:
                connectors[name] = replace(connectors[name], status=statuses[name])

    def _by_name(self, names: Sequence[str]) -> dict[str, LiveConnector]:
        found = {}
        for name in dict.fromkeys(names):
            connector = self._same_worker(get_connector(self.connection, name))
            if connector is not None:
                status = self._same_worker(get_status(self.connection, name))
                found[name] = replace(connector, status=status)
        return found

    def _everything(self) -> dict[str, LiveConnector]:
        names = self._same_worker(list_names(self.connection))
        listing = self._same_worker(list_all(self.connection, expected=len(names)))
        connectors = listing.connectors
        missing = [name for name in names if name not in connectors]
        if missing or listing.bare:
            # Connect leaves out what has no status yet, also from the configs.
            infos = self._same_worker(list_infos(self.connection, expected=len(names)))
            for name, connector in infos.connectors.items():
                if name not in connectors:
                    connectors[name] = replace(connector, status=listing.statuses.get(name))
            self._check_deleted([name for name in missing if name not in connectors])
        return connectors

    def _check_deleted(self, missing: list[str]) -> None:
        """Make sure that what is listed and has no config was deleted meanwhile."""
        if not missing:
            return
        listed = self._same_worker(list_names(self.connection))
        still = sorted(set(missing) & set(listed))
        if still:
            raise ClusterError(
                Problem(
                    code=Code.UNEXPECTED_ANSWER,
                    message=f"cluster {self.connection.cluster}: {self.worker.url} lists"
                    f" connectors whose config it does not give: {', '.join(still[:5])}",
                    hint="run again; if it stays, the URL leads to something that is not Connect,"
                    " or only partly",
                )
            )

    def _same_worker(self, answer: T) -> T:
        if self.connection.worker is not self.worker:
            raise _MovedError
        return answer


def _is_news(before: LiveStatus | None, after: LiveStatus | None) -> bool:
    """Tell whether a config may be another one by now, or is quoted by a new failure."""
    if before is None or after is None:
        return before is not after
    if after.has_failed and after != before:
        return True
    return [task.id for task in before.tasks] != [task.id for task in after.tasks]
