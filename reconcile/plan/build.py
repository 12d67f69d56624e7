"""Turn a draft and the answers about its settings into the plan."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from reconcile.model.plan import Change, Effect, EffectKind, KeyChange, Plan
from reconcile.model.plugin import Plugin, Setting, Validation
from reconcile.model.problem import Problem
from reconcile.plan.digest import plan_digest, plan_entry, precondition_of
from reconcile.plan.draft import Draft, DraftChange
from reconcile.plan.effects import effects_of, tasks_of
from reconcile.plan.findings import findings_of
from reconcile.plan.order import in_wave, ordered, waves_of
from reconcile.plan.rename import loses_position, rename_problems, renames
from reconcile.plan.show import hidden_keys, key_changes

_NO_PLUGINS: Final[Mapping[str, Plugin]] = {}
_NO_VALIDATIONS: Final[Mapping[str, Validation]] = {}
_NO_SETTINGS: Final[Mapping[str, Setting]] = {}


def build_plan(
    draft: Draft,
    *,
    now: datetime,
    plugins: Mapping[str, Plugin] = _NO_PLUGINS,
    validations: Mapping[str, Validation] = _NO_VALIDATIONS,
) -> Plan:
    """Return the plan of a draft: changes in order, what they do, and what is wrong.

    `plugins` holds definitions by full class name (`draft.classes`), `validations` the answers of
    live validation by connector name (`draft.to_check`). Where there is no answer, settings are
    checked against the definitions alone.
    """
    renamed = renames(draft)
    waves = waves_of(draft.changes, renamed)
    changes: list[Change] = []
    entries = []
    problems = [*draft.problems, *rename_problems(draft, renamed)]
    for drafted in draft.changes:
        plugin = plugins.get(drafted.class_name)
        hidden = hidden_keys(drafted, plugin.settings if plugin else _NO_SETTINGS)
        validation = validations.get(drafted.name)
        problems += findings_of(drafted, draft, plugin=plugin, validation=validation, hidden=hidden)
        change = in_wave(_change(drafted, draft, renamed, hidden), waves)
        entry = plan_entry(change, hidden)
        entries += [entry] if entry is not None else []
        changes.append(change)
    return _plan(draft, ordered(changes), _sorted(problems), plan_digest(entries), now)


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
        failing=draft.failing,
        problems=problems,
        selection=draft.options.selection,
        validation=draft.options.validation,
        ignored=draft.ignored,
        digest=digest,
        commit=draft.options.commit,
    )


def _change(
    drafted: DraftChange, draft: Draft, renamed: Mapping[str, str], hidden: frozenset[str]
) -> Change:
    keys = key_changes(drafted, hidden)
    lost = loses_position(drafted, draft, renamed)
    effects = effects_of(drafted, keys, draft.taken_from.identity)
    return Change(
        action=drafted.action,
        name=drafted.name,
        class_name=drafted.class_name,
        reason=drafted.reason,
        precondition=precondition_of(drafted.live, hidden),
        keys=keys,
        state=drafted.state,
        effects=(*effects, Effect(EffectKind.POSITION_LOST)) if lost else effects,
        ignored=drafted.ignored,
        unchanged=_unchanged(drafted, keys),
        tasks=tasks_of(drafted.live),
        location=drafted.definition.location if drafted.definition else None,
        config=drafted.config,
        before=drafted.live.config if drafted.live else None,
    )


def _unchanged(drafted: DraftChange, keys: tuple[KeyChange, ...]) -> int:
    """Return how many keys stay as they are live, ignored ones apart."""
    if drafted.live is None or drafted.config is None:
        return 0
    apart = {change.key for change in keys}
    apart.update(key for rule in drafted.ignored for key in rule.keys)
    return len(set(drafted.config.keys()) & set(drafted.live.config.keys()) - apart)


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
