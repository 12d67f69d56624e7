"""Compare one definition with its live connector, key by key."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import Final

from reconcile.model.config import Config
from reconcile.model.desired import Definition, IgnoreRule
from reconcile.model.live import LiveConnector
from reconcile.model.plan import Cause, IgnoredKeys
from reconcile.plan.base import CLASS, NO_BASE, TASKS_MAX, Base
from reconcile.plan.ignore import ActiveRules
from reconcile.plugins.aliases import canonical
from reconcile.plugins.sensitive import is_masked

NAME: Final = "name"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Comparison:
    """What differs between a definition and its live connector.

    `config` is what would be written, and None where nothing differs. `masked` and `unresolved`
    are keys that cannot be compared; `lost` are keys whose live value should be kept and cannot
    be, since the server masks it. `causes` says of each differing key who made it differ; `rotated` are
    those whose secret git names as before.
    """

    differing: tuple[str, ...] = ()
    causes: Mapping[str, Cause | None] = field(default_factory=dict)
    rotated: tuple[str, ...] = ()
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
    definition: Definition,
    live: LiveConnector,
    rules: ActiveRules,
    aliases: Mapping[str, str],
    base: Base = NO_BASE,
) -> Comparison:
    """Return what differs; plain comparison of texts decides, key by key.

    Kept as they are live, and so no difference: ignored keys, a class written in another form,
    and a `tasks.max` inside the declared range. Where texts cannot be compared, because the server
    masks them or secrets were not resolved, `base` tells whether git still says what was applied.
    """
    if is_equal(definition, live):
        return IN_SYNC
    findings = _walk(definition, live, rules, aliases, base)
    if live.stray_name:
        findings.differing.append(NAME)
    found = _concluded(definition.config, live.config, findings, base)
    return found if found.differing else replace(found, config=None)


def carry_over(
    definition: Definition, live: LiveConnector, rules: ActiveRules, aliases: Mapping[str, str]
) -> Comparison:
    """Compare a definition with the connector that it replaces; `config` is there in any case."""
    findings = _walk(definition, live, rules, aliases, NO_BASE)
    return _concluded(definition.config, live.config, findings, NO_BASE)


def _walk(
    definition: Definition,
    live: LiveConnector,
    rules: ActiveRules,
    aliases: Mapping[str, str],
    base: Base,
) -> _Findings:
    ours, theirs = definition.config, live.config
    findings = _Findings()
    for key in sorted({*ours.keys(), *theirs.keys()}):
        rule = rules.matching(key)
        if rule is not None:
            _ignore(key, rule, ours, theirs, findings)
        elif (kept := _kept(key, definition, live, aliases)) is not None:
            _keep(key, kept, theirs, findings)
        else:
            _sort_in(key, _verdict(key, ours, theirs, base), findings)
    return findings


def keep_live(comparison: Comparison, live: LiveConnector, keys: Iterable[str]) -> Comparison:
    """Return a comparison in which some of the differing keys stay as they are live."""
    kept = frozenset(keys)
    differing = tuple(key for key in comparison.differing if key not in kept)
    values = {key: value for key in kept if (value := live.config.get(key)) is not None}
    masked = tuple(sorted(key for key, value in values.items() if is_masked(value)))
    config = None
    if differing and comparison.config is not None:
        config = comparison.config.replaced(
            {key: value for key, value in values.items() if key not in masked}, without=kept
        )
    return replace(comparison, differing=differing, config=config, lost=(*comparison.lost, *masked))


def _concluded(ours: Config, theirs: Config, findings: _Findings, base: Base) -> Comparison:
    differing = tuple(sorted(findings.differing))
    return Comparison(
        differing=differing,
        causes={key: _cause(key, ours, theirs, base) for key in differing},
        rotated=tuple(
            key for key in differing if key in theirs and base.names_same_secret(key, ours)
        ),
        ignored=tuple(
            IgnoredKeys(keys=tuple(keys), reason=reason)
            for reason, keys in findings.ignored.items()
        ),
        masked=tuple(findings.masked),
        unresolved=tuple(findings.unresolved),
        lost=tuple(findings.lost),
        config=ours.replaced(findings.kept, without=findings.absent),
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


def _cause(key: str, ours: Config, theirs: Config, base: Base) -> Cause | None:
    if key == NAME:
        # Git never says another name; a PATCH by hand can.
        return Cause.LIVE if base.applied else None
    return base.cause_of(key, ours, theirs)


def _verdict(key: str, ours: Config, theirs: Config, base: Base) -> _Verdict:
    wanted, value = ours.get(key), theirs.get(key)
    if wanted is None and key in ours and value is not None:
        return _uncompared(_Verdict.UNRESOLVED, base.is_kept_in_git(key, ours), base)
    if wanted is not None and wanted == value:
        return _Verdict.SAME
    if wanted is not None and value is not None and is_masked(value):
        return _uncompared(_Verdict.MASKED, base.is_kept_in_git(key, ours), base)
    return _Verdict.DIFFERS


def _uncompared(verdict: _Verdict, kept: bool | None, base: Base) -> _Verdict:  # noqa: FBT001  # an answer, not a switch
    """Judge a key whose live value says nothing, by what git said when it was last applied.

    A secret under the reference that was applied is taken as the same where it is not resolved.
    """
    if kept is False:
        return _Verdict.DIFFERS
    if kept or (verdict is _Verdict.UNRESOLVED and base.applied):
        return _Verdict.SAME
    return verdict


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
