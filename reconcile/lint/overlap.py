"""What rules and the definitions of plugins both say of a setting is told once."""

from collections.abc import Iterable, Sequence
from typing import Final

from reconcile.model.codes import Code
from reconcile.model.problem import Problem, Severity

_RANKS: Final = tuple(Severity)
# The rules that explain what definitions merely state: that a setting is not known, or not taken.
_EXPLAINED: Final = {
    Code.UNKNOWN_SETTING: frozenset(
        {
            *(Code.DLQ_ON_SOURCE, Code.MISSPELT_SETTING, Code.UNUSED_TRANSFORM),
            *(Code.UNUSED_PREDICATE, Code.CONVERTER_OPTIONS_UNUSED, Code.OTHER_SIDE),
            *(Code.OVERRIDE_OF_NOTHING, Code.CLIENT_SETTING_WITHOUT_PREFIX, Code.WORKER_SETTING),
            *(Code.EXACTLY_ONCE_THAT_IS_NOT, Code.DEPRECATED_SETTING, Code.TWO_GENERATIONS),
            *(Code.SCHEMA_HISTORY_UNUSED, Code.OPTION_OF_OTHER_CONVERTER),
            *(Code.OPTION_OF_NO_TRANSFORM, Code.NO_SUBJECT_STRATEGY, Code.INVISIBLE_CHARACTER),
        }
    ),
    Code.VALIDATION: frozenset(
        {
            *(Code.DLQ_AMONG_TOPICS, Code.NO_TOPICS, Code.TOPICS_TWICE, Code.NO_BOOLEAN),
            *(Code.TRANSFORM_WITHOUT_TYPE, Code.UNDEFINED_PREDICATE, Code.ALIAS_TWICE),
            *(Code.NO_SUCH_TRANSFORM, Code.NO_CONVERTER, Code.NO_TOPIC_PREFIX),
        }
    ),
}


def not_told(judged: Iterable[Problem], found: Sequence[Problem]) -> tuple[Problem, ...]:
    """Return what definitions say beyond what rules found; a graver problem is always told."""
    return tuple(
        problem for problem in judged if not any(_explains(other, problem) for other in found)
    )


def _explains(found: Problem, judged: Problem) -> bool:
    return (
        found.code in _EXPLAINED.get(judged.code, ())
        and (found.connector, found.location) == (judged.connector, judged.location)
        and _RANKS.index(found.severity) <= _RANKS.index(judged.severity)
    )
