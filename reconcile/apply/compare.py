"""Compare a config that was written with the one that is read back; pure."""

from reconcile.model.config import Config
from reconcile.plugins.sensitive import is_masked


def same_config(wanted: Config, live: Config | None) -> bool:
    """Tell whether the live config is the wanted one; values a server masks are taken as equal."""
    if live is None:
        return False
    ours, theirs = wanted.reveal(), live.reveal()
    if ours == theirs:
        return True
    return ours.keys() == theirs.keys() and all(
        theirs[key] == value or is_masked(theirs[key]) for key, value in ours.items()
    )
