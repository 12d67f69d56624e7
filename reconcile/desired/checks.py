"""Check the skeleton of a document against its JSON Schema: everything but the settings."""

from collections.abc import Mapping, Sequence
from typing import Final

from reconcile.desired.findings import Finding
from reconcile.desired.nodes import BLANK, Json, Tree, config_text, fits_pattern, typed_scalar
from reconcile.desired.schemas import Schema, resolve

_TEXTS: Final = frozenset(
    {
        *("class", "version", "reason", "topic", "keys", "connectors", "clusters"),
        *("movedFrom", "by", "fingerprintKey"),
        *("name", "names", "definitions", "env"),
        *("username", "password", "token", "clientId", "clientSecret", "scope", "audience"),
    }
)
_TEXT_MAPS: Final = frozenset({"labels", "vars", "headers"})
_TYPES: Final[Mapping[str, type]] = {
    "null": type(None),
    "boolean": bool,
    "integer": int,
    "number": int,
    "string": str,
    "array": list,
    "object": dict,
}


class Checker:
    """Check skeletons against one schema, each different skeleton once."""

    def __init__(self, schemas: Mapping[str, Schema], name: str) -> None:
        self._schemas = schemas
        self._name = name
        self._known: dict[str, tuple[Finding, ...]] = {}

    def check(self, tree: Tree) -> tuple[Finding, ...]:
        """Return what the schema finds in a tree."""
        skeleton = skeleton_of(tree)
        shape = repr(skeleton)
        known = self._known.get(shape)
        if known is None:
            known = self._known[shape] = self._validate(skeleton)
        return known

    def _validate(self, skeleton: Json) -> tuple[Finding, ...]:
        schema = self._schemas[self._name]
        if fits(skeleton, schema, schema, self._schemas):
            return ()
        # jsonschema takes as long to import as a small plan: it is asked where something is wrong.
        from reconcile.desired.explain import explain  # noqa: PLC0415

        return explain(skeleton, self._schemas, self._name)


def skeleton_of(tree: Tree, key: str = "") -> Json:
    """Return a tree with the types of JSON, without settings, and with free text blanked.

    So ten thousand definitions share a few skeletons, and a name may be written as a number.
    `key` is the key that the tree stands under.
    """
    if isinstance(tree, str):
        return _blank(tree) if key in _TEXTS else typed_scalar(tree)
    if isinstance(tree, list):
        return [skeleton_of(item, key) for item in tree]
    if key in _TEXT_MAPS:
        return {
            name: _blank(item) if isinstance(item, str) else skeleton_of(item, name)
            for name, item in tree.items()
        }
    return {
        name: {}
        if name == "config" and key == "spec" and isinstance(item, dict)
        else skeleton_of(item, name)
        for name, item in tree.items()
    }


def _blank(scalar: str) -> str | None:
    text = config_text(scalar)
    return BLANK if text else text


def fits(value: Json, schema: Schema, root: Schema, schemas: Mapping[str, Schema]) -> bool:
    """Tell whether a value is valid, for the keywords that our schemas use."""
    if "$ref" in schema:
        target, there = resolve(schema["$ref"], root, schemas)
        if not fits(value, target, there, schemas):
            return False
    if "type" in schema and not any(_is(value, name) for name in _listed(schema["type"])):
        return False
    if "enum" in schema and not any(_same(value, allowed) for allowed in schema["enum"]):
        return False
    if isinstance(value, dict):
        return _fits_object(value, schema, root, schemas)
    if isinstance(value, list):
        items = schema.get("items", {})
        long_enough = len(value) >= schema.get("minItems", 0)
        return long_enough and all(fits(item, items, root, schemas) for item in value)
    return _fits_scalar(value, schema)


def _fits_scalar(value: bool | int | str | None, schema: Schema) -> bool:  # noqa: FBT001  # a value
    if isinstance(value, str):
        long_enough = len(value) >= schema.get("minLength", 0)
        return long_enough and fits_pattern(schema.get("pattern", ""), value)
    if isinstance(value, bool) or value is None:
        return True
    return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))


def _fits_object(
    value: dict[str, Json], schema: Schema, root: Schema, schemas: Mapping[str, Schema]
) -> bool:
    properties = schema.get("properties", {})
    rest = schema.get("additionalProperties", {})
    names = schema.get("propertyNames", {})
    size_fits = schema.get("minProperties", 0) <= len(value) <= schema.get("maxProperties", 1 << 20)
    if not size_fits or any(name not in value for name in schema.get("required", ())):
        return False
    for key, item in value.items():
        below = properties.get(key, rest)
        if below is False or not fits(key, names, root, schemas):
            return False
        if not fits(item, below, root, schemas):
            return False
    return True


def _is(value: Json, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    return isinstance(value, _TYPES[name])


def _same(value: Json, allowed: object) -> bool:
    return type(value) is type(allowed) and value == allowed


def _listed(names: str | Sequence[str]) -> Sequence[str]:
    return [names] if isinstance(names, str) else names
