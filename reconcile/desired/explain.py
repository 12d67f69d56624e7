"""Say in our words what jsonschema finds in a skeleton."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from jsonschema import Draft202012Validator, validators
from jsonschema.exceptions import ValidationError
from referencing import Registry
from referencing.jsonschema import DRAFT202012, Schema

from reconcile.desired.findings import Finding
from reconcile.desired.nodes import Json, describe, dotted, fits_pattern
from reconcile.desired.schemas import resolve
from reconcile.model.alert import ReceiverKind
from reconcile.model.codes import Code
from reconcile.model.marks import Path
from reconcile.plugins.suggest import suggest

_NEVER_SHOWN: Final = frozenset(
    {
        *("auth", "tls", "headers", "proxy", "url", "urls", "kafka", "prometheus", "scrape"),
        *(kind.value for kind in ReceiverKind),
    }
)
_WITH_SECRETS: Final = frozenset({"clusters", "alerts"})
_BELOW: Final = frozenset({"items", "additionalProperties"})
_NOUNS: Final = {
    "null": "null",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "string": "text",
    "array": "a list",
    "object": "a mapping",
}


def _pattern(
    _validator: object, pattern: str, instance: object, _schema: object
) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not fits_pattern(pattern, instance):
        yield ValidationError("the pattern does not fit")


_VALIDATOR: Final = validators.extend(  # type: ignore[no-untyped-call]  # jsonschema has no types for it
    Draft202012Validator, {"pattern": _pattern}
)


def explain(
    skeleton: Json, schemas: Mapping[str, Mapping[str, Any]], name: str
) -> tuple[Finding, ...]:
    """Return every error of a skeleton under the named schema."""
    resources = [(key, DRAFT202012.create_resource(schema)) for key, schema in schemas.items()]
    registry: Registry[Schema] = Registry().with_resources(resources)
    validator = _VALIDATOR(dict(schemas[name]), registry=registry)
    errors = sorted(validator.iter_errors(skeleton), key=lambda error: list(map(str, error.path)))
    mistyped = {tuple(error.path) for error in errors if error.validator == "type"}
    told = [
        error for error in errors if error.validator == "type" or tuple(error.path) not in mistyped
    ]
    return tuple(
        dict.fromkeys(
            finding
            for error in told
            for finding in _reword(error, _nearest_example(error, schemas, name))
        )
    )


def _nearest_example(
    error: ValidationError, schemas: Mapping[str, Mapping[str, Any]], name: str
) -> str:
    """Return an example of what is wrong, or of the nearest above it that has one, with its key."""
    node: Mapping[str, Any] = schemas[name]
    root = node
    depth = 0
    above: list[tuple[int, Mapping[str, Any]]] = []
    parts = iter(error.absolute_schema_path)
    for part in parts:
        while "$ref" in node and part not in node:
            node, root = resolve(node["$ref"], root, schemas)
            above.append((depth, node))
        if part == "properties":
            node, depth = node[part][next(parts)], depth + 1
        elif part in _BELOW and isinstance(node[part], Mapping):
            node, depth = node[part], depth + 1
        elif part == "propertyNames":
            node = node[part]
        else:
            break
        above.append((depth, node))
    path = [str(key) for key in error.absolute_path]
    found = ((depth, _example(node)) for depth, node in reversed(above) if depth)
    return next((f"{path[depth - 1]}{example}" for depth, example in found if example), "")


def _reword(error: ValidationError, example: str) -> Iterator[Finding]:
    path = tuple(str(part) for part in error.absolute_path)
    wanted: Any = error.validator_value
    match error.validator:
        case "additionalProperties":
            yield from _unknown(path, error)
        case "required":
            yield from _missing(path, error, wanted)
        case "type":
            yield _wrong(Code.WRONG_TYPE, path, error, _nouns(wanted), example)
        case "enum":
            yield _not_among(path, error, wanted, example)
        case _ if "propertyNames" in error.absolute_schema_path:
            below = (*path, str(error.instance))
            yield _wrong(Code.INVALID_VALUE, below, error, "another name", example)
        case "minProperties" | "minItems" | "minLength":
            own = _example(_schema(error))
            hint = f"for example {path[-1]}{own}" if own else "fill it, or leave it out"
            yield Finding(Code.INVALID_VALUE, path, f"{dotted(path)} is empty", hint)
        case _:
            yield _wrong(Code.INVALID_VALUE, path, error, "valid", example)


def _unknown(path: Path, error: ValidationError) -> Iterator[Finding]:
    known = list(_schema(error).get("properties", {}))
    for key in _mapping(error.instance):
        if key not in known:
            guess = suggest(key, known)
            hint = f"did you mean {guess}?" if guess else f"known here: {', '.join(known)}"
            message = f'unknown field "{key}" in {dotted(path) or "this document"}'
            yield Finding(Code.UNKNOWN_FIELD, (*path, key), message, hint)


def _missing(path: Path, error: ValidationError, required: Sequence[str]) -> Iterator[Finding]:
    properties = _schema(error).get("properties", {})
    for name in required:
        if name not in _mapping(error.instance):
            message = f"{dotted(path) or 'this document'} has no {name}"
            hint = f"add {name}{_example(properties.get(name, {}))}"
            yield Finding(Code.MISSING_FIELD, path, message, hint)


def _not_among(
    path: Path, error: ValidationError, values: Sequence[object], example: str
) -> Finding:
    allowed = [value for value in values if isinstance(value, str)]
    guess = suggest(str(error.instance), allowed)
    finding = _wrong(Code.INVALID_VALUE, path, error, _one_of(allowed), example)
    hint = f"did you mean {guess}?" if guess else finding.hint
    return Finding(finding.code, path, finding.message, hint)


def _wrong(code: Code, path: Path, error: ValidationError, wanted: str, example: str) -> Finding:
    schema = _schema(error)
    instance: Any = error.instance
    must = schema.get("errorMessage", f"must be {wanted}")
    secret = not _WITH_SECRETS.isdisjoint(path[:1]) and not _NEVER_SHOWN.isdisjoint(path)
    found = "" if secret else f", not {describe(instance)}"
    hint = f"for example {example}" if example else ""
    return Finding(code, path, f"{dotted(path) or 'this document'} {must}{found}", hint)


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _schema(error: ValidationError) -> Mapping[str, Any]:
    return error.schema if isinstance(error.schema, Mapping) else {}


def _example(schema: Mapping[str, Any]) -> str:
    """Return an example as it follows a key, or nothing."""
    examples = schema.get("examples", ())
    if not examples:
        return ""
    example = examples[0]
    return f": {example if isinstance(example, str) else json.dumps(example)}"


def _nouns(names: str | Sequence[str]) -> str:
    listed = [names] if isinstance(names, str) else [name for name in names if name != "null"]
    return " or ".join(_NOUNS[name] for name in listed)


def _one_of(allowed: Sequence[str]) -> str:
    return " or ".join((", ".join(allowed[:-1]), allowed[-1])) if len(allowed) > 1 else allowed[0]
