"""Tell whether a snapshot still speaks of the plugins that a cluster has."""

from collections.abc import Iterable
from typing import Final

from reconcile.model.codes import Code
from reconcile.model.command import command
from reconcile.model.plugin import Catalog
from reconcile.model.problem import Problem, Severity
from reconcile.plugins.catalog import versions_of

_MOST: Final = 5


def stale_problems(
    cluster: str, kept: Catalog, live: Catalog, used: Iterable[str]
) -> tuple[Problem, ...]:
    """Return one notice about the used classes whose versions are others than in the snapshot."""
    differing = [
        (name, versions_of(kept, name), versions_of(live, name))
        for name in sorted(set(used))
        if versions_of(live, name) and versions_of(kept, name) != versions_of(live, name)
    ]
    if not differing:
        return ()
    said = [
        f"{name} is of {', '.join(before) or 'no version'} there, the cluster runs {', '.join(now)}"
        for name, before, now in differing[:_MOST]
    ]
    more = f"; and {len(differing) - _MOST} more" if len(differing) > _MOST else ""
    return (
        Problem(
            code=Code.STALE_SNAPSHOT,
            message=f"the plugin snapshots of {cluster} are of other versions: {'; '.join(said)}{more}",
            hint=f"run {command('schema pull', cluster=cluster)}, and commit what it writes",
            severity=Severity.NOTICE,
        ),
    )
