"""Take connectors into the ledger, and out of it, without writing to the cluster."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from reconcile.desired.project import LoadedProject
from reconcile.errors import RefusedError, UsageError
from reconcile.ledger import keys, writing
from reconcile.model.codes import Code
from reconcile.model.command import command
from reconcile.model.ledger import Record
from reconcile.model.plan import Selection, ValidationMode
from reconcile.model.problem import Problem
from reconcile.model.selection import matches
from reconcile.plan.act import unknown_connector
from reconcile.plan.owners import owner_problems
from reconcile.plugins.aliases import canonical
from reconcile.run.asking import read_plugins
from reconcile.run.commits import with_sure_commits
from reconcile.run.context import Context
from reconcile.run.identity import Identity, run_of
from reconcile.run.ledgers import Lock, OpenLedger, open_ledger
from reconcile.run.planning import NotPlanned, Planned, PlanRequest, plan_clusters
from reconcile.run.recording import declared_record, is_recorded, live_record


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """What may be taken into a ledger, by name.

    `differing` are not as git declares; `known` were asked for by name, and are in it already.
    """

    planned: Planned
    records: tuple[Record, ...]
    differing: tuple[str, ...]
    known: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names, sorted."""
        return tuple(sorted(record.name for record in self.records))


def in_sync_records(context: Context, planned: Planned, identity: Identity) -> tuple[Record, ...]:
    """Return the records of declared connectors that are as they should be, where they must change.

    Whoever edits `protect`, or accepts into git what was changed by hand, changes nothing on the
    cluster; the ledger is to know it all the same.
    """
    plan, live, memory = planned.plan, planned.live.connectors, planned.ledger.memory
    apart = {change.name for change in plan.changes}
    apart.update(item.change.name for item in plan.withheld)
    chosen = [
        definition
        for name, definition in planned.desired.definitions.items()
        if name in live
        and name not in apart
        and matches(plan.selection, name, definition.labels)
        and not is_recorded(
            definition, memory.records.get(name), plan.project, planned.fingerprints
        )
    ]
    template = _template(context, planned.plan.project, identity)
    classes = {one.name: canonical(one.class_name, planned.aliases) for one in chosen}
    plugins = read_plugins(planned.connection, sorted(set(classes.values()))).values
    records = [
        record
        for definition in chosen
        if (
            record := declared_record(
                definition,
                live[definition.name],
                memory.records.get(definition.name),
                template,
                plugin=plugins.get(classes[definition.name]),
                fingerprints=planned.fingerprints,
                commit=(planned.commits or {}).get(definition.name, plan.commit),
            )
        )
        is not None
    ]
    if planned.commits is not None:
        return tuple(records)
    applied = {record.name: record.applied for record in records if record.applied is not None}
    sure = with_sure_commits(planned.loaded, applied)
    return tuple(replace(record, applied=sure.get(record.name)) for record in records)


@contextmanager
def plan_adoption(
    context: Context,
    loaded: LoadedProject,
    cluster: str,
    names: Sequence[str],
    *,
    selection: Selection,
    lock: Lock,
) -> Iterator[Adoption]:
    """Find out what may be taken into the ledger: what git declares, or names that are asked for.

    A connector that git does not declare must match `ownership.owns`. Raises UsageError for unknown
    names, RefusedError for what belongs to another project or to nobody.
    """
    request = PlanRequest(
        clusters=(cluster,),
        selection=selection,
        validation=ValidationMode.OFF,
        keep_going=True,
        lint=False,
    )
    with plan_clusters(context, loaded, request, lock=lock) as (planned,):
        if isinstance(planned, NotPlanned):
            raise UsageError(*planned.problems)
        _check(planned, names)
        declared = in_sync_records(context, planned, lock.identity)
        if names:
            declared = tuple(record for record in declared if record.name in names)
        stray = [name for name in names if name not in planned.desired.definitions]
        records = (*declared, *_stray_records(context, planned, stray, lock.identity))
        plan, known = planned.plan, planned.ledger.memory.records
        every = (*plan.changes, *(item.change for item in plan.withheld))
        differing = {change.name for change in every if change.before is not None}
        entered = {record.name for record in records}
        yield Adoption(
            planned=planned,
            records=records,
            differing=tuple(
                sorted(
                    name for name in differing if name not in known and (not names or name in names)
                )
            ),
            known=tuple(name for name in names if name in known and name not in entered),
        )


