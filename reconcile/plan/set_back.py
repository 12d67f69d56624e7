"""Decide what may be set back to what was last applied: what was done by hand, and nothing else."""

from collections.abc import Iterator

from reconcile.model.desired import Definition
from reconcile.model.ledger import Memory, MoveStep
from reconcile.model.plan import Action, Change
from reconcile.plan.applied import is_same
from reconcile.plan.base import Base
from reconcile.plugins.sensitive import is_masked


def why_not_tried(declared: Definition, project: str, memory: Memory) -> str:
    """Return why what was last applied to a connector is not to be had, or nothing."""
    record = memory.records.get(declared.name)
    if record is not None and record.project != project:
        return f"it belongs to project {record.project}"
    if declared.protect or (record is not None and record.protect):
        return "it is protected, so that only people write to it"
    if record is None or record.applied is None:
        return "the ledger does not know what was applied to it"
    if record.pending is not None and not is_same(record.pending, record.applied):
        return "nobody knows yet what came of the last write to it: apply finds out"
    if any(
        move.step is not MoveStep.DONE and declared.name in {move.name, move.to_name}
        for move in memory.moves
    ):
        return "it is on its way to another name or cluster: apply goes on with that"
    return ""


def why_unsafe(change: Change, declared: Definition, base: Base) -> str:
    """Return why a way back would undo more than was done by hand, or nothing.

    `change` leads from live to what was last applied, the one of `base`; `declared` is what git
    says now. Where git says of a key what nobody applied yet, its change is not ours to undo; a
    secret that may be another one by now is not what was applied.
    """
    if change.action is Action.CREATE and declared.moved_from is not None:
        return "it moves here from another name or cluster: apply decides"
    if others := [*_other_secrets(change, base)]:
        return (
            f"nobody can tell whether what {_names(others)} refers to is still what was applied"
            " (it was changed since, or there was no fingerprintKey)"
        )
    if change.action is Action.CREATE:
        return ""
    if others := [
        key.key for key in change.keys if not base.is_kept_in_git(key.key, declared.config)
    ]:
        return f"git says of {_names(others)} something else than was applied: apply decides"
    if change.state is not None and declared.state is not base.applied[0].state:
        return "git says another state than was applied: apply decides"
    return ""


def _other_secrets(change: Change, base: Base) -> Iterator[str]:
    """Yield the keys whose secrets would be written, and are not surely those that were applied."""
    if change.config is None:
        return
    for key, value in base.applied[0].values.items():
        if value.text is not None or key not in change.config:
            continue
        live = change.before.get(key) if change.before is not None else None
        same = live is not None and not is_masked(live) and live == change.config.get(key)
        if not same and not base.is_kept_in_git(key, change.config):
            yield key


def _names(keys: list[str]) -> str:
    return ", ".join(keys)
