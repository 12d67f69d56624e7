"""What is wrong at a path of a document, before its place is known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reconcile.desired.nodes import place
from reconcile.model.codes import Code
from reconcile.model.marks import Marks, Path
from reconcile.model.problem import Problem, Severity
from reconcile.plugins.suggest import suggest


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem at a path."""

    code: Code
    path: Path
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR


def problems_of(findings: Iterable[Finding], marks: Marks, connector: str = "") -> list[Problem]:
    """Return findings as problems with their places."""
    return [
        Problem(
            code=finding.code,
            message=finding.message,
            location=place(marks, finding.path),
            hint=finding.hint,
            severity=finding.severity,
            connector=connector,
        )
        for finding in findings
    ]


def unknown_cluster(name: str, known: Sequence[str], path: Path) -> Finding:
    """Return the finding for a cluster that the project does not have."""
    guess = suggest(name, known)
    there_is = f"the project has {', '.join(known)}" if known else "add it to clusters"
    hint = f"did you mean {guess}?" if guess else there_is
    return Finding(Code.UNKNOWN_CLUSTER, path, f'the project has no cluster "{name}"', hint)
