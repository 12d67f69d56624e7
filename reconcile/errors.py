"""What stops a run.

ConnectformError(problems)      the base; the command line catches only this
|- UsageError                   the arguments do not fit
|- DefinitionError              the files in git are not usable
|- RefusedError                 a limit or a protection forbids the plan
|- LedgerError                  a ledger cannot be read or written, or is locked
|- StaleError                   the cluster moved on since the plan was made
|- ForgeError                   GitHub or GitLab cannot be asked, or refuses
|- SandboxError                 a sandbox cannot be started, found or stopped
`- ClusterError                 a cluster cannot be read, or answers what we cannot use
"""

from reconcile.model.codes import Code
from reconcile.model.problem import Problem


class ConnectformError(Exception):
    """Stop the run because of one or more problems, all of them at once."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems: tuple[Problem, ...] = problems


class UsageError(ConnectformError):
    """The command line cannot be carried out as given."""


class DefinitionError(ConnectformError):
    """What git holds is not a set of usable definitions."""


class RefusedError(ConnectformError):
    """A limit, a protection or a policy forbids the plan."""


class LedgerError(ConnectformError):
    """A ledger cannot be read or written, or somebody else holds its lock."""


class StaleError(ConnectformError):
    """The cluster, or git, is no longer what a plan was made from."""


class ForgeError(ConnectformError):
    """GitHub or GitLab cannot be asked, or refuses."""


class SandboxError(ConnectformError):
    """A sandbox cannot be started, found or stopped."""


class ClusterError(ConnectformError):
    """A cluster cannot be read, or answers what we cannot use."""


def usage(message: str, *, hint: str = "", code: Code = Code.USAGE) -> UsageError:
    """Return the error for arguments that do not fit."""
    return UsageError(Problem(code=code, message=message, hint=hint))
