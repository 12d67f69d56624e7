"""JSON as text that is safe to print: what could act on a terminal or a log is escaped."""

import json
import re
from typing import Final

# Controls that JSON does not escape by itself, direction overrides, what no encoding can hold, and
# the beginning of a command to a pipeline's runner. Within JSON all these stand in strings alone.
_UNSAFE: Final = re.compile(
    "[\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufff9-\uffff]"
    r"|#(?=#\w*\[)"
)


def json_text(document: object) -> str:
    """Return a document as indented JSON, which means the same with and without the escapes."""
    text = json.dumps(document, indent=2, ensure_ascii=False)
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"
