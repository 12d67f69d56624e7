"""Keep plans in files, and take them up again: exactly as they were approved, or not at all."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from reconcile.connect.connection import Connection
from reconcile.desired.load import LoadedDesired, load_desired
from reconcile.desired.project import LoadedProject
from reconcile.errors import DefinitionError, RefusedError, StaleError, usage
from reconcile.live.snapshot import take_snapshot
from reconcile.model.codes import Code
from reconcile.model.desired import Desired
from reconcile.model.ledger import Memory
from reconcile.model.live import LiveState
from reconcile.model.plan import ActiveHold, Change, Plan
from reconcile.model.problem import Location, Problem
from reconcile.model.project import Project
from reconcile.plan.digest import declared_digest
from reconcile.plan.fingerprints import Fingerprints
from reconcile.plan.holds import active_holds
from reconcile.plan.rotation import rotated_against_live, with_fingerprints, with_rotated
from reconcile.plan.saved import SavedPlan, completed, read_plans
from reconcile.run.asking import read_aliases
from reconcile.run.commits import plan_with_commits
from reconcile.run.connections import connect_to
from reconcile.run.context import Context
from reconcile.run.healing import healed, with_moves_closed
from reconcile.run.ledgers import Lock, OpenLedger, open_ledgers
from reconcile.run.planning import Planned, fingerprints_of
from reconcile.run.staleness import held_since, held_then, moved_since, not_ours, secrets_since

# Clocks that are kept differ by less.
_SKEW: Final = timedelta(minutes=5)
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")


def read_plan_file(context: Context, path: Path) -> tuple[SavedPlan, ...]:
    """Return the plans of a file; raise DefinitionError where it cannot be used, or is not there."""
    try:
        text = (context.directory / path).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise DefinitionError(_unreadable(path, "it is no text")) from error
    except OSError as error:
        raise DefinitionError(_unreadable(path, error.strerror or str(error))) from error
    return read_plans(text, str(path))


def check_saved(
    context: Context, loaded: LoadedProject, saved: Sequence[SavedPlan], *, longest: timedelta
) -> None:
    """Check that plans are of this project and its clusters, and neither too old nor of the future.

    Raises DefinitionError or StaleError.
    """
    project = loaded.project
    foreign = [problem for item in saved if (problem := _foreign(item, project)) is not None]
    if foreign:
        raise DefinitionError(*foreign)
    now = context.clock.now()
    untimely = [problem for item in saved if (problem := _untimely(item, now, longest)) is not None]
    if untimely:
        raise StaleError(*untimely)


@contextmanager
def plan_saved(
    context: Context, loaded: LoadedProject, saved: Sequence[SavedPlan], *, lock: Lock
) -> Iterator[tuple[Planned, ...]]:
    """Take plans up again under the lock: their secrets filled in, and everything as it was.

    What is as wanted already is left to apply to find out, so that a plan that was cut off goes on.
    Raises StaleError, before anything is written, with all that moved and all that is held since the
    plans were made, and RefusedError for what is somebody else's by now.
    """
    clusters = tuple(item.plan.cluster for item in saved)
    origins = {
        change.origin.cluster
        for item in saved
        for change in item.plan.changes
        if change.origin is not None
    }
    desired = load_desired(
        loaded,
        clusters=clusters,
        environment=context.environment,
        keep_going=True,
        lenient=True,
    )
    context.redactor.learn(secret.reveal() for secret in desired.secrets)
    fingerprints = fingerprints_of(context, loaded)
    with ExitStack() as stack:
        ledgers = stack.enter_context(open_ledgers(context, loaded, {*clusters, *origins}, lock))
        planned = [
            _taken_up(
                context,
                loaded,
                item,
                desired,
                ledgers,
                fingerprints,
                stack,
            )
            for item in saved
        ]
        moved = [problem for _, problems in planned for problem in problems]
        if moved:
            raise StaleError(*moved)
        memories = {name: ledger.memory for name, ledger in ledgers.items()}
        memories |= {item.cluster.name: item.ledger.memory for item, _ in planned}
        refused = [problem for item, _ in planned for problem in not_ours(item, memories)]
        if refused:
            raise RefusedError(*refused)
        yield tuple(item for item, _ in planned)


def _taken_up(  # noqa: PLR0917  # one call, each argument once
    context: Context,
    loaded: LoadedProject,
    saved: SavedPlan,
    found: LoadedDesired,
    ledgers: Mapping[str, OpenLedger],
    fingerprints: Fingerprints,
    stack: ExitStack,
) -> tuple[Planned, list[Problem]]:
    name = saved.plan.cluster
    cluster, desired = loaded.project.clusters[name], found.clusters[name]
    connection = stack.enter_context(connect_to(context, loaded, name))
    origins = {
        other: stack.enter_context(connect_to(context, loaded, other))
        for other in sorted(_origin_clusters(saved.plan) - {name})
    }
    names = _names(saved.plan, name, ledgers[name].memory)
    live = take_snapshot(connection, clock=context.clock, names=names)
    aliases = read_aliases(connection).values
    ledger = _closed(context, saved.plan, live, healed(ledgers[name], live, fingerprints, aliases))
    plan, problems = completed(saved, desired.definitions, live.connectors)
    holds = {
        other: _holds_now(context, loaded, ledgers[other].memory, found.clusters.get(other), other)
        for other in (name, *origins)
    }
    plan = _judged_now(context, loaded, replace(plan, holds=holds[name]), live, found)
    fresh = _with_secrets_of_now(loaded, plan, live, ledger.memory, fingerprints)
    everywhere = {**_live_there(context, saved.plan, origins), name: live}
    planned = Planned(
        loaded=loaded,
        cluster=cluster,
        desired=desired,
        live=live,
        plan=replace(
            fresh,
            identity=live.identity,
            problems=(*fresh.problems, *held_then(plan)),
            commit=saved.plan.commit,
        ),
        connection=connection,
        ledger=ledger,
        fingerprints=fingerprints,
        origins=origins,
        leases={other: ledgers[other].lease for other in origins},
        aliases=aliases,
    )
    moved = moved_since(plan, live, everywhere, ledger.memory, fingerprints)
    return planned, [*problems, *moved, *held_since(plan, live, holds, fingerprints)]


def _holds_now(
    context: Context, loaded: LoadedProject, memory: Memory, desired: Desired | None, cluster: str
) -> tuple[ActiveHold, ...]:
    """Return what is to be left alone on a cluster by now."""
    definitions = desired.definitions if desired is not None else {}
    return active_holds(
        memory.holds,
        loaded.project.clusters[cluster].freezes,
        now=context.clock.now(),
        declared={name: declared_digest(one) for name, one in definitions.items()},
    )


def _with_secrets_of_now(
    loaded: LoadedProject,
    plan: Plan,
    live: LiveState,
    memory: Memory,
    fingerprints: Fingerprints,
) -> Plan:
    """Return a plan that shows and remembers the secrets it writes, and tells of those rotated."""
    fresh = plan_with_commits(loaded, plan)
    rotated: dict[str, tuple[str, ...]] = {}
    changes: list[Change] = []
    for change in fresh.changes:
        found, record = live.connectors.get(change.name), memory.records.get(change.name)
        keys = rotated_against_live(change, found, record, fingerprints)
        rotated[change.name] = keys
        changes.append(with_fingerprints(with_rotated(change, keys, found), fingerprints))
    told = secrets_since(plan, fresh, rotated, fingerprints)
    return replace(fresh, changes=tuple(changes), problems=(*plan.problems, *told))


def _judged_now(
    context: Context, loaded: LoadedProject, plan: Plan, live: LiveState, found: LoadedDesired
) -> Plan:
    """Run the rules about changes again: it is another hour, and perhaps another project file."""
    if not plan.changes:
        return plan
    from reconcile.run.linting import linted  # noqa: PLC0415  # slow to load

    changes = tuple(
        replace(change, before=live.connectors[change.name].config)
        if change.name in live.connectors
        else change
        for change in plan.changes
    )
    judged = linted(context, loaded, replace(plan, changes=changes), found.ignores)
    return replace(plan, problems=judged.problems)


def _closed(context: Context, plan: Plan, live: LiveState, ledger: OpenLedger) -> OpenLedger:
    """Return a ledger without the moves within its cluster that lack nothing but their last record."""
    return with_moves_closed(
        {plan.cluster: ledger},
        {plan.cluster: live},
        project=plan.project,
        now=context.clock.now(),
    )[plan.cluster]


def _live_there(
    context: Context, plan: Plan, origins: Mapping[str, Connection]
) -> Mapping[str, LiveState]:
    """Read what a plan moves away from other clusters."""
    return {
        other: take_snapshot(origin, clock=context.clock, names=_origin_names(plan, other))
        for other, origin in origins.items()
    }


def _origin_clusters(plan: Plan) -> set[str]:
    return {change.origin.cluster for change in plan.changes if change.origin is not None}


def _names(plan: Plan, cluster: str, memory: Memory) -> tuple[str, ...]:
    """Return the names to read: those of the plan, and of moves that an earlier run began."""
    names = {change.name for change in plan.changes}
    names.update(end for move in memory.moves for end in (move.name, move.to_name))
    names.update(_origin_names(plan, cluster))
    return tuple(sorted(names))


def _origin_names(plan: Plan, cluster: str) -> tuple[str, ...]:
    """Return the connectors of a cluster that a plan moves away."""
    origins = [change.origin for change in plan.changes if change.origin is not None]
    return tuple(origin.name for origin in origins if origin.cluster == cluster)


def _unreadable(path: Path, reason: str) -> Problem:
    return Problem(
        code=Code.UNUSABLE_PLAN_FILE,
        message=f"this plan cannot be read: {reason}",
        location=Location(str(path)),
        hint="write one with connectform plan --out FILE",
    )


def _foreign(saved: SavedPlan, project: Project) -> Problem | None:
    plan = saved.plan
    if plan.project != project.name:
        reason = f"it is of project {plan.project}, and this is {project.name}"
    elif plan.cluster not in project.clusters:
        reason = f"project {project.name} has no cluster {plan.cluster}"
    else:
        return None
    return Problem(
        code=Code.UNUSABLE_PLAN_FILE,
        message=f"this plan cannot be used here: {reason}",
        location=Location(saved.path),
        hint="apply it with the project file that it was made with",
    )


def _untimely(saved: SavedPlan, now: datetime, longest: timedelta) -> Problem | None:
    plan, hours = saved.plan, longest.total_seconds() / 3600
    made = f"the plan of {plan.cluster} was made at {plan.created_at:%Y-%m-%d %H:%M} UTC, and"
    if plan.created_at - now > _SKEW:
        message = f"{made} it is {now:%Y-%m-%d %H:%M} UTC here: nobody can tell how old it is"
        hint = "set the clocks (NTP), then plan again"
    elif now - plan.created_at > longest:
        message = f"{made} plans are good for {hours:g} h"
        hint = "plan again, or allow more with --max-age HOURS"
    else:
        return None
    return Problem(code=Code.PLAN_AGE, message=message, location=Location(saved.path), hint=hint)


def expected_digest(text: str) -> str:
    """Return the digest that `--expect` names; raise UsageError for what is none."""
    if _DIGEST.fullmatch(text):
        return text
    raise usage(f"--expect {text} is no digest", hint="write sha256:..., or name a plan file")
