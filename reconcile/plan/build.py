"""Turn a draft and the answers about its settings into the plan."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from reconcile.model.applied import Applied
from reconcile.model.plan import (
    Change,
    Effect,
    EffectKind,
    KeyChange,
    Origin,
    Plan,
    Withheld,
)
from reconcile.model.plugin import Catalog, Plugin, Setting, Validation
from reconcile.model.problem import Problem
from reconcile.plan.applied import applied_of, with_drift_left
from reconcile.plan.digest import digest_of, plan_digest, plan_entry, precondition_of
from reconcile.plan.draft import Draft, DraftChange, DraftOrigin, DraftWithheld
from reconcile.plan.effects import effects_of, tasks_of
from reconcile.plan.findings import findings_of
from reconcile.plan.fingerprints import Fingerprints
from reconcile.plan.moves import has_outside_state
from reconcile.plan.order import in_wave, ordered, waves_of
from reconcile.plan.rename import loses_position, rename_problems, renames
from reconcile.plan.show import hidden_in_git, hidden_keys, key_changes

_NO_PLUGINS: Final[Mapping[str, Plugin]] = {}
_NO_VALIDATIONS: Final[Mapping[str, Validation]] = {}
_NO_SETTINGS: Final[Mapping[str, Setting]] = {}


def build_plan(
    draft: Draft,
    *,
    now: datetime,
    plugins: Mapping[str, Plugin] = _NO_PLUGINS,
    validations: Mapping[str, Validation] = _NO_VALIDATIONS,
    catalog: Catalog | None = None,
) -> Plan:
    """Return the plan of a draft: changes in order, what they do, and what is wrong.

    `plugins` holds definitions by full class name (`draft.classes`), `validations` the answers of
    live validation by connector name (`draft.to_check`). Where there is no answer, settings are
    checked against definitions alone: those of `catalog`, which knows of converters and transforms
    as well, else those of `plugins`.
    """
    known = catalog or Catalog(plugins={name: (plugin,) for name, plugin in plugins.items()})
    renamed = renames(draft)
    waves = waves_of(draft.changes, renamed)
    changes: list[Change] = []
    withheld: list[Withheld] = []
    entries = []
    problems = [*draft.problems, *rename_problems(draft, renamed)]
    for drafted in draft.changes:
        plugin = plugins.get(drafted.class_name)
        settings = plugin.settings if plugin else _NO_SETTINGS
        hidden = hidden_keys(drafted, settings)
        validation = validations.get(drafted.name)
        problems += findings_of(drafted, draft, catalog=known, validation=validation, hidden=hidden)
        change = in_wave(_change(drafted, draft, renamed, hidden, settings), waves)
        entry = plan_entry(change, hidden)
        if entry is not None:
            entries.append(entry)
            change = replace(change, digest=digest_of(entry))
        changes.append(change)
    for item in draft.withheld:
        plugin = plugins.get(item.change.class_name)
        settings = plugin.settings if plugin else _NO_SETTINGS
        hidden = hidden_keys(item.change, settings)
        withheld.append(_withheld(item, _change(item.change, draft, {}, hidden, settings)))
    plan = _plan(draft, ordered(changes), _sorted(problems), plan_digest(entries), now)
    return replace(plan, withheld=tuple(withheld))


def with_problems(plan: Plan, more: Iterable[Problem]) -> Plan:
    """Return a plan with further problems among its own."""
    return replace(plan, problems=_sorted([*plan.problems, *more]))


def _withheld(item: DraftWithheld, change: Change) -> Withheld:
    return Withheld(change=change, why=item.why, reason=item.reason, by=item.by, until=item.until)


def _plan(
    draft: Draft,
    changes: tuple[Change, ...],
    problems: tuple[Problem, ...],
    digest: str,
    now: datetime,
) -> Plan:
    return Plan(
        project=draft.project,
        cluster=draft.taken_from.cluster,
        identity=draft.taken_from.identity,
        created_at=now,
        changes=changes,
        in_sync=draft.in_sync,
        declared=draft.declared,
        unmanaged=draft.unmanaged,
        undeclared=draft.undeclared,
        orphaned=draft.orphaned,
        unrecorded=draft.unrecorded,
        holds=draft.holds,
        failing=draft.failing,
        problems=problems,
        selection=draft.options.selection,
        validation=draft.options.validation,
        ignored=draft.ignored,
        digest=digest,
        commit=draft.options.commit,
        only_git=draft.options.only_git,
        remembered=draft.options.memory.exists,
    )


def _change(
    drafted: DraftChange,
    draft: Draft,
    renamed: Mapping[str, str],
    hidden: frozenset[str],
    settings: Mapping[str, Setting],
) -> Change:
    applied = draft.options.applied_to(drafted.name)
    keys = key_changes(drafted, hidden, applied[0] if applied else None)
    lost = loses_position(drafted, draft, renamed)
    effects = effects_of(drafted, keys, draft.taken_from.identity)
    return Change(
        action=drafted.action,
        name=drafted.name,
        class_name=drafted.class_name,
        reason=drafted.reason,
        precondition=precondition_of(drafted.live, hidden, fingerprints=draft.options.fingerprints),
        keys=keys,
        state=drafted.state,
        effects=(*effects, Effect(EffectKind.POSITION_LOST)) if lost else effects,
        ignored=drafted.ignored,
        unchanged=_unchanged(drafted, keys),
        tasks=tasks_of(drafted.seen),
        location=drafted.definition.location if drafted.definition else None,
        config=drafted.config,
        before=drafted.live.config if drafted.live else None,
        cause=drafted.cause,
        origin=_origin(drafted.origin, hidden, draft.options.fingerprints)
        if drafted.origin
        else None,
        reset_offsets=drafted.reset_offsets,
        protect=drafted.protect,
        labels=drafted.labels,
        applied=_applied(drafted, draft, hidden, settings),
    )


def _origin(origin: DraftOrigin, hidden: frozenset[str], fingerprints: Fingerprints) -> Origin:
    return Origin(
        name=origin.live.name,
        cluster=origin.cluster,
        precondition=precondition_of(
            origin.live, hidden, state=origin.state, fingerprints=fingerprints
        ),
        state=origin.state,
        has_outside_state=has_outside_state(origin.live.config),
    )


def _applied(
    drafted: DraftChange,
    draft: Draft,
    hidden: frozenset[str],
    settings: Mapping[str, Setting],
) -> Applied | None:
    """Return what the ledger is to remember; what `--only git` leaves alone stays as it was."""
    definition, options = drafted.definition, draft.options
    if definition is None:
        return None
    secret = hidden | hidden_in_git(definition, settings)
    fresh = applied_of(definition, secret, options.fingerprints, commit=options.commit)
    before = next(iter(options.applied_to(drafted.name)), None)
    if not options.only_git or before is None or drafted.live is None:
        return fresh
    return with_drift_left(fresh, before, drafted)


def _unchanged(drafted: DraftChange, keys: tuple[KeyChange, ...]) -> int:
    """Return how many keys stay as they are live, ignored ones apart."""
    if drafted.seen is None or drafted.config is None:
        return 0
    apart = {change.key for change in keys}
    apart.update(key for rule in drafted.ignored for key in rule.keys)
    return len(set(drafted.config.keys()) & set(drafted.seen.config.keys()) - apart)


def _sorted(problems: list[Problem]) -> tuple[Problem, ...]:
    return tuple(
        sorted(
            problems,
            key=lambda problem: (
                problem.connector,
                str(problem.location or ""),
                problem.code,
                problem.message,
            ),
        )
    )
