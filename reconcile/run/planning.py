"""Plan clusters: read what is, compare it with what should be, check what would be written."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace

from reconcile.connect.connection import Connection
from reconcile.connect.reads import list_names
from reconcile.desired.base import load_base
from reconcile.desired.git import commit_of
from reconcile.desired.load import load_desired
from reconcile.desired.project import LoadedProject, read_fingerprint_key
from reconcile.errors import ConnectformError
from reconcile.ledger.lease import HeldLease
from reconcile.live.snapshot import take_snapshot
from reconcile.model.applied import Applied
from reconcile.model.desired import Desired
from reconcile.model.ledger import Memory
from reconcile.model.lint import LintIgnore
from reconcile.model.live import LiveState
from reconcile.model.plan import Plan, Selection, ValidationMode
from reconcile.model.problem import Problem
from reconcile.model.project import Cluster, Prune
from reconcile.model.selection import matches
from reconcile.plan.applied import applied_of
from reconcile.plan.build import build_plan
from reconcile.plan.decide import draft_plan
from reconcile.plan.fingerprints import NO_FINGERPRINTS, Fingerprints
from reconcile.plan.options import PlanOptions
from reconcile.plugins.aliases import class_aliases
from reconcile.plugins.sensitive import is_sensitive
from reconcile.run.around import Around, look_around
from reconcile.run.asking import learn_secrets_of, list_catalog, together, validated
from reconcile.run.commits import plan_with_commits
from reconcile.run.connections import connect_to
from reconcile.run.context import Context
from reconcile.run.definitions import read_definitions
from reconcile.run.healing import healed
from reconcile.run.ledgers import Lock, OpenLedger, open_ledgers, seen_by_us_alone


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRequest:
    """What somebody wants planned; `prune` asks for deletes beyond what the project file says.

    `only_git` leaves alone what was changed by hand; `base` is the commit whose definitions count
    as what was last applied. With `lenient` secrets that are not there stay unresolved. `lint` runs
    the rules about changes.
    """

    clusters: tuple[str, ...]
    selection: Selection = field(default_factory=Selection)
    validation: ValidationMode = ValidationMode.LIVE
    strict: bool = False
    prune: bool = False
    secrets: bool = True
    keep_going: bool = False
    only_git: bool = False
    base: str = ""
    lenient: bool = False
    lint: bool = True


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Planned:
    """A plan, what it was made from, and the open connection to its cluster.

    `aliases` maps each written form of a class to its full name. `origins` and `leases` are the
    connections to other clusters that connectors move from, and the right to write there.
    `commits` are those that definitions come from which are not those of the files, by connector.
    """

    loaded: LoadedProject
    cluster: Cluster
    desired: Desired
    live: LiveState
    plan: Plan
    connection: Connection
    ledger: OpenLedger
    fingerprints: Fingerprints = NO_FINGERPRINTS
    origins: Mapping[str, Connection] = field(default_factory=dict)
    leases: Mapping[str, HeldLease | None] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    commits: Mapping[str, str] | None = None

    @property
    def project(self) -> str:
        """Return the name of the project."""
        return self.plan.project


@dataclass(frozen=True, slots=True, kw_only=True)
class NotPlanned:
    """A cluster that could not be planned, and why."""

    project: str
    cluster: Cluster
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Work:
    """All that the planning of each cluster shares; `whole` are all definitions that git holds."""

    context: Context
    loaded: LoadedProject
    request: PlanRequest
    desired: Mapping[str, Desired]
    ledgers: Mapping[str, OpenLedger]
    fingerprints: Fingerprints
    commit: str
    base: Mapping[str, Desired] | None
    ignores: tuple[LintIgnore, ...] = ()
    whole: bool = True


@contextmanager
def plan_clusters(
    context: Context, loaded: LoadedProject, request: PlanRequest, *, lock: Lock | None = None
) -> Iterator[tuple[Planned | NotPlanned, ...]]:
    """Plan each cluster, all at the same time; connections stay open inside the block.

    With `lock` the right to write is held as long as the block runs, on each cluster that the plans
    are about. Raises DefinitionError where the files are not usable, LedgerError where a ledger is
    not, or is locked. A cluster that cannot be read does not keep the others from being planned.
    """
    desired = load_desired(
        loaded,
        clusters=request.clusters,
        environment=context.environment,
        secrets=request.secrets,
        selection=request.selection,
        keep_going=request.keep_going,
        lenient=request.lenient,
    )
    context.redactor.learn(secret.reveal() for secret in desired.secrets)
    commit, base = commit_of(loaded.project.definitions_root), None
    if request.base:
        _, base = load_base(
            loaded, request.base, clusters=request.clusters, environment=context.environment
        )
    sources = {cluster for found in desired.clusters.values() for cluster in found.declared_on}
    clusters = {*request.clusters, *(sources & loaded.project.clusters.keys())}
    with ExitStack() as stack:
        ledgers = stack.enter_context(open_ledgers(context, loaded, clusters, lock))
        work = _Work(
            context=context,
            loaded=loaded,
            request=request,
            desired=desired.clusters,
            ignores=desired.ignores,
            ledgers=ledgers,
            fingerprints=fingerprints_of(context, loaded),
            commit=commit,
            base=base,
        )

        def attempt(name: str) -> Planned | NotPlanned:
            try:
                return _planned(work, name, stack)
            except ConnectformError as error:
                cluster = loaded.project.clusters[name]
                return NotPlanned(
                    project=loaded.project.name, cluster=cluster, problems=error.problems
                )

        yield tuple(together(attempt, request.clusters))


@contextmanager
def plan_desired(
    context: Context,
    loaded: LoadedProject,
    request: PlanRequest,
    desired: Desired,
    ledger: OpenLedger,
) -> Iterator[Planned]:
    """Plan one cluster for definitions that do not come from the files, under a lock held already.

    They are not all that git declares, so nothing else is deleted, whatever `ownership.prune` says.
    """
    work = _Work(
        context=context,
        loaded=loaded,
        request=request,
        desired={desired.cluster: desired},
        ledgers={desired.cluster: ledger},
        fingerprints=fingerprints_of(context, loaded),
        commit=commit_of(loaded.project.root),
        base=None,
        whole=False,
    )
    with ExitStack() as stack:
        yield _planned(work, desired.cluster, stack)


def fingerprints_of(context: Context, loaded: LoadedProject) -> Fingerprints:
    """Return the fingerprints that the project's key makes; none where it is not given here."""
    key = read_fingerprint_key(loaded, context.environment)
    if key is not None:
        context.redactor.learn([key.reveal()])
    return Fingerprints(key)


