"""Put together what metrics, offsets and Debezium say of the connectors of a cluster."""

from collections.abc import Iterable, Mapping
from typing import Final

from reconcile.measure.lag import NEW, Look, Track, connector_lag, follow, partition_lag
from reconcile.measure.progress import Progress
from reconcile.measure.standing import standing_of
from reconcile.model.live import LiveConnector
from reconcile.model.metrics import ConnectorLag, Flow, Throughput

_SERVER: Final = ("topic.prefix", "database.server.name", "mongodb.name")

Place = tuple[str, int]
Looks = Mapping[str, Mapping[Place, Look]]
Tracks = Mapping[tuple[str, Place], Track]


def follow_looks(tracks: Tracks, looks: Looks) -> tuple[Tracks, dict[str, ConnectorLag]]:
    """Return the tracks after a round of looks, and how far each connector is behind by them.

    Partitions that were not looked at are forgotten, so that tracks do not outlive connectors.
    """
    followed: dict[tuple[str, Place], Track] = {}
    lags: dict[str, ConnectorLag] = {}
    for connector, places in looks.items():
        partitions = []
        for place, look in places.items():
            track = follow(tracks.get((connector, place), NEW), look)
            followed[connector, place] = track
            partitions.append(partition_lag(*place, track, look, standing_of(track, look)))
        if partitions:
            lags[connector] = connector_lag(partitions)
    return followed, lags


def flows_of(
    connectors: Iterable[LiveConnector],
    *,
    throughputs: Mapping[str, Throughput],
    lags: Mapping[str, ConnectorLag],
    delays: Mapping[str, float],
    moves: Mapping[str, Progress],
) -> dict[str, Flow]:
    """Return the flow through each connector, as far as anything is known of it.

    Offsets tell records a second where metrics do not. `delays` are seconds behind the source by
    Debezium's server, which a connector names in its config.
    """
    flows: dict[str, Flow] = {}
    for connector in connectors:
        name = connector.name
        progress = moves.get(name)
        throughput = throughputs.get(name) or Throughput(
            records=progress.records if progress else None
        )
        delay = delays.get(_server(connector))
        flows[name] = Flow(
            throughput=throughput,
            lag=lags.get(name) or (ConnectorLag(seconds=delay) if delay is not None else None),
            moved=progress.moved if progress else None,
        )
    return flows


def _server(connector: LiveConnector) -> str:
    return next((value for key in _SERVER if (value := connector.config.get(key))), "")
