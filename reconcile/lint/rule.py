"""What a rule is: a code, the words that explain it, and a pure function."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from reconcile.lint.subject import ChangeSubject, ClusterSubject, Subject
from reconcile.model.codes import Code
from reconcile.model.lint import LintLevel


@dataclass(frozen=True, slots=True)
class Fault:
    """What a rule found: at a setting, or at the connector as a whole where the key is empty.

    `detail` is what to do here where that is not what the rule says in general.
    """

    key: str
    message: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ForConnector:
    """Check one connector by itself."""

    check: Callable[[Subject], Iterable[Fault]]


@dataclass(frozen=True, slots=True)
class ForCluster:
    """Check all connectors of a cluster against each other; each fault with its connector."""

    check: Callable[[ClusterSubject], Iterable[tuple[Subject, Fault]]]


@dataclass(frozen=True, slots=True)
class ForChange:
    """Check one change of a plan."""

    check: Callable[[ChangeSubject], Iterable[Fault]]


@dataclass(frozen=True, slots=True)
class ForComments:
    """Check the comments and exceptions that ignore findings; `lint.check` does it itself."""


Check: TypeAlias = ForConnector | ForCluster | ForChange | ForComments


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: how much it matters unless the project says otherwise, why, and what to do."""

    code: Code
    title: str
    level: LintLevel
    why: str
    fix: str
    check: Check
