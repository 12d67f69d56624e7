"""Compare both sides with what was last applied, and so tell who made a difference."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from reconcile.model.applied import Applied, AppliedValue
from reconcile.model.config import Config
from reconcile.model.desired import TargetState, TasksRange
from reconcile.model.plan import Cause
from reconcile.plan.fingerprints import NO_FINGERPRINTS, Fingerprints
from reconcile.plan.reference import kept_reference
from reconcile.plugins.aliases import canonical
from reconcile.plugins.sensitive import is_masked

CLASS: Final = "connector.class"
TASKS_MAX: Final = "tasks.max"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Base:
    """What was last applied to one connector; nothing where nobody remembers.

    There are two where a run was cut off: what was applied before it, and what it was about to
    apply. Either may be live, and neither was made by hand. `tasks_range` is the one that git
    declares now.
    """

    name: str = ""
    applied: tuple[Applied, ...] = ()
    fingerprints: Fingerprints = NO_FINGERPRINTS
    aliases: Mapping[str, str] = field(default_factory=dict)
    tasks_range: TasksRange | None = None

    def cause_of(self, key: str, ours: Config, theirs: Config) -> Cause | None:
        """Return who made two sides differ in a key, or None where that cannot be known."""
        git = self._any(lambda applied: self._kept_in_git(applied, key, ours))
        live = self._any(lambda applied: self._kept_live(applied, key, theirs))
        return _cause(git, live)

    def cause_of_state(self, before: TargetState, after: TargetState) -> Cause | None:
        """Return who made the target state differ; a state that git newly names is git's doing."""
        states = {applied.state for applied in self.applied}
        if not states:
            return None
        if before in states or None in states:
            return Cause.GIT
        return Cause.LIVE if after in states else Cause.BOTH

    def is_kept_in_git(self, key: str, ours: Config) -> bool | None:
        """Tell whether git still says what was last applied; None where that cannot be known."""
        kept = [self._kept_in_git(applied, key, ours) for applied in self.applied]
        if not kept or None in kept:
            return False if False in kept else None
        return all(kept)

    def names_same_secret(self, key: str, ours: Config) -> bool:
        """Tell whether git takes a value from where it did when it was last applied.

        Where nobody remembers, any reference counts as the same.
        """
        reference = kept_reference(key, ours.reference(key))
        return reference is not None and all(
            key in applied.values and applied.values[key].reference == reference
            for applied in self.applied
        )

    def is_live(self, theirs: Config) -> bool:
        """Tell whether all that was applied is live, as far as that can be seen."""
        keys = {key for applied in self.applied for key in applied.values} | set(theirs)
        return bool(self.applied) and not any(self._is_other(key, theirs) for key in keys)

    def _is_other(self, key: str, theirs: Config) -> bool:
        return self._any(lambda applied: self._kept_live(applied, key, theirs)) is False

    def _any(self, kept: Callable[[Applied], bool | None]) -> bool | None:
        found = [kept(applied) for applied in self.applied]
        if True in found:
            return True
        return None if None in found or not found else False

    def _kept_in_git(self, applied: Applied, key: str, ours: Config) -> bool | None:
        value = applied.values.get(key)
        if value is None or key not in ours:
            return value is None and key not in ours
        if value.reference != kept_reference(key, ours.reference(key)):
            return False
        if key == TASKS_MAX and applied.tasks_range != self.tasks_range:
            return False
        current = ours.get(key)
        return None if current is None else self._same(applied, value, key, current)

    def _kept_live(self, applied: Applied, key: str, theirs: Config) -> bool | None:
        value, current = applied.values.get(key), theirs.get(key)
        if value is None or current is None:
            return value is None and current is None
        if is_masked(current):
            return None
        if key == TASKS_MAX and applied.tasks_range is not None and current.isdecimal():
            return applied.tasks_range.nearest(int(current)) == int(current)
        return self._same(applied, value, key, current)

    def _same(self, applied: Applied, value: AppliedValue, key: str, current: str) -> bool | None:
        if value.text is not None and key == CLASS:
            return canonical(value.text, self.aliases) == canonical(current, self.aliases)
        if value.text is not None:
            return value.text == current
        if value.fingerprint and self.fingerprints.can_compare(applied):
            return value.fingerprint == self.fingerprints.of(self.name, key, current)
        return None


NO_BASE: Final = Base()


def _cause(git: bool | None, live: bool | None) -> Cause | None:  # noqa: FBT001  # two answers, not switches
    match git, live:
        case False, False:
            return Cause.BOTH
        case False, _:
            return Cause.GIT
        case _, True:
            return Cause.GIT
        case None, None:
            return None
        case _:
            return Cause.LIVE
