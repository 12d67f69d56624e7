"""Turn differing keys into what a plan may show of them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from reconcile.model.applied import Applied
from reconcile.model.config import Config
from reconcile.model.desired import Definition
from reconcile.model.live import LiveConnector
from reconcile.model.plan import Cause, KeyChange, Shown, ValueKind
from reconcile.model.plugin import Setting
from reconcile.plan.compare import NAME
from reconcile.plan.draft import DraftChange
from reconcile.plan.explain import explain
from reconcile.plan.reference import shown_reference
from reconcile.plugins.sensitive import is_masked, is_sensitive

_EMPTY: Final = Config({})
_NO_SETTINGS: Final[Mapping[str, Setting]] = {}
_SHORTEST_SECRET: Final = 6


def hidden_keys(
    change: DraftChange, settings: Mapping[str, Setting] = _NO_SETTINGS
) -> frozenset[str]:
    """Return the keys of a connector whose values must not be seen, on either side.

    Where one side is sensitive the other is too. A value made from references is, and so is one
    that repeats such a value under another key.
    """
    ours = change.config if change.config is not None else _declared(change)
    sides = [ours, *(connector.config for connector in _connectors(change))]
    references = _declared(change).references()
    secrets = _secret_texts(_declared(change))

    def is_hidden(key: str) -> bool:
        values = {config.get(key) for config in sides}
        return key in references or any(
            is_sensitive(key, value, settings.get(key)) or _repeats(value, secrets)
            for value in values
            if value is not None
        )

    return frozenset(filter(is_hidden, {key for config in sides for key in config}))


def hidden_in_git(
    definition: Definition, settings: Mapping[str, Setting] = _NO_SETTINGS
) -> frozenset[str]:
    """Return the keys of a definition whose values must not be kept, ignored ones included."""
    config = definition.config
    secrets = _secret_texts(config)
    values = config.reveal()
    return frozenset(
        key
        for key in config
        if key in config.references()
        or is_sensitive(key, values[key], settings.get(key))
        or _repeats(values[key], secrets)
    )


def key_changes(
    change: DraftChange, hidden: frozenset[str], applied: Applied | None = None
) -> tuple[KeyChange, ...]:
    """Return the differing keys, sorted; sensitive values are numbered within the connector.

    `applied` is what was last applied to it, where that is known.
    """
    numbers: dict[str, int] = {}
    found = (_key_change(change, key, hidden, numbers) for key in change.differing)
    return tuple(replace(key, applied=_as_applied(key, applied, numbers)) for key in found)


def _as_applied(
    key: KeyChange, applied: Applied | None, numbers: Mapping[str, int]
) -> Shown | None:
    """Return what was last applied where git and live both have another public value."""
    value = applied.values.get(key.key) if applied is not None else None
    if key.cause is not Cause.BOTH or key.sensitive or value is None:
        return None
    if value.text is not None:
        return _plain(value.text)
    place = shown_reference(key.key, value.reference) if value.reference is not None else ""
    return Shown(kind=ValueKind.SENSITIVE, number=len(numbers) + 1, reference=place)


def _key_change(
    change: DraftChange, key: str, hidden: frozenset[str], numbers: dict[str, int]
) -> KeyChange:
    if key == NAME and change.live is not None:
        return _name_change(change, change.live.stray_name)
    cause = change.causes.get(key)
    before = _before(change, key, hidden, numbers)
    after = _after(change, key, hidden, numbers)
    plain = all(shown is not None and shown.kind is ValueKind.PLAIN for shown in (before, after))
    return KeyChange(
        key=key,
        before=before,
        after=after,
        parts=explain(before.text, after.text) if plain and before and after else (),
        location=change.definition.locate(key) if change.definition and after else None,
        cause=cause,
        rotated=key in change.rotated,
    )


def _name_change(change: DraftChange, stray_name: str) -> KeyChange:
    return KeyChange(
        key=NAME,
        before=_plain(stray_name),
        after=_plain(change.name),
        cause=change.causes.get(NAME),
    )


def _before(
    change: DraftChange, key: str, hidden: frozenset[str], numbers: dict[str, int]
) -> Shown | None:
    value = change.seen.config.get(key) if change.seen else None
    if value is None:
        return None
    if is_masked(value):
        return Shown(kind=ValueKind.MASKED)
    return _numbered(value, numbers) if key in hidden else _plain(value)


def _after(
    change: DraftChange, key: str, hidden: frozenset[str], numbers: dict[str, int]
) -> Shown | None:
    config = change.config if change.config is not None else _EMPTY
    value, reference = config.get(key), config.reference(key)
    if value is None:
        if reference is None:
            return None
        return Shown(kind=ValueKind.UNRESOLVED, reference=shown_reference(key, reference))
    if key not in hidden:
        return _plain(value)
    place = shown_reference(key, reference) if reference is not None else ""
    return _numbered(value, numbers, place)


def _plain(value: str) -> Shown:
    return Shown(kind=ValueKind.PLAIN, text=value)


def _numbered(value: str, numbers: dict[str, int], reference: str = "") -> Shown:
    number = numbers.setdefault(value, len(numbers) + 1)
    return Shown(kind=ValueKind.SENSITIVE, number=number, reference=reference)


def _declared(change: DraftChange) -> Config:
    return change.definition.config if change.definition else _EMPTY


def _connectors(change: DraftChange) -> list[LiveConnector]:
    """Return the live connectors that a change is about: of a move, both."""
    origin = change.origin.live if change.origin is not None else None
    return [connector for connector in (change.live, origin) if connector is not None]


def _secret_texts(config: Config) -> tuple[str, ...]:
    values = (config.get(key) for key in config.references())
    return tuple(value for value in values if value and len(value) >= _SHORTEST_SECRET)


def _repeats(value: str, secrets: tuple[str, ...]) -> bool:
    return any(secret in value for secret in secrets)