def adopt(context: Context, adoption: Adoption) -> None:
    """Enter what may be taken over into the ledger."""
    ledger = adoption.planned.ledger
    entries = {
        keys.connector_key(record.name): writing.record_text(record) for record in adoption.records
    }
    _record_run(context, ledger, adoption.planned.plan.project, entries, len(adoption.records))


def forget(
    context: Context, loaded: LoadedProject, cluster: str, names: Sequence[str], lock: Lock
) -> tuple[str, ...]:
    """Take connectors out of the ledger, and leave them on the cluster; return those it knew.

    Raises UsageError for names that it does not know, and RefusedError for what is another
    project's: only that one may give it up.
    """
    with open_ledger(context, loaded, cluster, lock) as ledger:
        records = ledger.memory.records
        unknown = [name for name in names if name not in records]
        if unknown:
            place = ledger.memory.place
            raise UsageError(*(unknown_connector(name, place, records) for name in unknown))
        foreign = owner_problems(names, loaded.project.name, ledger.memory, cluster=cluster)
        if foreign:
            raise RefusedError(*foreign)
        entries = dict.fromkeys(map(keys.connector_key, names))
        _record_run(context, ledger, loaded.project.name, entries, len(names))
    return tuple(names)


def _record_run(
    context: Context,
    ledger: OpenLedger,
    project: str,
    entries: dict[str, str] | dict[str, str | None] | dict[str, None],
    count: int,
) -> None:
    if ledger.lease is None or ledger.identity is None or not entries:
        return
    identity = ledger.identity
    counts = {identity.command.partition(" ")[0]: count}
    run = run_of(identity, project, context.clock.now(), counts)
    ledger.lease.swap({**entries, keys.run_key(run.id): writing.run_text(run)})


def _stray_records(
    context: Context, planned: Planned, names: Sequence[str], identity: Identity
) -> tuple[Record, ...]:
    live = planned.live.connectors
    template = _template(context, planned.plan.project, identity)
    classes = {name: canonical(live[name].class_name, planned.aliases) for name in names}
    plugins = read_plugins(planned.connection, sorted(set(classes.values()))).values
    return tuple(
        live_record(
            live[name],
            template,
            plugin=plugins.get(classes[name]),
            fingerprints=planned.fingerprints,
        )
        for name in names
    )


def _template(context: Context, project: str, identity: Identity) -> Record:
    return Record(
        name="",
        project=project,
        applied=None,
        at=context.clock.now(),
        actor=identity.actor,
        run=identity.run,
    )


def _check(planned: Planned, names: Sequence[str]) -> None:
    live, cluster = planned.live.connectors, planned.cluster.name
    unknown = [name for name in names if name not in live]
    if unknown:
        raise UsageError(*(unknown_connector(name, cluster, live) for name in unknown))
    wanted = names or planned.desired.definitions
    foreign = owner_problems(wanted, planned.project, planned.ledger.memory, cluster=cluster)
    nobodys = [
        _nobodys(name, cluster)
        for name in names
        if name not in planned.desired.definitions
        and not any(fnmatchcase(name, glob) for glob in planned.cluster.ownership.owns)
    ]
    if foreign or nobodys:
        raise RefusedError(*foreign, *nobodys)


def _nobodys(name: str, cluster: str) -> Problem:
    return Problem(
        code=Code.NOT_RECORDED,
        message=f"{name} is neither declared in git nor matched by ownership.owns",
        hint=f"declare it ({command('export', cluster=cluster)} writes the definition), or add it to"
        " ownership.owns",
        connector=name,
    )
