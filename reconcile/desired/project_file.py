"""Turn the document of a project file into a project, or into all that is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from reconcile.desired.alert_settings import read_alert_settings, receivers_in
from reconcile.desired.checks import Checker
from reconcile.desired.cutting import cut_out, may_come_of_cutting
from reconcile.desired.findings import Finding, problems_of, unknown_cluster
from reconcile.desired.freezes import read_freezes
from reconcile.desired.ledger_choice import read_ledger_choice
from reconcile.desired.link_templates import read_links
from reconcile.desired.lint_settings import read_lint_settings
from reconcile.desired.manifest import has_error
from reconcile.desired.metrics_choice import check_metrics
from reconcile.desired.nodes import Document, Tree, place
from reconcile.desired.references import OPENING, UNREAD, fill
from reconcile.desired.resolve import Default
from reconcile.desired.settings import read_settings
from reconcile.desired.specs import read_ignore, read_spec
from reconcile.desired.unresolved import check_cluster
from reconcile.desired.values import mapping, scalar, texts, whole
from reconcile.desired.watch_settings import read_watch_settings
from reconcile.errors import DefinitionError
from reconcile.model.alert import AlertSettings
from reconcile.model.codes import Code
from reconcile.model.desired import MovedFrom
from reconcile.model.lint import LintSettings
from reconcile.model.marks import Marks, Path
from reconcile.model.project import Cluster, Limits, Ownership, Project, Prune, WatchSettings

_DEFINITIONS: Final = ("connectors",)
_SNAPSHOTS: Final = "schemas/plugins"
_LIMITS: Final = Limits()
_KEY: Final = ("fingerprintKey",)
_DEFAULTS: Final = ("defaults",)


@dataclass(frozen=True, slots=True, eq=False)
class Parsed:
    """A project, its defaults, and the clusters as they were written."""

    project: Project
    defaults: tuple[Default, ...]
    clusters: Mapping[str, Mapping[str, Tree]] = field(repr=False)
    receivers: Mapping[str, Mapping[str, Tree]] = field(repr=False)
    marks: Marks


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Parts:
    """The parts of a project file that are checked by more than its schema."""

    clusters: Mapping[str, Cluster]
    defaults: tuple[Default, ...]
    links: Mapping[str, str]
    lint: LintSettings
    watch: WatchSettings
    alerts: AlertSettings


def parse_project(document: Document, checker: Checker, *, root: str, path: str) -> Parsed:
    """Return what a project file says; raise DefinitionError with all that is wrong with it."""
    findings = list(checker.check(document.tree))
    tree, gone = cut_out(document.tree, findings, checker)
    parts, more = _read_parts(tree, document.marks, tuple(_clusters_in(document.tree)))
    findings += [finding for finding in more if not may_come_of_cutting(finding, gone)]
    if _DEFAULTS in gone:
        findings += _check_defaults(document.tree)
    if document.problems or has_error(findings):
        raise DefinitionError(*document.problems, *problems_of(findings, document.marks))
    allowed = mapping(tree.get("references")).get("env")
    project = Project(
        name=scalar(mapping(tree["metadata"])["name"]) or "",
        root=root,
        path=path,
        definitions=texts(tree["definitions"]) if "definitions" in tree else _DEFINITIONS,
        clusters=parts.clusters,
        environment=texts(allowed) if allowed is not None else None,
        fingerprint_key=scalar(tree.get("fingerprintKey")) or "",
        links=parts.links,
        snapshots=scalar(tree.get("snapshots")) or _SNAPSHOTS,
        lint=parts.lint,
        watch=parts.watch,
        alerts=parts.alerts,
    )
    return Parsed(
        project,
        parts.defaults,
        _clusters_in(tree),
        receivers_in(tree.get("alerts")),
        document.marks,
    )


def _read_parts(
    tree: dict[str, Tree], marks: Marks, known: Sequence[str]
) -> tuple[_Parts, list[Finding]]:
    """Return the parts of what can be read, and what is wrong with them; `known` are all clusters."""
    findings: list[Finding] = []
    written = _clusters_in(tree)
    clusters: dict[str, Cluster] = {}
    for name, cluster in written.items():
        clusters[name], more = _read_cluster(name, cluster, marks)
        findings += more
    defaults, wrong = _read_defaults(tree.get("defaults"), known, marks)
    links, unusable = read_links(tree.get("links"))
    lint, unclear = read_lint_settings(tree.get("lint"), marks, known)
    watch, odd = read_watch_settings(tree.get("watch"), written)
    alerts, misdirected = read_alert_settings(tree.get("alerts"))
    findings += [*wrong, *unusable, *_check_fingerprint_key(tree.get("fingerprintKey"))]
    findings += [*unclear, *odd, *misdirected]
    parts = _Parts(
        clusters=clusters, defaults=defaults, links=links, lint=lint, watch=watch, alerts=alerts
    )
    return parts, findings


def _clusters_in(tree: Tree) -> Mapping[str, Mapping[str, Tree]]:
    return {name: mapping(item) for name, item in mapping(mapping(tree).get("clusters")).items()}


def _read_cluster(
    name: str, tree: Mapping[str, Tree], marks: Marks
) -> tuple[Cluster, list[Finding]]:
    path = ("clusters", name)
    variables = {key: scalar(value) or "" for key, value in mapping(tree.get("vars")).items()}
    ownership = mapping(tree.get("ownership"))
    limits = mapping(tree.get("limits"))
    ignore, findings = read_ignore(tree.get("ignore"), marks, (*path, "ignore"))
    ledger, more = read_ledger_choice(tree, path)
    freezes, unclear = read_freezes(tree.get("freezes"), marks, (*path, "freezes"))
    findings += [*more, *unclear, *_check_urls(tree, path), *check_metrics(tree, path)]
    findings += check_cluster(name, tree)
    findings += _check_variables(variables, (*path, "vars"))
    cluster = Cluster(
        name=name,
        urls=texts(tree["urls"]) if "urls" in tree else texts([tree.get("url", "")]),
        location=place(marks, path),
        variables=variables,
        ownership=Ownership(
            owns=texts(ownership.get("owns")),
            prune=Prune(scalar(ownership.get("prune")) or Prune.NEVER),
        ),
        limits=Limits(
            max_deletes=_number(limits, "maxDeletes", _LIMITS.max_deletes),
            max_delete_percent=_number(limits, "maxDeletePercent", _LIMITS.max_delete_percent),
            max_update_percent=_number(limits, "maxUpdatePercent", _LIMITS.max_update_percent),
        ),
        ignore=ignore,
        ledger=ledger,
        freezes=freezes,
        loggers={key: scalar(value) or "" for key, value in mapping(tree.get("loggers")).items()},
    )
    return cluster, findings


def _number(tree: Mapping[str, Tree], key: str, default: int) -> int:
    return whole(tree[key]) if key in tree else default


def _check_urls(tree: Mapping[str, Tree], path: Path) -> list[Finding]:
    name = path[-1]
    if "url" not in tree and "urls" not in tree:
        hint = 'add url: "http://127.0.0.1:8083"'
        return [Finding(Code.MISSING_FIELD, path, f"cluster {name} has no url", hint)]
    if "url" in tree and "urls" in tree:
        message = f"cluster {name} has both url and urls"
        return [Finding(Code.SETTING_GIVEN_TWICE, (*path, "urls"), message, "keep one of the two")]
    return []


def _check_variables(variables: Mapping[str, str], path: Path) -> list[Finding]:
    return [
        Finding(
            Code.MALFORMED_REFERENCE,
            (*path, key),
            f'the variable "{key}" holds a reference',
            "variables are public text; refer to secrets where they are used",
        )
        for key, value in variables.items()
        if OPENING in value
    ]


def _read_defaults(
    tree: Tree | None, known: Sequence[str], marks: Marks
) -> tuple[tuple[Default, ...], list[Finding]]:
    defaults: list[Default] = []
    findings: list[Finding] = []
    for index, item in enumerate(tree if isinstance(tree, list) else ()):
        path = ("defaults", str(index))
        match = mapping(mapping(item).get("match"))
        clusters = texts(match["clusters"]) if "clusters" in match else None
        findings += [
            unknown_cluster(name, known, (*path, "match", "clusters", str(number)))
            for number, name in enumerate(clusters or ())
            if name not in known
        ]
        spec, more = read_spec(mapping(mapping(item)["spec"]), marks, (*path, "spec"))
        findings += [*more, *_check_moved(spec.moved_from, (*path, "spec", "movedFrom"))]
        default = Default(
            spec=spec,
            clusters=clusters,
            names=texts(match["names"]) if "names" in match else ("*",),
            labels={
                key: scalar(value) or "" for key, value in mapping(match.get("labels")).items()
            },
        )
        defaults.append(default)
    return tuple(defaults), findings


def _check_moved(moved: MovedFrom | None, path: Path) -> list[Finding]:
    if moved is None:
        return []
    hint = "put it into the definition of the one connector that moves"
    return [
        Finding(Code.INVALID_VALUE, path, "defaults cannot say where connectors move from", hint)
    ]


def _check_fingerprint_key(tree: Tree | None) -> list[Finding]:
    written = scalar(tree)
    if written is None:
        return []
    filled = fill(written, UNREAD)
    malformed = [
        Finding(refusal.code, _KEY, f"fingerprintKey: {refusal.message}", refusal.hint)
        for refusal in filled.refusals
        if refusal.code is Code.MALFORMED_REFERENCE
    ]
    if malformed or filled.reference is not None:
        return malformed
    message = "fingerprintKey is a key itself, which whoever reads this file could use"
    hint = 'refer to it: fingerprintKey: "${{ env.CONNECTFORM_FINGERPRINT_KEY }}"'
    return [Finding(Code.INVALID_VALUE, _KEY, message, hint)]


def _check_defaults(tree: Tree) -> list[Finding]:
    """Check the settings of defaults where the rest of the file is wrong, to tell all at once."""
    entries = mapping(tree).get("defaults")
    return [
        finding
        for index, item in enumerate(entries if isinstance(entries, list) else ())
        for finding in read_settings(
            mapping(mapping(mapping(item).get("spec")).get("config")),
            ("defaults", str(index), "spec", "config"),
        ).findings
    ]
