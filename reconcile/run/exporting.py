"""Turn live connectors into definitions, with references in the place of secrets."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from reconcile.desired.declared import read_content
from reconcile.desired.project import LoadedProject
from reconcile.desired.references import may_name
from reconcile.desired.resolve import inherited
from reconcile.desired.write import render_definition
from reconcile.errors import UsageError, usage
from reconcile.live.snapshot import take_snapshot
from reconcile.model.codes import Code
from reconcile.model.desired import TargetState
from reconcile.model.live import LiveConnector
from reconcile.model.plan import Selection
from reconcile.model.plugin import Plugin
from reconcile.model.problem import Problem
from reconcile.model.project import Project
from reconcile.model.selection import matches
from reconcile.plugins.aliases import canonical
from reconcile.plugins.sensitive import is_masked, is_sensitive
from reconcile.run.asking import read_aliases, read_plugins
from reconcile.run.connections import connect_to
from reconcile.run.context import Context
from reconcile.run.output import write_file
from reconcile.run.reading import read_desired

_NOTHING: Final[tuple[frozenset[str], None]] = (frozenset(), None)
_NOT_IN_A_NAME: Final = re.compile(r"[^A-Za-z0-9]+")
_NOT_IN_A_FILE: Final = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Reference:
    """A secret that was left out of a file: the variable that stands for it, and where."""

    variable: str
    connector: str
    key: str
    masked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was written, what git declares already, and which variables must be set.

    `forbidden` are those of them that `references.env` of the project file does not allow;
    `problems` say what the cluster keeps back, and with errors which connectors were left out,
    since git cannot declare them.
    """

    files: tuple[Path, ...]
    declared: tuple[str, ...]
    references: tuple[Reference, ...]
    forbidden: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def export(
    context: Context,
    loaded: LoadedProject,
    cluster: str,
    *,
    selection: Selection,
    folder: Path | None,
    force: bool,
) -> Exported:
    """Write one file for each live connector that git does not declare yet, and can declare.

    Raises UsageError, before anything is written, where a file exists and `force` is not given.
    """
    desired = read_desired(context, loaded, cluster)
    if force and not desired.complete:
        raise usage(
            "some definitions have errors, and --force might write over them",
            hint="mend them first: connectform validate names them",
        )
    declared = desired.definitions
    with connect_to(context, loaded, cluster) as connection:
        live = take_snapshot(connection, clock=context.clock)
        chosen = [
            connector
            for name, connector in sorted(live.connectors.items())
            if matches(selection, name, declared[name].labels if name in declared else {})
        ]
        fresh = [connector for connector in chosen if connector.name not in declared]
        aliases = read_aliases(connection)
        classes = {
            connector.name: canonical(connector.class_name, aliases.values) for connector in fresh
        }
        plugins = read_plugins(connection, sorted(set(classes.values())))
    target = folder or Path(loaded.project.root, loaded.project.definitions[0])
    several = len(loaded.project.clusters) > 1
    texts: dict[Path, str] = {}
    references: list[Reference] = []
    refused: list[Problem] = []
    for connector in fresh:
        text, found = definition_of(
            connector,
            plugins.values.get(classes[connector.name]),
            clusters=(cluster,) if several else (),
            inherits=inherited(connector.name, cluster, loaded.defaults),
        )
        path = _free_path(target, connector.name, texts)
        if problems := _refusals(loaded, text, connector.name, path):
            refused += problems
            continue
        texts[path] = text
        references += found
    _write(texts, force=force)
    return Exported(
        files=tuple(texts),
        declared=tuple(connector.name for connector in chosen if connector.name in declared),
        references=tuple(references),
        forbidden=_forbidden(loaded.project, references),
        problems=(*aliases.problems, *plugins.problems, *refused),
    )


def _refusals(loaded: LoadedProject, text: str, name: str, path: Path) -> list[Problem]:
    """Return why the definition of a connector would be refused, if it would.

    Variables that `references.env` does not allow are told apart from that.
    """
    return [
        replace(
            problem,
            message=f"{name!r} is left out, as its definition would be refused: {problem.message}",
            location=None,
            hint=f"on the cluster: {problem.hint}; until then it stays unmanaged",
            connector="",
        )
        for problem in read_content(loaded, text, path.name).problems
        if problem.location is not None
        and problem.location.path == path.name
        and problem.code is not Code.FORBIDDEN_REFERENCE
    ]


def definition_of(
    connector: LiveConnector,
    plugin: Plugin | None,
    *,
    clusters: tuple[str, ...] = (),
    inherits: tuple[frozenset[str], TargetState | None] = _NOTHING,
) -> tuple[str, list[Reference]]:
    """Return a live connector as the text of a definition, and the secrets left out of it.

    `inherits` are the keys and the state that defaults give to the definition; those that are not
    so live are taken back.
    """
    found = [
        Reference(variable_name(connector.name, key), connector.name, key, is_masked(value))
        for key, value in connector.config.reveal().items()
        if is_masked(value)
        or is_sensitive(key, value, plugin.settings.get(key) if plugin else None)
    ]
    state = connector.target_state
    keys, default_state = inherits
    running = state is TargetState.RUNNING
    text = render_definition(
        name=connector.name,
        clusters=clusters,
        config=connector.config.reveal(),
        references={reference.key: f"${{{{ env.{reference.variable} }}}}" for reference in found},
        without=sorted(keys.difference(connector.config.keys())),
        state=None if running else state,
        stateless=running and default_state not in {None, state},
    )
    return text, found


def variable_name(connector: str, key: str) -> str:
    """Return the environment variable that stands for a secret of a connector."""
    name = _NOT_IN_A_NAME.sub("_", f"{connector}_{key}").strip("_").upper()
    return name if not name[:1].isdigit() else f"_{name}"


def _forbidden(project: Project, references: Iterable[Reference]) -> tuple[str, ...]:
    names = sorted({reference.variable for reference in references})
    return tuple(name for name in names if not may_name(name, project.environment))


def _free_path(folder: Path, name: str, taken: Mapping[Path, str]) -> Path:
    """Return a file name that is safe everywhere and not yet given to another connector."""
    stem = _NOT_IN_A_FILE.sub("-", name).strip(".-") or "connector"
    path, number = folder / f"{stem}.yaml", 1
    while path in taken:
        number += 1
        path = folder / f"{stem}-{number}.yaml"
    return path


def _write(texts: Mapping[Path, str], *, force: bool) -> None:
    existing: Iterable[Path] = () if force else [path for path in texts if path.exists()]
    problems = [
        Problem(
            code=Code.FILE_EXISTS,
            message=f"{path} exists already; nothing was written",
            hint="choose another folder with --dir, or overwrite with --force",
        )
        for path in existing
    ]
    if problems:
        raise UsageError(*problems)
    for path, text in texts.items():
        write_file(path, text)
