"""Find and read the files of a project."""

import errno
import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, Final

from reconcile.desired.references import Refusal
from reconcile.model.codes import Code
from reconcile.model.problem import Location, Problem

LARGEST: Final = 50_000_000
"""How many bytes a file of definitions may have."""

LARGEST_SECRET: Final = 1_000_000
"""How many bytes a file that holds a secret may have."""

_SUFFIXES: Final = (".yaml", ".yml", ".json")
_GLOB: Final = frozenset("*?[")
_WITHOUT_WAITING: Final = getattr(os, "O_NONBLOCK", 0)


class _NotRegularError(OSError):
    """Say that what stands at a path is a folder, a pipe, a socket or a device."""

    def __init__(self) -> None:
        super().__init__(errno.EINVAL, "it is no regular file")


Stamp = tuple[int, ...]


def stamp_of(path: str) -> Stamp | None:
    """Return what the system keeps of a file and changes with its content; None where there is none.

    Symbolic links are followed. Two changes within a tick of its clock can leave the same stamp.
    """
    try:
        found = os.stat(path)  # noqa: PTH116  # ten thousand Path objects are slow
    except OSError:
        return None
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def find_files(root: str, entries: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the definition files of a project, each once, and the entries that are not there.

    An entry is a folder (searched to any depth), a file or a glob, from the root; its files come
    sorted. Hidden files and folders are left out, and so are linked folders; of these the ones that
    lead out of the project stand among the files, to be told.
    """
    files: dict[str, None] = {}
    missing: list[str] = []
    for entry in entries:
        found = _expand(root, entry)
        files.update(dict.fromkeys(found or ()))
        if found is None:
            missing.append(entry)
    return list(files), missing


def _expand(root: str, entry: str) -> list[str] | None:
    if _GLOB.isdisjoint(entry):
        return _walk(Path(root, entry), root)
    found = sorted(path for path in Path(root).glob(entry) if not path.name.startswith("."))
    return [path for start in found for path in _walk(start, root) or ()]


def _walk(start: Path, root: str) -> list[str] | None:
    if not start.is_dir():
        # What is there and no file is a problem to be told when it is read.
        return [os.path.normpath(start)] if os.path.lexists(start) else None
    found: list[str] = []
    for folder, below, names in os.walk(os.path.normpath(start)):
        below[:] = sorted(name for name in below if not name.startswith("."))
        links = [path for name in below if os.path.islink(path := os.path.join(folder, name))]  # noqa: PTH114, PTH118  # as below
        found += sorted(escaping(links, root))
        found += [
            os.path.join(folder, name)  # noqa: PTH118  # ten thousand Path objects are slow
            for name in sorted(names)
            if name.endswith(_SUFFIXES) and not name.startswith(".")
        ]
    return found


def escaping(paths: Iterable[str], root: str) -> frozenset[str]:
    """Return the paths below the root that lead outside of it, symbolic links followed."""
    inside = root.rstrip(os.sep) + os.sep
    truly_inside = os.path.realpath(root).rstrip(os.sep) + os.sep
    folders: dict[str, bool] = {}

    def leads_outside(path: str) -> bool:
        return not (os.path.realpath(path) + os.sep).startswith(truly_inside)

    def escapes(path: str) -> bool:
        if os.path.islink(path):  # noqa: PTH114  # ten thousand Path objects are slow
            return leads_outside(path)
        folder = os.path.dirname(path)  # noqa: PTH120  # as above
        if folder not in folders:
            folders[folder] = leads_outside(folder)
        return folders[folder]

    return frozenset(path for path in paths if path.startswith(inside) and escapes(path))


def shown(path: str, root: str) -> str:
    """Return a path as problems name it: from the root of the project."""
    inside = path.removeprefix(root.rstrip(os.sep) + os.sep)
    return (inside if inside != path else os.path.relpath(path, root)).replace(os.sep, "/")


def read_text(path: str, name: str) -> str | Problem:
    """Return the text of a file, or why it cannot be read; `name` stands in the problem."""
    try:
        with _open(path) as file:
            large = os.fstat(file.fileno()).st_size > LARGEST
            raw = b"" if large else file.read()
    except OSError as error:
        return Problem(
            code=Code.UNREADABLE_FILE,
            message=f"this file cannot be read: {error.strerror}",
            location=Location(name),
            hint="check that it is a file, and its permissions",
        )
    if large:
        return Problem(
            code=Code.TOO_LARGE,
            message=f"this file has more than {LARGEST:,} bytes",
            location=Location(name),
            hint="split it into several files",
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _no_utf8(raw, error.start, name)


def _open(path: str) -> BinaryIO:
    """Open a regular file and nothing else: a pipe would be waited for, a device set in motion."""
    if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116  # ten thousand Path objects are slow
        raise _NotRegularError
    file = open(path, "rb", opener=_opener)  # noqa: SIM115  # the caller closes it
    if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        return file
    file.close()
    raise _NotRegularError


def _opener(path: str, flags: int) -> int:
    return os.open(path, flags | _WITHOUT_WAITING)


def _no_utf8(raw: bytes, at: int, name: str) -> Problem:
    before = raw[:at]
    line = before.count(b"\n") + 1
    column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8-sig", "replace")) + 1
    other = "it looks like UTF-16; " if raw[:2] in {b"\xff\xfe", b"\xfe\xff"} else ""
    return Problem(
        code=Code.ENCODING,
        message="this file is no UTF-8 text",
        location=Location(name, line, column),
        hint=f"{other}save it as UTF-8",
    )


class SecretFiles:
    """Read the files that references name, inside the project alone and each once."""

    def __init__(self, root: str) -> None:
        self._root = Path(root).resolve()
        self._known: dict[str, str | Refusal] = {}

    @property
    def paths(self) -> frozenset[str]:
        """Return the paths of all files that were asked for."""
        return frozenset(str(self._root / name) for name in self._known)

    def locate(self, name: str) -> Refusal | None:
        """Return why a path may not be read, symbolic links followed, or None."""
        try:
            inside = (self._root / name).resolve().is_relative_to(self._root)
        except (OSError, RuntimeError, ValueError):
            inside = False
        if inside:
            return None
        return Refusal(
            Code.FILE_OUTSIDE_PROJECT,
            f"the file {name} lies outside the project",
            "references name files inside the folder of the project file",
        )

    def read(self, name: str) -> str | Refusal:
        """Return the text of a file without its last line break, or why there is none."""
        if name not in self._known:
            self._known[name] = self._read(name)
        return self._known[name]

    def _read(self, name: str) -> str | Refusal:
        try:
            with _open(str(self._root / name)) as file:
                raw = file.read(LARGEST_SECRET + 1)
        except _NotRegularError as error:
            message = f"the file {name} cannot be read: {error.strerror}"
            return Refusal(Code.UNREADABLE_FILE, message, "name a plain file that holds the secret")
        except OSError as error:
            message = f"the file {name} cannot be read: {error.strerror}"
            hint = "create it where connectform runs"
            return Refusal(Code.UNRESOLVED_REFERENCE, message, hint)
        if len(raw) > LARGEST_SECRET:
            message = f"the file {name} has more than {LARGEST_SECRET:,} bytes"
            return Refusal(Code.TOO_LARGE, message, "a secret is a short text")
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            return Refusal(Code.ENCODING, f"the file {name} is no UTF-8 text", "save it as UTF-8")
        text = text.removesuffix("\n").removesuffix("\r")
        if not text:
            message = f"the file {name} is empty"
            return Refusal(Code.UNRESOLVED_REFERENCE, message, "write the secret into it")
        return text

    def __repr__(self) -> str:
        """Return how many files were read, and none of their texts."""
        return f"SecretFiles({len(self._known)} read)"
