"""What rules look at: a definition, all definitions of a cluster, a change of a plan."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from reconcile.lint.classes import dialect_of, full_name, kind_of
from reconcile.model.config import Config
from reconcile.model.desired import Definition
from reconcile.model.lint import ClusterFacts, LintSettings
from reconcile.model.live import ConnectorKind
from reconcile.model.plan import Cause, Change
from reconcile.plugins.sensitive import is_sensitive

_LONGEST_SHOWN: Final = 60
_ON: Final = "true"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Subject:
    """One definition, with what the project says beside it; secrets in it are not resolved."""

    definition: Definition
    settings: LintSettings
    facts: ClusterFacts = field(default_factory=ClusterFacts)

    @property
    def config(self) -> Config:
        """Return the settings as they would be sent."""
        return self.definition.config

    @property
    def class_name(self) -> str:
        """Return the full name of the class, as far as it is known."""
        return full_name(self.definition.class_name)

    @property
    def kind(self) -> ConnectorKind:
        """Return whether it is a source or a sink."""
        return kind_of(self.class_name)

    @property
    def dialect(self) -> str:
        """Return the database of a Debezium source, or an empty text."""
        return dialect_of(self.class_name)

    def text(self, key: str) -> str:
        """Return a value without surrounding space, references as they are written; "" if unset."""
        value = self.config.get(key)
        return (value if value is not None else self.config.reference(key) or "").strip()

    def is_on(self, key: str) -> bool:
        """Tell whether a switch is on."""
        return self.text(key).lower() == _ON

    def is_off(self, key: str) -> bool:
        """Tell whether a switch is set, and not on."""
        return self.text(key).lower() == "false"

    def number(self, key: str) -> int | None:
        """Return a whole number, or None."""
        return whole(self.text(key))

    def items(self, key: str) -> tuple[str, ...]:
        """Return the items of a list."""
        return items_of(self.text(key))

    def with_prefix(self, *prefixes: str) -> Iterator[str]:
        """Return the keys that start with one of the prefixes."""
        return (key for key in self.config if key.startswith(prefixes))

    def shown(self, key: str) -> str:
        """Return a value as a message may name it: short, and no secret."""
        return shown_value(key, self.text(key))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClusterSubject:
    """All definitions of one cluster."""

    cluster: str
    subjects: tuple[Subject, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ChangeSubject:
    """One change of a plan; `now` is in the zone of the working hours, where there are any."""

    change: Change
    settings: LintSettings
    now: datetime

    def is_hidden(self, key: str) -> bool:
        """Tell whether either side of a setting is kept from view."""
        return any(change.key == key and change.sensitive for change in self.change.keys)

    def is_back(self, key: str) -> bool:
        """Tell whether a setting only goes back to what it was before somebody changed it by hand."""
        return any(change.key == key and change.cause is Cause.LIVE for change in self.change.keys)

    def before(self, key: str) -> str:
        """Return the live value, "" if it is not set or kept from view."""
        return "" if self.is_hidden(key) else _value(self.change.before, key)

    def after(self, key: str) -> str:
        """Return the wanted value, "" if it is not set or kept from view."""
        return "" if self.is_hidden(key) else _value(self.change.config, key)

    def differs(self, key: str) -> bool:
        """Tell whether a value that was set before and stays set changes, as far as is known."""
        before, after = _value(self.change.before, key), _value(self.change.config, key)
        return bool(before and after) and before != after

    def shown(self, key: str) -> str:
        """Return both values as a message may name them, or nothing where they are hidden."""
        if self.is_hidden(key):
            return ""
        before, after = (shown_value(key, text) for text in (self.before(key), self.after(key)))
        return f" from {before} to {after}"


def _value(config: Config | None, key: str) -> str:
    return (config.get(key) or "").strip() if config is not None else ""


def whole(text: str) -> int | None:
    """Return a whole number, or None where a text is none."""
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdigit() and len(digits) <= 18 else None  # noqa: PLR2004  # a 64-bit number


def items_of(text: str) -> tuple[str, ...]:
    """Return the items of a list as Kafka reads it."""
    return tuple(item.strip() for item in text.split(",") if item.strip())


def shown_value(key: str, value: str) -> str:
    """Return a value as a message may name it: short, and no secret."""
    if is_sensitive(key, value):
        return "(sensitive value)"
    if len(value) > _LONGEST_SHOWN:
        return f'"{value[:_LONGEST_SHOWN]}..."'
    return f'"{value}"'
