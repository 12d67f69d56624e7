"""Serve the simulated clusters of a sandbox until the process is ended."""

import ssl
import sys
import threading
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

from reconcile.clock import SystemClock
from reconcile.model.flavor import Flavor
from reconcile.sandbox.access import server_context
from reconcile.sandbox.simulated_cluster import SimulatedCluster
from reconcile.sandbox.simulated_server import serve
from reconcile.sandbox.spec import SimulatedSpec
from reconcile.sandbox.state import ConnectCluster, Sandbox, load

_FORGET_SECONDS = 60.0


def main(directory: Path) -> None:
    """Serve the sandbox that a directory's state file describes; never returns."""
    sandbox = load(directory)
    if sandbox is None:
        sys.exit(f"no sandbox in {directory}")
    context = server_context(sandbox.spec, directory)
    with ExitStack() as stack:
        clusters = [_serve(stack, sandbox, group, context) for group in sandbox.clusters]
        while True:
            # Nobody asks this process what it was asked; a record of it would only grow.
            threading.Event().wait(_FORGET_SECONDS)
            for cluster in clusters:
                cluster.clear_requests()


def _serve(
    stack: ExitStack, sandbox: Sandbox, group: ConnectCluster, context: ssl.SSLContext | None
) -> SimulatedCluster:
    access, spec = sandbox.access, sandbox.spec
    cluster = SimulatedCluster(
        clock=SystemClock(),
        version=spec.version,
        workers=spec.workers,
        cluster_id=f"simulated-{sandbox.name}",
        group_id=group.group,
        flavor=spec.flavor if isinstance(spec, SimulatedSpec) else Flavor.APACHE,
        users={access.username: access.password} if access.username else None,
    )
    stack.enter_context(serve(cluster, port=urlsplit(group.urls[0]).port or 0, tls=context))
    return cluster


if __name__ == "__main__":
    main(Path(sys.argv[1]))
