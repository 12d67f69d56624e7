"""Find and load the project file, and resolve the access to its clusters."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from reconcile.desired.access import (
    make_access,
    make_kafka,
    make_metrics,
    make_receiver,
    match_of,
)
from reconcile.desired.checks import Checker
from reconcile.desired.comments import read_ignores
from reconcile.desired.files import SecretFiles, Stamp, read_text, stamp_of
from reconcile.desired.findings import Finding, problems_of
from reconcile.desired.nodes import Document, Shapes, Tree, place
from reconcile.desired.project_file import Parsed, parse_project
from reconcile.desired.references import Kind, Sources, fill
from reconcile.desired.resolve import Default
from reconcile.desired.schemas import PROJECT, Schema, read_schemas
from reconcile.desired.values import mapping
from reconcile.desired.yaml_reader import read_yaml
from reconcile.errors import DefinitionError
from reconcile.model.codes import Code
from reconcile.model.config import Secret
from reconcile.model.lint import LintIgnore
from reconcile.model.marks import Marks
from reconcile.model.marks import Path as MarkPath
from reconcile.model.problem import Location, Problem
from reconcile.model.project import Access, KafkaAccess, MetricsAccess, Project, Tls
from reconcile.model.receiver import Receiver

PROJECT_FILES: Final = ("connectform.yaml", "connectform.yml")
"""How a project file is called, unless --project says otherwise."""


@dataclass(frozen=True, slots=True, eq=False)
class LoadedProject:
    """A checked project file; beside the project it keeps what loading needs later.

    `ignores` are the comments of the project file that ignore lint findings. `stamp` is what the
    file had when it was about to be read, and `text` what it said.
    """

    project: Project
    defaults: tuple[Default, ...] = field(repr=False)
    clusters: Mapping[str, Mapping[str, Tree]] = field(repr=False)
    marks: Marks = field(repr=False)
    schemas: Mapping[str, Schema] = field(repr=False)
    ignores: tuple[LintIgnore, ...] = ()
    receivers: Mapping[str, Mapping[str, Tree]] = field(default_factory=dict, repr=False)
    stamp: Stamp | None = None
    text: str = field(default="", repr=False)


def load_project(
    path: Path | None, cwd: Path, before: LoadedProject | None = None
) -> LoadedProject:
    """Load a project file; without a path, the nearest one in `cwd` and the folders above.

    What was loaded `before` holds where the same file still says the same. Raises DefinitionError
    where there is none, or with all that is wrong with it.
    """
    file = _find(path, cwd)
    stamp = stamp_of(str(file))
    text = read_text(str(file), file.name)
    if isinstance(text, Problem):
        raise DefinitionError(text)
    if before is not None and (before.project.path, before.text) == (str(file), text):
        return replace(before, stamp=stamp)
    document, ignores = _read(text, file.name)
    schemas = read_schemas()
    parsed = _parse(document, schemas, file)
    return LoadedProject(
        parsed.project,
        parsed.defaults,
        parsed.clusters,
        parsed.marks,
        schemas,
        ignores,
        parsed.receivers,
        stamp,
        text,
    )


def with_definitions_from(loaded: LoadedProject, folder: Path) -> LoadedProject:
    """Return the project with its definitions read from another folder, and nothing else from there.

    The project file, what it allows to be named, and the files that it names stay. Raises
    DefinitionError where there is no such folder.
    """
    if not folder.is_dir():
        message = f"there is no folder {folder}"
        hint = "check --definitions-from"
        raise DefinitionError(Problem(code=Code.UNREADABLE_FILE, message=message, hint=hint))
    project = replace(loaded.project, definitions_from=str(folder.resolve()))
    return replace(loaded, project=project)


def read_access(
    loaded: LoadedProject,
    cluster_name: str,
    environment: Mapping[str, str],
    overrides: Sequence[str] = (),
) -> Access:
    """Return the access to one cluster, its references resolved and its paths absolute.

    `overrides` are addresses that replace those of the file. Raises DefinitionError with every
    reference and file of this cluster that cannot be had.
    """
    project = loaded.project
    sources = _sources(loaded, cluster_name, environment)
    tree = loaded.clusters[cluster_name]
    access, findings = make_access(cluster_name, tree, sources, urls=overrides)
    problems = problems_of(findings, loaded.marks)
    tls = _absolute(access.tls, project.root)
    problems += _missing_files(tls, ("clusters", cluster_name), loaded.marks)
    if problems:
        raise DefinitionError(*problems)
    return replace(access, tls=tls)


def read_fingerprint_key(loaded: LoadedProject, environment: Mapping[str, str]) -> Secret | None:
    """Return the key for the fingerprints of secrets, or None where it is not given here.

    Raises DefinitionError for a file outside of the project.
    """
    files = SecretFiles(loaded.project.root)
    sources = Sources(
        environment=environment, locate_file=files.locate, read_file=files.read, lenient=True
    )
    filled = fill(loaded.project.fingerprint_key, sources)
    if filled.refusals:
        findings = [
            Finding(refusal.code, ("fingerprintKey",), refusal.message, refusal.hint)
            for refusal in filled.refusals
        ]
        raise DefinitionError(*problems_of(findings, loaded.marks))
    return Secret(filled.text) if filled.text else None


def read_kafka(
    loaded: LoadedProject, cluster_name: str, environment: Mapping[str, str]
) -> KafkaAccess | None:
    """Return the settings for the brokers behind a cluster, their references resolved.

    None where the project file has none. Raises DefinitionError with every reference that cannot
    be had.
    """
    tree = mapping(loaded.clusters[cluster_name].get("kafka"))
    if not tree:
        return None
    access, findings = make_kafka(cluster_name, tree, _sources(loaded, cluster_name, environment))
    if findings:
        raise DefinitionError(*problems_of(findings, loaded.marks))
    return access


def read_metrics(
    loaded: LoadedProject, cluster_name: str, environment: Mapping[str, str]
) -> MetricsAccess | None:
    """Return the access to the metrics of a cluster, its references resolved and paths absolute.

    None where the project file has none. Raises DefinitionError with every reference and file
    that cannot be had.
    """
    tree = mapping(loaded.clusters[cluster_name].get("metrics"))
    if not tree:
        return None
    sources = _sources(loaded, cluster_name, environment)
    metrics, findings = make_metrics(cluster_name, tree, sources)
    problems = problems_of(findings, loaded.marks)
    tls = _absolute(metrics.access.tls, loaded.project.root)
    problems += _missing_files(tls, ("clusters", cluster_name, "metrics"), loaded.marks)
    if problems:
        raise DefinitionError(*problems)
    return replace(metrics, access=replace(metrics.access, tls=tls))


def read_match(loaded: LoadedProject, cluster_name: str) -> Mapping[str, str]:
    """Return the labels that pick the workers of a cluster; none where the project file has none."""
    return match_of(mapping(loaded.clusters[cluster_name].get("metrics")))


def read_receiver(loaded: LoadedProject, name: str, environment: Mapping[str, str]) -> Receiver:
    """Return how a receiver of alerts is reached, its references resolved and paths absolute.

    Raises DefinitionError with every reference and file of it that cannot be had.
    """
    files = SecretFiles(loaded.project.root)
    sources = Sources(environment=environment, locate_file=files.locate, read_file=files.read)
    receiver, findings = make_receiver(name, loaded.receivers[name], sources)
    problems = problems_of(findings, loaded.marks)
    tls = _absolute(receiver.access.tls, loaded.project.root)
    problems += _missing_files(tls, ("alerts", "receivers", name), loaded.marks)
    if problems:
        raise DefinitionError(*problems)
    return replace(receiver, access=replace(receiver.access, tls=tls))


def _sources(loaded: LoadedProject, cluster_name: str, environment: Mapping[str, str]) -> Sources:
    files = SecretFiles(loaded.project.root)
    variables = loaded.project.clusters[cluster_name].variables
    return Sources(
        names={Kind.VARIABLE: variables, Kind.CLUSTER: {"name": cluster_name}},
        environment=environment,
        locate_file=files.locate,
        read_file=files.read,
    )


def _find(path: Path | None, cwd: Path) -> Path:
    if path is not None:
        file = cwd / path
        candidates = [file / name for name in PROJECT_FILES] if file.is_dir() else [file]
        hint = "check --project"
        where = str(path)
    else:
        start = cwd.resolve()
        folders = (start, *start.parents)
        candidates = [folder / name for folder in folders for name in PROJECT_FILES]
        hint = "run connectform init, or give --project FILE"
        where = f"{PROJECT_FILES[0]} in this folder and those above"
    for candidate in candidates:
        if candidate.is_file():
            return candidate.resolve()
    message = f"there is no project file: {where}"
    raise DefinitionError(Problem(code=Code.NO_PROJECT_FILE, message=message, hint=hint))


def _read(text: str, name: str) -> tuple[Document, tuple[LintIgnore, ...]]:
    reading = read_yaml(text, name, Shapes())
    if reading.problems:
        raise DefinitionError(*reading.problems)
    if len(reading.documents) != 1:
        count = len(reading.documents)
        location = place(reading.documents[1].marks, ()) if count else Location(name, 1, 1)
        message = f"a project file holds one document, not {count}"
        hint = "definitions have files of their own"
        raise DefinitionError(
            Problem(code=Code.SYNTAX, message=message, location=location, hint=hint)
        )
    return reading.documents[0], read_ignores(text, name)


def _parse(document: Document, schemas: Mapping[str, Schema], file: Path) -> Parsed:
    checker = Checker(schemas, PROJECT)
    return parse_project(document, checker, root=str(file.parent), path=str(file))


def _absolute(tls: Tls, root: str) -> Tls:
    def absolute(path: str | None) -> str | None:
        return os.path.normpath(Path(root, path)) if path is not None else None

    return replace(tls, ca=absolute(tls.ca), cert=absolute(tls.cert), key=absolute(tls.key))


def _missing_files(tls: Tls, path: MarkPath, marks: Marks) -> list[Problem]:
    named = {"ca": tls.ca, "cert": tls.cert, "key": tls.key}
    match path[0], path[1:]:
        case "alerts", (_, name):
            of = f"receiver {name}"
        case _, (name, "metrics"):
            of = f"the metrics of cluster {name}"
        case _:
            of = f"cluster {path[1]}"
    return [
        Problem(
            code=Code.UNREADABLE_FILE,
            message=f"tls.{key} of {of}: there is no such file",
            location=place(marks, (*path, "tls", key)),
            hint="paths count from the folder of the project file",
        )
        for key, file in named.items()
        if file is not None and not Path(file).is_file()
    ]
