"""Work on ledgers: adopt, forget, hold, look back and go back."""

from dataclasses import dataclass, replace

from reconcile.cli.acting import apply_holding
from reconcile.cli.approving import ApplySettings, is_confirmed
from reconcile.cli.exits import Exit
from reconcile.cli.moments import moment_of
from reconcile.cli.opening import lock_for, open_cluster, open_project
from reconcile.cli.shell import Shell, write_document
from reconcile.model.plan import Selection
from reconcile.plan.history_document import histories_document
from reconcile.redact import one_line
from reconcile.report.history_text import (
    changes_table,
    holds_table,
    run_lines,
    runs_table,
)
from reconcile.report.words import counted, moment_text
from reconcile.run.adopting import adopt, forget, plan_adoption
from reconcile.run.history import History, Return, holds_of_return, plan_return, read_history
from reconcile.run.holding import hold, list_holds, release, unlock
from reconcile.run.ledgers import refuse_lost_ledger

_ROWS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Of which cluster, and how the right to write is asked for."""

    cluster: str | None
    timeout: float
    local: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedOfHistory:
    """One connector, one run, or all; `limit` is how many of the newest, None where nobody said."""

    name: str = ""
    run: str = ""
    limit: int | None = None


def adopt_connectors(
    shell: Shell, names: list[str], asked: Asked, selection: Selection, *, auto_approve: bool
) -> Exit:
    """Enter live connectors into the ledger, after asking."""
    loaded, cluster = open_cluster(shell, asked.cluster)
    lock = lock_for(shell, loaded, "adopt", timeout=asked.timeout, local=asked.local)
    plan = plan_adoption(shell.context, loaded, cluster, names, selection=selection, lock=lock)
    with plan as adoption:
        for name in adoption.names:
            shell.terminal.document(f"{name}\n")
        for name in adoption.differing:
            shell.terminal.say(f"{name} is not as git declares: apply enters it")
        for name in adoption.known:
            shell.terminal.say(f"{name} is in the ledger already")
        if not adoption.records:
            shell.terminal.say("Nothing to adopt.")
            return Exit.FINE
        count = counted(len(adoption.records), "connector")
        question = f"Enter {count} into the ledger {adoption.planned.ledger.store.place}?"
        if not is_confirmed(shell, question, auto_approve=auto_approve):
            shell.terminal.say("Nothing was adopted.")
            return Exit.ERROR
        adopt(shell.context, adoption)
        shell.terminal.say(f"Adopted {count}; the cluster was not touched.")
    return Exit.FINE


def forget_connectors(shell: Shell, names: list[str], asked: Asked) -> Exit:
    """Take connectors out of the ledger."""
    loaded, cluster = open_cluster(shell, asked.cluster)
    lock = lock_for(shell, loaded, "forget", timeout=asked.timeout, local=asked.local)
    found = forget(shell.context, loaded, cluster, names, lock)
    count = counted(len(found), "connector")
    shell.terminal.say(f"Forgot {count}; the cluster was not touched.")
    return Exit.FINE


def hold_connector(shell: Shell, name: str, asked: Asked, *, reason: str, until: str) -> Exit:
    """Hold a connector, or all that match a glob."""
    loaded, cluster = open_cluster(shell, asked.cluster)
    lock = lock_for(shell, loaded, "hold", timeout=asked.timeout, local=asked.local)
    held = hold(
        shell.context,
        loaded,
        cluster,
        name,
        reason=reason,
        until=moment_of(shell, until),
        lock=lock,
    )
    end = moment_text(held.until) if held.until else "released"
    shell.terminal.say(f"{name} is held until {end}: every writer leaves it alone.")
    return Exit.FINE


def release_hold(shell: Shell, name: str, asked: Asked) -> Exit:
    """End a hold."""
    loaded, cluster = open_cluster(shell, asked.cluster)
    lock = lock_for(shell, loaded, "hold --release", timeout=asked.timeout, local=asked.local)
    held = release(shell.context, loaded, cluster, name, lock)
    shell.terminal.say(f"{name} is held no more (it was, by {held.by}: {one_line(held.reason)}).")
    return Exit.FINE


def show_holds(shell: Shell, asked: Asked) -> Exit:
    """List the holds and freezes that are in force."""
    loaded, cluster = open_cluster(shell, asked.cluster)
    holds = list_holds(shell.context, loaded, cluster)
    if holds:
        shell.terminal.table(holds_table(holds))
    else:
        shell.terminal.say(f"Nothing is held on cluster {cluster}.")
    return Exit.FINE


def show_history(
    shell: Shell, asked: AskedOfHistory, clusters: list[str] | None, *, as_json: bool
) -> Exit:
    """Show runs, the changes of one connector, or one run in full."""
    name, run = asked.name, asked.run
    loaded, chosen = open_project(shell, clusters, every=False)
    found = [
        _as_asked(read_history(shell.context, loaded, cluster, name or None), asked)
        for cluster in chosen
    ]
    if as_json:
        parts = [(one.cluster, one.runs, one.changes) for one in found]
        write_document(shell, document=histories_document(parts))
    told = [one for one in found if (one.changes if name else one.runs)]
    for history in () if as_json else told:
        if run:
            lines = run_lines(history.cluster, history.runs[0], history.changes)
            shell.terminal.show(lines)
        elif name:
            changes = history.changes[-(asked.limit or _ROWS) :]
            shell.terminal.table(changes_table(changes, history.runs))
        else:
            runs = history.runs[-(asked.limit or _ROWS) :]
            shell.terminal.table(runs_table(history.cluster, runs))
    if told:
        return Exit.FINE
    about = f" of {run or name}" if run or name else ""
    shell.terminal.say(f"The ledger holds nothing{about}.")
    return Exit.ERROR if run or name else Exit.FINE


def _as_asked(history: History, asked: AskedOfHistory) -> History:
    """Return the part of a history that is asked for."""
    runs, changes = history.runs, history.changes
    if asked.run:
        runs = tuple(one for one in runs if one.id == asked.run)
        changes = tuple(one for one in changes if one.run == asked.run)
    elif asked.limit and asked.name:
        changes = changes[-asked.limit :]
    elif asked.limit:
        runs = runs[-asked.limit :]
        newest = {one.id for one in runs}
        changes = tuple(one for one in changes if one.run in newest)
    return replace(history, runs=runs, changes=changes)


def roll_back(shell: Shell, target: str, asked: Asked, *, auto_approve: bool) -> Exit:
    """Apply what was applied before, and hold it until git says something else."""
    loaded, cluster = open_cluster(shell, asked.cluster)
    lock = lock_for(shell, loaded, f"rollback {target}", timeout=asked.timeout, local=asked.local)
    with plan_return(shell.context, loaded, cluster, target, lock) as back:
        changes = back.planned.plan.changes
        if changes:
            shell.terminal.say(
                "Definitions are rolled back. Offsets, and records that were written since, are not."
            )
        settings = ApplySettings(auto_approve=auto_approve, allow_updates=len(changes))
        holds = holds_of_return(shell.context, back, target)
        code = apply_holding(shell, back.planned, settings, holds)
        if code is Exit.FINE and changes:
            _tell_what_lasts(shell, back)
        return code


def break_lock(shell: Shell, asked: Asked, *, auto_approve: bool) -> Exit:
    """Break the lock of a cluster, after asking."""
    loaded, chosen = open_cluster(shell, asked.cluster)
    lock = lock_for(shell, loaded, "unlock", timeout=asked.timeout, local=asked.local)
    refuse_lost_ledger(shell.context, loaded, chosen, lock)
    question = f"Break the lock of cluster {chosen}? Its holder must have ended."
    if not is_confirmed(shell, question, auto_approve=auto_approve):
        shell.terminal.say("The lock was left as it is.")
        return Exit.ERROR
    broken = unlock(shell.context, loaded, chosen)
    if broken is None:
        shell.terminal.say(f"Nobody holds the lock of cluster {chosen}.")
        return Exit.FINE
    lease = broken.lease
    if lease is None:
        shell.terminal.say(
            f"Broke the lock of cluster {chosen}; its record was damaged, so nobody can tell whose it"
            " was."
        )
        return Exit.FINE
    shell.terminal.say(
        f"Broke the lock that {lease.actor or 'somebody'} held for {lease.command} of"
        f" {lease.project}, on {lease.host}, since {moment_text(lease.since)}."
    )
    return Exit.FINE


def _tell_what_lasts(shell: Shell, back: Return) -> None:
    names = [change.name for change in back.planned.plan.changes]
    held = [name for name in names if name in back.declared]
    commits = dict.fromkeys(back.reverts.values())
    way = ":" if commits else ", declare in git what is live now."
    if held:
        shell.terminal.say(
            f"\n{', '.join(held)} {'is' if len(held) == 1 else 'are'} held until git declares"
            f" something else. To make it last{way}"
        )
    for commit in commits:
        shell.terminal.say(f"  git revert {commit[:12]}")
