"""Sort the live connectors that git does not declare: whose they are, and what may be deleted."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from reconcile.model.desired import Desired
from reconcile.model.ledger import MoveStep
from reconcile.model.live import LiveState
from reconcile.model.release import is_addressable
from reconcile.model.selection import matches
from reconcile.plan.options import PlanOptions
from reconcile.plan.select import reaches_undeclared


@dataclass(frozen=True, slots=True, kw_only=True)
class Strays:
    """Live connectors that git does not declare, by what is done about them.

    `doomed` are deleted; `orphaned` are ours and stay, for now; `undeclared` match
    `ownership.owns` and no ledger knows them as ours; all that is not deleted is `unmanaged` or
    orphaned. `foreign` are those of another project.
    """

    doomed: tuple[str, ...] = ()
    orphaned: tuple[str, ...] = ()
    undeclared: tuple[str, ...] = ()
    unmanaged: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()


def sort_strays(
    desired: Desired, live: LiveState, options: PlanOptions, *, moving: Collection[str]
) -> Strays:
    """Return the live connectors that git does not declare, as far as the selection reaches them.

    What moves to another name or cluster is none of them, not even where the selection leaves out
    the definition that claims it.
    """
    records = options.memory.records
    claimed = {*desired.departing, *_claimed(desired, options), *moving}
    left = live.connectors.keys() - desired.definitions.keys() - claimed
    names = [name for name in sorted(left) if _reaches(name, options)]
    owner = {name: record.project for name in names if (record := records.get(name)) is not None}
    ours = dict.fromkeys(name for name in names if owner.get(name) == desired.project)
    prunable = options.prune and desired.complete
    doomed = dict.fromkeys(
        name
        for name in ours
        if prunable and is_owned(name, options.owns) and is_addressable(name, live.identity.release)
    )
    orphaned = [name for name in ours if name not in doomed]
    return Strays(
        doomed=tuple(doomed),
        orphaned=tuple(orphaned),
        undeclared=tuple(
            name for name in names if name not in owner and is_owned(name, options.owns)
        ),
        unmanaged=tuple(name for name in names if name not in ours),
        foreign=tuple(name for name in names if name in owner and name not in ours),
    )


def is_owned(name: str, owns: Iterable[str]) -> bool:
    """Tell whether a name matches `ownership.owns`."""
    return any(fnmatchcase(name, glob) for glob in owns)


def _claimed(desired: Desired, options: PlanOptions) -> Iterator[str]:
    """Return the connectors of this cluster that a move is about, wanted or under way."""
    here, declared = desired.cluster, desired.definitions
    for definition in declared.values():
        claim = definition.moved_from
        if claim is not None and claim.cluster in {None, here}:
            yield claim.name
    for move in options.memory.moves:
        ends = ((move.cluster, move.name), (move.to_cluster, move.to_name))
        if move.step is MoveStep.DONE or move.project != desired.project:
            continue
        if any(cluster == here and name in declared for cluster, name in ends):
            yield from (name for cluster, name in ends if cluster == here)


def _reaches(name: str, options: PlanOptions) -> bool:
    """Tell whether a connector is selected; the labels of one that we applied are remembered."""
    record = options.memory.records.get(name)
    if record is None:
        return reaches_undeclared(options.selection, name)
    return matches(options.selection, name, record.labels)
