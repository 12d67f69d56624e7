"""Match regular expressions that stand in files, without running away with hostile ones."""

import re
from typing import Final

LONGEST: Final = 300
TOO_SLOW: Final = (
    "no repeat and no choice within a repeated group unless it is possessive, as in"
    f" [a-z]+(-[a-z]++)*; up to three repeats; up to {LONGEST} characters"
)
"""What a pattern may not hold that `runs_away` refuses, as a hint."""

_MOST_REPEATS: Final = 3
_TOKEN: Final = re.compile(
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\((?:\?[:>=!]|\?<[=!]|\?P?<\w+>)?|[*+?][+?]?"
    r"|\{\d*,?\d*\}[+?]?|.",
    re.DOTALL,
)
_EXACT: Final = re.compile(r"\{\d+\}")


def may_match(pattern: str, text: str) -> bool:
    """Tell whether a pattern matches a whole text; False where that cannot be told quickly."""
    if not pattern or runs_away(pattern) or len(text) > LONGEST:
        return False
    try:
        return re.fullmatch(pattern, text) is not None
    except re.error:
        return False


def runs_away(pattern: str) -> bool:
    """Tell whether a pattern could take too long: one that could match a text in many ways.

    Repeats of a choice or of another repeat do, more than three repeats, and patterns of more than
    300 characters. Possessive repeats (`++`) and atomic groups give nothing back, and do not count.
    """
    repeats, closed = 0, False
    loose, atomic = [False], [False]  # of each open group: whether it can match in many ways
    for found in _TOKEN.finditer(pattern):
        sign = found[0]
        group, closed = closed, False
        match sign[0]:
            case "(":
                loose.append(False)
                atomic.append(sign == "(?>")
            case ")" if len(loose) > 1:
                closed = loose.pop() and not atomic.pop()
                loose[-1] = loose[-1] or closed
            case "|":
                loose[-1] = True
            case "*" | "+" | "?" | "{" if len(sign) > 1 or sign != "{":
                if sign.endswith("+") and len(sign) > 1:
                    continue
                if group and sign[0] != "?":
                    return True
                loose[-1] = loose[-1] or _EXACT.fullmatch(sign) is None
                repeats += sign[0] != "?" and _EXACT.fullmatch(sign) is None
            case _:
                continue
    return repeats > _MOST_REPEATS or len(pattern) > LONGEST
