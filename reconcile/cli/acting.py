"""Carry out what an operator asks for by name."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from reconcile.cli.approving import ApplySettings, apply_approved
from reconcile.cli.exits import Exit
from reconcile.cli.opening import lock_for, open_cluster
from reconcile.cli.shell import Shell
from reconcile.errors import usage
from reconcile.model.desired import TargetState
from reconcile.model.problem import errors_in
from reconcile.report.words import moment_text
from reconcile.run.acting import plan_restart, plan_state
from reconcile.run.holding import hold
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
    return _act(shell, plan, asking)


def act_state(
    shell: Shell,
    names: list[str],
    state: TargetState,
    asking: Asking,
    *,
    command: str,
    holding: Holding | None = None,
) -> Exit:
    """Bring connectors into a state through a small plan, and hold them there where asked."""
    _check_names(names)
    loaded, chosen = open_cluster(shell, asking.cluster)
    lock = lock_for(shell, loaded, command, timeout=asking.lock_timeout, local=asking.local_ledger)
    plan = plan_state(shell.context, loaded, chosen, names, state, lock=lock)
    code = _act(shell, plan, asking)
    if holding is None or code is not Exit.FINE:
        return code
    for name in dict.fromkeys(names):
        hold(
            shell.context,
            loaded,
            chosen,
            name,
            reason=holding.reason,
            until=holding.until,
            lock=lock,
        )
        shell.terminal.say(f"{name} is held until {moment_text(holding.until)}.")
    return code


def _check_names(names: list[str]) -> None:
    if not all(name.strip() for name in names):
        raise usage("an empty text is no name", hint="connectform status lists the connectors")


def _act(shell: Shell, plan: AbstractContextManager[Planned], asking: Asking) -> Exit:
    with plan as planned:
        # The operator named the connectors one by one, which is the exact number limits ask for.
        settings = ApplySettings(
            auto_approve=asking.auto_approve, allow_updates=len(planned.plan.changes)
        )
        code = apply_approved(shell, (planned,), settings)
        return Exit.ERROR if code is Exit.FINE and errors_in(planned.plan.problems) else code
