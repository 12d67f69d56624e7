"""Imitate what a JVM shows through: the order of hash maps and the text of maps."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

_FIRST_TABLE = 16
_WORD = 0xFFFFFFFF


@lru_cache(maxsize=65536)
def string_hash(text: str) -> int:
    """Return `String.hashCode` spread as `HashMap` spreads it, as an unsigned word."""
    value = 0
    encoded = text.encode("utf-16-be", "surrogatepass")
    for high, low in zip(encoded[::2], encoded[1::2], strict=True):
        value = (31 * value + (high << 8 | low)) & _WORD
    return value ^ (value >> 16)


def hash_order(keys: Iterable[str]) -> list[str]:
    """Return keys in the order in which a Java `HashMap` iterates over them."""
    given = list(keys)
    table = _FIRST_TABLE
    while len(given) > table * 3 // 4:
        table *= 2
    return sorted(given, key=lambda key: string_hash(key) & (table - 1))


def map_text(values: Mapping[str, str]) -> str:
    """Return a map as Java prints it, for messages that quote one."""
    return "{" + ", ".join(f"{key}={value}" for key, value in values.items()) + "}"
