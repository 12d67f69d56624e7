"""Read plans back from the files they were saved in, and fill in what those do not hold: secrets."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from reconcile import __version__
from reconcile.errors import DefinitionError
from reconcile.model.codes import Code
from reconcile.model.config import Config
from reconcile.model.desired import Definition
from reconcile.model.live import ClusterIdentity, LiveConnector
from reconcile.model.plan import Change, Plan, Selection, ValidationMode, Withheld, WithheldBy
from reconcile.model.problem import Location, Problem, Severity
from reconcile.plan.change_parse import read_change, read_hold, read_problem, read_withheld
from reconcile.plan.digest import digest_of, is_rotation, plan_digest, plan_entry
from reconcile.plan.document import PLAN_FORMAT_VERSION
from reconcile.plan.reference import kept_reference

Json = Mapping[str, Any]

_SHAPE_ERRORS: Final = (
    KeyError,
    TypeError,
    ValueError,
    AttributeError,
    OverflowError,
    RecursionError,
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SavedPlan:
    """A plan from the file at `path`.

    `secrets` says of each hidden value, by connector, where it is to be had.
    """

    plan: Plan
    path: str
    secrets: Mapping[str, Mapping[str, str]]


def read_plans(text: str, path: str) -> tuple[SavedPlan, ...]:
    """Return the plans of a file; raise DefinitionError where it cannot be used as it is."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _unusable(path, "it is no JSON, or was cut off", _AGAIN) from error
    return plans_in(document, path)


def plans_in(document: object, path: str) -> tuple[SavedPlan, ...]:
    """Return the plans of a document that was read from `path`; raise as `read_plans` does."""
    if not isinstance(document, dict) or document.get("kind") != "plan":
        raise _unusable(path, "it holds no plan", "write one with connectform plan --out FILE")
    try:
        _check_origin(document, path)
        plans = tuple(_plan(entry, path) for entry in document["plans"])
    except _SHAPE_ERRORS as error:
        raise _unusable(path, "it does not have the form of a plan", _AGAIN) from error
    if len({saved.plan.cluster for saved in plans}) < len(plans):
        raise _unusable(path, "it holds several plans of one cluster", _AGAIN)
    return plans


def _check_origin(document: Json, path: str) -> None:
    """Refuse a plan of another major version, or one that was changed since it was written."""
    version = str(document.get("format_version", ""))
    if version.partition(".")[0] != PLAN_FORMAT_VERSION.partition(".")[0]:
        reason = f"its format is {version or 'unknown'}, and this connectform reads {PLAN_FORMAT_VERSION}"
        raise _unusable(path, reason, "apply it with the version of connectform that made it")
    tool = str(document.get("tool", {}).get("version", "?"))
    if tool.partition(".")[0] != __version__.partition(".")[0]:
        reason = f"connectform {tool} made it, and this is {__version__}"
        raise _unusable(path, reason, "apply it with the version of connectform that made it")
    content = {key: value for key, value in document.items() if key != "checksum"}
    if document.get("checksum") != digest_of(content):
        raise _unusable(path, "it was changed since it was written", _AGAIN)


def completed(
    saved: SavedPlan,
    definitions: Mapping[str, Definition],
    live: Mapping[str, LiveConnector],
) -> tuple[Plan, tuple[Problem, ...]]:
    """Return a plan with its secrets filled in, and which of them cannot be had any more.

    A secret under a reference is whatever the reference names now. One that stands in git itself
    comes from the definition, and one that is kept as it is live from the live connector. What was
    refused by the limits of then is left out: apply judges by those of now.
    """
    problems: list[Problem] = []
    changes: list[Change] = []
    for change in saved.plan.changes:
        if change.config is None:
            changes.append(change)
            continue
        sources = saved.secrets.get(change.name, {})
        config, missing = _filled(change, change.config, sources, definitions, live)
        problems += [_lost(change, key) for key in missing]
        changes.append(replace(change, config=config))
    names = {change.name for change in changes}
    told = tuple(
        problem
        for problem in saved.plan.problems
        if not (problem.code is Code.SECRETS_NOT_RESOLVED and problem.connector in names)
    )
    plan = replace(saved.plan, changes=tuple(changes), problems=told, refusals=())
    return plan, tuple(problems)


def matching(fresh: Plan, approved: Plan) -> Plan:
    """Return the fresh plan without the changes that differ from those that were approved.

    A secret that changed under the same reference is no difference: nothing of it is in a plan that
    was made without secrets.
    """
    names = {change.name for change in approved.changes}
    known = {(change.name, change.digest) for change in approved.changes}
    changes = tuple(
        change
        for change in fresh.changes
        if (is_rotation(change) and not change.state) or (change.name, change.digest) in known
    )
    left = tuple(
        Withheld(
            change=change,
            why=WithheldBy.EXPECTATION,
            reason="it was not approved like this"
            if change.name in names
            else "it was not approved",
        )
        for change in fresh.changes
        if change not in changes
    )
    return replace(
        fresh,
        changes=changes,
        withheld=(*fresh.withheld, *left),
        digest=approved.digest if not left else fresh.digest,
    )


