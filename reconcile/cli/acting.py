"""Carry out what an operator asks for by name."""

from contextlib import AbstractContextManager

from reconcile.cli.approving import ApplySettings, apply_approved
from reconcile.cli.exits import Exit
from reconcile.cli.opening import open_cluster
from reconcile.cli.shell import Shell
from reconcile.errors import usage
from reconcile.model.desired import TargetState
from reconcile.run.acting import plan_restart, plan_state
from reconcile.run.planning import Planned


def act_restart(
    shell: Shell, names: list[str], *, cluster: str | None, only_failed: bool, auto_approve: bool
) -> Exit:
    """Restart connectors through a small plan."""
    _check_names(names)
    loaded, chosen = open_cluster(shell, cluster)
    return _act(
        shell,
        plan_restart(shell.context, loaded, chosen, names, only_failed=only_failed),
        auto_approve=auto_approve,
    )


def act_state(
    shell: Shell, names: list[str], state: TargetState, *, cluster: str | None, auto_approve: bool
) -> Exit:
    """Bring connectors into a state through a small plan."""
    _check_names(names)
    loaded, chosen = open_cluster(shell, cluster)
    return _act(
        shell,
        plan_state(shell.context, loaded, chosen, names, state),
        auto_approve=auto_approve,
    )


def _check_names(names: list[str]) -> None:
    if not all(name.strip() for name in names):
        raise usage("an empty text is no name", hint="connectform status lists the connectors")


def _act(shell: Shell, plan: AbstractContextManager[Planned], *, auto_approve: bool) -> Exit:
    with plan as planned:
        # The operator named the connectors one by one, which is the exact number limits ask for.
        settings = ApplySettings(auto_approve=auto_approve, allow_updates=len(planned.plan.changes))
        return apply_approved(shell, (planned,), settings)
