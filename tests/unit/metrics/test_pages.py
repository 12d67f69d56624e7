"""Pages of exporters, whole, broken and hostile."""

import pytest

from reconcile.metrics.pages import parse_page
from reconcile.model.metrics import Series

TEXT = "text/plain; version=0.0.4"
OPEN = "application/openmetrics-text; version=1.0.0; charset=utf-8"
NAME = "kafka_connect_sink_task_sink_record_read_total"
LINE = f'{NAME}{{connector="orders",task="0",}} 5.0\n'


@pytest.mark.parametrize(
    ("text", "content_type"),
    [
        (LINE, TEXT),
        (LINE, ""),
        (f"# HELP {NAME} x\n# TYPE {NAME} gauge\n{LINE}", TEXT),
        (f'# TYPE {NAME[:-6]} counter\n{NAME}{{connector="orders",task="0"}} 5.0\n# EOF\n', OPEN),
        pytest.param(LINE, OPEN, id="says OpenMetrics and is not"),
    ],
)
def test_both_formats_are_read(text, content_type):
    labels = {"connector": "orders", "task": "0"}

    assert parse_page(text, content_type, worker="w1") == ((Series(NAME, labels, 5.0, "w1"),), "")


@pytest.mark.parametrize(
    "rest",
    [
        "<html><body>502 Bad Gateway</body></html>\n",
        'half_a{line="',
        "name value\n",
        "{} {} {}\n",
        'x{a="b"c="d"} 1\n',
        "x{=} 1\n",
        "# TYPE x nonsense\nx 1\n",
    ],
)
def test_what_came_before_a_fault_counts(rest):
    found, fault = parse_page(LINE + rest, TEXT, worker="w1")

    assert found[0].name == NAME
    assert (fault == "") == (rest == "x{=} 1\n")


def test_labels_are_data_whatever_they_hold():
    hostile = 'a\\"b\\\\c\\n::error::\x1b[31m'
    ((series,), fault) = parse_page(f'{NAME}{{connector="{hostile}"}} NaN\n', TEXT, worker="w")

    assert (series.labels["connector"], fault) == ('a"b\\c\n::error::\x1b[31m', "")


def test_a_page_of_nothing_is_no_fault():
    assert parse_page("", TEXT, worker="w1") == ((), "")
