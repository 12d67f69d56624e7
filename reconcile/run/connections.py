"""Open connections with what a run was given."""

from collections.abc import Iterator
from contextlib import contextmanager

from reconcile.connect.answers import Event, Exchange, Waiting
from reconcile.connect.connection import Connection, open_connection
from reconcile.desired.project import LoadedProject, read_access
from reconcile.run.context import Context


@contextmanager
def connect_to(context: Context, loaded: LoadedProject, cluster: str) -> Iterator[Connection]:
    """Open a connection to a cluster of the project; requests are logged, bodies never."""

    def observe(event: Event) -> None:
        match event:
            case Exchange():
                context.log(
                    "request",
                    at="debug" if event.status else "warning",
                    cluster=cluster,
                    method=event.method,
                    path=event.path,
                    status=event.status,
                    milliseconds=round(event.milliseconds),
                )
            case Waiting():
                context.log(
                    "waiting",
                    at="warning",
                    cluster=cluster,
                    reason=event.reason,
                    seconds=round(event.seconds, 1),
                )

    access = read_access(loaded, cluster, context.environment)
    with open_connection(
        access,
        redactor=context.redactor,
        clock=context.clock,
        rng=context.rng,
        observe=observe,
    ) as connection:
        yield connection
