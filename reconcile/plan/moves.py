"""Decide which connectors move to another name or cluster with their offsets, and which cannot."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from reconcile.model.config import Config
from reconcile.model.desired import Definition, Desired, MovedFrom, TargetState
from reconcile.model.ledger import Memory, Move, MoveStep
from reconcile.model.live import LiveConnector, LiveState
from reconcile.model.plan import Action, Reason, StateChange
from reconcile.model.problem import Problem
from reconcile.plan.compare import carry_over
from reconcile.plan.draft import DraftChange, DraftOrigin
from reconcile.plan.ignore import ActiveRules, activated, rules_for
from reconcile.plan.obstacles import (
    Situation,
    held_back,
    move_problem,
    nothing_to_move,
    obstacle_to,
)
from reconcile.plan.options import OtherCluster, PlanOptions
from reconcile.plugins.aliases import canonical

_OUTSIDE_STATE: Final = ("schema.history.internal.", "database.history.")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moves:
    """The moves of a plan.

    `decided` are definitions that need no other decision, `taken` the live connectors of this
    cluster that a move is about: neither orphaned nor unmanaged. `woken` are the states to which
    old connectors return after a move that was taken back, where git names none.
    """

    changes: tuple[DraftChange, ...] = ()
    problems: tuple[Problem, ...] = ()
    decided: frozenset[str] = frozenset()
    taken: frozenset[str] = frozenset()
    woken: Mapping[str, TargetState] = field(default_factory=dict)


@dataclass(slots=True)
class _Gathered:
    changes: list[DraftChange] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    decided: set[str] = field(default_factory=set)
    taken: set[str] = field(default_factory=set)
    woken: dict[str, TargetState] = field(default_factory=dict)


def decide_moves(
    definitions: Mapping[str, Definition],
    desired: Desired,
    live: LiveState,
    options: PlanOptions,
    aliases: Mapping[str, str],
) -> Moves:
    """Return the moves that definitions ask for, those cut off included, in either direction.

    Where git takes a rename back before the old connector is deleted, what moved moves back. Where
    definitions were left out as unusable nothing moves, since a move deletes what it leaves.
    """
    gathered = _Gathered()
    here = OtherCluster(live=live, memory=options.memory)
    rules = activated(options.ignore, options.today)
    for definition in definitions.values():
        wanted = definition.moved_from or _taken_back(definition, desired, options.memory)
        if wanted is None:
            continue
        cluster = wanted.cluster or live.cluster
        source = here if cluster == live.cluster else options.others.get(cluster)
        if source is None:
            place = (cluster, wanted.name)
            _decide_unread(definition, place, here, desired.project, gathered)
            continue
        place, in_force = (cluster, wanted.name), rules_for(definition, rules, options.today)
        situation = _situation(definition, place, source, here, desired.project, in_force)
        _decide(situation, desired, here, aliases, gathered)
    return Moves(
        changes=tuple(gathered.changes),
        problems=tuple(gathered.problems),
        decided=frozenset(gathered.decided),
        taken=frozenset(gathered.taken),
        woken=gathered.woken,
    )


def has_outside_state(config: Config) -> bool:
    """Tell whether a connector keeps state beside its offsets: a schema history, for Debezium."""
    return any(key.startswith(_OUTSIDE_STATE) for key in config)


def _taken_back(definition: Definition, desired: Desired, memory: Memory) -> MovedFrom | None:
    """Return where a connector was moved to that git declares under its old name again."""
    for move in memory.moves:
        ours = move.project == desired.project and move.step is not MoveStep.DONE
        returns = move.name == definition.name and move.cluster == definition.cluster
        still_wanted = move.to_cluster == definition.cluster and (
            move.to_name in desired.definitions
        )
        if ours and returns and not still_wanted:
            elsewhere = None if move.to_cluster == definition.cluster else move.to_cluster
            return MovedFrom(name=move.to_name, cluster=elsewhere)
    return None


def _situation(
    definition: Definition,
    place: tuple[str, str],
    source: OtherCluster,
    here: OtherCluster,
    project: str,
    rules: ActiveRules,
) -> Situation:
    cluster, name = place
    return Situation(
        definition=definition,
        cluster=cluster,
        name=name,
        old=source.live.connectors.get(name),
        new=here.live.connectors.get(definition.name),
        source=source,
        rules=rules,
        begun=_begun(definition, place, project, source.memory, here.memory),
    )


def _begun(
    definition: Definition, place: tuple[str, str], project: str, *memories: Memory
) -> Move | None:
    """Return the record of our move between these two that has not ended, either way round."""
    ends = {place, (definition.cluster, definition.name)}
    for memory in memories:
        for move in memory.moves:
            sides = {(move.cluster, move.name), (move.to_cluster, move.to_name)}
            ours = move.project == project and move.step is not MoveStep.DONE
            if ours and sides == ends:
                return move
    return None


def _decide_unread(
    definition: Definition,
    place: tuple[str, str],
    here: OtherCluster,
    project: str,
    gathered: _Gathered,
) -> None:
    """Refuse to create without a position what should move from a cluster that was not read."""
    cluster, name = place
    begun = _begun(definition, (cluster, name), project, here.memory)
    if definition.name in here.live.connectors and begun is None:
        return
    gathered.decided.add(definition.name)
    gathered.problems.append(
        move_problem(
            definition,
            f"{definition.name} is to be moved from {name} on cluster {cluster}, which was not"
            " read",
            f"plan where {cluster} can be reached, so that nothing starts without its position",
        )
    )


def _decide(
    situation: Situation,
    desired: Desired,
    here: OtherCluster,
    aliases: Mapping[str, str],
    gathered: _Gathered,
) -> None:
    definition = situation.definition
    if situation.cluster == here.live.cluster:
        gathered.taken.add(situation.name)
    if situation.old is None:
        _decide_without_old(situation, gathered)
        return
    gathered.decided.add(definition.name)
    obstacle = obstacle_to(situation, situation.old, desired, here)
    if obstacle is None and not desired.complete:
        obstacle = held_back(situation)
    if obstacle is not None:
        gathered.problems.append(obstacle)
        return
    gathered.changes.append(_move(situation, situation.old, aliases))


def _decide_without_old(situation: Situation, gathered: _Gathered) -> None:
    """Decide where nothing is left to move: it is done, was taken back, or there is a mistake."""
    definition, begun = situation.definition, situation.begun
    if situation.new is None:
        gathered.decided.add(definition.name)
        gathered.problems.append(nothing_to_move(situation))
    elif begun is not None and begun.name == definition.name and definition.state is None:
        gathered.woken[definition.name] = begun.state


def _move(situation: Situation, old: LiveConnector, aliases: Mapping[str, str]) -> DraftChange:
    definition, begun = situation.definition, situation.begun
    state = begun.state if begun is not None else old.target_state
    found = carry_over(definition, old, situation.rules, aliases)
    return DraftChange(
        action=Action.MOVE,
        reason=Reason.MOVED,
        name=definition.name,
        class_name=canonical(definition.class_name, aliases),
        definition=definition,
        live=situation.new,
        config=found.config,
        differing=found.differing,
        ignored=found.ignored,
        lost=found.lost,
        state=StateChange(before=None, after=definition.state or state),
        origin=DraftOrigin(live=old, cluster=situation.cluster, state=state),
        protect=definition.protect,
        labels=definition.labels,
    )
