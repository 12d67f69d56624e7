"""Have again what was applied before: its references filled anew, its other secrets from git."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from reconcile.desired.base import load_base
from reconcile.desired.project import LoadedProject
from reconcile.desired.references import Refusal
from reconcile.desired.refill import refilled
from reconcile.errors import ConnectformError
from reconcile.model.applied import Applied
from reconcile.model.config import Config
from reconcile.model.desired import Definition, Desired
from reconcile.model.ledger import Memory
from reconcile.model.plan import Action, Change
from reconcile.model.problem import Location
from reconcile.plan.compare import carry_over
from reconcile.plan.fingerprints import Fingerprints
from reconcile.plan.ignore import activated, rules_for
from reconcile.run.context import Context
from reconcile.run.ledgers import OpenLedger
from reconcile.run.planning import Planned, PlanRequest, plan_desired

_UNKNOWN: Final = "the ledger does not know what was applied before"
_NO_OTHER: Final = (
    "what was applied before is what fails now, as far as it can be had again (a reference stands"
    " for what it names now)"
)


def applied_again(
    context: Context,
    loaded: LoadedProject,
    cluster: str,
    wanted: Mapping[str, Applied],
    fingerprints: Fingerprints,
) -> tuple[Mapping[str, Definition], Mapping[str, Sequence[Refusal]]]:
    """Return the definitions of what was applied, and why others cannot be had, by connector."""
    literals = _literals(context, loaded, cluster, wanted, fingerprints)
    found: dict[str, Definition] = {}
    refused: dict[str, Sequence[Refusal]] = {}
    for name, applied in wanted.items():
        config, refusals = refilled(loaded, applied, context.environment, literals.get(name, {}))
        if config is None:
            refused[name] = refusals
            continue
        context.redactor.learn(
            value for key in config.references() if (value := config.get(key)) is not None
        )
        found[name] = Definition(
            name=name,
            cluster=cluster,
            config=config,
            location=Location(applied.path, applied.line),
            tasks_range=applied.tasks_range,
            state=applied.state,
        )
    return found, refused


def as_remembered(
    found: Mapping[str, Definition], memory: Memory, now: Mapping[str, Definition]
) -> Mapping[str, Definition]:
    """Return definitions of what was applied, with what the ledger knows of them besides.

    What git declares `now` says which keys are left as they are live: such rules are of today.
    """
    records = memory.records

    def remembered(name: str, definition: Definition) -> Definition:
        definition = replace(definition, ignore=now[name].ignore if name in now else ())
        if name not in records:
            return definition
        record = records[name]
        return replace(
            definition, labels=record.labels, protect=record.protect, on_delete=record.on_delete
        )

    return {name: remembered(name, definition) for name, definition in found.items()}


@contextmanager
def plan_back(
    context: Context,
    loaded: LoadedProject,
    ledger: OpenLedger,
    desired: Desired,
    commits: Mapping[str, str],
) -> Iterator[Planned]:
    """Plan one cluster back to definitions that were applied before, under a lock held already.

    Only they are planned, and nothing else is listed. `commits` are those that they came from.
    """
    request = PlanRequest(clusters=(desired.cluster,))
    with plan_desired(context, loaded, request, desired, ledger) as planned:
        plan = replace(
            planned.plan,
            changes=tuple(_of_commit(change, commits) for change in planned.plan.changes),
            unmanaged=(),
            undeclared=(),
            orphaned=(),
            unrecorded=(),
            returning=True,
        )
        yield replace(planned, plan=plan, commits=commits)


def _of_commit(change: Change, commits: Mapping[str, str]) -> Change:
    """Return a change that is remembered with the commit that its definition came from."""
    applied, commit = change.applied, commits.get(change.name, "")
    return replace(change, applied=replace(applied, commit=commit)) if applied else change


def with_ways_back(context: Context, planned: Planned) -> Planned:
    """Return a plan whose updates know what was applied before them, or why that is not known."""
    records, plan = planned.ledger.memory.records, planned.plan
    wanted = {
        change.name: record.applied
        for change in plan.changes
        if change.action is Action.UPDATE
        and (record := records.get(change.name)) is not None
        and record.applied is not None
    }
    found, refused = applied_again(
        context, planned.loaded, plan.cluster, wanted, planned.fingerprints
    )

    def prepared(change: Change) -> Change:
        if change.action is not Action.UPDATE or change.config is None:
            return change
        if change.name not in found:
            reasons = [refusal.message for refusal in refused.get(change.name, ())]
            return replace(change, no_way_back="; ".join(reasons) or _UNKNOWN)
        config = _carried_over(context, planned, found[change.name], change)
        if config.reveal() == change.config.reveal():
            return replace(change, no_way_back=_NO_OTHER)
        return replace(change, fallback=config)

    changes = tuple(prepared(change) for change in plan.changes)
    return replace(planned, plan=replace(plan, changes=changes))


def _carried_over(context: Context, planned: Planned, before: Definition, change: Change) -> Config:
    """Return the config to go back to; what the update leaves as it is live is left here too."""
    declared = planned.desired.definitions.get(change.name)
    definition = replace(before, ignore=declared.ignore if declared is not None else ())
    today = context.clock.now().date()
    rules = rules_for(definition, activated(planned.cluster.ignore, today), today)
    live = planned.live.connectors.get(change.name)
    found = carry_over(definition, live, rules, planned.aliases) if live is not None else None
    config = found.config if found is not None and found.config is not None else before.config
    return _with_drift_left(config, change) if planned.plan.only_git else config


def _with_drift_left(config: Config, change: Change) -> Config:
    """Return a config in which all is as the update writes it but for what the update changes."""
    written = change.config if change.config is not None else Config({})
    changed = {key_change.key for key_change in change.keys}
    left = {*config, *written} - changed
    values = {key: value for key in left if (value := written.get(key)) is not None}
    return config.replaced(values, without=left)


def _literals(
    context: Context,
    loaded: LoadedProject,
    cluster: str,
    wanted: Mapping[str, Applied],
    fingerprints: Fingerprints,
) -> Mapping[str, Mapping[str, str]]:
    """Return the secrets of definitions that stood in git itself, from the commits they were of."""
    commits: defaultdict[str, list[str]] = defaultdict(list)
    for name, applied in wanted.items():
        if applied.commit and applied.literals:
            commits[applied.commit].append(name)
    found: dict[str, Mapping[str, str]] = {}
    for commit, names in commits.items():
        try:
            _, base = load_base(
                loaded, commit, clusters=(cluster,), environment=context.environment
            )
        except ConnectformError:
            continue
        for name in names:
            definition = base[cluster].definitions.get(name)
            if definition is not None:
                found[name] = _literals_of(wanted[name], definition, fingerprints)
                context.redactor.learn(found[name].values())
    return found


def _literals_of(
    applied: Applied, definition: Definition, fingerprints: Fingerprints
) -> Mapping[str, str]:
    """Return the secrets of one definition; files that were not committed may have held others."""
    values = definition.config.reveal()
    comparable = fingerprints.can_compare(applied)

    def is_applied(key: str) -> bool:
        known = applied.values[key].fingerprint
        if not comparable or not known:
            return True
        return fingerprints.of(definition.name, key, values[key]) == known

    return {key: values[key] for key in applied.literals if key in values and is_applied(key)}
