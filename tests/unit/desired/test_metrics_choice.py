"""Where the metrics of a cluster come from."""

import pytest

from reconcile.desired.project import read_metrics
from reconcile.errors import DefinitionError
from reconcile.model.project import BasicAuth, MetricsKind
from tests.unit.desired.repository import lines_of, problems_with, repository

HEAD = (
    "apiVersion: connectform/v1\nkind: Project\nmetadata: {name: shop}\n"
    "clusters:\n  local:\n    url: http://a\n"
)


def read(folder, text, **environment):
    return read_metrics(repository(folder, {}, project=f"{HEAD}{text}"), "local", environment)


def test_a_server_has_an_address_labels_to_match_and_credentials(tmp_path):
    found = read(
        tmp_path,
        "    metrics:\n"
        "      prometheus: http://prometheus:9090/\n"
        "      match: {job: connect}\n"
        '      auth: {basic: {username: ci, password: "${{ env.PASSWORD }}"}}\n',
        PASSWORD="hunter2hunter2",
    )

    assert (found.kind, found.access.urls) == (MetricsKind.PROMETHEUS, ("http://prometheus:9090",))
    assert found.match == {"job": "connect"}
    assert isinstance(found.access.auth, BasicAuth)
    assert [secret.reveal() for secret in found.access.secrets] == ["hunter2hunter2"]


def test_pages_are_one_for_each_worker(tmp_path):
    found = read(
        tmp_path, "    metrics: {scrape: [http://a:9404/metrics, http://b:9404/metrics]}\n"
    )

    assert found.kind is MetricsKind.PAGES
    assert found.access.urls == ("http://a:9404/metrics", "http://b:9404/metrics")
    assert found.access.auth is None


def test_a_cluster_without_metrics_has_none(tmp_path):
    assert read(tmp_path, "") is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{}", "connectform.yaml:7:5 CF106 the metrics of cluster local come from nowhere"),
        (
            "{prometheus: http://a, scrape: [http://b]}",
            "connectform.yaml:7:37 CF113 the metrics of cluster local have both prometheus and scrape",
        ),
        (
            "{scrape: [http://b], match: {job: x}}",
            "connectform.yaml:7:35 CF105 match picks series of a Prometheus server",
        ),
        ("{scrape: http://b}", "connectform.yaml:7:15 CF104 "),
        ("{scrap: [http://b]}", "connectform.yaml:7:15 CF103 "),
    ],
)
def test_what_is_wrong_is_told_at_its_place(tmp_path, text, problem):
    found = problems_with(tmp_path, {}, project=f"{HEAD}    metrics: {text}\n")

    assert found[0].startswith(problem)


@pytest.mark.parametrize(
    ("text", "place", "code"),
    [
        ("{prometheus: ftp://a}", "7:27", "CF105"),
        ("{prometheus: 'http://u:secret@a'}", "7:27", "CF105"),
        ("{scrape: [http://a, nowhere]}", "7:34", "CF105"),
        ('{prometheus: "${{ env.MISSING }}"}', "7:27", "CF201"),
        ("{prometheus: http://a, tls: {ca: no.pem}}", "7:43", "CF115"),
    ],
)
def test_what_cannot_be_used_is_told_when_it_is_needed(tmp_path, text, place, code):
    with pytest.raises(DefinitionError) as raised:
        read(tmp_path, f"    metrics: {text}\n")

    (line,) = lines_of(raised.value.problems)
    assert line.split()[1] == code
    assert line.startswith("connectform.yaml:7:")
    assert "secret" not in line
