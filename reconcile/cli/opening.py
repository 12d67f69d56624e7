"""Find the project file and choose clusters, as the options say."""

from reconcile.cli.shell import Shell
from reconcile.desired.project import LoadedProject, load_project
from reconcile.run.clusters import choose_clusters, choose_one


def open_project(
    shell: Shell, clusters: list[str] | None, every: bool, *, writing: bool = False
) -> tuple[LoadedProject, tuple[str, ...]]:
    """Load the project file and return it with the clusters that are chosen."""
    loaded = load_project(shell.project, shell.context.directory)
    chosen = choose_clusters(loaded.project, names=clusters or (), every=every, writing=writing)
    return loaded, chosen


def open_cluster(shell: Shell, cluster: str | None) -> tuple[LoadedProject, str]:
    """Load the project file and return it with the one cluster that is meant."""
    loaded = load_project(shell.project, shell.context.directory)
    return loaded, choose_one(loaded.project, (cluster,) if cluster else ())
