"""What is shown is a page in either format, which Prometheus' own parsers read back as it was."""

import subprocess
from collections.abc import Sequence

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics import exposition as openmetrics
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_classic

from reconcile.expose.families import described, families
from reconcile.expose.names import METRICS, Kind
from reconcile.expose.readings import Watched
from reconcile.model.exposure import StateEncoding
from reconcile.redact import one_line
from tests.hostile import HOSTILE
from tests.requirements import require
from tests.unit.expose.rounds import connector, definition, everything, made, shown

ALL, ACTIVE_ONLY = StateEncoding.ALL, StateEncoding.ACTIVE_ONLY
PARTS = {
    Kind.COUNTER: ("_total", "_created"),
    Kind.INFO: ("_info",),
    Kind.HISTOGRAM: ("_bucket", "_count", "_sum"),
}


class Shown:
    """A collector of clusters that do not change."""

    def __init__(self, clusters: Sequence[Watched], encoding: StateEncoding) -> None:
        self.families = lambda: families(clusters, encoding)

    def collect(self):
        return self.families()


def registry(clusters, encoding=ALL) -> CollectorRegistry:
    found = CollectorRegistry()
    found.register(Shown(clusters, encoding))
    return found


def classic(clusters, encoding=ALL) -> str:
    return generate_latest(registry(clusters, encoding)).decode()


def open_metrics(clusters, encoding=ALL) -> str:
    return openmetrics.generate_latest(registry(clusters, encoding)).decode()


def samples(found: Sequence[Metric]) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    return {
        (one.name, frozenset(one.labels.items())): one.value
        for family in found
        for one in family.samples
    }


def test_all_that_is_shown_is_in_the_table_and_all_of_the_table_is_shown():
    names = {sample.name for family in families(everything(), ALL) for sample in family.samples}

    assert names == {
        f"{metric.name}{part}" for metric in METRICS for part in PARTS.get(metric.kind, ("",))
    }


def test_families_are_as_the_table_says_in_its_order():
    shown_ = list(families(everything(), ALL))

    assert [(one.name, one.type, one.unit, one.documentation) for one in shown_] == [
        (metric.name, metric.kind.value, metric.unit, metric.meaning) for metric in METRICS
    ]
    assert [(one.name, one.type) for one in shown_] == [(one.name, one.type) for one in described()]


@pytest.mark.parametrize("encoding", StateEncoding)
def test_both_formats_are_read_back_as_the_same_samples(encoding):
    wanted = samples(list(families(everything(), encoding)))

    assert samples(list(read_openmetrics(open_metrics(everything(), encoding)))) == wanted
    assert samples(list(read_classic(classic(everything(), encoding)))) == wanted


def test_no_series_comes_twice():
    lines = [
        line.rpartition(" ")[0]
        for line in classic(everything()).splitlines()
        if not line.startswith("#")
    ]

    assert len(lines) == len(set(lines)) > 100


def test_a_state_set_has_one_true_state_and_with_active_only_no_other():
    def states(encoding):
        (found,) = (one for one in families(everything(), encoding) if one.name == metric)
        return {
            (one.labels["connector"], one.labels[metric], one.value)
            for one in found.samples
            if one.labels["connector"] == "stranger"
        }

    metric = "connectform_connector_state"
    others = {"UNASSIGNED", "PAUSED", "FAILED", "RESTARTING", "STOPPED", "UNKNOWN"}

    assert states(ACTIVE_ONLY) == {("stranger", "RUNNING", 1)}
    assert states(ALL) == {("stranger", "RUNNING", 1)} | {("stranger", one, 0) for one in others}


@pytest.mark.parametrize(
    "text", [*HOSTILE.values(), "\ud800", "\x00\r\n\x1b[2J", '"} 1\nevil_metric 1\n'], ids=ascii
)
def test_a_hostile_name_stays_the_value_of_its_label(text):
    live = connector(text, **{"connector.class": text})
    clusters = [
        shown(
            made([live], [definition(text, {"team": text})], cluster=text),
            owners=("team",),
            labels={"label_team": "team"},
        )
    ]
    wanted = samples(list(families(clusters, ALL)))

    assert samples(list(read_openmetrics(open_metrics(clusters)))) == wanted
    assert samples(list(read_classic(classic(clusters)))) == wanted
    assert {
        one.labels.get("connector", one_line(text))
        for family in families(clusters, ALL)
        for one in family.samples
    } == {one_line(text)}


@pytest.mark.parametrize("encoding", StateEncoding)
def test_promtool_has_nothing_to_say(encoding):
    promtool = require("promtool", "judging the page of metrics as Prometheus does")

    done = subprocess.run(
        [promtool, "check", "metrics"],
        input=classic(everything(), encoding),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
