"""Read one file of definitions by itself: as it is, or as it would be with another text."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from reconcile.desired.checks import Checker
from reconcile.desired.files import SecretFiles
from reconcile.desired.kinds import Format, format_of, read_document
from reconcile.desired.load import read_documents, sources_of
from reconcile.desired.manifest import Manifest
from reconcile.desired.moves import is_declared_on
from reconcile.desired.nodes import Shapes
from reconcile.desired.project import LoadedProject
from reconcile.desired.resolve import resolve
from reconcile.desired.schemas import DEFINITION
from reconcile.model.desired import Definition
from reconcile.model.problem import Problem, errors_in


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Declared:
    """A manifest, its format, and which of the documents of its file it is."""

    document: int
    form: Format
    manifest: Manifest


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Content:
    """What one file declares; `definitions` by cluster and name. With errors it is not to be used."""

    declared: tuple[Declared, ...]
    definitions: Mapping[tuple[str, str], Definition]
    problems: tuple[Problem, ...] = ()

    def find(self, cluster: str, name: str) -> Declared | None:
        """Return what declares a connector on a cluster, or None."""
        return next(
            (
                found
                for found in self.declared
                if found.manifest.name == name and is_declared_on(found.manifest, cluster)
            ),
            None,
        )


def read_content(loaded: LoadedProject, text: str, name: str) -> Content:
    """Return what the text of a file declares on all clusters; `name` is how problems name it.

    Secrets stay unresolved.
    """
    reading = read_documents(text, name, Shapes())
    checker = Checker(loaded.schemas, DEFINITION)
    problems = list(reading.problems)
    declared: list[Declared] = []
    for index, document in enumerate(reading.documents):
        found = read_document(document, checker)
        problems += found.problems
        form = format_of(document.tree)
        if found.manifest is not None and form is not None:
            declared.append(Declared(document=index, form=form, manifest=found.manifest))
    definitions: dict[tuple[str, str], Definition] = {}
    files = SecretFiles(loaded.project.root)
    for cluster in loaded.project.clusters:
        sources = replace(sources_of(loaded.project, cluster, {}, files), secrets=False)
        for each in declared:
            if not is_declared_on(each.manifest, cluster):
                continue
            resolved = resolve(each.manifest, cluster, loaded.defaults, sources)
            problems += resolved.problems
            if resolved.definition is not None:
                definitions[cluster, each.manifest.name] = resolved.definition
    return Content(
        declared=tuple(declared),
        definitions=definitions,
        problems=errors_in(tuple(problems)),
    )
