"""Whether the commands that hints suggest can be run as they are printed."""

import re
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "reconcile"
WRITTEN_OUT = re.compile(
    r"connectform (?:adopt|explain|export|forget|hold|pause|restart|resume|rollback|stop|unlock)\b"
)
# What is told where no project was read yet, and so no cluster is known.
NO_CLUSTER_YET = {"cli/files.py"}
# A way out in general, for many connectors at once.
IN_GENERAL = {"report/drift_text.py"}


def test_commands_that_want_a_cluster_are_never_written_out_without_one():
    found = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if WRITTEN_OUT.search(path.read_text(encoding="utf-8"))
    }
    assert found == NO_CLUSTER_YET | IN_GENERAL
