"""Decide where in its file a live value belongs, so that a definition says what is live."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from reconcile.desired.declared import Declared
from reconcile.desired.durations import duration
from reconcile.desired.kinds import Format
from reconcile.desired.moves import is_declared_on
from reconcile.desired.references import escape, references_in
from reconcile.desired.resolve import Default, defaults_of
from reconcile.desired.specs import Spec
from reconcile.desired.splice import Stuck
from reconcile.desired.sugar import DURATIONS, TASKS
from reconcile.model.desired import TargetState, TasksRange
from reconcile.model.marks import Path

STATE: Final = "state"
_SPEC: Final = ("spec",)


@dataclass(frozen=True, slots=True)
class Edit:
    """A value to put at a path of a document; with `gone` the entry is taken away."""

    path: Path
    value: str | None = None
    gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Origin:
    """A connector in its file, on one cluster, and the layers that make it there.

    `lower` are the specs of the project file, `others` the other clusters that it is declared on.
    """

    declared: Declared
    cluster: str
    lower: Sequence[Spec]
    others: tuple[str, ...]

    @property
    def overlay(self) -> Spec | None:
        """Return what the file says for this cluster alone."""
        return self.declared.manifest.overlays.get(self.cluster)

    @property
    def base(self) -> Spec:
        """Return what the file says for all clusters."""
        return self.declared.manifest.base


@dataclass(frozen=True, slots=True)
class _Target:
    """The layer to write into: where its spec stands, and what it says so far."""

    path: Path
    spec: Spec | None
    below: tuple[Spec, ...]


def origin_of(
    declared: Declared, cluster: str, clusters: Iterable[str], defaults: Sequence[Default]
) -> Origin:
    """Return where a connector comes from on one cluster of the project."""
    manifest = declared.manifest
    return Origin(
        declared=declared,
        cluster=cluster,
        lower=defaults_of(manifest, cluster, defaults),
        others=tuple(
            other for other in clusters if other != cluster and is_declared_on(manifest, other)
        ),
    )


def edits_for_key(origin: Origin, key: str, value: str | None) -> tuple[Edit, ...] | Stuck:
    """Return how the file comes to say the live value of a key; None where it is not set live.

    A value goes into the layer that set it. What comes from defaults, or what another cluster
    shares, goes into the definition where it is for this cluster alone, else into its overlay for
    the cluster.
    """
    target = _target(origin, lambda spec: key in spec.values)
    if isinstance(target, Stuck):
        return target
    layers = [*target.below, *([target.spec] if target.spec is not None else [])]
    setting = next((spec for spec in reversed(layers) if key in spec.values), None)
    written = setting.values[key] if setting is not None else None
    if written is not None and (references := references_in(written)):
        return Stuck(f"git makes it from {' '.join(references)}")
    path = _path_of(origin, target, key, setting)
    if value is None:
        inherited = any(_sets(spec, key) for spec in target.below)
        here = target.spec is not None and key in target.spec.values
        return (Edit(path),) if inherited else (Edit(path, gone=True),) if here else ()
    tasks = setting.tasks_range if key == TASKS and setting is not None else None
    if tasks is not None:
        return _widened(path, tasks, value, here=setting is target.spec)
    if key in DURATIONS and path[-1] != key:
        return _duration(path, value)
    return (Edit(path, escape(value)),)


def edits_for_state(origin: Origin, state: TargetState) -> tuple[Edit, ...] | Stuck:
    """Return how the file comes to say the state that a connector is in."""
    if origin.declared.form is Format.CONNECT_JSON:
        if origin.others:
            return _shared(origin)
        return (Edit(("initial_state",), state.value.upper()),)
    target = _target(origin, lambda spec: spec.state is not None or spec.unmanaged)
    if isinstance(target, Stuck):
        return target
    pause = (*_SPEC, "pause")
    marks = origin.declared.manifest.marks
    paused = (
        origin.declared.form is Format.STRIMZI
        and marks.locate((*_SPEC, STATE)) is None
        and marks.locate(pause) is not None
    )
    if paused and state is TargetState.RUNNING:
        return (Edit(pause, "false"),)
    return (Edit((*target.path, STATE), state.value),)


def _target(origin: Origin, speaks: Callable[[Spec], bool]) -> _Target | Stuck:
    """Return the layer that a value belongs into, by which layers speak of it."""
    lower, overlay, base = tuple(origin.lower), origin.overlay, origin.base
    if overlay is not None and speaks(overlay):
        return _Target(("overlays", origin.cluster, "spec"), overlay, (*lower, base))
    overlays: Mapping[str, Spec] = origin.declared.manifest.overlays
    if all(other in overlays and speaks(overlays[other]) for other in origin.others):
        path = base.layer.config[:-1] if origin.declared.form is not Format.CONNECT_JSON else ()
        return _Target(path, base, lower)
    if origin.declared.form is not Format.OURS:
        return _shared(origin)
    return _Target(("overlays", origin.cluster, "spec"), overlay, (*lower, base))


def _shared(origin: Origin) -> Stuck:
    others = ", ".join(origin.others)
    return Stuck(f"the definition is for {others} too, and its format has no overlays")


def _path_of(origin: Origin, target: _Target, key: str, setting: Spec | None) -> Path:
    """Return the path of a key in the layer, in the form that it has in the layer that sets it."""
    if origin.declared.form is Format.CONNECT_JSON:
        return (*origin.base.layer.config, key)
    if setting is not None and key in setting.layer.sugar:
        field = setting.layer.sugar[key]
        depth = len(setting.layer.config) - 1
        return (*target.path, *field[depth:])
    if setting is None and key == TASKS:
        return (*target.path, "tasksMax")
    return (*target.path, "config", key)


def _sets(spec: Spec, key: str) -> bool:
    return spec.values.get(key) is not None


def _widened(path: Path, tasks: TasksRange, value: str, *, here: bool) -> tuple[Edit, ...] | Stuck:
    """Move the bound of a range that the live number of tasks lies beyond."""
    if not value.isdecimal() or not here:
        return Stuck(f"git declares a range of tasks, from {tasks.minimum} to {tasks.maximum}")
    bound = "min" if int(value) < tasks.minimum else "max"
    inside = tasks.minimum <= int(value) <= tasks.maximum
    return () if inside else (Edit((*path, bound), value),)


def _duration(path: Path, value: str) -> tuple[Edit, ...] | Stuck:
    try:
        return (Edit(path, duration(int(value))),)
    except ValueError:
        return Stuck("it is no number of milliseconds")
