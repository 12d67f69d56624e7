"""Make a definition for one cluster: merge its layers, then fill its references."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from reconcile.desired.alert_settings import terms_changes
from reconcile.desired.manifest import Manifest
from reconcile.desired.moves import moved_from
from reconcile.desired.references import Kind, Sources, fill
from reconcile.desired.restarts import restart_policy
from reconcile.desired.specs import Spec
from reconcile.desired.sugar import CLASS, TASKS
from reconcile.model.codes import Code
from reconcile.model.config import Config
from reconcile.model.desired import Definition, OffsetsOnDelete, TargetState, TasksRange
from reconcile.model.problem import Location, Problem


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Default:
    """A spec of the project file, and what a definition must have to get it."""

    spec: Spec
    clusters: tuple[str, ...] | None = None
    names: tuple[str, ...] = ("*",)
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Resolved:
    """A definition, unless problems forbid it, and the secret texts that it was filled with."""

    definition: Definition | None
    problems: tuple[Problem, ...] = ()
    secrets: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Return the definition alone."""
        return f"Resolved({self.definition!r})"


def resolve(
    manifest: Manifest, cluster: str, defaults: Sequence[Default], sources: Sources
) -> Resolved:
    """Return the definition that a manifest makes on one cluster.

    Defaults come first, then the definition, then its overlay; later layers win key by key.
    `sources.names` gets the names that hang on the connector.
    """
    specs = [*defaults_of(manifest, cluster, defaults), manifest.base]
    if cluster in manifest.overlays:
        specs.append(manifest.overlays[cluster])
    values = _merge(specs)
    if CLASS in values:
        # Workers trim the classes of converters and transforms, but not this one.
        values[CLASS] = values[CLASS].strip()
    config, problems, secrets = _fill(values, specs, manifest, sources)
    if CLASS not in values:
        problems.append(_without_class(manifest))
    tasks, state, wave = _fields(specs)
    kept = [spec.on_delete for spec in specs if spec.on_delete is not None]
    protected = [spec.protect for spec in specs if spec.protect is not None]
    healed = [spec.self_heal for spec in specs if spec.self_heal is not None]
    moved = moved_from(manifest, cluster)
    definition = Definition(
        name=manifest.name,
        cluster=cluster,
        config=config,
        location=manifest.location,
        labels=manifest.labels,
        tasks_range=tasks,
        state=state,
        wave=wave,
        ignore=tuple([rule for spec in specs for rule in spec.ignore]),
        layers=tuple([spec.layer for spec in specs]),
        protect=protected[-1] if protected else False,
        on_delete=kept[-1] if kept else OffsetsOnDelete.KEEP,
        moved_from=replace(moved, cluster=None) if moved and moved.cluster == cluster else moved,
        restart=restart_policy(spec.restart for spec in specs if spec.restart is not None),
        self_heal=healed[-1] if healed else False,
        alerts=terms_changes(spec.alerts for spec in specs if spec.alerts is not None),
    )
    return Resolved(None if problems else definition, tuple(problems), tuple(secrets))


def defaults_of(manifest: Manifest, cluster: str, defaults: Iterable[Default]) -> list[Spec]:
    """Return the specs of the project file that a manifest gets on a cluster."""
    name, labels = manifest.name, manifest.labels
    return [default.spec for default in defaults if _matches(default, name, labels, cluster)]


def locate(specs: Iterable[Spec], key: str, otherwise: Location) -> Location:
    """Return where the last layer that sets a key does so."""
    found = otherwise
    for spec in specs:
        found = spec.layer.locate(key) or found
    return found


def inherited(
    name: str, cluster: str, defaults: Sequence[Default]
) -> tuple[frozenset[str], TargetState | None]:
    """Return the settings and the state that a definition without labels gets from defaults."""
    specs = [default.spec for default in defaults if _matches(default, name, {}, cluster)]
    _, state, _ = _fields(specs)
    return frozenset(_merge(specs)), state


def _matches(default: Default, name: str, labels: Mapping[str, str], cluster: str) -> bool:
    if default.clusters is not None and cluster not in default.clusters:
        return False
    if any(labels.get(key) != value for key, value in default.labels.items()):
        return False
    return any(fnmatchcase(name, glob) for glob in default.names)


def _merge(specs: Sequence[Spec]) -> dict[str, str]:
    merged: dict[str, str | None] = {}
    for spec in specs:
        merged.update(spec.values)
    return {key: value for key, value in merged.items() if value is not None}


def _fields(specs: Sequence[Spec]) -> tuple[TasksRange | None, TargetState | None, int]:
    """Return the range of tasks, the state and the wave that the layers end with."""
    tasks, state, wave = None, None, 0
    for spec in specs:
        if TASKS in spec.values:
            tasks = spec.tasks_range
        if spec.state is not None or spec.unmanaged:
            state = spec.state
        if spec.wave is not None:
            wave = spec.wave
    return tasks, state, wave


def _fill(
    values: dict[str, str], specs: Sequence[Spec], manifest: Manifest, sources: Sources
) -> tuple[Config, list[Problem], list[str]]:
    referring = {key for spec in specs for key in spec.referring} & values.keys()
    if not referring:
        return Config(values), [], []
    own = {Kind.CONNECTOR: {"name": manifest.name}, Kind.LABEL: manifest.labels}
    sources = replace(sources, names={**sources.names, **own})
    references: dict[str, str] = {}
    problems: list[Problem] = []
    secrets: list[str] = []
    for key in sorted(referring):
        filled = fill(values.pop(key), sources)
        problems += [
            Problem(
                code=refusal.code,
                message=f"{key}: {refusal.message}",
                location=locate(specs, key, manifest.location),
                hint=refusal.hint,
                connector=manifest.name,
            )
            for refusal in filled.refusals
        ]
        if filled.text is not None:
            values[key] = filled.text
        if filled.reference is not None:
            references[key] = filled.reference
        secrets += filled.found
    return Config(values, references), problems, secrets


def _without_class(manifest: Manifest) -> Problem:
    return Problem(
        code=Code.MISSING_FIELD,
        message=f"{manifest.name} has no class",
        location=manifest.location,
        hint="add spec.class (in Connect's JSON: connector.class)",
        connector=manifest.name,
    )
