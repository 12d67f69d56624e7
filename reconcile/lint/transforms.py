"""Rules about transforms and predicates."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from reconcile.lint.rule import Fault, ForConnector, Rule
from reconcile.lint.subject import Subject
from reconcile.model.codes import Code
from reconcile.model.lint import LintLevel
from reconcile.plugins.suggest import suggest

_TRANSFORMS: Final = "transforms"
_PREDICATES: Final = "predicates"
_KAFKA: Final = "org.apache.kafka.connect.transforms."
_KAFKA_PREDICATES: Final = f"{_KAFKA}predicates."
_DEFAULTS: Final = "replace.null.with.default"
# The options of Kafka's own transforms and predicates, in all versions since 3.6: what workers say.
_SIDED: Final[Mapping[str, tuple[str, ...]]] = {
    "Cast": ("spec", _DEFAULTS),
    "ExtractField": ("field", "field.syntax.version", _DEFAULTS),
    "Flatten": ("delimiter",),
    "HeaderFrom": ("fields", "headers", "operation", _DEFAULTS),
    "HoistField": ("field",),
    "InsertField": (
        *("topic.field", "partition.field", "offset.field", "timestamp.field"),
        *("static.field", "static.value", _DEFAULTS),
    ),
    "MaskField": ("fields", "replacement", _DEFAULTS),
    "ReplaceField": ("exclude", "include", "renames", "blacklist", "whitelist", _DEFAULTS),
    "SetSchemaMetadata": ("schema.name", "schema.version", _DEFAULTS),
    "TimestampConverter": ("target.type", "field", "format", "unix.precision", _DEFAULTS),
}
_WHOLE: Final[Mapping[str, tuple[str, ...]]] = {
    "DropHeaders": ("headers",),
    "Filter": (),
    "InsertHeader": ("header", "value.literal"),
    "RegexRouter": ("regex", "replacement"),
    "TimestampRouter": ("topic.format", "timestamp.format"),
    "ValueToKey": ("fields", _DEFAULTS),
}
_OF_PREDICATES: Final[Mapping[str, tuple[str, ...]]] = {
    "HasHeaderKey": ("name",),
    "RecordIsTombstone": (),
    "TopicNameMatches": ("pattern",),
}
OPTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    **{
        f"{_KAFKA}{name}${side}": keys for name, keys in _SIDED.items() for side in ("Key", "Value")
    },
    **{f"{_KAFKA}{name}": keys for name, keys in _WHOLE.items()},
    **{f"{_KAFKA_PREDICATES}{name}": keys for name, keys in _OF_PREDICATES.items()},
}
"""The options of each class that comes with Kafka, beside those that every transform has."""

_OF_ALL: Final = {
    _TRANSFORMS: frozenset({"type", "predicate", "negate", "plugin.version"}),
    _PREDICATES: frozenset({"type", "plugin.version"}),
}


def _aliases(subject: Subject, family: str) -> dict[str, list[str]]:
    """Return the aliases that have settings, with their keys, the type first."""
    found: dict[str, list[str]] = {}
    for key in subject.with_prefix(f"{family}."):
        alias = key[len(family) + 1 :].partition(".")[0]
        found.setdefault(alias, []).append(key)
    return {alias: sorted(keys, key=_type_first) for alias, keys in found.items()}


def _type_first(key: str) -> tuple[bool, str]:
    return (not key.endswith(".type"), key)


def _without_type(subject: Subject) -> Iterator[Fault]:
    for family in (_TRANSFORMS, _PREDICATES):
        for alias in dict.fromkeys(subject.items(family)):
            if "${" not in alias and not subject.text(f"{family}.{alias}.type"):
                guess = suggest(alias, _aliases(subject, family))
                hint = f"did you mean {guess}?" if guess else ""
                yield Fault(
                    family,
                    f'"{alias}" is listed in {family}, and {family}.{alias}.type is missing',
                    hint,
                )


def _unused_transform(subject: Subject) -> Iterator[Fault]:
    listed = subject.items(_TRANSFORMS)
    for alias, keys in _aliases(subject, _TRANSFORMS).items():
        if alias not in listed:
            yield Fault(
                keys[0], f'the transform "{alias}" is not listed in transforms and does nothing'
            )


def _undefined_predicate(subject: Subject) -> Iterator[Fault]:
    known = subject.items(_PREDICATES)
    for alias in subject.items(_TRANSFORMS):
        key = f"{_TRANSFORMS}.{alias}.predicate"
        wanted = subject.text(key)
        if wanted and wanted not in known:
            guess = suggest(wanted, known)
            hint = f"did you mean {guess}?" if guess else ""
            yield Fault(key, f'{key} names "{wanted}", which is not listed in predicates', hint)


def _unused_predicate(subject: Subject) -> Iterator[Fault]:
    listed = subject.items(_PREDICATES)
    used = {
        subject.text(f"{_TRANSFORMS}.{alias}.predicate") for alias in subject.items(_TRANSFORMS)
    }
    for alias in dict.fromkeys(listed):
        if alias not in used:
            yield Fault(_PREDICATES, f'no transform uses the predicate "{alias}"')
    for alias, keys in _aliases(subject, _PREDICATES).items():
        if alias not in listed and alias not in used:
            yield Fault(
                keys[0], f'the predicate "{alias}" is not listed in predicates and does nothing'
            )
    for alias in subject.items(_TRANSFORMS):
        negate = f"{_TRANSFORMS}.{alias}.negate"
        if subject.is_on(negate) and not subject.text(f"{_TRANSFORMS}.{alias}.predicate"):
            yield Fault(negate, f"there is no predicate that {negate} could negate")


def _alias_twice(subject: Subject) -> Iterator[Fault]:
    for family in (_TRANSFORMS, _PREDICATES):
        for alias, count in Counter(subject.items(family)).items():
            if count > 1:
                yield Fault(family, f'"{alias}" is listed {count} times in {family}')


def _drops_everything(subject: Subject) -> Iterator[Fault]:
    for alias in subject.items(_TRANSFORMS):
        key = f"{_TRANSFORMS}.{alias}.type"
        if subject.text(key) == f"{_KAFKA}Filter" and not subject.text(
            f"{_TRANSFORMS}.{alias}.predicate"
        ):
            yield Fault(key, f'the transform "{alias}" drops every record: it has no predicate')


def _no_such_transform(subject: Subject) -> Iterator[Fault]:
    for family in (_TRANSFORMS, _PREDICATES):
        for alias in subject.items(family):
            key = f"{family}.{alias}.type"
            written = subject.text(key)
            if not written.startswith(_KAFKA) or written in OPTIONS:
                continue
            guess = suggest(written, OPTIONS)
            sides = f"{written}$Value" in OPTIONS
            hint = (
                f"write {written}$Key or {written}$Value"
                if sides
                else f"did you mean {guess}?"
                if guess
                else ""
            )
            yield Fault(key, f"Kafka has no class {written}", hint)


def _no_such_option(subject: Subject) -> Iterator[Fault]:
    for family, general in _OF_ALL.items():
        keys = _aliases(subject, family)
        for alias in dict.fromkeys(subject.items(family)):
            prefix = f"{family}.{alias}."
            known = OPTIONS.get(subject.text(f"{prefix}type"))
            given = [key.removeprefix(prefix) for key in keys.get(alias, ())]
            if known is None:
                continue
            for option in given:
                if option in known or option in general:
                    continue
                free = [name for name in known if name not in given]
                yield _unknown_option(subject, prefix, option, free)


def _unknown_option(subject: Subject, prefix: str, option: str, free: list[str]) -> Fault:
    simple = subject.text(f"{prefix}type").rpartition(".")[2]
    guess = suggest(option, free)
    hint = f"did you mean {prefix}{guess}?" if guess else ""
    return Fault(f"{prefix}{option}", f"Kafka's {simple} has no option {option}", hint)


RULES: Final = (
    Rule(
        code=Code.TRANSFORM_WITHOUT_TYPE,
        title="A transform or predicate without a type",
        level=LintLevel.ERROR,
        why="Connect rejects a connector that lists an alias and does not say which class it is.",
        fix="add the type, or take the alias out of the list",
        check=ForConnector(_without_type),
    ),
    Rule(
        code=Code.UNUSED_TRANSFORM,
        title="A transform that is not listed",
        level=LintLevel.WARN,
        why="Connect runs the transforms that are listed, in that order. Settings of another alias are ignored without a word.",
        fix="add it to transforms, or remove its settings",
        check=ForConnector(_unused_transform),
    ),
    Rule(
        code=Code.UNDEFINED_PREDICATE,
        title="A predicate that does not exist",
        level=LintLevel.ERROR,
        why="Connect rejects a transform whose predicate is not defined.",
        fix="list it in predicates and give it a type",
        check=ForConnector(_undefined_predicate),
    ),
    Rule(
        code=Code.UNUSED_PREDICATE,
        title="A predicate that nothing uses",
        level=LintLevel.WARN,
        why="A predicate does something only where a transform names it. Without that the transform runs on every record.",
        fix="name it in transforms.ALIAS.predicate, or remove it",
        check=ForConnector(_unused_predicate),
    ),
    Rule(
        code=Code.ALIAS_TWICE,
        title="An alias is listed twice",
        level=LintLevel.ERROR,
        why="Connect rejects duplicate aliases.",
        fix="remove one; to run a class twice, give it two aliases",
        check=ForConnector(_alias_twice),
    ),
    Rule(
        code=Code.DROPS_EVERYTHING,
        title="A filter that drops every record",
        level=LintLevel.ERROR,
        why="Kafka's own Filter drops each record that it is given; its predicate decides which those are.",
        fix="give it a predicate",
        check=ForConnector(_drops_everything),
    ),
    Rule(
        code=Code.NO_SUCH_TRANSFORM,
        title="A transform that Kafka does not have",
        level=LintLevel.ERROR,
        why="Classes below org.apache.kafka.connect.transforms come with Kafka, and most of them come in two forms, $Key and $Value. A class that is not there makes Connect reject the connector.",
        fix="look the class up in the documentation of Kafka",
        check=ForConnector(_no_such_transform),
    ),
    Rule(
        code=Code.OPTION_OF_NO_TRANSFORM,
        title="An option that a transform does not have",
        level=LintLevel.WARN,
        why="The options of the transforms and predicates that come with Kafka are known. Connect ignores any other, so that the default holds.",
        fix="look the option up in the documentation of Kafka, or remove it",
        check=ForConnector(_no_such_option),
    ),
)
