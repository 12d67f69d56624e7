"""Read where a server is to listen."""

import re
from typing import Final

from reconcile.model.exposure import Address

LOOPBACK: Final = "127.0.0.1"
EXPECTED: Final = "is no HOST:PORT, such as 127.0.0.1:9464"

_WRITTEN: Final = re.compile(r"(?:(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):)?([0-9]{1,5})", re.ASCII)
_MOST: Final = 65535


def parse_address(text: str) -> Address | None:
    """Return the address that a text means, None where it means none.

    A port alone is one of this machine's own: whoever wants to be reached from elsewhere says so.
    """
    found = _WRITTEN.fullmatch(text)
    if found is None or int(found[2]) > _MOST:
        return None
    return Address(host=(found[1] or LOOPBACK).strip("[]"), port=int(found[2]))
