"""Carry out what an operator asks for by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reconcile.cli.approving import ApplySettings, apply_approved
from reconcile.cli.exits import Exit
from reconcile.cli.opening import lock_for, open_cluster
from reconcile.cli.shell import Shell
from reconcile.errors import usage
from reconcile.model.command import command
from reconcile.model.desired import TargetState
from reconcile.model.ledger import Hold
from reconcile.model.outcome import ApplyResult
from reconcile.redact import one_line
from reconcile.report.words import moment_text
from reconcile.run.acting import plan_restart, plan_state
from reconcile.run.holding import hold_first, hold_of, release_untouched
from reconcile.run.planning import Planned


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How an operator asks: of which cluster, with or without approval, and how long it waits."""

    cluster: str | None
    auto_approve: bool
    lock_timeout: float
    local_ledger: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """Why, and until when, what is asked for is to last."""

    reason: str
    until: datetime


def act_restart(shell: Shell, names: list[str], asking: Asking, *, only_failed: bool) -> Exit:
    """Restart connectors through a small plan."""
    _check_names(names)
    loaded, chosen = open_cluster(shell, asking.cluster)
    lock = lock_for(
        shell, loaded, "restart", timeout=asking.lock_timeout, local=asking.local_ledger
    )
    plan = plan_restart(shell.context, loaded, chosen, names, only_failed=only_failed, lock=lock)
    with plan as planned:
        return apply_approved(shell, (planned,), _settings(asking, planned))


def act_state(
    shell: Shell,
    names: list[str],
    state: TargetState,
    asking: Asking,
    *,
    verb: str,
    holding: Holding | None = None,
) -> Exit:
    """Bring connectors into a state through a small plan, and hold them there where asked."""
    _check_names(names)
    loaded, chosen = open_cluster(shell, asking.cluster)
    lock = lock_for(shell, loaded, verb, timeout=asking.lock_timeout, local=asking.local_ledger)
    with plan_state(shell.context, loaded, chosen, names, state, lock=lock) as planned:
        settings = _settings(asking, planned)
        if holding is None:
            return apply_approved(shell, (planned,), settings)
        reason, until = holding.reason, holding.until
        holds = [
            hold_of(shell.context, lock, name, reason=reason, until=until)
            for name in dict.fromkeys(names)
        ]
        code = apply_holding(shell, planned, settings, holds)
        for hold in holds if code is Exit.FINE else ():
            shell.terminal.say(f"{one_line(hold.name)} is held until {moment_text(until)}.")
        return code


def apply_holding(
    shell: Shell, planned: Planned, settings: ApplySettings, holds: Sequence[Hold]
) -> Exit:
    """Hold what a plan is about, apply it, and let go what was certainly not written after all.

    Where it does not end well, what stays held is told, with how it ends.
    """
    standing: list[Hold] = []

    def begin() -> None:
        hold_first(shell.context, planned, holds)
        standing.extend(holds)

    def end(result: ApplyResult) -> None:
        released = release_untouched(planned.ledger, result)
        standing[:] = [hold for hold in standing if hold.name not in released]

    code = Exit.ERROR
    try:
        code = apply_approved(shell, (planned,), settings, before=begin, after=end)
    finally:
        for hold in standing if code is not Exit.FINE else ():
            release = command("hold --release", hold.name, cluster=planned.cluster.name)
            shell.terminal.say(f"{one_line(hold.name)} stays held: {release} ends that.")
    return code


def _check_names(names: list[str]) -> None:
    if not all(name.strip() for name in names):
        raise usage("an empty text is no name", hint="connectform status lists the connectors")


def _settings(asking: Asking, planned: Planned) -> ApplySettings:
    # The operator named the connectors one by one, which is the exact number limits ask for.
    return ApplySettings(auto_approve=asking.auto_approve, allow_updates=len(planned.plan.changes))