def held_instead(fresh: Plan, approved: Plan) -> tuple[Problem, ...]:
    """Return what was approved, and is left alone now since something holds it or a freeze began."""
    names = {change.name for change in approved.changes}
    return tuple(
        Problem(
            code=Code.HELD,
            message=f"{item.change.name} was approved, and is not applied:"
            f" {'a freeze began' if item.why is WithheldBy.FREEZE else 'it is held'} since",
            location=item.change.location,
            hint="run again once that has ended",
            severity=Severity.WARNING,
            connector=item.change.name,
        )
        for item in fresh.withheld
        if item.why in {WithheldBy.HOLD, WithheldBy.FREEZE} and item.change.name in names
    )


def changes_digest(read: Iterable[tuple[Change, Collection[str]]]) -> str:
    """Return the digest of a plan from its changes as they were read, each with its hidden keys."""
    entries = (plan_entry(change, frozenset(hidden)) for change, hidden in read)
    return plan_digest([entry for entry in entries if entry is not None])


_AGAIN: Final = "plan again: connectform plan --out FILE"


def _plan(document: Json, path: str) -> SavedPlan:
    cluster, selection = document["cluster"], document["selection"]
    read = [read_change(entry) for entry in document["changes"]]
    plan = Plan(
        project=str(document["project"]),
        cluster=str(cluster["name"]),
        identity=ClusterIdentity(
            version=str(cluster["connect_version"]),
            kafka_cluster_id=str(cluster["kafka_cluster_id"]),
        ),
        created_at=datetime.fromisoformat(document["created_at"]).astimezone(UTC),
        changes=tuple(change for change, _ in read),
        in_sync=int(document["summary"]["in_sync"]),
        declared=int(document["summary"]["declared"]),
        unmanaged=tuple(document["unmanaged"]),
        undeclared=tuple(document["undeclared"]),
        orphaned=tuple(document.get("orphaned", ())),
        unrecorded=tuple(document.get("unrecorded", ())),
        withheld=tuple(read_withheld(entry) for entry in document.get("withheld", ())),
        holds=tuple(read_hold(entry) for entry in document.get("holds", ())),
        failing=tuple(document["failing"]),
        problems=tuple(read_problem(entry) for entry in document["problems"]),
        refusals=tuple(read_problem(entry) for entry in document.get("refusals", ())),
        selection=Selection(select=tuple(selection["select"]), exclude=tuple(selection["exclude"])),
        validation=ValidationMode(document["validation"]),
        ignored=int(document["summary"]["ignored_keys"]),
        digest=str(document["digest"]),
        commit=str(document["commit"]),
        only_git=document.get("only_git") is True,
        remembered=document.get("remembered") is True,
    )
    if changes_digest(read) != plan.digest:
        raise _unusable(path, "its digest is not that of its changes", _AGAIN)
    return SavedPlan(
        plan=plan, path=path, secrets={change.name: sources for change, sources in read}
    )


def _filled(
    change: Change,
    config: Config,
    sources: Mapping[str, str],
    definitions: Mapping[str, Definition],
    live: Mapping[str, LiveConnector],
) -> tuple[Config, list[str]]:
    definition, connector = definitions.get(change.name), live.get(change.name)
    declared = definition.config if definition is not None else Config({})
    values = dict(config.reveal())
    references = dict(config.references())
    missing: list[str] = []
    for key in (*config.references(), *(key for key in sources if key not in config.references())):
        reference = config.reference(key)
        if reference is None and sources.get(key) == "live":
            value = connector.config.get(key) if connector is not None else None
        else:
            same = kept_reference(key, declared.reference(key)) == reference
            value = declared.get(key) if same else None
        if value is None:
            missing.append(key)
            continue
        values[key] = value
        written = declared.reference(key)
        if written is not None and sources.get(key) != "live":
            references[key] = written
    return Config(values, references), missing


def _lost(change: Change, key: str) -> Problem:
    return Problem(
        code=Code.STALE_PLAN,
        message=f"{change.name}: the secret {key} that the plan was made with cannot be had any more",
        location=change.location,
        hint="set the variable or file it names; where git changed since, plan again",
        connector=change.name,
    )


def _unusable(path: str, reason: str, hint: str) -> DefinitionError:
    return DefinitionError(
        Problem(
            code=Code.UNUSABLE_PLAN_FILE,
            message=f"this plan cannot be used: {reason}",
            location=Location(path),
            hint=hint,
        )
    )
