"""Whatever a source of metrics says, and however offsets jump, what comes of it makes sense."""

import json
import math

from hypothesis import strategies as st

from reconcile.measure.dialects import known_names
from reconcile.measure.lag import MOST_COMMITS, MOST_MARKS, NEW, Look, follow, seconds_behind
from reconcile.measure.rates import throughputs, worker_rates
from reconcile.measure.samples import read_samples
from reconcile.measure.standing import standing_of
from reconcile.metrics.pages import parse_page
from reconcile.metrics.prometheus import parse_answer
from reconcile.model.metrics import Series, Standing
from tests.laws.law import law

LABELS = st.sampled_from(
    ["connector", "task", "area", "gc", "server", "job", "kafka.connect.task.id"]
)
VALUES = st.sampled_from(["orders", "0", "1", "aggregate", "heap", "NaN", '"', ""]) | st.text()
SERIES = st.builds(
    Series,
    st.sampled_from([*known_names(), "debezium_metrics_MilliSecondsBehindSource"]) | st.text(),
    st.dictionaries(LABELS | st.text(), VALUES),
    st.floats(),
    st.sampled_from(["w1", "w2", ""]),
)
READINGS = st.lists(SERIES, max_size=20)
PIECES = st.lists(
    st.sampled_from(
        [*'{}",=# \n\t\\', "# TYPE ", "# HELP ", "# EOF\n", "x_total", "1.0", "NaN", "gauge"]
    )
    | st.text(max_size=5),
    max_size=30,
).map("".join)
JSON = st.recursive(
    st.none() | st.floats() | st.text() | st.just(10**400),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.sampled_from(["status", "data", "result", "metric", "value"]), inner)
    ),
)
ENTRY = st.fixed_dictionaries({"metric": JSON, "value": st.lists(JSON, min_size=2, max_size=2)})
ANSWERS = st.binary() | (
    JSON
    | st.fixed_dictionaries(
        {
            "status": st.just("success"),
            "data": st.fixed_dictionaries({"result": st.lists(ENTRY | JSON)}),
        }
    )
).map(lambda found: json.dumps(found).encode())
LOOKS = st.lists(
    st.builds(
        Look,
        at=st.floats(0, 1e9),
        end=st.integers(0, 10_000),
        committed=st.none() | st.integers(0, 10_000),
        start=st.integers(0, 100),
        written=st.none() | st.floats(-1e9, 2e9),
    ),
    max_size=100,
)


@law(READINGS, READINGS, st.floats(-100, 100))
def test_samples_and_rates_are_numbers_from_zero_on(first, second, seconds):
    before, after = read_samples(first, at=0.0), read_samples(second, at=seconds)
    flows = throughputs(before, after).values()
    numbers = [
        *(value for task in (*before.tasks, *after.tasks) for value in task.values.values()),
        *(value for worker in worker_rates(before, after) for value in worker.values.values()),
        *(value for flow in flows for value in (flow.records, flow.errors) if value is not None),
        *after.delays.values(),
    ]

    assert all(value >= 0 and not math.isnan(value) for value in numbers)


@law(PIECES, st.sampled_from(["text/plain", "application/openmetrics-text", ""]))
def test_no_page_is_an_error(text, content_type):
    found, fault = parse_page(text, content_type, worker="w")

    assert isinstance(fault, str)
    assert all(one.worker == "w" for one in found)


@law(ANSWERS)
def test_no_answer_is_an_error(body):
    found, fault = parse_answer(body)

    assert isinstance(fault, str)
    assert all(isinstance(one.value, float) for one in found)


@law(LOOKS)
def test_a_track_stays_small_and_its_ages_are_from_zero_on(looks):
    track = NEW
    for look in looks:
        track = follow(track, look)
        seconds = seconds_behind(track, look)
        assert seconds is None or seconds >= 0
        assert standing_of(track, look) in Standing
    assert len(track.marks) <= MOST_MARKS
    assert len(track.commits) <= MOST_COMMITS
