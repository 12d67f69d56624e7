"""Match regular expressions that stand in files, without running away with hostile ones."""

import re
from typing import Final

_LONGEST: Final = 300
_MOST_REPEATS: Final = 3
_REPEAT: Final = re.compile(r"(?<!\\)[*+{]")
_REPEATED_GROUP: Final = re.compile(r"\)[*+{]")


def may_match(pattern: str, text: str) -> bool:
    """Tell whether a Java pattern matches a whole text; False where that cannot be told quickly."""
    if not pattern or len(pattern) > _LONGEST or len(text) > _LONGEST:
        return False
    if _REPEATED_GROUP.search(pattern) or len(_REPEAT.findall(pattern)) > _MOST_REPEATS:
        return False
    try:
        return re.fullmatch(pattern, text) is not None
    except re.error:
        return False
