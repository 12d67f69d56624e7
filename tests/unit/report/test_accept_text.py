"""What git takes over from a cluster, as lines."""

from reconcile.model.problem import Location
from reconcile.report.accept_text import diff_lines, left_lines
from reconcile.report.spans import Style, plain


def test_a_diff_is_coloured_as_people_know_it():
    rows = ["--- a/x", "+++ b/x", "@@ -1 +1 @@", "-old", "+new", " same"]
    lines = diff_lines(rows)

    assert plain(lines).splitlines() == rows
    assert [line[0].style for line in lines] == [
        Style.BOLD,
        Style.BOLD,
        Style.DIM,
        Style.DESTROY,
        Style.ADD,
        Style.PLAIN,
    ]


def test_what_is_left_says_why_where_and_what_to_write():
    lines = left_lines(
        "orders",
        [
            ("file", "git makes it from ${{ env.F }}", "file: x", Location("a.yaml", 4, 1)),
            (None, "the definition is for others too", "", None),
        ],
    )

    assert plain(lines).splitlines() == [
        "# orders: 2 values to be settled by hand",
        "  file: git makes it from ${{ env.F }}  # a.yaml:4",
        "    ! file: x",
        "  state: the definition is for others too",
    ]
