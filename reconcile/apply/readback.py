"""Read the settings of many connectors back, and compare them with what was written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from reconcile.apply.compare import same_config
from reconcile.apply.context import Context
from reconcile.apply.flight import Flight
from reconcile.apply.standing import is_written
from reconcile.connect.reads import get_connector, list_infos
from reconcile.errors import ClusterError
from reconcile.model.config import Config
from reconcile.model.live import LiveConnector
from reconcile.model.plan import Action

CHEAPLY_LISTED: Final = 1000
_OTHERS: Final = "the settings read back are not those that were written"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Amiss:
    """Why a change is not done yet; `theirs` are settings neither from before the change nor ours."""

    reason: str
    theirs: Config | None = None


def amiss(flights: Sequence[Flight], connectors: int, context: Context) -> Mapping[str, Amiss]:
    """Return what is amiss with settings read back, by name; `connectors` is the cluster's size.

    Workers answer the list of all from memory, while the read of one waits behind a rebalance. But
    the list takes them time that is quadratic in its length: on large clusters each is read.
    """
    written = [
        flight for flight in flights if flight.change.action in (Action.CREATE, Action.UPDATE)
    ]
    if not written:
        return {}
    try:
        if connectors <= CHEAPLY_LISTED:
            live = list_infos(context.connection, expected=connectors).connectors
            found = [live.get(flight.name) for flight in written]
        else:
            names = [flight.name for flight in written]
            found = list(context.pool.map(lambda n: get_connector(context.connection, n), names))
    except ClusterError as error:
        return {flight.name: Amiss(reason=str(error)) for flight in written}
    pairs = zip(written, found, strict=True)
    return {
        flight.name: Amiss(reason=_OTHERS, theirs=_theirs(flight, one))
        for flight, one in pairs
        if not is_written(flight.change, one)
    }


def _theirs(flight: Flight, live: LiveConnector | None) -> Config | None:
    """Return settings that somebody else must have written; old ones may still be on their way out."""
    before = flight.change.before
    if live is None or (before is not None and same_config(before, live.config)):
        return None
    return live.config
