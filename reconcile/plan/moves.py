"""Decide which connectors move to another name or cluster with their offsets, and which cannot."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from reconcile.model.codes import Code
from reconcile.model.config import Config
from reconcile.model.desired import Definition, Desired, MovedFrom, TargetState
from reconcile.model.ledger import Memory, Move, MoveStep
from reconcile.model.live import ConnectorKind, LiveConnector, LiveState
from reconcile.model.plan import Action, Reason, StateChange
from reconcile.model.problem import Problem
from reconcile.model.release import INITIAL_STATE
from reconcile.plan.compare import carry_over
from reconcile.plan.draft import DraftChange, DraftOrigin
from reconcile.plan.ignore import ActiveRules, activated, rules_for
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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Situation:
    """All that decides about one move: where it comes from, and what is live on either side."""

    definition: Definition
    cluster: str
    name: str
    old: LiveConnector | None
    new: LiveConnector | None
    source: OtherCluster
    rules: ActiveRules
    begun: Move | None


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

    Where git takes a rename back before the old connector is deleted, what moved moves back.
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
) -> _Situation:
    cluster, name = place
    return _Situation(
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
        _problem(
            definition,
            f"{definition.name} is to be moved from {name} on cluster {cluster}, which was not"
            " read",
            f"plan where {cluster} can be reached, so that nothing starts without its position",
        )
    )


def _decide(
    situation: _Situation,
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
    obstacle = _obstacle(situation, situation.old, desired, here)
    if obstacle is not None:
        gathered.problems.append(obstacle)
        return
    gathered.changes.append(_move(situation, situation.old, aliases))


def _decide_without_old(situation: _Situation, gathered: _Gathered) -> None:
    """Decide where nothing is left to move: it is done, was taken back, or there is a mistake."""
    definition, begun = situation.definition, situation.begun
    if situation.new is None:
        gathered.decided.add(definition.name)
        gathered.problems.append(_nothing_to_move(situation))
    elif begun is not None and begun.name == definition.name and definition.state is None:
        gathered.woken[definition.name] = begun.state


def _move(situation: _Situation, old: LiveConnector, aliases: Mapping[str, str]) -> DraftChange:
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
        protect=definition.protect or _is_protected(situation),
        labels=definition.labels,
    )


def _is_protected(situation: _Situation) -> bool:
    record = situation.source.memory.records.get(situation.name)
    return record is not None and record.protect


def _obstacle(
    situation: _Situation, old: LiveConnector, desired: Desired, here: OtherCluster
) -> Problem | None:
    """Return why a move cannot be made, or None."""
    definition, name, cluster = situation.definition, situation.name, situation.cluster
    if situation.new is not None and situation.begun is None:
        return _problem(
            definition,
            f"{definition.name} exists already, beside {name} that it should be moved from",
            f"delete one of the two by hand, or remove movedFrom to leave {name} alone",
        )
    if name in _declared_on(cluster, desired):
        return _problem(
            definition,
            f"git still declares {name} on cluster {cluster}, which {definition.name} is moved from",
            f"take {cluster} out of the clusters of {name}",
        )
    if owner := _owner_problem(situation, desired):
        return owner
    too_old = next(
        (
            side.live
            for side in (here, situation.source)
            if side.live.identity.release < INITIAL_STATE
        ),
        None,
    )
    if too_old is not None:
        return _problem(
            definition,
            f"Connect {too_old.identity.version} of cluster {too_old.cluster} cannot create a"
            " connector that does not run, so no offsets can be written before it starts"
            " (needs 3.7)",
            "move it by hand, or upgrade the workers first",
        )
    ids = {side.live.identity.kafka_cluster_id for side in (here, situation.source)}
    if old.kind is ConnectorKind.SINK and len(ids) > 1:
        return _problem(
            definition,
            f"{name} is a sink, and cluster {cluster} stands on another Kafka cluster: its offsets"
            " mean nothing there",
            "let the new one start at the end or the beginning of its topics: remove movedFrom",
        )
    return None


def _declared_on(cluster: str, desired: Desired) -> Collection[str]:
    if cluster == desired.cluster:
        return desired.definitions.keys()
    return desired.declared_on.get(cluster, frozenset())


def _owner_problem(situation: _Situation, desired: Desired) -> Problem | None:
    record = situation.source.memory.records.get(situation.name)
    definition = situation.definition
    if situation.begun is not None:
        return None
    if record is None:
        return replace(
            _problem(
                definition,
                f"{situation.name} is to be moved, which deletes it, and the ledger does not know"
                " it as ours",
                f"connectform adopt {situation.name} --cluster {situation.cluster}, then apply"
                " again",
            ),
            code=Code.NOT_RECORDED,
        )
    if record.project != desired.project:
        return replace(
            _problem(
                definition,
                f"{situation.name} belongs to project {record.project}",
                f"let {record.project} forget it first: connectform forget {situation.name}",
            ),
            code=Code.OWNED_BY_ANOTHER,
        )
    return None


def _nothing_to_move(situation: _Situation) -> Problem:
    begun, definition = situation.begun, situation.definition
    if begun is not None and begun.offsets:
        return _problem(
            definition,
            f"{situation.name} was deleted by hand while it was being moved to"
            f" {situation.definition.name}",
            "its offsets are in the ledger: connectform history shows them. Remove movedFrom and"
            f" declare {situation.definition.name} stopped, then set its offsets by hand",
        )
    return _problem(
        situation.definition,
        f"there is no connector {situation.name} on cluster {situation.cluster} to move"
        f" {situation.definition.name} from",
        "remove movedFrom, and it is created without a position",
    )


def _problem(definition: Definition, message: str, hint: str) -> Problem:
    written = definition.moved_from.location if definition.moved_from else None
    return Problem(
        code=Code.CANNOT_MOVE,
        message=message,
        location=written or definition.location,
        hint=hint,
        connector=definition.name,
    )
