"""Tell from the configs given to tasks whether they are those of a new config; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reconcile.apply.settling import Sign
from reconcile.apply.steps import Step
from reconcile.model.config import Config
from reconcile.model.desired import TargetState
from reconcile.model.plan import Action, Change


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Telltale:
    """By what task configs of a new generation are known.

    `values` are the settings that differ from before, with their new values; `removed` those that
    the old tasks were given and new ones are not; `tasks` is the number of tasks before.
    """

    values: Config
    removed: frozenset[str] = frozenset()
    tasks: int | None = None

    def shows_in(self, configs: Sequence[Config]) -> bool:
        """Tell whether these task configs are of the new generation.

        One changed value is enough: a plugin may hand on some of its settings, or rework them.
        """
        values = self.values.reveal()
        if any(config.get(key) == value for config in configs for key, value in values.items()):
            return True
        if self.tasks is not None and len(configs) != self.tasks:
            return True
        gone = self.removed.difference(*(config.keys() for config in configs))
        return bool(configs) and bool(gone)


def telltale(before: Config, after: Config, *, tasks: int | None = None) -> Telltale:
    """Return by what the tasks of config `after` are told from those of `before`."""
    old = before.reveal()
    changed = {key: value for key, value in after.reveal().items() if old.get(key) != value}
    return Telltale(values=Config(changed), tasks=tasks)


def removed_keys(before: Config, after: Config) -> frozenset[str]:
    """Return the keys that are only in `before`."""
    return frozenset(before.keys()).difference(after.keys())


def carried(keys: Iterable[str], configs: Sequence[Config]) -> frozenset[str]:
    """Return those of the keys that the task configs hold."""
    return frozenset(key for key in keys if any(key in config for config in configs))


def sign_of(change: Change, goal: TargetState, sent: Sequence[Step]) -> Sign:
    """Return what tells that the status speaks of the time after a change.

    `sent` are the steps that carry the change out. A connector that came through stopped has no
    old run to be mistaken for the new one; one that is suspended publishes nothing.
    """
    if change.action is Action.CREATE:
        return Sign.RECOVERY
    if goal is not TargetState.RUNNING:
        return Sign.TIME
    if Step.RESUME in sent:
        return Sign.NOT_NEEDED
    return Sign.TASK_CONFIGS if change.action is Action.UPDATE else Sign.RECOVERY
