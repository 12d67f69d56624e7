"""The words for what goes wrong with a change; pure."""

from dataclasses import replace

from reconcile.model.codes import Code
from reconcile.model.ledger import MoveStep
from reconcile.model.plan import Action, Change
from reconcile.model.problem import Problem, Severity

_RUN_AGAIN = "run the same command again: it looks first, and does what is left"
_MOVE_STEPS = {
    MoveStep.BEGUN: "{old} is kept, and nothing was moved",
    MoveStep.OFFSETS_READ: "{old} is stopped and kept, and its offsets were read",
    MoveStep.CREATED: "{old} is stopped and kept, {new} exists without its offsets",
    MoveStep.OFFSETS_WRITTEN: "{old} is stopped and kept, {new} has its offsets",
    MoveStep.STARTED: "{new} goes on in its place, and {old} still exists",
    MoveStep.DONE: "all is done",
}
_VERBS = {
    Action.CREATE: ("create", "created"),
    Action.UPDATE: ("update", "updated"),
    Action.DELETE: ("delete", "deleted"),
    Action.SET_STATE: ("change the state of", "changed"),
    Action.RESTART: ("restart", "restarted"),
    Action.MOVE: ("move", "moved"),
}


def write_failed(
    change: Change, cause: Problem, *, stopped: bool = False, resetting: bool = False
) -> Problem:
    """Return the problem of a write that was refused.

    `stopped` where that left it stopped, `resetting` where it was the reset before a delete.
    """
    verb, _ = _VERBS[change.action]
    part = "its offsets cannot be reset: " if resetting else ""
    left = " (it was stopped on the way, and is left stopped)" if stopped else ""
    return replace(
        cause,
        message=f"cannot {verb} {change.name}: {part}{cause.message}{left}",
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


def interrupted_midway(change: Change, obstacle: str = "") -> Problem:
    """Return the problem of a change that an interruption, or an obstacle, left half-way or unseen."""
    why = f"ended early, since {obstacle}," if obstacle else "was interrupted"
    return _problem(
        change,
        Code.LOCK_LOST if obstacle else Code.NOT_SETTLED,
        f"{change.name}: apply {why} before the change was seen to take effect",
        _RUN_AGAIN,
    )


def unrecorded(change: Change, cause: Problem) -> Problem:
    """Return the problem of a change that is not sent because it cannot be recorded."""
    return replace(
        cause,
        message=f"{change.name} was left as it is: {cause.message}",
        location=change.location or cause.location,
        connector=change.name,
    )


def offsets_not_kept(change: Change, reason: str) -> Problem:
    """Return the warning of a connector whose offsets could not be read before it was deleted."""
    problem = _problem(
        change,
        Code.OFFSETS_NOT_KEPT,
        f"the offsets of {change.name} are not in the ledger: {reason}",
        "Connect keeps them: a connector created under this name goes on from them",
    )
    return replace(problem, severity=Severity.WARNING)


def on_the_way(change: Change, step: MoveStep, cause: Problem) -> Problem:
    """Return the problem of a move that came no further than a step."""
    old = change.origin.name if change.origin else ""
    come = _MOVE_STEPS[step].format(old=old, new=change.name)
    return replace(
        cause,
        message=f"{change.name} is not moved from {old} yet ({come}): {cause.message}",
        location=change.location or cause.location,
        hint=f"run the same command again, and the move goes on; until {old} is deleted, taking the"
        " rename back in git and applying that moves it back",
        connector=change.name,
    )


def no_connection(change: Change, cluster: str) -> Problem:
    """Return the problem of a move from a cluster that nobody connected to."""
    return _problem(
        change,
        Code.CANNOT_MOVE,
        f"{change.name} is to be moved from cluster {cluster}, which this run does not read",
        f"declare {cluster} under `clusters`, and apply again",
    )


def no_such_class(change: Change, cluster: str) -> Problem:
    """Return the problem of a move to a connector that could not be created."""
    return _problem(
        change,
        Code.UNKNOWN_CLASS,
        f"{change.name} is not moved: {cluster} has no connector class {change.class_name}",
        "install the plugin on every worker, then apply again",
    )


def ran_too_early(change: Change) -> Problem:
    """Return the problem of a move to a connector that somebody started on the way."""
    old = change.origin.name if change.origin else ""
    return _problem(
        change,
        Code.CHANGED_MEANWHILE,
        f"{change.name} was started before it had the offsets of {old}",
        f"stop {change.name}, then apply again: it is given the offsets that {old} has by then",
    )


def offsets_gone(change: Change) -> Problem:
    """Return the problem of a move whose old connector vanished before its offsets were read."""
    old = change.origin.name if change.origin else ""
    return changed_meanwhile(change, f"to be moved from {old}, which was deleted")


def rolled_back(change: Change, *, settled: bool) -> Problem:
    """Return the problem of an update that was taken back because it failed."""
    end = "and runs as before" if settled else "and was not seen to run as before yet"
    return _problem(
        change,
        Code.ROLLED_BACK,
        f"{change.name} was set back to the definition that was applied last, {end}",
        "correct the definition: until then every apply tries it again",
    )


def not_rolled_back(change: Change, reason: str) -> Problem:
    """Return the warning of an update that failed and is not taken back."""
    problem = _problem(
        change,
        Code.CANNOT_ROLL_BACK,
        f"{change.name} was not set back: {reason}",
        "correct the definition, or revert the commit, and apply that",
    )
    return replace(problem, severity=Severity.WARNING)


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
