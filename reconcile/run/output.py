"""Write the files that a run leaves behind."""

import shutil
from contextlib import suppress
from pathlib import Path

from reconcile.errors import ConnectformError
from reconcile.model.codes import Code
from reconcile.model.problem import Location, Problem


def write_file(path: Path, text: str, *, hint: str = "check the path and its permissions") -> None:
    """Write a file in one step, so that a reader never sees half of it; folders are made.

    Line breaks are written as they are, and a file that is replaced keeps its permissions.
    What is no regular file (a pipe, /dev/null) is written to and stays what it is. Raises
    ConnectformError, with the hint, where that is not possible.
    """
    target = path.resolve()
    fresh = target.with_name(f".{target.name}.new")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists() and not target.is_file():
            target.write_text(text, encoding="utf-8")
            return
        try:
            fresh.write_bytes(text.encode("utf-8"))
            if target.exists():
                shutil.copymode(target, fresh)
            fresh.replace(target)
        finally:
            with suppress(OSError):
                fresh.unlink(missing_ok=True)
    except OSError as error:
        problem = Problem(
            code=Code.UNWRITABLE_FILE,
            message=f"this file cannot be written: {error.strerror or error}",
            location=Location(str(path)),
            hint=hint,
        )
        raise ConnectformError(problem) from error
