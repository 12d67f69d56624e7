from reconcile.report.spans import Span, Style, plain, width
from reconcile.report.table import Table, table_lines

TABLE = Table(
    ("NAME", "STATE", "CAUSE"),
    (
        (Span("orders"), Span("RUNNING", Style.GOOD), Span("")),
        (Span("注文"), Span("FAILED", Style.ERROR), Span("no route to the database at 10.0.0.1")),
    ),
)


def test_columns_are_aligned() -> None:
    assert plain(table_lines(TABLE)) == (
        "NAME    STATE    CAUSE\n"
        "orders  RUNNING\n"
        "注文    FAILED   no route to the database at 10.0.0.1\n"
    )


def test_a_narrow_terminal_cuts_the_last_column_alone() -> None:
    lines = plain(table_lines(TABLE, 30)).splitlines()

    assert lines[2] == "注文    FAILED   no route to …"
    assert all(width(line) <= 30 for line in lines)


def test_the_last_column_keeps_a_little_room_on_the_narrowest_terminal() -> None:
    assert "no route to…" in plain(table_lines(TABLE, 5))


def test_styles_survive_the_alignment() -> None:
    cells = table_lines(TABLE, 30)[2]

    assert [cell.style for cell in cells] == [Style.PLAIN, Style.ERROR, Style.PLAIN]


def test_a_table_without_rows_has_a_heading() -> None:
    assert plain(table_lines(Table(("A", "B"), ()), 80)) == "A  B\n"
