"""The documents of format 1.0, byte for byte.

Somebody reads them with a program. To change them on purpose, rewrite them and look at the diff:

    REWRITE_GOLDEN=1 .venv/bin/python -m pytest tests/unit/plan/test_golden.py

What only adds asks for a higher minor version of the format, all else for a higher major one; a
new version gets new files.
"""

import json
import os
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from reconcile.model.desired import TargetState
from reconcile.model.drift import Aside
from reconcile.model.outcome import OutcomeStatus
from reconcile.model.plan import (
    Action,
    Cause,
    EffectKind,
    Part,
    Reason,
    ValidationMode,
    ValueKind,
    WithheldBy,
)
from reconcile.model.problem import Severity
from reconcile.plan.change_parse import read_change
from reconcile.plan.document import (
    FORMAT_VERSION,
    PLAN_FORMAT_VERSION,
    drifts_document,
    plans_document,
    results_document,
)
from tests.golden.nouns import NOT_COMPARED, drifts, plans, results

Document = dict[str, Any]

ROOT = Path(__file__).parents[3]
KINDS: dict[str, Callable[[], Document]] = {
    "plan": lambda: plans_document(plans(), (NOT_COMPARED,)),
    "outcome": lambda: results_document(results()),
    "drift": lambda: drifts_document(drifts(), (NOT_COMPARED,)),
}
WORDS: tuple[tuple[str, type[StrEnum]], ...] = (
    ("plan", Action),
    ("plan", Reason),
    ("plan", EffectKind),
    ("plan", ValueKind),
    ("plan", Part),
    ("plan", TargetState),
    ("plan", Severity),
    ("plan", Cause),
    ("plan", WithheldBy),
    ("plan", ValidationMode),
    ("outcome", Action),
    ("outcome", OutcomeStatus),
    ("outcome", Severity),
    ("drift", ValueKind),
    ("drift", Part),
    ("drift", TargetState),
    ("drift", Severity),
    ("drift", Aside),
)


VERSIONS = {"plan": PLAN_FORMAT_VERSION, "outcome": FORMAT_VERSION, "drift": FORMAT_VERSION}


def golden_file(kind: str) -> Path:
    return ROOT / "tests" / "golden" / f"{kind}-{VERSIONS[kind]}.json"


def text_of(kind: str) -> str:
    """Return a document as commands write it, whichever version of the tool writes it."""
    document = KINDS[kind]()
    document["tool"]["version"] = "any"
    if "checksum" in document:
        document["checksum"] = "any"  # it depends on the version
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def texts_in(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts_in(item)


@pytest.mark.parametrize("kind", KINDS)
def test_a_document_of_today_is_the_one_that_was_released(kind):
    if os.environ.get("REWRITE_GOLDEN"):
        golden_file(kind).write_bytes(text_of(kind).encode())
    assert text_of(kind).encode() == golden_file(kind).read_bytes()


@pytest.mark.parametrize("kind", KINDS)
def test_a_released_document_fits_the_schema_of_today(kind):
    schema = json.loads((ROOT / "schemas" / f"{kind}.schema.json").read_text(encoding="utf-8"))
    document = json.loads(golden_file(kind).read_text(encoding="utf-8"))
    assert document["format_version"] == VERSIONS[kind]
    Draft202012Validator(schema).validate(document)


@pytest.mark.parametrize(
    ("kind", "words"), WORDS, ids=[f"{kind}-{words.__name__}" for kind, words in WORDS]
)
def test_a_released_document_holds_every_word_there_is(kind, words):
    document = json.loads(golden_file(kind).read_text(encoding="utf-8"))
    assert {word.value for word in words} <= set(texts_in(document))


@pytest.mark.parametrize(("version", "has_secrets"), [("1.0", False), ("1.1", True)])
def test_a_plan_of_an_earlier_minor_version_is_read_and_fits_the_schema(version, has_secrets):
    path = ROOT / "tests" / "golden" / f"plan-{version}.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    schema = json.loads((ROOT / "schemas/plan.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(document)

    changes = [read_change(one)[0] for plan in document["plans"] for one in plan["changes"]]

    assert {change.action for change in changes} == set(Action)
    assert any(change.precondition.secrets for change in changes) is has_secrets
