"""What is wrong with a connector, and what was done to it last."""

from dataclasses import dataclass

from reconcile.model.health import Diagnosis, Verdict
from reconcile.model.ledger import ChangeRecord, Run
from reconcile.model.live import ConnectorKind
from reconcile.model.problem import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedPart:
    """What failed of a connector for one reason: tasks, or where there are none, itself."""

    tasks: tuple[int, ...] = ()
    workers: tuple[str, ...] = ()
    diagnosis: Diagnosis


@dataclass(frozen=True, slots=True, kw_only=True)
class LastChange:
    """The last change to a connector that the ledger knows, and the run that made it."""

    change: ChangeRecord
    run: Run | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """How one connector on one cluster is, why, and what was done to it last.

    `last_change` is None where the ledger knows of none, or cannot be read: then `ledger` says why.
    `unread` is what could not be looked at.
    """

    cluster: str
    name: str
    kind: ConnectorKind
    class_name: str
    verdict: Verdict
    failures: tuple[FailedPart, ...] = ()
    last_change: LastChange | None = None
    ledger: str = ""
    unread: tuple[Problem, ...] = ()
