"""Pair desired with live and decide what is done to which connector."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from reconcile.model.desired import Definition, Desired, OffsetsOnDelete, TargetState
from reconcile.model.live import LiveConnector, LiveState
from reconcile.model.plan import Action, Cause, Reason, StateChange
from reconcile.model.selection import matches
from reconcile.plan.base import Base
from reconcile.plan.compare import IN_SYNC, Comparison, compare, is_equal
from reconcile.plan.digest import declared_digest
from reconcile.plan.draft import Draft, DraftChange, DraftWithheld
from reconcile.plan.holds import active_holds
from reconcile.plan.ignore import activated, rules_for
from reconcile.plan.moves import Moves, decide_moves
from reconcile.plan.notices import draft_problems
from reconcile.plan.options import PlanOptions
from reconcile.plan.strays import sort_strays
from reconcile.plan.withhold import leave_drift, withhold
from reconcile.plugins.aliases import canonical


@dataclass(slots=True)
class _Decided:
    """What one walk over the definitions gathers."""

    changes: list[DraftChange] = field(default_factory=list)
    left: list[DraftWithheld] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)
    compared: dict[str, Comparison] = field(default_factory=dict)


def draft_plan(
    desired: Desired, live: LiveState, *, options: PlanOptions, aliases: Mapping[str, str]
) -> Draft:
    """Decide what is created, updated, moved, set to another state or deleted; reads nothing.

    Only what git declares is touched, and what it does not declare is deleted only where
    `options.prune` and `options.owns` say so, the ledger knows it as ours, it is not protected,
    and no definition was left out as unusable.
    """
    definitions = _selected(desired, options)
    moves = decide_moves(definitions, desired, live, options, aliases)
    decided = _decide(definitions, live, moves, options, aliases)
    strays = sort_strays(desired, live, options, moving=moves.taken)
    holds = active_holds(
        options.memory.holds,
        options.freezes,
        now=options.now,
        declared=_digests(desired, options),
    )
    deletes = [_deleted(live.connectors[name], aliases, options) for name in strays.doomed]
    elsewhere = {
        cluster: active_holds(other.memory.holds, other.freezes, now=options.now, declared={})
        for cluster, other in options.others.items()
    }
    every = [*decided.changes, *moves.changes, *deletes]
    changes, withheld = withhold(every, holds, here=live.cluster, elsewhere=elsewhere)
    apart = decided.touched | moves.decided
    return Draft(
        project=desired.project,
        taken_from=live,
        options=options,
        aliases=aliases,
        changes=tuple(sorted(changes, key=lambda change: change.name)),
        withheld=tuple(sorted((*withheld, *decided.left), key=lambda item: item.change.name)),
        holds=holds,
        in_sync=sum(name in live.connectors and name not in apart for name in definitions),
        declared=len(definitions),
        unmanaged=strays.unmanaged,
        undeclared=strays.undeclared,
        orphaned=strays.orphaned,
        unrecorded=_unrecorded(definitions.keys() - apart, live, options),
        failing=tuple(name for name in sorted(definitions) if _is_failing(name, live)),
        problems=(
            *draft_problems(desired, live, definitions, decided.compared, strays, options),
            *moves.problems,
        ),
        ignored=sum(
            len(rule.keys) for found in decided.compared.values() for rule in found.ignored
        ),
    )


def _digests(desired: Desired, options: PlanOptions) -> Mapping[str, str]:
    """Return the digests of what git declares, of those that a hold goes by."""
    bound = {hold.name for hold in options.memory.holds if hold.while_declared}
    declared = desired.definitions
    return {name: declared_digest(declared[name]) for name in bound if name in declared}


def _selected(desired: Desired, options: PlanOptions) -> Mapping[str, Definition]:
    if not options.selection:
        return desired.definitions
    return {
        name: definition
        for name, definition in desired.definitions.items()
        if matches(options.selection, name, definition.labels)
    }


def _decide(
    definitions: Mapping[str, Definition],
    live: LiveState,
    moves: Moves,
    options: PlanOptions,
    aliases: Mapping[str, str],
) -> _Decided:
    decided = _Decided()
    rules = activated(options.ignore, options.today)
    for name, definition in definitions.items():
        if name in moves.decided:
            continue
        connector = live.connectors.get(name)
        if connector is None:
            created = _created(definition, options, aliases)
            leave_drift(created, options, decided.changes, decided.left)
            continue
        state = definition.state or moves.woken.get(name)
        if is_equal(definition, connector) and state in {None, connector.target_state}:
            continue
        base = Base(
            name=name,
            applied=options.applied_to(name),
            fingerprints=options.fingerprints,
            aliases=aliases,
            tasks_range=definition.tasks_range,
        )
        in_force = rules_for(definition, rules, options.today)
        found = compare(definition, connector, in_force, aliases, base)
        cause = Cause.GIT if name in moves.woken else None
        wanted = _state_change(state, connector, base, cause)
        change = _changed(definition, connector, found, wanted, aliases)
        if found is not IN_SYNC:
            decided.compared[name] = found
        if change is not None:
            decided.touched.add(name)
            leave_drift(change, options, decided.changes, decided.left, comparison=found)
    return decided


def _created(
    definition: Definition, options: PlanOptions, aliases: Mapping[str, str]
) -> DraftChange:
    state = definition.state
    cause = Cause.LIVE if options.was_applied(definition.name) else Cause.GIT
    return DraftChange(
        action=Action.CREATE,
        reason=Reason.NOT_LIVE,
        name=definition.name,
        class_name=canonical(definition.class_name, aliases),
        definition=definition,
        config=definition.config,
        differing=definition.config.keys(),
        cause=cause if options.knows_causes else None,
        state=StateChange(before=None, after=state) if state is not None else None,
        protect=definition.protect,
        labels=definition.labels,
    )


def _changed(
    definition: Definition,
    connector: LiveConnector,
    comparison: Comparison,
    state: StateChange | None,
    aliases: Mapping[str, str],
) -> DraftChange | None:
    if not comparison.differing and state is None:
        return None
    written = comparison.config is not None
    return DraftChange(
        action=Action.UPDATE if written else Action.SET_STATE,
        reason=Reason.CONFIG_DIFFERS if written else Reason.STATE_DIFFERS,
        name=definition.name,
        class_name=canonical(definition.class_name, aliases),
        definition=definition,
        live=connector,
        config=comparison.config,
        differing=comparison.differing,
        causes=comparison.causes,
        rotated=comparison.rotated,
        state=state,
        ignored=comparison.ignored,
        lost=comparison.lost if written else (),
        protect=definition.protect,
        labels=definition.labels,
    )


def _state_change(
    wanted: TargetState | None, connector: LiveConnector, base: Base, cause: Cause | None
) -> StateChange | None:
    """Return the change of the target state; one that git does not name is never touched."""
    before = connector.target_state
    if wanted is None or wanted is before:
        return None
    cause = cause or base.cause_of_state(before, wanted)
    applied = base.applied[0].state if cause is Cause.BOTH else None
    return StateChange(before=before, after=wanted, cause=cause, applied=applied)


def _deleted(
    connector: LiveConnector, aliases: Mapping[str, str], options: PlanOptions
) -> DraftChange:
    record = options.memory.records.get(connector.name)
    return DraftChange(
        action=Action.DELETE,
        reason=Reason.NOT_DECLARED,
        name=connector.name,
        class_name=canonical(connector.class_name, aliases),
        live=connector,
        cause=Cause.GIT,
        reset_offsets=record is not None and record.on_delete is OffsetsOnDelete.RESET,
        protect=record is not None and record.protect,
        labels=record.labels if record is not None else {},
    )


def _unrecorded(in_sync: Collection[str], live: LiveState, options: PlanOptions) -> tuple[str, ...]:
    """Return what is as declared and not in the ledger; nothing where there is no ledger at all."""
    if not options.memory.place:
        return ()
    records = options.memory.records
    return tuple(
        name for name in sorted(in_sync) if name in live.connectors and name not in records
    )


def _is_failing(name: str, live: LiveState) -> bool:
    connector = live.connectors.get(name)
    return connector is not None and connector.has_failed
