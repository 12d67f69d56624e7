"""Judge the names of connectors."""

import re
from typing import Final

from reconcile.desired.findings import Finding
from reconcile.desired.references import OPENING
from reconcile.model.codes import Code
from reconcile.model.marks import Path
from reconcile.model.problem import Severity

_ORDINARY: Final = re.compile(r"[A-Za-z0-9._-]+")
_UNADDRESSABLE: Final = re.compile(r"[/%\\]")


def check_name(name: str, path: Path) -> tuple[Finding, ...]:
    """Return what is wrong with a name that stands at `path`.

    Connect 4 answers 400 to every request for a name with `/`, `%` or a backslash, though it
    accepts them in a create (Jetty 12); control characters it refuses (KIP-212).
    """
    if _ORDINARY.fullmatch(name):
        return ()
    shown = name.encode("unicode_escape").decode("ascii") if not name.isprintable() else name
    if OPENING in name:
        message = f'the name "{shown}" holds a reference'
        return (
            _refused(path, message, "write the name out: it is what git and the cluster share"),
        )
    if _UNADDRESSABLE.search(name):
        message = f'the name "{shown}" cannot be addressed on Connect 4'
        return (_refused(path, message, "leave out /, % and backslashes"),)
    if any(ord(character) < ord(" ") or character == "\x7f" for character in name):
        message = f'the name "{shown}" holds a control character'
        return (_refused(path, message, "remove it"),)
    if not name.strip() or name != name.strip():
        message = f'the name "{shown}" starts or ends with a space'
        return (_refused(path, message, "remove it: Connect trims names"),)
    message = f'the name "{shown}" holds more than letters, digits, dots, dashes and underscores'
    hint = "other tools, metrics and topic names may not cope with it"
    return (Finding(Code.UNUSABLE_NAME, path, message, hint, Severity.WARNING),)


def _refused(path: Path, message: str, hint: str) -> Finding:
    return Finding(Code.UNUSABLE_NAME, path, message, hint)
