"""Turn a document of kind Connector into a manifest, or into all that is wrong with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from reconcile.desired.checks import Checker
from reconcile.desired.findings import Finding, problems_of
from reconcile.desired.names import check_name
from reconcile.desired.nodes import Document, Tree, place
from reconcile.desired.references import OPENING
from reconcile.desired.settings import read_settings
from reconcile.desired.specs import Spec, read_spec
from reconcile.desired.values import mapping, scalar, texts
from reconcile.model.codes import Code
from reconcile.model.marks import Marks, Path
from reconcile.model.problem import Location, Problem, Severity

_NAME: Final = ("metadata", "name")
_LABELS: Final = ("metadata", "labels")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Manifest:
    """One connector as a document declares it; `clusters` is None for all of the project."""

    name: str
    location: Location
    marks: Marks
    base: Spec
    clusters: tuple[str, ...] | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    overlays: Mapping[str, Spec] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What a document holds: a manifest, unless errors forbid it or it is none of ours."""

    manifest: Manifest | None = None
    problems: tuple[Problem, ...] = ()


def read_manifest(
    tree: Mapping[str, Tree], document: Document, checker: Checker, notes: Iterable[Finding] = ()
) -> Found:
    """Return the manifest of a tree of kind Connector.

    The tree is the document's own, or one that another format was turned into, at the same
    paths; `notes` are the findings of that turn.
    """
    metadata = mapping(tree.get("metadata"))
    name = scalar(metadata.get("name")) or ""
    findings = [*notes, *checker.check(dict(tree)), *(check_name(name, _NAME) if name else ())]
    if has_error(findings):
        findings += _check_settings(tree, name)
        return Found(None, _all_problems(document, findings, name))
    base, more = read_spec(mapping(tree["spec"]), document.marks, ("spec",), name)
    findings += more
    overlays: dict[str, Spec] = {}
    for cluster, overlay in mapping(tree.get("overlays")).items():
        written = mapping(mapping(overlay)["spec"])
        path = ("overlays", cluster, "spec")
        overlays[cluster], more = read_spec(written, document.marks, path, name)
        findings += more
    labels = {key: scalar(value) or "" for key, value in mapping(metadata.get("labels")).items()}
    findings += _check_labels(labels)
    manifest = Manifest(
        name=name,
        location=place(document.marks, _NAME),
        marks=document.marks,
        base=base,
        clusters=texts(metadata["clusters"]) if "clusters" in metadata else None,
        labels=labels,
        overlays=overlays,
    )
    usable = not document.problems and not has_error(findings)
    return Found(manifest if usable else None, _all_problems(document, findings, name))


def has_error(findings: Iterable[Finding]) -> bool:
    """Tell whether findings forbid the use of a document."""
    return any(finding.severity is Severity.ERROR for finding in findings)


def _all_problems(
    document: Document, findings: Iterable[Finding], name: str
) -> tuple[Problem, ...]:
    return (*document.problems, *problems_of(findings, document.marks, name))


def _check_settings(tree: Mapping[str, Tree], name: str) -> list[Finding]:
    """Check the settings of a document whose skeleton is wrong, so that all is told at once."""
    specs: list[tuple[Path, Tree | None]] = [(("spec",), tree.get("spec"))]
    for cluster, overlay in mapping(tree.get("overlays")).items():
        specs.append((("overlays", cluster, "spec"), mapping(overlay).get("spec")))
    return [
        finding
        for path, spec in specs
        for finding in read_settings(
            mapping(mapping(spec).get("config")), (*path, "config"), name or "?"
        ).findings
        if finding.path[-1] != "name" or name
    ]


def _check_labels(labels: Mapping[str, str]) -> list[Finding]:
    return [
        Finding(
            Code.MALFORMED_REFERENCE,
            (*_LABELS, key),
            f'the label "{key}" holds a reference',
            "write the value out: labels are matched before references are filled",
        )
        for key, value in labels.items()
        if OPENING in value
    ]
