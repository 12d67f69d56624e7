"""Name the commands that settle what drifted; names come from a cluster and are quoted."""

from typing import Final

from reconcile.model.command import command
from reconcile.model.drift import Remedies
from reconcile.model.plan import Action, Change
from reconcile.redact import one_line

_BRACKETED: Final = frozenset("*?[#")  # of ## before [ the first is shown escaped


def remedies_for(change: Change, cluster: str) -> Remedies:
    """Return what takes the drift of a connector back, and what accepts it into git."""
    term = f"name={_term(change.name)}"
    take_back = command("apply --select", term, cluster=cluster)
    if change.action is Action.CREATE:
        return Remedies(take_back=take_back)
    if one_line(change.name) != change.name:
        accept = command("export --update --select", term, cluster=cluster)
    else:
        accept = command("export --update", change.name, cluster=cluster)
    return Remedies(take_back=take_back, accept=accept)


def _term(name: str) -> str:
    """Return a glob that matches a name.

    A comma would part the terms of a selection, and what is shown as an escape would not
    survive that: any one character stands for them.
    """
    return "".join(
        "?"
        if character == "," or one_line(character) != character
        else f"[{character}]"
        if character in _BRACKETED or character.isspace()
        else character
        for character in name
    )
