"""A key by which a problem is known again after the lines around it moved."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator

from reconcile.model.problem import Problem
from reconcile.report.problem_text import ordered


def keyed(problems: Iterable[Problem]) -> Iterator[tuple[Problem, str]]:
    """Yield each problem once, by place, with a key of 64 hexadecimal digits.

    The key comes from everything but line and column; what else is the same is numbered.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    for problem in ordered(problems):
        path = problem.location.path if problem.location else ""
        content = (problem.code.value, path, problem.connector, problem.message)
        seen[content] += 1
        text = "\0".join((*content, str(seen[content])))
        yield problem, hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
