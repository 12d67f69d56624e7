"""What flows, as people read it."""

import pytest

from reconcile.model.metrics import ConnectorLag, Flow, Standing, Throughput
from reconcile.report.flow_text import age_text, flow_cells, rate_text


@pytest.mark.parametrize(
    ("rate", "text"),
    [(0.0, "0"), (0.034, "0.034"), (1.0, "1"), (9.94, "9.9"), (31.4, "31"), (12345.6, "12,346")],
)
def test_rates_are_as_exact_as_they_are_worth(rate, text):
    assert rate_text(rate) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0 s"),
        (4.4, "4 s"),
        (60.0, "1 min"),
        (200.0, "3 min 20 s"),
        (7500.0, "2 h 5 min"),
        (180_000.0, "2 d 2 h"),
    ],
)
def test_ages_are_in_the_units_that_matter(seconds, text):
    assert age_text(seconds) == text


@pytest.mark.parametrize(
    ("flow", "texts"),
    [
        (None, ["-", "-", "-"]),
        (Flow(), ["-", "-", "-"]),
        (Flow(throughput=Throughput(records=2.0, errors=0.0)), ["2", "0", "-"]),
        (Flow(moved=True), ["moves", "-", "-"]),
        (Flow(moved=False), ["still", "-", "-"]),
        (Flow(lag=ConnectorLag(records=0, seconds=0.0)), ["-", "-", "0 s"]),
        (Flow(lag=ConnectorLag(records=1200)), ["-", "-", "1,200 records"]),
        (
            Flow(lag=ConnectorLag(records=9, seconds=75.0, standing=Standing.STALLED)),
            ["-", "-", "1 min 15 s, stalled"],
        ),
    ],
)
def test_what_is_not_known_is_no_number(flow, texts):
    assert [cell.text for cell in flow_cells(flow)] == texts
