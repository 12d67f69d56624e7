"""Where the entries of a ledger stand: keys that any place can hold, for names of any kind."""

from typing import Final
from urllib.parse import quote, unquote

FORMAT: Final = "meta/format"
LEASE: Final = "lease/write"

CONNECTORS: Final = "connector/"
HOLDS: Final = "hold/"
RUNS: Final = "run/"
CHANGES: Final = "change/"
MOVES: Final = "move/"
OFFSETS: Final = "offsets/"
OPEN: Final = "open/"


def quoted(name: str) -> str:
    """Return a name as one part of a key: letters, digits, dash and underscore, all else escaped.

    So no name is empty, a dot, or anything that a file name or a ref could not hold.
    """
    return (
        quote(name, safe="", errors="surrogatepass").replace(".", "%2E").replace("~", "%7E") or "%"
    )


def unquoted(part: str) -> str:
    """Return the name that `quoted` made a part of a key."""
    return "" if part == "%" else unquote(part, errors="surrogatepass")


def connector_key(name: str) -> str:
    """Return the key of what was last applied to a connector."""
    return CONNECTORS + quoted(name)


def hold_key(name: str) -> str:
    """Return the key of a hold."""
    return HOLDS + quoted(name)


def run_key(run: str) -> str:
    """Return the key of a run."""
    return RUNS + quoted(run)


def open_key(run: str) -> str:
    """Return the key of what a run is just doing."""
    return OPEN + quoted(run)


def changes_of(name: str) -> str:
    """Return the prefix of all changes of a connector."""
    return f"{CHANGES}{quoted(name)}/"


def change_key(name: str, run: str) -> str:
    """Return the key of what one run did to a connector."""
    return changes_of(name) + quoted(run)


def move_key(to_cluster: str, to_name: str) -> str:
    """Return the key of a move, by where it leads to."""
    return f"{MOVES}{quoted(to_cluster)}/{quoted(to_name)}"


def offsets_key(name: str) -> str:
    """Return the key of the offsets that were kept of a connector."""
    return OFFSETS + quoted(name)
