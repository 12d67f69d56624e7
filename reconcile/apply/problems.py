"""The words for what goes wrong with a change; pure."""

from dataclasses import replace

from reconcile.model.codes import Code
from reconcile.model.plan import Action, Change
from reconcile.model.problem import Problem, Severity

_RUN_AGAIN = "run the same command again: it looks first, and does what is left"
_VERBS = {
    Action.CREATE: ("create", "created"),
    Action.UPDATE: ("update", "updated"),
    Action.DELETE: ("delete", "deleted"),
    Action.SET_STATE: ("change the state of", "changed"),
    Action.RESTART: ("restart", "restarted"),
    Action.MOVE: ("move", "moved"),
}


def write_failed(change: Change, cause: Problem, *, stopped: bool = False) -> Problem:
    """Return the problem of a write that was refused; `stopped` where that left it stopped."""
    verb, _ = _VERBS[change.action]
    left = " (it was stopped on the way, and is left stopped)" if stopped else ""
    return replace(
        cause,
        message=f"cannot {verb} {change.name}: {cause.message}{left}",
        location=change.location or cause.location,
        connector=change.name,
    )


def crashed(change: Change, error: Exception) -> Problem:
    """Return the problem of an error of our own: its name alone, since texts can hold values."""
    verb, _ = _VERBS[change.action]
    return _problem(
        change,
        Code.WRITE_FAILED,
        f"cannot {verb} {change.name}: an error in connectform itself ({type(error).__name__})",
        "please report it; the other changes were carried on with",
    )


def changed_meanwhile(change: Change, what: str) -> Problem:
    """Return the problem of a connector that moved since the plan: `what` happened to it."""
    return _problem(
        change,
        Code.CHANGED_MEANWHILE,
        f"{change.name} was {what} since the plan was made",
        "plan again, and look at what changed before applying",
    )


def overtaken(change: Change) -> Problem:
    """Return the problem of a change whose settings gave way to somebody else's."""
    _, done = _VERBS[change.action]
    return _problem(
        change,
        Code.CHANGED_MEANWHILE,
        f"{change.name} was {done}, and somebody else changed it meanwhile: other settings than"
        " those written are live",
        "plan again, and look at what changed before applying",
    )


def task_failed(change: Change, words: str, cause: str) -> Problem:
    """Return the problem of a connector that fails after its change."""
    _, done = _VERBS[change.action]
    return _problem(
        change,
        Code.TASK_FAILED,
        f"{change.name} was {done} and fails: {words}: {cause}",
        "correct the definition or what it connects to, then apply or restart",
    )


def not_settled(change: Change, seconds: float, last: str) -> Problem:
    """Return the problem of a change whose effect did not show in time."""
    _, done = _VERBS[change.action]
    return _problem(
        change,
        Code.NOT_SETTLED,
        f"{change.name} was {done}, and has not settled after {seconds:.0f} s: {last}",
        f"look at `connectform status`, or {_RUN_AGAIN}",
    )


def not_stopped(change: Change, seconds: float, last: str) -> Problem:
    """Return the problem of a connector that does not stop on its way to new settings."""
    return _problem(
        change,
        Code.NOT_SETTLED,
        f"{change.name} has not stopped after {seconds:.0f} s ({last}), so its settings were not "
        "written",
        f"look at `connectform status`, or {_RUN_AGAIN}",
    )


def interrupted_midway(change: Change) -> Problem:
    """Return the problem of a change that an interruption left half-way or unseen."""
    return _problem(
        change,
        Code.NOT_SETTLED,
        f"{change.name}: apply was interrupted before the change was seen to take effect",
        _RUN_AGAIN,
    )


def outcome_unknown(change: Change, cause: Problem) -> Problem:
    """Return the problem of a write that may have happened, or may still."""
    verb, _ = _VERBS[change.action]
    return _problem(
        change,
        Code.OUTCOME_UNKNOWN,
        f"cannot tell whether the request to {verb} {change.name} was carried out: {cause.message}",
        "a write that timed out can take effect minutes later: wait, then " + _RUN_AGAIN,
    )


def not_attempted(change: Change, reason: str) -> Problem:
    """Return the notice of a change that was not begun."""
    problem = _problem(
        change, Code.NOT_ATTEMPTED, f"{change.name} was left as it is: {reason}", _RUN_AGAIN
    )
    return replace(problem, severity=Severity.NOTICE)


def unreadable(change: Change, cause: Problem) -> Problem:
    """Return the problem of a change not begun because the cluster could not be read before."""
    return replace(
        cause,
        message=f"{change.name} was left as it is: {cause.message}",
        location=change.location,
        connector=change.name,
    )


def _problem(change: Change, code: Code, message: str, hint: str) -> Problem:
    return Problem(
        code=code, message=message, hint=hint, location=change.location, connector=change.name
    )
