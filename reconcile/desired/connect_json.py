"""Read Connect's own JSON: wrapped as in a create, or the flat settings alone."""

from collections.abc import Mapping
from typing import Final

from reconcile.desired.findings import Finding, problems_of
from reconcile.desired.manifest import Found, Manifest, has_error
from reconcile.desired.names import check_name
from reconcile.desired.nodes import Document, Tree, describe, place, typed_scalar
from reconcile.desired.references import OPENING
from reconcile.desired.settings import read_settings
from reconcile.desired.specs import Spec
from reconcile.desired.sugar import CLASS
from reconcile.desired.values import mapping, scalar
from reconcile.model.codes import Code
from reconcile.model.desired import Layer, TargetState
from reconcile.model.marks import Path
from reconcile.model.problem import Severity
from reconcile.plugins.suggest import suggest

_WRAPPED: Final = ("name", "config", "initial_state", "tasks", "type")


def is_connect_json(tree: Mapping[str, Tree]) -> bool:
    """Tell whether a mapping has one of the two shapes of Connect's JSON."""
    return CLASS in tree or ("config" in tree and "kind" not in tree)


def read_connect_json(tree: Mapping[str, Tree], document: Document) -> Found:
    """Return the manifest of Connect's JSON; without a name it is called after its file."""
    flat = CLASS in tree
    path: Path = () if flat else ("config",)
    findings = [] if flat else _check_wrapper(tree)
    config = tree if flat else mapping(tree.get("config"))
    written = scalar(tree.get("name"))
    if written is None and not flat:
        written = scalar(config.get("name"))
    name = (written or "").strip()
    if not name:
        name = document.marks.path.rpartition("/")[2].rpartition(".")[0]
        message = f"this document has no name and is called {name}, after its file"
        findings.append(Finding(Code.MISSING_FIELD, (), message, "add a name", Severity.NOTICE))
    findings += check_name(name, ("name",))
    settings = read_settings(config, path, name)
    findings += settings.findings
    state, more = _initial_state(tree.get("initial_state") if not flat else None)
    findings += more
    spec = Spec(
        values=settings.values,
        layer=Layer(marks=document.marks, config=path),
        referring=tuple([key for key, text in settings.values.items() if text and OPENING in text]),
        removing=None in settings.values.values(),
        state=state,
    )
    location = place(document.marks, ("name",))
    manifest = Manifest(name=name, location=location, marks=document.marks, base=spec)
    problems = (*document.problems, *problems_of(findings, document.marks, name))
    usable = not document.problems and not has_error(findings)
    return Found(manifest if usable else None, problems)


def _check_wrapper(tree: Mapping[str, Tree]) -> list[Finding]:
    findings = [
        Finding(
            Code.UNKNOWN_FIELD,
            (key,),
            f'Connect knows no field "{key}" beside name and config',
            f"did you mean {guess}?"
            if (guess := suggest(key, _WRAPPED))
            else "settings of the connector belong into config",
            Severity.WARNING,
        )
        for key in tree
        if key not in _WRAPPED
    ]
    if not isinstance(tree.get("config"), dict):
        found = (
            describe(typed_scalar(config))
            if isinstance(config := tree["config"], str)
            else "a list"
        )
        message = f"config must be a mapping of settings, not {found}"
        findings.append(Finding(Code.WRONG_TYPE, ("config",), message, 'write "config": {...}'))
    return findings


def _initial_state(tree: Tree | None) -> tuple[TargetState | None, list[Finding]]:
    """Return the state of a create request, which Connect reads in any case (KIP-980)."""
    if tree is None:
        return None, []
    written = (scalar(tree) or "").lower()
    if written in set(TargetState):
        return TargetState(written), []
    message = "initial_state must be RUNNING, PAUSED or STOPPED"
    guess = suggest(written, list(TargetState))
    hint = f"did you mean {guess.upper()}?" if guess else "leave it out to start running"
    return None, [Finding(Code.INVALID_VALUE, ("initial_state",), message, hint)]
