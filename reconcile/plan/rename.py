"""Recognise connectors that were renamed, or that cannot run beside each other."""

from collections.abc import Iterable, Mapping
from typing import Final

from reconcile.model.codes import Code
from reconcile.model.config import Config
from reconcile.model.live import LiveConnector
from reconcile.model.plan import Action
from reconcile.model.problem import Problem, Severity
from reconcile.plan.draft import Draft, DraftChange
from reconcile.plan.effects import keeps_its_group
from reconcile.plugins.aliases import canonical

_ALIKE: Final = 0.8
_MOST_PAIRS: Final = 200_000
_READS_FROM: Final = (
    "topics",
    "topics.regex",
    "table.include.list",
    "table.whitelist",
    "collection.include.list",
    "query",
    "file",
    "topic",
)
_EXCLUSIVE: Final = ("slot.name", "consumer.override.group.id", "database.server.id")


def renames(draft: Draft) -> Mapping[str, str]:
    """Return, for each new connector that looks like a renamed one, the old name.

    The old one is live, owned and no longer declared, of the same class, and has most settings in
    common. Above 200,000 pairs of one class nothing is looked for.
    """
    created = [change for change in draft.changes if change.action is Action.CREATE]
    if not created:
        return {}
    gone = _gone_by_class(draft)
    found: dict[str, str] = {}
    for class_name, candidates in gone.items():
        alike = [change for change in created if change.class_name == class_name]
        if len(alike) * len(candidates) <= _MOST_PAIRS:
            found |= _pairs(alike, candidates)
    return found


def rename_problems(draft: Draft, renamed: Mapping[str, str]) -> tuple[Problem, ...]:
    """Return a warning for each connector that loses its position by a new name."""
    return tuple(
        Problem(
            code=Code.LOOKS_RENAMED,
            message=f"{change.name} looks like {renamed[change.name]} under a new name: positions"
            " are kept by name, so it starts without one",
            location=change.definition.location if change.definition else None,
            hint=f"keep the name {renamed[change.name]}, or carry the offsets over by hand before"
            f" {change.name} runs",
            severity=Severity.WARNING,
            connector=change.name,
        )
        for change in draft.changes
        if loses_position(change, draft, renamed)
    )


def loses_position(change: DraftChange, draft: Draft, renamed: Mapping[str, str]) -> bool:
    """Tell whether a new connector leaves the position of the renamed one behind."""
    old = draft.taken_from.connectors.get(renamed.get(change.name, ""))
    return old is not None and not keeps_its_group(old, change)


def rivals(deleted: DraftChange, changes: Iterable[DraftChange]) -> list[DraftChange]:
    """Return the writes that need what a connector to be deleted still holds.

    That is a replication slot, a consumer group or a server id that both name.
    """
    held = _held(deleted.live.config) if deleted.live else set()
    if not held:
        return []
    return [
        change
        for change in changes
        if change.config is not None and held & (_held(change.config) - _held_before(change))
    ]


def _held_before(change: DraftChange) -> set[tuple[str, str]]:
    return _held(change.live.config) if change.live else set()


def _held(config: Config) -> set[tuple[str, str]]:
    values = ((key, config.get(key)) for key in _EXCLUSIVE)
    return {(key, value) for key, value in values if value}


def _gone_by_class(draft: Draft) -> dict[str, list[LiveConnector]]:
    deleted = [change.name for change in draft.changes if change.action is Action.DELETE]
    gone: dict[str, list[LiveConnector]] = {}
    for name in sorted({*deleted, *draft.undeclared, *draft.orphaned}):
        connector = draft.taken_from.connectors[name]
        gone.setdefault(canonical(connector.class_name, draft.aliases), []).append(connector)
    return gone


def _pairs(created: list[DraftChange], gone: list[LiveConnector]) -> dict[str, str]:
    """Pair each new connector with the old one most like it, each old one at most once."""
    likeness = [
        (-_likeness(change, connector), change.name, connector.name)
        for change in created
        for connector in gone
    ]
    found: dict[str, str] = {}
    for _, new, old in sorted(pair for pair in likeness if -pair[0] >= _ALIKE):
        if new not in found and old not in found.values():
            found[new] = old
    return found


def _likeness(change: DraftChange, connector: LiveConnector) -> float:
    """Return the share of settings that are equal, and 0 where they read other things.

    The class is equal already, so it does not count.
    """
    ours = change.config.reveal() if change.config is not None else {}
    theirs = connector.config.reveal()
    if any(ours.get(key) != theirs.get(key) for key in _READS_FROM):
        return 0.0
    keys = (ours.keys() | theirs.keys()) - {"connector.class"}
    same = sum(ours.get(key) == theirs.get(key) for key in keys)
    return same / len(keys) if keys else 0.0