def _planned(work: _Work, name: str, stack: ExitStack) -> Planned:
    context, request, desired = work.context, work.request, work.desired[name]
    cluster = work.loaded.project.clusters[name]
    connection = stack.enter_context(connect_to(context, work.loaded, name))
    memory = work.ledgers[name].memory
    live = take_snapshot(
        connection,
        clock=context.clock,
        names=_names_to_read(connection, desired, memory, request.selection),
    )
    listed = list_catalog(connection, mode=request.validation)
    aliases = class_aliases(listed.catalog.infos)
    ledgers = {
        **work.ledgers,
        name: healed(work.ledgers[name], live, work.fingerprints, aliases),
    }
    around = look_around(context, work.loaded, desired, ledgers, live, stack)
    options = _options(work, name, around)
    draft = draft_plan(desired, live, options=options, aliases=aliases)
    known = read_definitions(connection, work.loaded.project, listed, draft)
    learn_secrets_of(context, draft, known.plugins)
    validations = validated(connection, draft, request.validation)
    built = build_plan(
        draft,
        plugins=known.plugins,
        validations=validations,
        catalog=known.catalog,
        now=context.clock.now(),
    )
    plan = plan_with_commits(work.loaded, built) if work.whole else built
    return Planned(
        loaded=work.loaded,
        cluster=cluster,
        desired=desired,
        live=live,
        plan=_linted(
            work,
            replace(
                plan,
                problems=(*known.problems, *seen_by_us_alone(around.ledger.store), *plan.problems),
            ),
        ),
        connection=connection,
        ledger=around.ledger,
        fingerprints=work.fingerprints,
        origins=around.origins,
        leases={name: work.ledgers[name].lease for name in around.origins},
        aliases=aliases,
    )


def _options(work: _Work, name: str, around: Around) -> PlanOptions:
    request, cluster = work.request, work.loaded.project.clusters[name]
    return PlanOptions(
        now=work.context.clock.now(),
        owns=cluster.ownership.owns,
        prune=work.whole and (request.prune or cluster.ownership.prune is Prune.OWNED),
        ignore=cluster.ignore,
        selection=request.selection,
        validation=request.validation,
        strict=request.strict,
        commit=work.commit,
        only_git=request.only_git,
        memory=around.ledger.memory,
        freezes=cluster.freezes,
        fingerprints=work.fingerprints,
        others=around.others,
        base=_base(work, name),
    )


def _linted(work: _Work, plan: Plan) -> Plan:
    """Run the rules about changes, which are loaded where there is something to judge."""
    if not (work.request.lint and plan.changes):
        return plan
    from reconcile.run.linting import linted  # noqa: PLC0415  # slow to load

    return linted(work.context, work.loaded, plan, work.ignores)


def _base(work: _Work, name: str) -> Mapping[str, Applied] | None:
    """Return what git declared at the commit of `--base`, in the place of what was last applied."""
    if work.base is None:
        return None
    return {
        definition.name: applied_of(
            definition,
            [key for key, value in definition.config.reveal().items() if is_sensitive(key, value)],
            NO_FINGERPRINTS,
            commit=work.request.base,
        )
        for definition in work.base[name].definitions.values()
    }


def _names_to_read(
    connection: Connection, desired: Desired, memory: Memory, selection: Selection
) -> Sequence[str] | None:
    """Return the names that a selection reaches, declared, live or remembered; None for all."""
    if not selection:
        return None
    declared = {
        name: definition
        for name, definition in desired.definitions.items()
        if matches(selection, name, definition.labels)
    }
    former = {found.moved_from.name for found in declared.values() if found.moved_from}
    moved = {end for move in memory.moves for end in (move.name, move.to_name)}
    records = memory.records
    stray = {
        name
        for name in list_names(connection)
        if matches(selection, name, records[name].labels if name in records else {})
    }
    return sorted({*declared, *former, *moved, *stray})
