"""Guess what a misspelt name was meant to be."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import Final

_CLOSE_ENOUGH: Final = 0.8
_WORD: Final = re.compile(r"[A-Z]+(?![^\W\d_A-Z])|[A-Z]?[^\W\d_A-Z]+|\d+")
_OPPOSITES: Final = tuple(
    frozenset(pair)
    for pair in (
        ("include", "exclude"),
        ("includes", "excludes"),
        ("whitelist", "blacklist"),
        ("key", "value"),
        ("min", "max"),
        ("source", "sink"),
        ("start", "end"),
        ("before", "after"),
        ("keystore", "truststore"),
        ("producer", "consumer"),
        ("enable", "disable"),
    )
)


def suggest(word: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate that a misspelt word most likely meant, or None.

    The same words in another order, or written in camel case, count as the same name. A candidate
    that says the opposite (`include` for `exclude`) is never suggested.
    """
    parts = words_of(word)
    if not parts:
        return None
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2("".join(parts))
    ranked = sorted(
        (-_likeness(matcher, parts, words_of(candidate)), candidate)
        for candidate in set(candidates)
        if candidate != word
    )
    if not ranked or -ranked[0][0] < _CLOSE_ENOUGH:
        return None
    return ranked[0][1]


def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a dotted, dashed, underscored or camel-case name, in lower case."""
    return tuple(part.lower() for part in _WORD.findall(name))


def _likeness(
    matcher: "SequenceMatcher[str]", parts: tuple[str, ...], others: tuple[str, ...]
) -> float:
    if others == parts:
        return 1.0
    if sorted(others) == sorted(parts):
        return 0.99
    if _says_the_opposite(parts, others):
        return 0.0
    matcher.set_seq1("".join(others))
    if matcher.real_quick_ratio() < _CLOSE_ENOUGH or matcher.quick_ratio() < _CLOSE_ENOUGH:
        return 0.0
    return matcher.ratio()


def _says_the_opposite(parts: tuple[str, ...], others: tuple[str, ...]) -> bool:
    differing = set(parts) ^ set(others)
    return any(pair <= differing for pair in _OPPOSITES)
