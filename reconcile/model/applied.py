"""What was applied to a connector, without any secret."""

from collections.abc import Mapping
from dataclasses import dataclass

from reconcile.model.desired import TargetState, TasksRange


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedValue:
    """One setting as it was applied; a secret is known by where it came from and its fingerprint.

    `text` is a public value. `reference` is the text with references that a secret was made from.
    Of a secret that stood in git itself neither is kept. `fingerprint` is empty where no key for
    fingerprints was given.
    """

    text: str | None = None
    reference: str | None = None
    fingerprint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """A definition as it was applied, with the place in git that it came from.

    `state` is None where git left the state alone. `fingerprint_key` names the key that the
    fingerprints were made with, without giving it away.
    """

    values: Mapping[str, AppliedValue]
    state: TargetState | None = None
    tasks_range: TasksRange | None = None
    fingerprint_key: str = ""
    path: str = ""
    line: int = 0
    commit: str = ""

    @property
    def literals(self) -> tuple[str, ...]:
        """Return the settings whose values stood in git itself and are secret: no value is kept."""
        return tuple(
            key
            for key, value in self.values.items()
            if value.text is None and value.reference is None
        )
