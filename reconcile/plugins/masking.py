"""Keep the secrets of one connector out of what a worker says of it."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from reconcile.model.config import Config
from reconcile.redact import Redactor

_MASK: Final = "(redacted)"


def secret_texts(config: Config, hidden: Iterable[str]) -> tuple[str, ...]:
    """Return the texts to mask: the hidden values, and what secrets put into a list.

    A worker makes keys from the elements of a list: `transforms.NAME.type`.
    """
    found: dict[str, None] = {}
    for key in sorted(hidden):
        value, reference = config.get(key), config.reference(key)
        if value:
            found[value] = None
        if value and reference is not None:
            public = frozenset(_elements(reference))
            found.update(dict.fromkeys(part for part in _elements(value) if part not in public))
    return tuple(found)


def without(text: str, secrets: Iterable[str]) -> str:
    """Return a text without the secrets that it quotes, short ones included."""
    longest_first = sorted(secrets, key=len, reverse=True)
    text = Redactor(longest_first).redact(text)
    for secret in longest_first:
        text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", _MASK, text)
    return text


def _elements(text: str) -> Iterator[str]:
    return (part for part in map(str.strip, text.split(",")) if part)
