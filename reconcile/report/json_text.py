"""JSON as text that is safe to print: what could act on a terminal or a log is escaped."""

import json
import re
from typing import Final

from reconcile.redact import visible

# What is not plain ASCII, and the beginning of a command to a pipeline's runner. Within JSON all
# these stand in strings alone.
_DOUBTFUL: Final = re.compile(r"[^\n -~]|#(?=#\w*\[)")


def json_text(document: object) -> str:
    """Return a document as indented JSON, which means the same with and without the escapes."""
    text = json.dumps(document, indent=2, ensure_ascii=False)
    return _DOUBTFUL.sub(_shown, text) + "\n"


def _shown(found: re.Match[str]) -> str:
    character = found[0]
    if character == "#":
        return "\\u0023"
    return character if visible(character) == character else json.dumps(character)[1:-1]
