"""Where the parts of a document stand in its file, packed small."""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from reconcile.model.problem import Location

_COLUMN_BITS: Final = 24

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """Positions by path inside one document (`("spec", "config", "topics")`).

    The tuple of paths is shared by documents of one shape, and positions are packed into an
    array, so that ten thousand definitions can keep theirs.
    """

    path: str
    paths: tuple[Path, ...]
    packed: "array[int]"

    def locate(self, path: Sequence[str]) -> Location | None:
        """Return the position of a path, or None where the document does not hold it."""
        wanted = tuple(path)
        for index, candidate in enumerate(self.paths):
            if candidate == wanted:
                return unpack(self.path, self.packed[index])
        return None

    def __iter__(self) -> Iterator[Path]:
        """Return the paths in the order of the document."""
        return iter(self.paths)


def pack(line: int, column: int) -> int:
    """Pack a position, both counted from 1, into one integer."""
    return (line << _COLUMN_BITS) | min(column, (1 << _COLUMN_BITS) - 1)


def unpack(path: str, packed: int) -> Location:
    """Return the location that `pack` packed."""
    return Location(path, packed >> _COLUMN_BITS, packed & ((1 << _COLUMN_BITS) - 1))
