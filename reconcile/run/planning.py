"""Plan clusters: read what is, compare it with what should be, check what would be written."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Final, TypeVar

from reconcile.connect.connection import Connection
from reconcile.connect.reads import (
    get_plugin_settings,
    list_names,
    list_plugins,
    validate_config,
)
from reconcile.desired.git import commit_of
from reconcile.desired.load import load_desired
from reconcile.desired.project import LoadedProject
from reconcile.errors import ConnectformError
from reconcile.live.snapshot import take_snapshot
from reconcile.model.config import Config
from reconcile.model.desired import Desired
from reconcile.model.live import LiveState
from reconcile.model.plan import Plan, Selection, ValidationMode
from reconcile.model.plugin import Plugin, Validation
from reconcile.model.problem import Problem
from reconcile.model.project import Cluster, Prune
from reconcile.model.selection import matches
from reconcile.plan.build import build_plan
from reconcile.plan.decide import draft_plan
from reconcile.plan.draft import Draft
from reconcile.plan.options import PlanOptions
from reconcile.plugins.aliases import class_aliases
from reconcile.plugins.sensitive import is_sensitive
from reconcile.run.connections import connect_to
from reconcile.run.context import Context

_VALIDATIONS_AT_A_TIME: Final = 8

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRequest:
    """What somebody wants planned; `prune` asks for deletes beyond what the project file says."""

    clusters: tuple[str, ...]
    selection: Selection = field(default_factory=Selection)
    validation: ValidationMode = ValidationMode.LIVE
    strict: bool = False
    prune: bool = False
    secrets: bool = True
    keep_going: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Planned:
    """A plan, what it was made from, and the open connection to its cluster."""

    cluster: Cluster
    desired: Desired
    live: LiveState
    plan: Plan
    connection: Connection

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


@contextmanager
def plan_clusters(
    context: Context, loaded: LoadedProject, request: PlanRequest
) -> Iterator[tuple[Planned | NotPlanned, ...]]:
    """Plan each cluster, all at the same time; connections stay open inside the block.

    Raises DefinitionError where the files are not usable. A cluster that cannot be read does not
    keep the others from being planned.
    """
    desired = load_desired(
        loaded,
        clusters=request.clusters,
        environment=context.environment,
        secrets=request.secrets,
        selection=request.selection,
        keep_going=request.keep_going,
    )
    context.redactor.learn(secret.reveal() for secret in desired.secrets)
    commit = commit_of(loaded.project.root)
    with ExitStack() as stack:

        def attempt(name: str) -> Planned | NotPlanned:
            cluster = loaded.project.clusters[name]
            try:
                connection = stack.enter_context(connect_to(context, loaded, name))
                return _planned(
                    context, connection, cluster, desired.clusters[name], request, commit
                )
            except ConnectformError as error:
                return NotPlanned(
                    project=loaded.project.name, cluster=cluster, problems=error.problems
                )

        yield tuple(_together(attempt, request.clusters))


def _planned(
    context: Context,
    connection: Connection,
    cluster: Cluster,
    desired: Desired,
    request: PlanRequest,
    commit: str,
) -> Planned:
    options = PlanOptions(
        now=context.clock.now(),
        owns=cluster.ownership.owns,
        prune=request.prune or cluster.ownership.prune is Prune.OWNED,
        ignore=cluster.ignore,
        selection=request.selection,
        validation=request.validation,
        strict=request.strict,
        commit=commit,
    )
    live = take_snapshot(
        connection,
        clock=context.clock,
        names=_names_to_read(connection, desired, request.selection),
    )
    aliases = class_aliases(list_plugins(connection))
    draft = draft_plan(desired, live, options=options, aliases=aliases)
    plugins = read_plugins(connection, draft.classes)
    _learn_secrets(context, draft, plugins)
    validations = _validated(connection, draft, request.validation)
    plan = build_plan(draft, plugins=plugins, validations=validations, now=context.clock.now())
    return Planned(cluster=cluster, desired=desired, live=live, plan=plan, connection=connection)


def read_plugins(connection: Connection, classes: Iterable[str]) -> Mapping[str, Plugin]:
    """Return the setting definitions of the classes that the worker knows."""
    names = tuple(classes)
    found = _together(lambda name: get_plugin_settings(connection, name), names)
    return {name: plugin for name, plugin in zip(names, found, strict=True) if plugin is not None}


def _names_to_read(
    connection: Connection, desired: Desired, selection: Selection
) -> Sequence[str] | None:
    """Return the names that a selection reaches, declared or live; None for everything."""
    if not selection:
        return None
    declared = {
        name
        for name, definition in desired.definitions.items()
        if matches(selection, name, definition.labels)
    }
    stray = {name for name in list_names(connection) if matches(selection, name, {})}
    return sorted(declared | stray)


def _learn_secrets(context: Context, draft: Draft, plugins: Mapping[str, Plugin]) -> None:
    """Teach the redactor what the connectors at hand keep secret, before a server speaks of it."""
    for change in draft.changes:
        plugin = plugins.get(change.class_name)
        for config in (change.config, change.live.config if change.live else None):
            if config is not None:
                context.redactor.learn(sensitive_values(config, plugin))


def sensitive_values(config: Config, plugin: Plugin | None = None) -> Iterator[str]:
    """Yield the values of a config that must not be shown."""
    settings = plugin.settings if plugin else {}
    for key, value in config.reveal().items():
        if config.reference(key) is not None or is_sensitive(key, value, settings.get(key)):
            yield value


def _validated(
    connection: Connection, draft: Draft, mode: ValidationMode
) -> Mapping[str, Validation]:
    """Ask the worker to validate each config that would be written."""
    if mode is not ValidationMode.LIVE:
        return {}
    configs = [
        (change.name, change.config) for change in draft.to_check if change.config is not None
    ]
    answers = _together(lambda item: validate_config(connection, *item), configs)
    return {answer.connector: answer for answer in answers}


def _together(function: Callable[[T], U], items: Sequence[T]) -> list[U]:
    """Call a function for each item, several at a time; results keep their order."""
    if len(items) <= 1:
        return [function(item) for item in items]
    pool = ThreadPoolExecutor(_VALIDATIONS_AT_A_TIME)
    try:
        return list(pool.map(function, items))
    finally:
        # An interruption does not wait for answers that nobody wants any more.
        pool.shutdown(wait=False, cancel_futures=True)
