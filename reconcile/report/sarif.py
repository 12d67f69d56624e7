"""Problems as SARIF 2.1.0 (OASIS), for code scanning."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import quote

from reconcile.model.codes import Code
from reconcile.model.problem import Location, Problem, Severity
from reconcile.redact import one_line, visible
from reconcile.report.problem_key import keyed

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"

_LEVELS: Final = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.NOTICE: "note",
}
_FINGERPRINT: Final = "problem/v1"
_ROOT: Final = "%SRCROOT%"
_JOINER: Final = "\u2060"
_NO_HELPS: Final[Mapping[Code, str]] = {}
_EMBEDDED: Final = re.compile(r"\](?=\()|\{(?=\d+\})")


def problems_sarif(
    problems: Iterable[Problem],
    *,
    version: str,
    docs: str = "",
    helps: Mapping[Code, str] = _NO_HELPS,
    directory: str = "",
) -> dict[str, Any]:
    """Return problems as one run; `version` is the tool's.

    `docs` is the address of the folder of our documentation, and `helps` says of codes what they
    mean. `directory` is where the paths of problems count from, within the repository; code
    scanning knows files by their path there.
    """
    found = list(keyed(problems))
    codes = sorted({problem.code for problem, _ in found})
    driver = {
        "name": "connectform",
        "version": version,
        "rules": [_rule(code, docs, helps.get(code, "")) for code in codes],
    }
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "results": [
                    _result(problem, key, codes.index(problem.code), directory)
                    for problem, key in found
                ],
            }
        ],
    }


def page_of(code: Code) -> str:
    """Return where the folder of our documentation explains a code: a page, and an anchor in it."""
    page = "lint-rules.md" if code < "CF100" else "problems.md"
    return f"{page}#{code.value.lower()}"


def _rule(code: Code, docs: str, said: str) -> dict[str, Any]:
    where = f"{code.value} is explained in docs/{page_of(code)}"
    title = code.name.replace("_", " ").capitalize()
    rule: dict[str, Any] = {
        "id": code.value,
        "name": code.name.title().replace("_", ""),
        "shortDescription": {"text": title},
        "help": {"text": f"{said}\n{where}".strip()},
    }
    return {**rule, "helpUri": f"{docs}/{page_of(code)}"} if docs else rule


def _result(problem: Problem, key: str, rule: int, directory: str) -> dict[str, Any]:
    hint = f"\nhint: {problem.hint}" if problem.hint else ""
    result: dict[str, Any] = {
        "ruleId": problem.code.value,
        "ruleIndex": rule,
        "level": _LEVELS[problem.severity],
        "message": {"text": _plain(problem.message + hint)},
        "partialFingerprints": {_FINGERPRINT: key},
    }
    if problem.connector:
        result["properties"] = {"connector": one_line(problem.connector)}
    if problem.location is not None:
        result["locations"] = [{"physicalLocation": _place(problem.location, directory)}]
    return result


def _place(location: Location, directory: str) -> dict[str, Any]:
    path = quote(directory + location.path, safe="/", errors="replace")
    place: dict[str, Any] = {"artifactLocation": {"uri": path, "uriBaseId": _ROOT}}
    if location.line:
        region = {"startLine": location.line}
        if location.column:
            region["startColumn"] = location.column
        place["region"] = region
    return place


def _plain(text: str) -> str:
    """Return a text in which no viewer finds a link or a placeholder (SARIF 2.1.0, 3.11.5, 3.11.6)."""
    return _EMBEDDED.sub(rf"\g<0>{_JOINER}", visible(text)) or "-"
