"""A JSON Schema of definitions with which an editor completes and checks a class's own settings."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from reconcile.model.plugin import Catalog, PluginInfo, Setting, SettingType
from reconcile.plugins.aliases import CONNECTORS, class_aliases
from reconcile.plugins.check import BITS
from reconcile.plugins.expand import CONVERTERS, STAGES
from reconcile.plugins.framework import allowed_values, least_value
from reconcile.plugins.snapshot import stored

_LONGEST_DOCUMENTATION: Final = 300
_REFERENCE: Final = r"\$\{"
_WHOLE: Final = rf"^\s*[+-]?[0-9]+\s*$|{_REFERENCE}"
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]")
_SPECIAL: Final = re.compile(r"[.*+?^${}()|\[\]\\/]")
_BARE: Final = re.compile(r"[\d.+-]+|true|false", re.IGNORECASE)
_GIVEN_ELSEWHERE: Final = frozenset({"name", "connector.class"})
_TAG: Final = re.compile(r"<[a-z/][^<>]{0,60}>", re.IGNORECASE)
_CONVERTER_KINDS: Final = ("converter", "header_converter")

_Schema = dict[str, Any]

_STAGES: Final[_Schema] = {
    "properties": {
        "spec": {
            "properties": {
                "config": {
                    "patternProperties": {
                        rf"^{family}\.[^.]+\.type$": {"$ref": f"#/$defs/t.{kind}"}
                        for family, kind in STAGES.items()
                    }
                }
            }
        }
    }
}


def editor_schema(base: Mapping[str, Any], catalogs: Sequence[Catalog]) -> _Schema:
    """Return the schema of definitions, extended by what each class of some clusters can be told.

    Every way to write a class is known. Settings that no definition lists stay allowed, since
    plugins pass them on; a reference or a placeholder may stand in the place of any value. Nothing
    is required: defaults and overlays may give it.
    """
    infos = tuple(dict.fromkeys(info for catalog in catalogs for info in catalog.infos))
    schemas = {
        name: {key: _setting_schema(key, variants) for key, variants in settings.items()}
        for name, settings in _classes(catalogs).items()
    }
    shared = _shared(schemas)
    configs = dict(zip(schemas, _places("c", schemas), strict=True))
    return {
        **base,
        "$defs": {
            **base.get("$defs", {}),
            **_types(),
            **_class_lists(infos, complete=all(catalog.complete for catalog in catalogs)),
            **{place: json.loads(text) for (_, text), place in shared.items()},
            **{
                configs[name]: {"properties": _referring(settings, shared)}
                for name, settings in schemas.items()
            },
        },
        "allOf": [
            _STAGES,
            *(
                _condition(written, configs[name])
                for name, written in _written(infos, schemas).items()
            ),
        ],
    }


def schema_text(schema: Mapping[str, Any]) -> str:
    """Return a schema as JSON with a line for each of its parts: short, and a diff can be read."""
    parts = []
    for key, value in schema.items():
        match value:
            case dict():
                rows = (f"{json.dumps(name)}: {_compact(one)}" for name, one in value.items())
                text = f"{{\n{_rows(rows)}\n  }}"
            case list() if key == "allOf":
                text = f"[\n{_rows(map(_compact, value))}\n  ]"
            case _:
                text = _compact(value)
        parts.append(f"  {json.dumps(key)}: {text}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _rows(texts: Iterable[str]) -> str:
    return ",\n".join(f"    {text}" for text in texts)


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _shared(schemas: Mapping[str, Mapping[str, _Schema]]) -> Mapping[tuple[str, str], str]:
    """Return the settings that several classes have alike, each with the place it is written at."""
    counts = Counter((key, _canonical(one)) for own in schemas.values() for key, one in own.items())
    several = sorted(found for found, count in counts.items() if count > 1)
    return dict(zip(several, _places("s", (key for key, _ in several)), strict=True))


def _places(prefix: str, names: Iterable[str]) -> Iterator[str]:
    """Yield a place of its own for each name, of characters that a JSON pointer takes as they are."""
    taken: Counter[str] = Counter()
    for name in names:
        place = f"{prefix}.{_UNSAFE.sub('_', name)}"
        taken[place] += 1
        yield place if taken[place] == 1 else f"{place}.{taken[place]}"


def _referring(
    settings: Mapping[str, _Schema], shared: Mapping[tuple[str, str], str]
) -> Mapping[str, _Schema]:
    """Return the settings of a class, those that it shares as references."""
    places = {key: shared.get((key, _canonical(one))) for key, one in settings.items()}
    return {key: _ref(place) if place else settings[key] for key, place in places.items()}


def _classes(catalogs: Iterable[Catalog]) -> Mapping[str, Mapping[str, tuple[Setting, ...]]]:
    """Return, by connector class, what its versions on all clusters say of each setting."""
    found: dict[str, dict[str, list[Setting]]] = {}
    for catalog in catalogs:
        connectors = {info.class_name for info in catalog.infos if info.kind in CONNECTORS}
        for class_name in connectors & catalog.plugins.keys():
            settings = found.setdefault(class_name, {})
            for plugin in catalog.plugins[class_name]:
                for key, setting in plugin.settings.items():
                    settings.setdefault(key, []).append(stored(setting))
    return {
        name: {
            key: tuple(dict.fromkeys(found[name][key]))
            for key in sorted(found[name].keys() - _GIVEN_ELSEWHERE)
        }
        for name in sorted(found)
    }


def _written(infos: Iterable[PluginInfo], classes: Iterable[str]) -> Mapping[str, list[str]]:
    aliases = class_aliases(infos)
    return {
        name: sorted(alias for alias, full in aliases.items() if full == name)
        for name in sorted(classes)
    }


def _condition(written: list[str], definition: str) -> _Schema:
    """Return the rule that a definition of this class has these settings, in overlays too."""
    config = {"properties": {"config": _ref(definition)}}
    other_class = {"properties": {"spec": {"required": ["class"]}}}
    return {
        "if": {
            "required": ["spec"],
            "properties": {
                "spec": {"required": ["class"], "properties": {"class": {"enum": written}}}
            },
        },
        "then": {
            "properties": {
                "spec": config,
                "overlays": {
                    "additionalProperties": {
                        "if": other_class,
                        "else": {"properties": {"spec": config}},
                    }
                },
            }
        },
    }


def _class_lists(infos: Sequence[PluginInfo], *, complete: bool) -> Mapping[str, _Schema]:
    """Return, by kind, what may stand where a class is named; anything, if not all are known."""
    lists: dict[str, _Schema] = {}
    for kind in (*_CONVERTER_KINDS, *STAGES.values()):
        names = sorted(class_aliases(infos, frozenset({kind})))
        lists[f"t.{kind}"] = _one_of(names) if complete and names else {"examples": names}
    return lists


def _types() -> Mapping[str, _Schema]:
    """Return what the types of Kafka look like in a file; null removes a setting."""
    whole = {
        f"t.{kind.lower()}": {
            "type": ["integer", "string", "null"],
            "minimum": -(1 << (bits - 1)),
            "maximum": (1 << (bits - 1)) - 1,
            "pattern": _WHOLE,
            "errorMessage": f"must be a whole number of {bits} bits, or a reference",
        }
        for kind, bits in BITS.items()
    }
    return {
        **whole,
        "t.boolean": {
            "type": ["boolean", "string", "null"],
            "pattern": rf"^\s*([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])\s*$|{_REFERENCE}",
            "errorMessage": "must be true or false, or a reference",
        },
        "t.double": {
            "type": ["number", "string", "null"],
            "pattern": rf"^\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*$|{_REFERENCE}",
            "errorMessage": "must be a number, or a reference",
        },
    }


def _setting_schema(key: str, variants: Sequence[Setting]) -> _Schema:
    """Return what may be the value of a setting; where versions differ, what any of them takes."""
    newest = variants[-1]
    kinds = {setting.type for setting in variants}
    schema = _value_schema(key, kinds, variants)
    about = _about(newest)
    if about:
        schema["description"] = about
    if len({setting.default for setting in variants}) == 1 and newest.default is not None:
        schema["default"] = _default(newest)
    return schema


def _value_schema(key: str, kinds: set[SettingType], variants: Sequence[Setting]) -> _Schema:
    if len(kinds) > 1:
        return {}
    kind = next(iter(kinds))
    if key in CONVERTERS:
        return _ref(f"t.{min(CONVERTERS[key])}")
    match kind:
        case SettingType.BOOLEAN | SettingType.DOUBLE:
            return _ref(f"t.{kind.lower()}")
        case SettingType.INT | SettingType.SHORT | SettingType.LONG:
            least = least_value(key)
            return _ref(f"t.{kind.lower()}") | ({} if least is None else {"minimum": least})
        case SettingType.STRING:
            allowed = allowed_values(key) or _proposed(variants)
            return _one_of(allowed) if allowed else {}
        case SettingType.LIST | SettingType.CLASS | SettingType.PASSWORD:
            return {}


def _proposed(variants: Sequence[Setting]) -> list[str]:
    """Return the values that the versions propose, if every one of them proposes some."""
    if not all(setting.recommended for setting in variants):
        return []
    return list(dict.fromkeys(value for one in variants for value in one.recommended))


def _one_of(values: Iterable[str]) -> _Schema:
    """Return a choice, with a reference or placeholder in its place, and in upper case as well.

    YAML may have made a number or a truth value of a text.
    """
    texts = list(values)
    upper = "|".join(_SPECIAL.sub(r"\\\g<0>", text.upper()) for text in texts)
    bare = any(_BARE.fullmatch(text) for text in texts)
    return {
        "anyOf": [
            {"enum": texts},
            {"type": "string", "pattern": rf"^({upper})$|{_REFERENCE}"},
            {"type": ["null", "number", "boolean"] if bare else "null"},
        ],
        "errorMessage": "must be one of the values that the plugin proposes, or a reference",
    }


def _about(setting: Setting) -> str:
    text = " ".join(_TAG.sub(" ", setting.documentation).split())
    if len(text) > _LONGEST_DOCUMENTATION:
        text = text[: _LONGEST_DOCUMENTATION - 1].rstrip() + "…"
    facts = f"{setting.type.lower()}, required" if setting.required else setting.type.lower()
    return f"{text} ({facts})" if text else facts


def _default(setting: Setting) -> object:
    text = setting.default or ""
    match setting.type:
        case SettingType.BOOLEAN if text.lower() in {"true", "false"}:
            return text.lower() == "true"
        case SettingType.INT | SettingType.SHORT | SettingType.LONG if re.fullmatch(
            r"-?[0-9]{1,19}", text
        ):
            return int(text)
        case _:
            return text


def _ref(name: str) -> _Schema:
    return {"$ref": f"#/$defs/{name}"}


def _canonical(schema: _Schema) -> str:
    return json.dumps(schema, sort_keys=True)
