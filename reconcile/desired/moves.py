"""Read what definitions say of the names that connectors had before."""

from collections.abc import Iterable, Mapping, Sequence

from reconcile.desired.manifest import Manifest
from reconcile.model.codes import Code
from reconcile.model.desired import Definition, MovedFrom
from reconcile.model.problem import Problem


def moved_from(manifest: Manifest, cluster: str) -> MovedFrom | None:
    """Return where a connector was before, as its definition or the overlay for a cluster says."""
    found = manifest.base.moved_from
    overlay = manifest.overlays.get(cluster)
    if overlay is not None and (overlay.moved_from is not None or overlay.unmoved):
        found = overlay.moved_from
    return found


def departing(
    manifests: Iterable[Manifest], cluster: str, clusters: Iterable[str]
) -> frozenset[str]:
    """Return the names on a cluster that definitions for other clusters claim as theirs."""
    others = [name for name in clusters if name != cluster]
    return frozenset(
        claim.name
        for manifest in manifests
        for other in others
        if is_declared_on(manifest, other)
        and (claim := moved_from(manifest, other)) is not None
        and claim.cluster == cluster
    )


def declared_on(
    definitions: Iterable[Definition], manifests: Sequence[Manifest]
) -> Mapping[str, frozenset[str]]:
    """Return the names that git declares on each cluster that a definition moves from."""
    clusters = {
        definition.moved_from.cluster
        for definition in definitions
        if definition.moved_from is not None and definition.moved_from.cluster is not None
    }
    return {
        cluster: frozenset(item.name for item in manifests if is_declared_on(item, cluster))
        for cluster in clusters
    }


def is_declared_on(manifest: Manifest, cluster: str) -> bool:
    """Tell whether a definition is for a cluster."""
    return manifest.clusters is None or cluster in manifest.clusters


def check_moves(
    definitions: Mapping[str, Definition], clusters: Sequence[str]
) -> tuple[Problem, ...]:
    """Return what is wrong with where the definitions of one cluster say they move from."""
    problems: list[Problem] = []
    claimed: dict[tuple[str, str], str] = {}
    for definition in definitions.values():
        claim = definition.moved_from
        if claim is None:
            continue
        source = claim.cluster or definition.cluster
        first = claimed.setdefault((source, claim.name), definition.name)
        local = source == definition.cluster
        if source not in clusters:
            known = ", ".join(clusters)
            reason = f'the project has no cluster "{source}"'
            problems.append(_problem(definition, claim, reason, f"the project has {known}"))
        elif local and claim.name == definition.name:
            reason = f"{definition.name} cannot move from its own name"
            problems.append(_problem(definition, claim, reason, "remove movedFrom"))
        elif local and claim.name in definitions:
            reason = f"git still declares {claim.name}, which {definition.name} is moved from"
            hint = f"remove the definition of {claim.name}, or movedFrom"
            problems.append(_problem(definition, claim, reason, hint))
        elif first != definition.name:
            reason = f"{first} is moved from {claim.name} already"
            problems.append(_problem(definition, claim, reason, "keep one of the two"))
    return tuple(problems)


def _problem(definition: Definition, claim: MovedFrom, reason: str, hint: str) -> Problem:
    return Problem(
        code=Code.INVALID_VALUE,
        message=f"movedFrom: {reason}",
        location=claim.location or definition.location,
        hint=hint,
        connector=definition.name,
    )
