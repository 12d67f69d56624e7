"""Read what one layer says of a connector: a default, a definition or an overlay."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from reconcile.desired.findings import Finding
from reconcile.desired.nodes import Tree, dotted, place
from reconcile.desired.references import OPENING
from reconcile.desired.restarts import check_restart
from reconcile.desired.settings import read_settings
from reconcile.desired.sugar import Expanded, expand
from reconcile.desired.values import mapping, scalar, switch, texts, whole
from reconcile.model.codes import Code
from reconcile.model.desired import (
    IgnoreRule,
    Layer,
    MovedFrom,
    OffsetsOnDelete,
    TargetState,
    TasksRange,
)
from reconcile.model.marks import Marks, Path


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spec:
    """What one layer says of a connector.

    A value of None removes a setting (`removing` tells of any); `unmanaged` takes back a state,
    and `unmoved` a former name, that a lower layer set. `referring` are the keys whose values hold references.
    """

    values: Mapping[str, str | None] = field(repr=False)
    layer: Layer
    referring: tuple[str, ...] = ()
    removing: bool = False
    tasks_range: TasksRange | None = None
    state: TargetState | None = None
    unmanaged: bool = False
    wave: int | None = None
    ignore: tuple[IgnoreRule, ...] = ()
    protect: bool | None = None
    on_delete: OffsetsOnDelete | None = None
    moved_from: MovedFrom | None = None
    unmoved: bool = False
    restart: Tree | None = None
    self_heal: bool | None = None
    alerts: Tree | None = None


def read_spec(
    tree: Mapping[str, Tree], marks: Marks, path: Path, name: str = ""
) -> tuple[Spec, list[Finding]]:
    """Return a checked spec that stands at `path`, and what is wrong with its settings.

    `name` is the connector's; defaults have none.
    """
    below = (*path, "config")
    settings = read_settings(mapping(tree.get("config")), below, name)
    expanded = expand(tree, path)
    findings = [*settings.findings, *_given_twice(settings.values, expanded, below, marks)]
    findings += _check_range(expanded.tasks_range, (*path, "tasksMax"))
    values = {**expanded.values, **settings.values}
    state = scalar(tree.get("state"))
    wave = tree.get("wave")
    offsets = scalar(mapping(tree.get("onDelete")).get("offsets"))
    ignore, more = read_ignore(tree.get("ignore"), marks, (*path, "ignore"))
    moved = _moved_from(tree.get("movedFrom"), marks, (*path, "movedFrom"))
    findings += [*more, *_check_moved_name(moved, (*path, "movedFrom"))]
    findings += check_restart(tree.get("restart"), (*path, "restart"))
    spec = Spec(
        values=values,
        layer=Layer(marks=marks, config=below, sugar=expanded.sources),
        referring=tuple([key for key, text in values.items() if text and OPENING in text]),
        removing=None in values.values(),
        tasks_range=expanded.tasks_range,
        state=TargetState(state) if state is not None else None,
        unmanaged="state" in tree and state is None,
        wave=whole(wave) if wave is not None else None,
        ignore=ignore,
        protect=switch(tree.get("protect")),
        on_delete=OffsetsOnDelete(offsets) if offsets is not None else None,
        moved_from=moved,
        unmoved="movedFrom" in tree and moved is None,
        restart=tree.get("restart"),
        self_heal=switch(tree.get("selfHeal")),
        alerts=tree.get("alerts"),
    )
    return spec, findings


def _moved_from(tree: Tree | None, marks: Marks, path: Path) -> MovedFrom | None:
    if isinstance(tree, dict):
        cluster, name = scalar(tree["cluster"]), scalar(tree["name"]) or ""
        return MovedFrom(name=name, cluster=cluster, location=place(marks, path))
    name = scalar(tree) or ""
    return MovedFrom(name=name, location=place(marks, path)) if name else None


def _check_moved_name(moved: MovedFrom | None, path: Path) -> list[Finding]:
    if moved is None or OPENING not in f"{moved.cluster} {moved.name}":
        return []
    message = f"{dotted(path)} holds a reference"
    return [Finding(Code.UNUSABLE_NAME, path, message, "write out what the connector was called")]


def read_ignore(
    tree: Tree | None, marks: Marks, path: Path
) -> tuple[tuple[IgnoreRule, ...], list[Finding]]:
    """Return checked ignore rules that stand at `path`, and dates among them that do not exist."""
    rules: list[IgnoreRule] = []
    findings: list[Finding] = []
    for index, item in enumerate(tree if isinstance(tree, list) else ()):
        entry, below = mapping(item), (*path, str(index))
        written, expires = scalar(entry.get("expires")), None
        if written is not None:
            try:
                expires = date.fromisoformat(written)
            except ValueError:
                message = f"{dotted((*below, 'expires'))}: there is no day {written}"
                hint = "write a date such as 2027-01-31"
                findings.append(Finding(Code.INVALID_VALUE, (*below, "expires"), message, hint))
        rule = IgnoreRule(
            keys=texts(entry["keys"]),
            reason=scalar(entry["reason"]) or "",
            expires=expires,
            connectors=texts(entry["connectors"]) if "connectors" in entry else ("*",),
            location=place(marks, below),
        )
        rules.append(rule)
    return tuple(rules), findings


def _given_twice(
    settings: Mapping[str, object], expanded: Expanded, config: Path, marks: Marks
) -> list[Finding]:
    return [
        Finding(
            Code.SETTING_GIVEN_TWICE,
            (*config, key),
            f"{key} is set here and by {dotted(field)} on line {place(marks, field).line}",
            "keep one of the two",
        )
        for key, field in expanded.sources.items()
        if key in settings
    ]


def _check_range(tasks: TasksRange | None, path: Path) -> list[Finding]:
    if tasks is None or tasks.minimum <= tasks.maximum:
        return []
    message = f"{dotted(path)}: min {tasks.minimum} is more than max {tasks.maximum}"
    return [Finding(Code.INVALID_VALUE, path, message, "min comes first: {min: 2, max: 8}")]
