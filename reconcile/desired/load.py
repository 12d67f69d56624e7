"""Load what git says should be: read the files, check everything, resolve for each cluster."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from reconcile.desired.checks import Checker
from reconcile.desired.comments import read_ignores
from reconcile.desired.files import SecretFiles, escaping, find_files, read_text, shown
from reconcile.desired.findings import problems_of, unknown_cluster
from reconcile.desired.json_reader import read_json
from reconcile.desired.kinds import read_document
from reconcile.desired.manifest import Manifest
from reconcile.desired.moves import (
    Claims,
    check_moves,
    declared_on,
    departing,
    first_claims,
    is_declared_on,
)
from reconcile.desired.nodes import Reading, Shapes
from reconcile.desired.project import LoadedProject
from reconcile.desired.references import Kind, Sources
from reconcile.desired.resolve import resolve
from reconcile.desired.schemas import DEFINITION
from reconcile.desired.unused_project import differing_project_file, other_project_file
from reconcile.desired.yaml_reader import read_yaml
from reconcile.errors import DefinitionError, UsageError
from reconcile.model.codes import Code
from reconcile.model.config import Secret
from reconcile.model.desired import Definition, Desired
from reconcile.model.lint import LintIgnore
from reconcile.model.plan import Selection
from reconcile.model.problem import Location, Problem, Severity, errors_in
from reconcile.model.project import Project
from reconcile.model.selection import check_selection, matches

_EVERYTHING: Final = Selection()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LoadedDesired:
    """What git says should be on each cluster, and every secret text that it was filled with.

    `ignores` are the comments in all files that ignore lint findings; `files` counts the files.
    `secret_files` are the paths of those that references named.
    """

    clusters: Mapping[str, Desired]
    secrets: tuple[Secret, ...] = ()
    ignores: tuple[LintIgnore, ...] = ()
    files: int = 0
    secret_files: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Checked:
    """All that is wrong with the files, how many there are, and what they declare, by cluster."""

    problems: tuple[Problem, ...]
    files: int
    desired: Mapping[str, Desired]

    @property
    def connectors(self) -> tuple[str, ...]:
        """Return the names of all that are declared on any of the clusters."""
        return tuple(sorted({name for one in self.desired.values() for name in one.definitions}))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Files:
    """What the files hold, before any cluster is looked at.

    `unusable` are the names of definitions with errors: git declares them all the same.
    """

    manifests: tuple[Manifest, ...]
    problems: tuple[Problem, ...]
    count: int
    claims: Claims
    unusable: frozenset[str]
    ignores: tuple[LintIgnore, ...]


def load_desired(
    loaded: LoadedProject,
    *,
    clusters: Sequence[str],
    environment: Mapping[str, str],
    secrets: bool = True,
    selection: Selection = _EVERYTHING,
    keep_going: bool = False,
    lenient: bool = False,
) -> LoadedDesired:
    """Return the definitions of the given clusters.

    All definitions are returned, but secrets are resolved for selected ones alone, and for none
    with `secrets` false; with `lenient` a secret that is not there stays unresolved. Raises
    UsageError for a malformed selection, and DefinitionError with all problems of all files; with
    `keep_going` the definitions that have errors are left out instead, and their problems kept.
    """
    malformed = check_selection(selection)
    if malformed:
        raise UsageError(*malformed)
    files = _read_files(loaded)
    found: dict[str, Desired] = {}
    learned: dict[str, None] = {}
    secret_files = SecretFiles(loaded.project.root)
    for cluster in clusters:
        sources = sources_of(loaded.project, cluster, environment, secret_files)
        resolving = _resolving(replace(sources, lenient=lenient), selection, secrets=secrets)
        desired, texts = _load_cluster(loaded, files, cluster, resolving)
        found[cluster] = desired
        learned.update(dict.fromkeys(texts))
    problems = dict.fromkeys(problem for desired in found.values() for problem in desired.problems)
    if not keep_going and errors_in(tuple(problems)):
        raise DefinitionError(*problems)
    return LoadedDesired(
        clusters=found,
        secrets=tuple(map(Secret, learned)),
        ignores=(*loaded.ignores, *files.ignores),
        files=files.count,
        secret_files=secret_files.paths,
    )


def check_files(loaded: LoadedProject, *, clusters: Sequence[str]) -> Checked:
    """Return all that is wrong with the files, without resolving any secret."""
    files = _read_files(loaded)
    problems: dict[Problem, None] = {}
    found: dict[str, Desired] = {}
    secret_files = SecretFiles(loaded.project.root)
    for cluster in clusters:
        sources = sources_of(loaded.project, cluster, {}, secret_files)
        resolving = _resolving(sources, _EVERYTHING, secrets=False)
        desired, _ = _load_cluster(loaded, files, cluster, resolving)
        problems.update(dict.fromkeys(desired.problems))
        found[cluster] = desired
    return Checked(problems=tuple(problems), files=files.count, desired=found)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Resolving:
    """How references are filled for one cluster: with secrets for selected connectors alone."""

    selection: Selection
    selected: Sources
    others: Sources

    def sources(self, manifest: Manifest) -> Sources:
        """Return the sources for one connector."""
        reached = matches(self.selection, manifest.name, manifest.labels)
        return self.selected if reached else self.others


def _resolving(sources: Sources, selection: Selection, *, secrets: bool) -> _Resolving:
    without = replace(sources, secrets=False)
    return _Resolving(selection=selection, selected=sources if secrets else without, others=without)


def sources_of(
    project: Project, cluster: str, environment: Mapping[str, str], files: SecretFiles
) -> Sources:
    """Return where the references of definitions for one cluster are looked up."""
    variables = project.clusters[cluster].variables
    return Sources(
        names={Kind.VARIABLE: variables, Kind.CLUSTER: {"name": cluster}},
        environment=environment,
        allowed=project.environment,
        locate_file=files.locate,
        read_file=files.read,
    )


def _load_cluster(
    loaded: LoadedProject, files: _Files, cluster: str, resolving: _Resolving
) -> tuple[Desired, tuple[str, ...]]:
    definitions: dict[str, Definition] = {}
    first: dict[str, Location] = {}
    problems: list[Problem] = []
    texts: list[str] = []
    for manifest in files.manifests:
        if not is_declared_on(manifest, cluster):
            continue
        if manifest.name in first:
            problems.append(_duplicate(manifest, first[manifest.name], cluster))
            definitions.pop(manifest.name, None)
            continue
        first[manifest.name] = manifest.location
        resolved = resolve(manifest, cluster, loaded.defaults, resolving.sources(manifest))
        problems += resolved.problems
        texts += resolved.secrets
        if resolved.definition is not None:
            definitions[manifest.name] = resolved.definition
    if not first and not errors_in(files.problems):
        problems.append(_nothing(loaded.project, cluster))
    known = tuple(loaded.project.clusters)
    declared = first.keys() | files.unusable
    wrong = check_moves(definitions.values(), known, declared=declared, claims=files.claims)
    problems += wrong
    for problem in wrong:
        definitions.pop(problem.connector, None)
    every = (*files.problems, *problems)
    desired = Desired(
        project=loaded.project.name,
        cluster=cluster,
        definitions=definitions,
        problems=every,
        complete=not errors_in(every),
        departing=departing(files.manifests, cluster, loaded.project.clusters),
        declared_on=declared_on(definitions.values(), files.manifests, files.unusable),
    )
    return desired, tuple(texts)


def _read_files(loaded: LoadedProject) -> _Files:
    project = loaded.project
    checker = Checker(loaded.schemas, DEFINITION)
    shapes = Shapes()
    manifests: list[Manifest] = []
    ignores: list[LintIgnore] = []
    root = project.definitions_root
    paths, missing = find_files(root, project.definitions)
    problems = [_missing(loaded, entry) for entry in missing]
    paths = [
        path for path in paths if path not in {project.path, other_project_file(root, project)}
    ]
    outside = escaping(paths, root)
    for path in paths:
        name = shown(path, root)
        text = _outside(name) if path in outside else read_text(path, name)
        if isinstance(text, Problem):
            problems.append(text)
            continue
        reading = read_documents(text, name, shapes)
        problems += reading.problems
        ignores += () if name.endswith(".json") else read_ignores(text, name)
        for document in reading.documents:
            found = read_document(document, checker)
            problems += found.problems
            # Of a file that breaks off nothing is used: its last document may be half of one.
            if found.manifest is not None and not reading.problems:
                manifests.append(found.manifest)
    problems += _unknown_clusters(manifests, tuple(project.clusters))
    problems += differing_project_file(project)
    return _Files(
        manifests=tuple(manifests),
        problems=tuple(problems),
        count=len(paths),
        claims=first_claims(manifests, project.clusters),
        unusable=frozenset(problem.connector for problem in errors_in(tuple(problems))) - {""},
        ignores=tuple(ignores),
    )


def read_documents(text: str, name: str, shapes: Shapes) -> Reading:
    """Return the documents of a file; YAML that is really JSON is read as JSON.

    libyaml refuses some JSON: surrogate pairs, for one.
    """
    if name.endswith(".json"):
        return read_json(text, name, shapes)
    if text.lstrip()[:1] == "{":
        reading = read_json(text, name, shapes)
        if not reading.problems:
            return reading
    return read_yaml(text, name, shapes)


def _unknown_clusters(manifests: Iterable[Manifest], known: Sequence[str]) -> list[Problem]:
    problems: list[Problem] = []
    for manifest in manifests:
        findings = [
            unknown_cluster(cluster, known, ("metadata", "clusters", str(index)))
            for index, cluster in enumerate(manifest.clusters or ())
            if cluster not in known
        ]
        findings += [
            unknown_cluster(cluster, known, ("overlays", cluster))
            for cluster in manifest.overlays
            if cluster not in known
        ]
        problems += problems_of(findings, manifest.marks, manifest.name)
    return problems


def _missing(loaded: LoadedProject, entry: str) -> Problem:
    index = loaded.project.definitions.index(entry)
    location = loaded.marks.locate(("definitions", str(index)))
    return Problem(
        code=Code.UNREADABLE_FILE,
        message=f"there is no file or folder {entry}",
        location=location or Location(loaded.marks.path),
        hint="definitions names folders and files from the folder of the project file",
    )


def _outside(name: str) -> Problem:
    return Problem(
        code=Code.UNREADABLE_FILE,
        message="this is not read: a symbolic link leads outside the project",
        location=Location(name),
        hint="put what it leads to into the project, or name its true place in definitions",
    )


def _duplicate(manifest: Manifest, first: Location, cluster: str) -> Problem:
    return Problem(
        code=Code.DUPLICATE_CONNECTOR,
        message=f"{manifest.name} is already defined for cluster {cluster} at {first}",
        location=manifest.location,
        hint="rename one, or give each its own metadata.clusters",
        connector=manifest.name,
    )


def _nothing(project: Project, cluster: str) -> Problem:
    return Problem(
        code=Code.NO_DEFINITIONS,
        message=f"there is no definition for cluster {cluster}",
        location=Location(", ".join(project.definitions)),
        hint="definitions are .yaml, .yml and .json files in the folders that the project names",
        severity=Severity.NOTICE,
    )
