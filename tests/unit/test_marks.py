"""Where the parts of a document stand."""

from array import array

import pytest

from reconcile.model.marks import Marks, pack, unpack
from reconcile.model.problem import Location


@pytest.mark.parametrize(("line", "column"), [(1, 1), (14, 5), (2_000_000, 900), (1, 16_777_215)])
def test_a_packed_position_comes_back(line, column):
    assert unpack("a.yaml", pack(line, column)) == Location("a.yaml", line, column)


def test_a_column_that_is_too_far_right_keeps_its_line():
    assert unpack("a.yaml", pack(7, 1 << 30)) == Location("a.yaml", 7, (1 << 24) - 1)


def test_marks_locate_the_paths_they_hold_and_no_other():
    paths = ((), ("spec",), ("spec", "config"))
    marks = Marks("a.yaml", paths, array("Q", [pack(1, 1), pack(2, 1), pack(3, 3)]))

    assert marks.locate(["spec", "config"]) == Location("a.yaml", 3, 3)
    assert marks.locate(("spec", "class")) is None
    assert tuple(marks) == paths
