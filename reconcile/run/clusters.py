"""Choose the clusters that a run is about."""

from collections.abc import Sequence

from reconcile.errors import UsageError, usage
from reconcile.model.codes import Code
from reconcile.model.problem import Problem
from reconcile.model.project import Project
from reconcile.plugins.suggest import suggest


def choose_clusters(
    project: Project, *, names: Sequence[str], every: bool, writing: bool
) -> tuple[str, ...]:
    """Return the names of the chosen clusters, in the order of the project file.

    Reading commands default to all; a writing command must name one where there are several.
    Raises UsageError for an unknown name, or where a choice is needed and none was made.
    """
    unknown = [name for name in names if name not in project.clusters]
    if unknown:
        raise UsageError(*(_unknown_cluster(project, name) for name in unknown))
    if names:
        return tuple(name for name in project.clusters if name in set(names))
    if writing and not every and len(project.clusters) > 1:
        listed = ", ".join(project.clusters)
        raise usage(
            f"this command writes, and the project has {len(project.clusters)} clusters: {listed}",
            hint="choose with --cluster NAME (repeatable) or --all-clusters",
            code=Code.CLUSTER_NOT_CHOSEN,
        )
    return tuple(project.clusters)


def choose_one(project: Project, names: Sequence[str]) -> str:
    """Return the one cluster a command is about, or raise UsageError."""
    chosen = choose_clusters(project, names=names, every=False, writing=True)
    if len(chosen) != 1:
        raise usage("this command works on one cluster", hint="give --cluster NAME once")
    return chosen[0]


def _unknown_cluster(project: Project, name: str) -> Problem:
    close = suggest(name, project.clusters)
    known = ", ".join(project.clusters)
    return Problem(
        code=Code.UNKNOWN_CLUSTER,
        message=f"the project has no cluster {name!r}",
        hint=f"did you mean {close!r}?" if close else f"known clusters: {known}",
    )
