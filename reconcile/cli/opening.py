"""Find the project file and choose clusters, as the options say."""

from collections.abc import Mapping
from pathlib import Path

from reconcile.cli.shell import Shell
from reconcile.desired.project import LoadedProject, load_project
from reconcile.errors import ConnectformError
from reconcile.model.codes import Code
from reconcile.run.clusters import choose_clusters, choose_one
from reconcile.run.identity import identity_of
from reconcile.run.ledgers import Lock
from reconcile.sandbox.registry import inspect_all, sandbox_home


def open_project(
    shell: Shell, clusters: list[str] | None, every: bool, *, writing: bool = False
) -> tuple[LoadedProject, tuple[str, ...]]:
    """Load the project file and return it with the clusters that are chosen."""
    loaded = load_project(shell.project, shell.context.directory)
    chosen = choose_clusters(loaded.project, names=clusters or (), every=every, writing=writing)
    return loaded, chosen


def links_here(shell: Shell) -> Mapping[str, str]:
    """Return the links of the project here; where there is none, none."""
    try:
        loaded = load_project(shell.project, shell.context.directory)
    except ConnectformError as error:
        if all(problem.code is Code.NO_PROJECT_FILE for problem in error.problems):
            return {}
        raise
    return loaded.project.links


def lock_for(
    shell: Shell, loaded: LoadedProject, command: str, *, timeout: float, local: bool
) -> Lock:
    """Return how this command asks for the right to write."""
    home = sandbox_home(Path(loaded.project.root))
    sandboxes = [cluster for found, _ in inspect_all(home) for cluster in found.clusters]
    return Lock(
        identity=identity_of(shell.context, command, root=loaded.project.root),
        timeout=timeout,
        local=local,
        sandboxes=frozenset(url for cluster in sandboxes for url in cluster.urls),
        tell=shell.terminal.say,
    )


def open_cluster(shell: Shell, cluster: str | None) -> tuple[LoadedProject, str]:
    """Load the project file and return it with the one cluster that is meant."""
    loaded = load_project(shell.project, shell.context.directory)
    return loaded, choose_one(loaded.project, (cluster,) if cluster else ())
