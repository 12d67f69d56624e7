"""Laws of reading a project file: whatever is wrong in it is told, and nothing else happens."""

import copy
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from reconcile.desired.checks import Checker
from reconcile.desired.json_reader import read_json
from reconcile.desired.nodes import Shapes
from reconcile.desired.project_file import parse_project
from reconcile.desired.schemas import PROJECT, read_schemas
from reconcile.errors import DefinitionError
from tests.laws.law import law

SECRET = "${{ env.SECRET }}"
LOGIN = {"basic": {"username": "ci", "password": SECRET}}
WHOLE: dict[str, Any] = {
    "apiVersion": "connectform/v1",
    "kind": "Project",
    "metadata": {"name": "shop"},
    "fingerprintKey": SECRET,
    "links": {"logs": "https://logs/{connector}"},
    "clusters": {
        "a": {
            "urls": ["http://a", "http://b"],
            "auth": LOGIN,
            "tls": {"cert": "cert.pem", "key": "key.pem", "keyPassword": SECRET},
            "metrics": {"prometheus": "http://p", "match": {"job": "connect"}},
            "kafka": {"bootstrap.servers": "k:9092", "sasl.password": SECRET},
            "ledger": "kafka:ledger",
            "freezes": [{"from": "2026-01-01", "until": "2026-01-02", "reason": "close"}],
        },
        "b": {"url": "http://c", "kafka": {"bootstrap.servers": "k"}, "loggers": {"root": "INFO"}},
    },
    "defaults": [{"match": {"clusters": ["a"]}, "spec": {"config": {"topics": "t"}}}],
    "alerts": {
        "receivers": {
            "main": {"alertmanager": "http://am", "auth": LOGIN},
            "pager": {"pagerduty": SECRET, "severities": ["page"]},
        },
        "rules": {"TaskFailed": {"for": "1m"}},
    },
    "watch": {"every": "30s", "store": "kafka:watch", "expose": {"listen": "127.0.0.1:9464"}},
    "lint": {"CF014": "warn", "clusters": {"a": {"brokers": 3}}},
}
CHECKER = Checker(read_schemas(), PROJECT)
WRONG = (None, True, -1, "", "x", "${{ env.A", "${{ var.Q }}", [], {}, [1], [{}], {"url": "x"})


def places(tree: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    parts: Iterator[tuple[Any, object]] = iter(())
    if isinstance(tree, dict):
        parts = iter(tree.items())
    elif isinstance(tree, list):
        parts = iter(enumerate(tree))
    for key, below in parts:
        yield (*path, key)
        yield from places(below, (*path, key))


def problems_of(tree: object) -> list[Any]:
    """Return all that is told of a project file."""
    (document,) = read_json(json.dumps(tree), "connectform.yaml", Shapes()).documents
    try:
        parse_project(document, CHECKER, root="/project", path="/project/connectform.yaml")
    except DefinitionError as error:
        return list(error.problems)
    return []


def test_the_whole_file_is_right() -> None:
    assert problems_of(WHOLE) == []


@law(st.lists(st.tuples(st.sampled_from(list(places(WHOLE))), st.sampled_from(WRONG)), max_size=6))
def test_whatever_stands_anywhere_is_told_with_a_hint_or_taken(
    changes: list[tuple[tuple[Any, ...], Any]],
) -> None:
    tree = copy.deepcopy(WHOLE)
    for path, value in changes:
        node: Any = tree
        for key in path[:-1]:
            node = node.get(key) if isinstance(node, dict) else None
        if isinstance(node, dict):
            node[path[-1]] = copy.deepcopy(value)

    found = problems_of(tree)

    assert [problem.message for problem in found if not problem.hint] == []
    assert len({(one.location, one.message) for one in found}) == len(found)
