"""Read what definitions say of the names that connectors had before."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from reconcile.desired.findings import unknown_cluster
from reconcile.desired.manifest import Manifest
from reconcile.model.codes import Code
from reconcile.model.desired import Definition, MovedFrom
from reconcile.model.problem import Problem

Claims: TypeAlias = Mapping[tuple[str, str], tuple[str, str]]
"""By cluster and name of a place that is moved from: cluster and name of what moves."""


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
    definitions: Iterable[Definition], manifests: Sequence[Manifest], unusable: frozenset[str]
) -> Mapping[str, frozenset[str]]:
    """Return the names that git declares on each cluster that a definition moves from.

    Those of unusable definitions count on every cluster.
    """
    clusters = {
        definition.moved_from.cluster
        for definition in definitions
        if definition.moved_from is not None and definition.moved_from.cluster is not None
    }
    return {
        cluster: unusable.union(item.name for item in manifests if is_declared_on(item, cluster))
        for cluster in clusters
    }


def is_declared_on(manifest: Manifest, cluster: str) -> bool:
    """Tell whether a definition is for a cluster."""
    return manifest.clusters is None or cluster in manifest.clusters


def first_claims(manifests: Iterable[Manifest], clusters: Iterable[str]) -> Claims:
    """Return who is the first to say that it moves from a name on a cluster.

    To say it of oneself is a mistake of another kind.
    """
    moving = [item for item in manifests if _moves(item)]
    claims: dict[tuple[str, str], tuple[str, str]] = {}
    for cluster in clusters:
        for manifest in moving:
            claim = moved_from(manifest, cluster)
            if claim is None or not is_declared_on(manifest, cluster):
                continue
            source, claimant = (claim.cluster or cluster, claim.name), (cluster, manifest.name)
            if source != claimant:
                claims.setdefault(source, claimant)
    return claims


def check_moves(
    definitions: Iterable[Definition],
    clusters: Sequence[str],
    *,
    declared: Collection[str],
    claims: Claims,
) -> tuple[Problem, ...]:
    """Return what is wrong with where the definitions of one cluster say they move from.

    `declared` are all names that git declares on it, those of unusable definitions included;
    `claims` are the first ones to name each place.
    """
    problems: list[Problem] = []
    for definition in definitions:
        claim = definition.moved_from
        if claim is None:
            continue
        source = claim.cluster or definition.cluster
        local = source == definition.cluster
        if source not in clusters:
            problems.append(_unknown(definition, claim, source, clusters))
        elif local and claim.name == definition.name:
            reason = f"{definition.name} cannot move from its own name"
            hint = f"remove movedFrom, or leave {source} out of metadata.clusters"
            problems.append(_problem(definition, claim, reason, hint))
        elif local and claim.name in declared:
            reason = f"git still declares {claim.name}, which {definition.name} is moved from"
            hint = f"remove the definition of {claim.name}, or movedFrom"
            problems.append(_problem(definition, claim, reason, hint))
        elif first := _other_claimant(definition, claims[source, claim.name]):
            reason = f"{first} is moved from {claim.name} already"
            hint = "keep one of the two; null in an overlay takes movedFrom back"
            problems.append(_problem(definition, claim, reason, hint))
    return tuple(problems)


def _moves(manifest: Manifest) -> bool:
    specs = (manifest.base, *manifest.overlays.values())
    return any(spec.moved_from is not None for spec in specs)


def _other_claimant(definition: Definition, claimant: tuple[str, str]) -> str:
    """Name who claimed a place first, or nobody where it is the definition itself."""
    cluster, name = claimant
    if claimant == (definition.cluster, definition.name):
        return ""
    return name if cluster == definition.cluster else f"{name} on cluster {cluster}"


def _unknown(
    definition: Definition, claim: MovedFrom, source: str, clusters: Sequence[str]
) -> Problem:
    finding = unknown_cluster(source, clusters, ())
    return replace(
        _problem(definition, claim, finding.message, finding.hint), code=Code.UNKNOWN_CLUSTER
    )


def _problem(definition: Definition, claim: MovedFrom, reason: str, hint: str) -> Problem:
    return Problem(
        code=Code.INVALID_VALUE,
        message=f"movedFrom: {reason}",
        location=claim.location or definition.location,
        hint=hint,
        connector=definition.name,
    )
