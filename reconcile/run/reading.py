"""Read clusters for commands that only look: status, explain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from reconcile.connect.answers import HealthStatus
from reconcile.connect.connection import Connection
from reconcile.connect.reads import get_health, get_plugin_settings, list_names, list_plugins
from reconcile.desired.load import LoadedDesired, load_desired
from reconcile.desired.project import LoadedProject
from reconcile.errors import ClusterError, DefinitionError, UsageError
from reconcile.health.rollup import Sight, health_of, is_lost
from reconcile.live.snapshot import take_snapshot
from reconcile.model.codes import Code
from reconcile.model.desired import Desired, TargetState
from reconcile.model.health import Verdict
from reconcile.model.live import LiveConnector, LiveState, LiveStatus
from reconcile.model.metrics import Flows
from reconcile.model.plan import Selection
from reconcile.model.plugin import NotOffered, Plugin, Setting
from reconcile.model.problem import Problem
from reconcile.model.selection import matches
from reconcile.plugins.aliases import canonical, class_aliases
from reconcile.plugins.catalog import likely, plugin_of
from reconcile.plugins.snapshot import Snapshot
from reconcile.plugins.suggest import suggest
from reconcile.redact import Redactor
from reconcile.run.asking import sensitive_values
from reconcile.run.connections import connect_to
from reconcile.run.context import Context
from reconcile.run.flowing import is_flow_known, read_flows
from reconcile.run.presence import gone_at_a_look


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Status:
    """The selected connectors of one cluster, and how well they are.

    `flows` is None where nothing says what flows. `labels` are those of git, where they were asked
    for. `lost` are the connectors of which something is reported by a worker that is gone.
    """

    live: LiveState
    names: tuple[str, ...]
    verdicts: Mapping[str, Verdict]
    lost: frozenset[str] = frozenset()
    flows: Flows | None = None
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def read_status(
    context: Context,
    loaded: LoadedProject,
    cluster: str,
    selection: Selection,
    *,
    over: float | None = None,
    labelled: bool = False,
) -> Status:
    """Read the state of the selected connectors; labels come from git where it can be read.

    What flows is read where the project file says from where, and by offsets where it does not and
    `over`, the seconds between two readings, is given. Git is also asked which secrets a cause may
    quote, and which connectors are meant to be halted; it is not read where none has failed or is.
    """
    labels = _labels(context, loaded, cluster) if selection or labelled else {}
    with connect_to(context, loaded, cluster) as connection:
        names = (
            [
                name
                for name in list_names(connection)
                if matches(selection, name, labels.get(name, {}))
            ]
            if selection
            else None
        )
        live = take_snapshot(connection, clock=context.clock, names=names)
        wanted = over is not None or is_flow_known(loaded, cluster)
        flows = read_flows(context, loaded, live, connection, over=over) if wanted else None
        from_memory = answers_from_memory(connection)
    sights = sights_of(context, loaded, live, from_memory=from_memory, flows=flows)
    return Status(
        live=live,
        names=tuple(sorted(live.connectors)),
        verdicts={name: health_of(None, sight, live.taken_at) for name, sight in sights.items()},
        lost=frozenset(name for name, sight in sights.items() if is_lost(sight)),
        flows=flows,
        labels=labels,
    )


def sights_of(
    context: Context,
    loaded: LoadedProject,
    live: LiveState,
    *,
    from_memory: bool,
    flows: Flows | None,
) -> Mapping[str, Sight]:
    """Return what one look can tell of what is live; the workers that it names are asked for it."""
    desired = _learn_what_matters(context, loaded, live)
    gone = gone_at_a_look(context, loaded, live)
    return {
        name: sight_of(
            context, connector, desired=desired, from_memory=from_memory, gone=gone, flows=flows
        )
        for name, connector in live.connectors.items()
    }


def answers_from_memory(connection: Connection) -> bool:
    """Tell whether a worker says that it cannot reach its brokers: then its answers may be old.

    Workers before Connect 3.9 do not tell.
    """
    try:
        return get_health(connection).status in (HealthStatus.UNHEALTHY, HealthStatus.STARTING)
    except ClusterError:
        return False


def sight_of(
    context: Context,
    connector: LiveConnector,
    *,
    desired: Desired | None,
    from_memory: bool,
    gone: frozenset[str],
    flows: Flows | None,
) -> Sight:
    """Return what is known of a connector; what was learned of secrets is masked in its traces."""
    status, declared = (
        connector.status,
        desired.definitions.get(connector.name) if desired else None,
    )
    if status is not None and connector.has_failed:
        status = redacted_status(status, context.redactor)
    return Sight(
        status=status,
        generated=connector.generated_tasks,
        desired=declared.state if declared else None,
        gone=gone,
        absent=_absent(flows, connector.name),
        from_memory=from_memory,
    )


def _absent(flows: Flows | None, name: str) -> tuple[str, ...]:
    flow = flows.connectors.get(name) if flows is not None else None
    return flow.lag.absent if flow is not None and flow.lag is not None else ()


def _learn_what_matters(context: Context, loaded: LoadedProject, live: LiveState) -> Desired | None:
    """Return what git declares, if it matters to what is live; teach what traces may quote."""
    connectors = live.connectors.values()
    if failed := [connector for connector in connectors if connector.has_failed]:
        desired = learn_secrets(context, loaded, live.cluster)
        for connector in failed:
            context.redactor.learn(sensitive_values(connector.config))
        return desired
    if any(connector.target_state is not TargetState.RUNNING for connector in connectors):
        return read_desired(context, loaded, live.cluster)
    return None


def read_desired(context: Context, loaded: LoadedProject, cluster: str) -> Desired:
    """Return what git declares, without secrets; unusable files declare nothing here."""
    return _load(context, loaded, cluster, secrets=False).clusters[cluster]


def learn_secrets(context: Context, loaded: LoadedProject, cluster: str) -> Desired:
    """Return what git declares, and teach the redactor its secrets; see `learn_declared`."""
    return learn_declared(context, loaded, cluster).clusters[cluster]


def learn_declared(context: Context, loaded: LoadedProject, cluster: str) -> LoadedDesired:
    """Return what git declares, its secrets taught to the redactor as far as they are there.

    What a trace quotes can be a secret by its reference in git alone. A secret that is not there
    stays unresolved, and unusable files declare nothing here.
    """
    return _load(context, loaded, cluster, secrets=True)


def _load(context: Context, loaded: LoadedProject, cluster: str, *, secrets: bool) -> LoadedDesired:
    try:
        found = load_desired(
            loaded,
            clusters=(cluster,),
            environment=context.environment,
            secrets=secrets,
            selection=Selection(),
            keep_going=True,
            lenient=True,
        )
    except DefinitionError as error:
        nothing = Desired(
            project=loaded.project.name,
            cluster=cluster,
            definitions={},
            problems=error.problems,
            complete=False,
        )
        return LoadedDesired(clusters={cluster: nothing})
    context.redactor.learn(secret.reveal() for secret in found.secrets)
    return found


def redacted_status(status: LiveStatus, redactor: Redactor) -> LiveStatus:
    """Return a status without secrets in whole traces: a secret may have several lines."""
    return replace(
        status,
        trace=redactor.redact(status.trace),
        tasks=tuple(replace(task, trace=redactor.redact(task.trace)) for task in status.tasks),
    )


def explain_class(context: Context, loaded: LoadedProject, cluster: str, class_name: str) -> Plugin:
    """Return the setting definitions of a connector class; raise UsageError for an unknown one.

    Raises ClusterError where the cluster does not tell them.
    """
    with connect_to(context, loaded, cluster) as connection:
        plugin = get_plugin_settings(connection, _full_name(connection, class_name))
    if isinstance(plugin, NotOffered):
        raise ClusterError(_not_told(cluster, class_name, plugin))
    if plugin is None:
        raise UsageError(_unknown_class(cluster, class_name, None))
    return plugin


def _not_told(cluster: str, class_name: str, plugin: NotOffered) -> Problem:
    return Problem(
        code=Code.UNSUPPORTED_VERSION,
        message=f"cluster {cluster} does not tell the settings of {class_name}: {plugin.reason}",
        hint="ask whoever runs the cluster to let GET /connector-plugins through",
    )


def explain_kept(snapshots: Sequence[Snapshot], class_name: str) -> Plugin:
    """Return the settings of a class of any kind, of the first cluster whose snapshot has it.

    Raises UsageError, with a suggestion, for one that none has.
    """
    close = None
    for snapshot in snapshots:
        infos = snapshot.catalog.infos
        names = class_aliases(infos, {info.kind for info in infos})
        plugin = plugin_of(snapshot.catalog, canonical(class_name, names))
        if plugin is not None:
            return plugin
        close = close or likely(class_name, names)
    clusters = ", ".join(snapshot.manifest.cluster for snapshot in snapshots)
    raise UsageError(
        Problem(
            code=Code.UNKNOWN_CLASS,
            message=f"the plugin snapshots of {clusters} have no settings of {class_name!r}",
            hint=f"did you mean {close!r}?" if close else "take new ones: connectform schema pull",
        )
    )


def explain_setting(plugin: Plugin, key: str) -> Setting:
    """Return one setting of a plugin; raise UsageError with a suggestion for an unknown one."""
    if key in plugin.settings:
        return plugin.settings[key]
    close = suggest(key, plugin.settings)
    raise UsageError(
        Problem(
            code=Code.UNKNOWN_SETTING,
            message=f"{plugin.class_name} has no setting {key!r}",
            hint=f"did you mean {close!r}?" if close else "leave the key out to list all settings",
        )
    )


def _full_name(connection: Connection, class_name: str) -> str:
    plugins = list_plugins(connection)
    if isinstance(plugins, NotOffered):
        return class_name.strip()
    aliases = class_aliases(plugins)
    full = canonical(class_name, aliases)
    known = {plugin.class_name for plugin in plugins}
    if full not in known:
        close = suggest(class_name, known | aliases.keys())
        raise UsageError(_unknown_class(connection.cluster, class_name, close))
    return full


def _unknown_class(cluster: str, class_name: str, close: str | None) -> Problem:
    return Problem(
        code=Code.UNKNOWN_CLASS,
        message=f"cluster {cluster} has no connector plugin {class_name!r}",
        hint=f"did you mean {close!r}?" if close else "is the plugin in the workers' plugin.path?",
    )


def _labels(
    context: Context, loaded: LoadedProject, cluster: str
) -> Mapping[str, Mapping[str, str]]:
    definitions = read_desired(context, loaded, cluster).definitions
    return {name: definition.labels for name, definition in definitions.items()}
