"""Pair desired with live and decide what is done to which connector."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from reconcile.model.config import Config
from reconcile.model.desired import Definition, Desired
from reconcile.model.live import LiveConnector, LiveState
from reconcile.model.plan import Action, IgnoredKeys, Reason, StateChange
from reconcile.model.problem import Problem
from reconcile.model.release import is_addressable
from reconcile.model.selection import matches
from reconcile.plan.compare import IN_SYNC, Comparison, compare, is_equal
from reconcile.plan.ignore import ActiveRule, activated, rules_for
from reconcile.plan.notices import draft_problems
from reconcile.plan.options import PlanOptions
from reconcile.plan.select import reaches_undeclared
from reconcile.plugins.aliases import canonical


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DraftChange:
    """A change as decided, before anybody is asked about settings.

    `config` is the complete config to write, for creates and updates alone; `differing` its keys
    that are not so live.
    """

    action: Action
    reason: Reason
    name: str
    class_name: str
    definition: Definition | None = None
    live: LiveConnector | None = None
    config: Config | None = None
    differing: tuple[str, ...] = ()
    state: StateChange | None = None
    ignored: tuple[IgnoredKeys, ...] = ()
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Draft:
    """All decisions for one cluster, in the order of names.

    `aliases` maps each written form of a class to its full name; `taken_from` is the live state
    that was compared; `unmanaged`, `undeclared` and `failing` are as in a plan.
    """

    project: str
    taken_from: LiveState
    options: PlanOptions
    aliases: Mapping[str, str]
    changes: tuple[DraftChange, ...]
    in_sync: int
    declared: int
    unmanaged: tuple[str, ...]
    undeclared: tuple[str, ...]
    failing: tuple[str, ...]
    problems: tuple[Problem, ...]
    ignored: int

    @property
    def to_check(self) -> tuple[DraftChange, ...]:
        """Return the creates and updates: their `config` is worth validating."""
        return tuple(change for change in self.changes if change.config is not None)

    @property
    def classes(self) -> tuple[str, ...]:
        """Return the full class names whose plugin definitions `build_plan` wants, sorted."""
        return tuple(sorted({change.class_name for change in self.changes if change.class_name}))


def draft_plan(
    desired: Desired, live: LiveState, *, options: PlanOptions, aliases: Mapping[str, str]
) -> Draft:
    """Decide what is created, updated, set to another state or deleted; reads nothing.

    Only what git declares is touched, and what it does not declare is deleted only where
    `options.prune` and `options.owns` say so, and no definition was left out as unusable.
    """
    definitions = _selected(desired, options)
    compared = _compared(definitions, live, options, aliases)
    stray = tuple(
        name
        for name in sorted(live.connectors.keys() - desired.definitions.keys())
        if reaches_undeclared(options.selection, name)
    )
    owned = tuple(name for name in stray if _is_owned(name, options.owns))
    doomed = _doomed(owned, desired, live, options)
    changes = [
        *(_created(definition, aliases) for definition in _missing(definitions, live)),
        *_changed(definitions, live, compared, aliases),
        *(_deleted(live.connectors[name], aliases) for name in doomed),
    ]
    return Draft(
        project=desired.project,
        taken_from=live,
        options=options,
        aliases=aliases,
        changes=tuple(sorted(changes, key=lambda change: change.name)),
        in_sync=sum(name in live.connectors for name in definitions) - _touched(changes),
        declared=len(definitions),
        unmanaged=tuple(name for name in stray if name not in doomed),
        undeclared=tuple(name for name in owned if name not in doomed),
        failing=tuple(name for name in sorted(definitions) if _is_failing(name, live)),
        problems=draft_problems(desired, live, definitions, compared, owned, options),
        ignored=sum(len(rule.keys) for found in compared.values() for rule in found.ignored),
    )


def _selected(desired: Desired, options: PlanOptions) -> Mapping[str, Definition]:
    if not options.selection:
        return desired.definitions
    return {
        name: definition
        for name, definition in desired.definitions.items()
        if matches(options.selection, name, definition.labels)
    }


def _compared(
    definitions: Mapping[str, Definition],
    live: LiveState,
    options: PlanOptions,
    aliases: Mapping[str, str],
) -> dict[str, Comparison]:
    """Return the comparisons that found anything; most connectors need no entry."""
    cluster_rules = activated(options.ignore, options.today)
    found = {}
    for name, definition in definitions.items():
        connector = live.connectors.get(name)
        if connector is not None and not is_equal(definition, connector):
            found[name] = _comparison(definition, connector, cluster_rules, options, aliases)
    return found


def _comparison(
    definition: Definition,
    connector: LiveConnector,
    cluster_rules: tuple[ActiveRule, ...],
    options: PlanOptions,
    aliases: Mapping[str, str],
) -> Comparison:
    rules = rules_for(definition, cluster_rules, options.today)
    return compare(definition, connector, rules, aliases)


def _missing(definitions: Mapping[str, Definition], live: LiveState) -> list[Definition]:
    return [definition for name, definition in definitions.items() if name not in live.connectors]


def _created(definition: Definition, aliases: Mapping[str, str]) -> DraftChange:
    state = definition.state
    return DraftChange(
        action=Action.CREATE,
        reason=Reason.NOT_LIVE,
        name=definition.name,
        class_name=canonical(definition.class_name, aliases),
        definition=definition,
        config=definition.config,
        differing=definition.config.keys(),
        state=StateChange(before=None, after=state) if state is not None else None,
    )


def _changed(
    definitions: Mapping[str, Definition],
    live: LiveState,
    compared: Mapping[str, Comparison],
    aliases: Mapping[str, str],
) -> Iterable[DraftChange]:
    for name, definition in definitions.items():
        connector = live.connectors.get(name)
        if connector is None:
            continue
        comparison = compared.get(name, IN_SYNC)
        state = _state_change(definition, connector)
        if comparison.differing or state is not None:
            yield _update(definition, connector, comparison, state, aliases)


def _update(
    definition: Definition,
    connector: LiveConnector,
    comparison: Comparison,
    state: StateChange | None,
    aliases: Mapping[str, str],
) -> DraftChange:
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
        state=state,
        ignored=comparison.ignored,
        lost=comparison.lost if written else (),
    )


def _state_change(definition: Definition, connector: LiveConnector) -> StateChange | None:
    """Return the change of the target state; a state that git does not name is never touched."""
    if definition.state is None or definition.state is connector.target_state:
        return None
    return StateChange(before=connector.target_state, after=definition.state)


def _deleted(connector: LiveConnector, aliases: Mapping[str, str]) -> DraftChange:
    return DraftChange(
        action=Action.DELETE,
        reason=Reason.NOT_DECLARED,
        name=connector.name,
        class_name=canonical(connector.class_name, aliases),
        live=connector,
    )


def _doomed(
    owned: Iterable[str], desired: Desired, live: LiveState, options: PlanOptions
) -> frozenset[str]:
    if not options.prune or not desired.complete:
        return frozenset()
    return frozenset(name for name in owned if is_addressable(name, live.identity.release))


def _is_failing(name: str, live: LiveState) -> bool:
    connector = live.connectors.get(name)
    return connector is not None and connector.has_failed


def _is_owned(name: str, owns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, glob) for glob in owns)


def _touched(changes: Iterable[DraftChange]) -> int:
    return sum(change.action in {Action.UPDATE, Action.SET_STATE} for change in changes)
