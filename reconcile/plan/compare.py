"""Compare one definition with its live connector, key by key."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from reconcile.model.config import Config
from reconcile.model.desired import Definition, IgnoreRule
from reconcile.model.live import LiveConnector
from reconcile.model.plan import IgnoredKeys
from reconcile.plan.ignore import ActiveRules
from reconcile.plugins.aliases import canonical
from reconcile.plugins.sensitive import is_masked

CLASS: Final = "connector.class"
TASKS_MAX: Final = "tasks.max"
NAME: Final = "name"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Comparison:
    """What differs between a definition and its live connector.

    `config` is what would be written, and None where nothing differs. `masked` and `unresolved`
    are keys that cannot be compared; `lost` are keys whose live value should be kept and cannot
    be, since the server masks it.
    """

    differing: tuple[str, ...] = ()
    ignored: tuple[IgnoredKeys, ...] = ()
    masked: tuple[str, ...] = ()
    unresolved: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    config: Config | None = None


IN_SYNC: Final = Comparison()


class _Verdict(Enum):
    SAME = auto()
    DIFFERS = auto()
    MASKED = auto()
    UNRESOLVED = auto()


@dataclass(slots=True)
class _Findings:
    """What one walk over the keys of a connector gathers."""

    differing: list[str] = field(default_factory=list)
    masked: list[str] = field(default_factory=list)
    unresolved: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)
    ignored: dict[str, list[str]] = field(default_factory=dict)


def is_equal(definition: Definition, live: LiveConnector) -> bool:
    """Tell whether both sides are the same text for text: the quick answer for most."""
    config = definition.config
    return (
        config.reveal() == live.config.reveal() and not live.stray_name and not config.unresolved()
    )


def compare(
    definition: Definition, live: LiveConnector, rules: ActiveRules, aliases: Mapping[str, str]
) -> Comparison:
    """Return what differs; plain comparison of texts decides, key by key.

    Kept as they are live, and so no difference: ignored keys, a class written in another form,
    and a `tasks.max` inside the declared range.
    """
    if is_equal(definition, live):
        return IN_SYNC
    ours, theirs = definition.config, live.config
    findings = _Findings()
    for key in sorted({*ours.keys(), *theirs.keys()}):
        rule = rules.matching(key)
        if rule is not None:
            _ignore(key, rule, ours, theirs, findings)
        elif (kept := _kept(key, definition, live, aliases)) is not None:
            _keep(key, kept, theirs, findings)
        else:
            _sort_in(key, _verdict(key, ours, theirs), findings)
    if live.stray_name:
        findings.differing.append(NAME)
    return _concluded(ours, findings)


def _concluded(ours: Config, findings: _Findings) -> Comparison:
    differing = tuple(sorted(findings.differing))
    config = ours.replaced(findings.kept, without=findings.absent) if differing else None
    return Comparison(
        differing=differing,
        ignored=tuple(
            IgnoredKeys(keys=tuple(keys), reason=reason)
            for reason, keys in findings.ignored.items()
        ),
        masked=tuple(findings.masked),
        unresolved=tuple(findings.unresolved),
        lost=tuple(findings.lost),
        config=config,
    )


def _ignore(key: str, rule: IgnoreRule, ours: Config, theirs: Config, findings: _Findings) -> None:
    """Carry the live value over, absence included: a PUT replaces the whole config."""
    value = theirs.get(key)
    if value is not None and is_masked(value):
        findings.lost.append(key)
        return
    if value is None:
        findings.absent.append(key)
    else:
        findings.kept[key] = value
    if value != ours.get(key):
        findings.ignored.setdefault(rule.reason, []).append(key)


def _kept(
    key: str, definition: Definition, live: LiveConnector, aliases: Mapping[str, str]
) -> str | None:
    """Return the value to keep where git and the cluster say the same in other words."""
    value = live.config.get(key)
    if value is None:
        return None
    if key == CLASS and definition.class_name:
        same = canonical(value, aliases) == canonical(definition.class_name, aliases)
        return value if same else None
    if key == TASKS_MAX and definition.tasks_range is not None:
        tasks = _whole(value)
        if tasks is None:
            return None
        nearest = definition.tasks_range.nearest(tasks)
        return value if nearest == tasks else str(nearest)
    return None


def _keep(key: str, kept: str, theirs: Config, findings: _Findings) -> None:
    findings.kept[key] = kept
    if kept != theirs.get(key):
        findings.differing.append(key)


def _verdict(key: str, ours: Config, theirs: Config) -> _Verdict:
    wanted, value = ours.get(key), theirs.get(key)
    if wanted is None and key in ours and value is not None:
        return _Verdict.UNRESOLVED
    if wanted is not None and wanted == value:
        return _Verdict.SAME
    if wanted is not None and value is not None and is_masked(value):
        return _Verdict.MASKED
    return _Verdict.DIFFERS


def _sort_in(key: str, verdict: _Verdict, findings: _Findings) -> None:
    match verdict:
        case _Verdict.SAME:
            pass
        case _Verdict.DIFFERS:
            findings.differing.append(key)
        case _Verdict.MASKED:
            findings.masked.append(key)
        case _Verdict.UNRESOLVED:
            findings.unresolved.append(key)


def _whole(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None
