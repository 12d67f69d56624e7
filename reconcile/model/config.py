"""Connector settings and secrets: values that compare, and never print."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, NoReturn, final

_EMPTY: Final[Mapping[str, str]] = MappingProxyType({})
_INTERNAL_PREFIX: Final = "__internal."


@final
class Secret:
    """Hold a text that must never be shown.

    It cannot be printed, pickled, compared or serialised by accident; `reveal` is the one way in.
    """

    __slots__ = ("__text",)

    def __init__(self, text: str) -> None:
        self.__text = text

    def reveal(self) -> str:
        """Return the secret text."""
        return self.__text

    def __repr__(self) -> str:
        """Return a fixed mask."""
        return "Secret(***)"

    def __eq__(self, other: object) -> bool:
        """Refuse: compare revealed texts where that is meant."""
        if self is other:
            return True
        raise TypeError("secrets are compared by what they reveal")

    __hash__ = None  # type: ignore[assignment]  # a secret is no key

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled or copied into a file."""
        raise TypeError("a secret cannot be serialised")


@final
class Config:
    """The settings of one connector, text to text, without the `name` that Connect adds.

    Both sides of a comparison come through here: `name` and `__internal.*` (added by Confluent
    servers) are dropped. `references` holds, for each key whose value was made from secrets, the
    text as written in git (`${{ env.DB_PASSWORD }}`); a key that stands in `references` alone has
    not been resolved.
    """

    __slots__ = ("_references", "_values")

    def __init__(
        self, values: Mapping[str, str], references: Mapping[str, str] | None = None
    ) -> None:
        self._values: dict[str, str] = {
            key: value for key, value in values.items() if not is_added_by_server(key)
        }
        self._references: Mapping[str, str] = dict(references) if references else _EMPTY

    def reveal(self) -> Mapping[str, str]:
        """Return the resolved values, secrets included; never print them."""
        return MappingProxyType(self._values)

    def keys(self) -> tuple[str, ...]:
        """Return all keys, sorted, unresolved ones included."""
        return tuple(sorted(self._values.keys() | self._references.keys()))

    def get(self, key: str) -> str | None:
        """Return one value, or None where the key is absent or unresolved."""
        return self._values.get(key)

    def reference(self, key: str) -> str | None:
        """Return the text with references that a secret value was made from, if it was."""
        return self._references.get(key)

    def references(self) -> Mapping[str, str]:
        """Return, for each key made from secrets, the text as written in git."""
        return self._references

    def unresolved(self) -> frozenset[str]:
        """Return the keys whose secrets were not resolved."""
        return frozenset(self._references.keys() - self._values.keys())

    def replaced(self, values: Mapping[str, str], *, without: Iterable[str] = ()) -> "Config":
        """Return a copy with some values set and some keys left out."""
        gone = frozenset(without) | values.keys()
        kept = {key: value for key, value in self._values.items() if key not in gone}
        references = {key: text for key, text in self._references.items() if key not in gone}
        return Config({**kept, **values}, references)

    def __iter__(self) -> Iterator[str]:
        """Return an iterator over all keys, sorted."""
        return iter(self.keys())

    def __contains__(self, key: object) -> bool:
        """Tell whether a key is set, resolved or not."""
        return key in self._values or key in self._references

    def __len__(self) -> int:
        """Return the number of keys."""
        return len(self._values.keys() | self._references.keys())

    def __eq__(self, other: object) -> bool:
        """Compare values and references."""
        if not isinstance(other, Config):
            return NotImplemented
        return self._values == other._values and self._references == other._references

    __hash__ = None  # type: ignore[assignment]  # values are compared, never used as keys

    def __repr__(self) -> str:
        """Return the number of keys, and no value."""
        return f"Config({len(self)} keys)"

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled: values may be secret."""
        raise TypeError("a config cannot be serialised")


def is_added_by_server(key: str) -> bool:
    """Tell whether a server adds this key by itself."""
    return key == "name" or key.startswith(_INTERNAL_PREFIX)
