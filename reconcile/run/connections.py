"""Open connections with what a run was given."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from reconcile.connect.answers import Event, Exchange, Waiting
from reconcile.connect.connection import Connection, open_connection
from reconcile.connect.patience import Patience
from reconcile.desired.project import LoadedProject, read_access
from reconcile.errors import ClusterError
from reconcile.run.context import Context

_WORTH_TELLING: Final = 2.0  # seconds: waits grow, so something has been amiss for a while by then


@contextmanager
def connect_to(
    context: Context,
    loaded: LoadedProject,
    cluster: str,
    *,
    only: str = "",
    patience: Patience | None = None,
) -> Iterator[Connection]:
    """Open a connection to a cluster of the project; requests are logged, bodies never.

    `only` is the address of the one worker that is meant. A ClusterError inside the block gets the
    cluster's place in the project file.
    """

    def observe(event: Event) -> None:
        match event:
            case Exchange():
                context.log(
                    "request",
                    at="debug" if event.status else "info",
                    cluster=cluster,
                    method=event.method,
                    path=event.path,
                    status=event.status,
                    milliseconds=round(event.milliseconds),
                )
            case Waiting():
                context.log(
                    "waiting",
                    at="warning" if event.seconds >= _WORTH_TELLING else "info",
                    cluster=cluster,
                    reason=event.reason,
                    seconds=round(event.seconds, 1),
                )

    access = read_access(loaded, cluster, context.environment, (only,) if only else ())
    try:
        with open_connection(
            access,
            redactor=context.redactor,
            clock=context.clock,
            rng=context.rng,
            patience=patience,
            observe=observe,
        ) as connection:
            yield connection
    except ClusterError as error:
        place = loaded.project.clusters[cluster].location
        problems = (replace(found, location=found.location or place) for found in error.problems)
        raise ClusterError(*problems) from error
