"""Ask a Prometheus server for what Connect's workers measured, by its HTTP API."""

import json
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urlencode

from reconcile.measure.dialects import known_names
from reconcile.model.metrics import Series

_INSTANCE: Final = ("instance", "pod", "host_name")
_DELAY: Final = ".*[mM]illi_?[sS]econds_?[bB]ehind_?[sS]ource"
QUERY: Final = "/api/v1/query"
"""Where a server answers instant queries."""

_PAIR: Final = 2


def query_body(match: Mapping[str, str], at: float) -> bytes:
    """Return the form of an instant query for all that is known, at a second since 1970.

    `match` are labels and the values that series must have. Servers differ in what they make of
    dots in names, and exporters in whether they add `_total`.
    """
    names = "|".join(name.replace("_", ".") for name in known_names())
    matchers = [f"__name__=~{_quoted(f'(?:{names})(?:_total)?|{_DELAY}')}"]
    matchers += [f"{_label(name)}={_quoted(value)}" for name, value in match.items()]
    return urlencode({"query": f"{{{','.join(matchers)}}}", "time": f"{at:.3f}"}).encode()


def parse_answer(body: bytes) -> tuple[tuple[Series, ...], str]:
    """Return the series of an answer, and what is wrong with it."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return (), "the answer is no JSON"
    if not isinstance(answer, dict):
        return (), "the answer is no object"
    if answer.get("status") != "success":
        return (), str(answer.get("error") or "the answer has no status")
    data = answer.get("data")
    result = data.get("result") if isinstance(data, dict) else None
    if not isinstance(result, list):
        return (), "the answer has no result"
    found = tuple(_series(result))
    broken = len(result) - len(found)
    return found, f"{broken} of {len(result)} series cannot be read" if broken else ""


def _series(result: list[object]) -> Iterator[Series]:
    for entry in result:
        one = _one(entry)
        if one is not None:
            yield one


def _one(entry: object) -> Series | None:
    if not isinstance(entry, dict):
        return None
    metric, pair = entry.get("metric"), entry.get("value")
    if not isinstance(metric, dict) or not isinstance(pair, list) or len(pair) != _PAIR:
        return None
    labels = {str(name): str(value) for name, value in metric.items()}
    try:
        value = float(pair[1])
    except (TypeError, ValueError, OverflowError):
        return None
    worker = next((labels[name] for name in _INSTANCE if labels.get(name)), "")
    return Series(labels.pop("__name__", ""), labels, value, worker)


def _label(name: str) -> str:
    return name if name.replace("_", "a").isalnum() and name.isascii() else _quoted(name)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
