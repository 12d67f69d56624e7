"""Addresses and secrets of a project file, told as soon as it is loaded."""

import json

import pytest

from reconcile.desired.project import read_metrics, read_receiver
from reconcile.desired.schemas import PROJECT, read_schemas
from reconcile.errors import DefinitionError
from tests.unit.desired.repository import lines_of, repository

HEAD = "apiVersion: connectform/v1\nkind: Project\nmetadata: {name: shop}\n"
CLUSTERS = "clusters: {prod: {url: http://a}}\n"
NO_ADDRESS = "CF105 {} must be an http or https address"
CREDENTIALS = "CF105 {} holds credentials"
PLAIN = "CF105 {} holds a secret as plain text"


def assert_told(folder, line, at, message):
    """Load a project whose fourth line is given, and see one problem where `at` stands in it."""
    with pytest.raises(DefinitionError) as caught:
        repository(folder, {}, project=f"{HEAD}{line}\n")

    assert lines_of(caught.value.problems) == [f"connectform.yaml:4:{line.index(at) + 1} {message}"]
    assert all(problem.hint for problem in caught.value.problems)
    assert "hunter2" not in str(caught.value.problems)


@pytest.mark.parametrize(
    ("text", "at", "field", "message"),
    [
        ("url: connect:8083", "url", "url", NO_ADDRESS),
        ("url: 'ada:hunter2@a:80'", "url", "url", NO_ADDRESS),
        ("url: 'http://a b'", "url", "url", NO_ADDRESS),
        ("urls: ['http://a', b]", "b]", "urls[1]", NO_ADDRESS),
        ("url: 'http://ada@a'", "url", "url", CREDENTIALS),
        ("url: '${{ var.P }}://a', vars: {P: ftp}", "url", "url", NO_ADDRESS),
        ("url: '${{ var.U }}', vars: {U: 'http://u:hunter2@a'}", "url", "url", CREDENTIALS),
        (
            "url: 'http://${{ var.HOST }}'",
            "url",
            "url",
            'CF201 {}: cluster prod has no variable "HOST"',
        ),
        ("url: '${{ envi.U }}'", "url", "url", "CF204 {}: ${{{{ envi.U }}}} is no reference"),
        ("url: http://a, proxy: 'p:1'", "proxy", "proxy", NO_ADDRESS),
        ("url: http://a, proxy: 'http://u:hunter2@p'", "proxy", "proxy", PLAIN),
        (
            "url: http://a, metrics: {prometheus: nope}",
            "prometheus",
            "metrics.prometheus",
            NO_ADDRESS,
        ),
        (
            "url: http://a, metrics: {scrape: ['http://b', 'http://u:hunter2@c']}",
            "'http://u",
            "metrics.scrape[1]",
            CREDENTIALS,
        ),
        (
            "url: http://a, auth: {basic: {username: ci, password: hunter2}}",
            "password",
            "auth.basic.password",
            PLAIN,
        ),
        ("url: http://a, auth: {bearer: {token: hunter2}}", "token", "auth.bearer.token", PLAIN),
        (
            "url: http://a, auth: {oauth: {tokenUrl: t, clientId: c, clientSecret: '${{ env.S }}'}}",
            "tokenUrl",
            "auth.oauth.tokenUrl",
            NO_ADDRESS,
        ),
        ("url: http://a, headers: {X-Api-Key: hunter2}", "X-Api", "headers.X-Api-Key", PLAIN),
        (
            "url: http://a, tls: {cert: c, key: k, keyPassword: hunter2}",
            "keyPassword",
            "tls.keyPassword",
            PLAIN,
        ),
    ],
)
def test_a_way_to_a_cluster_that_leads_nowhere_or_is_in_the_open_is_told(
    tmp_path, text, at, field, message
):
    line = f"clusters: {{prod: {{{text}}}}}"

    assert_told(tmp_path, line, at, message.format(f"clusters.prod.{field}"))


@pytest.mark.parametrize(
    ("text", "field", "message"),
    [
        ("{webhook: x}", "webhook", NO_ADDRESS),
        ("{webhook: 'http://u:hunter2@a'}", "webhook", CREDENTIALS),
        ("{webhook: 'https://a?token=hunter2'}", "webhook", PLAIN),
        ("{webhook: '${{ env.A'}", "webhook", "CF204 {}: this reference does not end"),
        ("{alertmanager: 'am:9093'}", "alertmanager", NO_ADDRESS),
        ("{slack: 'https://hooks.slack.com/services/T/B/hunter2'}", "slack", PLAIN),
        ("{pagerduty: hunter2}", "pagerduty", PLAIN),
        ("{pagerduty: '${{ env.KEY }}', url: events}", "url", NO_ADDRESS),
        ("{apprise: 'mailto://u:hunter2@a'}", "apprise", PLAIN),
        ("{webhook: 'http://a', auth: {bearer: {token: hunter2}}}", "auth.bearer.token", PLAIN),
    ],
)
def test_a_way_to_a_receiver_that_leads_nowhere_or_is_in_the_open_is_told(
    tmp_path, text, field, message
):
    line = f"{CLUSTERS[:-1]}\nalerts: {{receivers: {{main: {text}}}}}"
    with pytest.raises(DefinitionError) as caught:
        repository(tmp_path, {}, project=f"{HEAD}{line}\n")

    (problem,) = caught.value.problems
    column = line.splitlines()[1].index(field.rpartition(".")[2]) + 1
    assert (problem.location.line, problem.location.column) == (5, column)
    assert f"{problem.code} {problem.message}" == message.format(f"alerts.receivers.main.{field}")
    assert problem.hint
    assert "hunter2" not in str(problem)


@pytest.mark.parametrize(
    "text",
    [
        "{webhook: '${{ env.ADDRESS }}'}",
        "{slack: '${{ env.ADDRESS }}'}",
        "{alertmanager: '${{ env.ADDRESS }}'}",
        "{pagerduty: '${{ env.KEY }}', url: '${{ env.ADDRESS }}'}",
    ],
)
def test_an_address_that_is_a_reference_is_checked_once_it_is_resolved(tmp_path, text):
    project = f"{HEAD}{CLUSTERS}alerts: {{receivers: {{main: {text}}}}}\n"
    loaded = repository(tmp_path, {}, project=project)

    found = read_receiver(loaded, "main", {"ADDRESS": "https://a/hunter2", "KEY": "k"})
    with pytest.raises(DefinitionError) as caught:
        read_receiver(loaded, "main", {"ADDRESS": "hunter2", "KEY": "k"})

    assert found.access.urls == ("https://a/hunter2",)
    (line,) = lines_of(caught.value.problems)
    assert line.endswith("must be an http or https address")
    assert "hunter2" not in line


def test_a_server_of_metrics_may_be_named_with_credentials_by_a_reference(tmp_path):
    project = f"{HEAD}clusters: {{prod: {{url: http://a, metrics: {{prometheus: '${{{{ env.P }}}}'}}}}}}\n"
    loaded = repository(tmp_path, {}, project=project)

    found = read_metrics(loaded, "prod", {"P": "http://u:hunter2@prometheus:9090"})

    assert found.access.urls == ("http://u:hunter2@prometheus:9090",)


def test_editors_know_all_addresses_and_the_brokers_from_the_schema():
    definitions = read_schemas()[PROJECT]["$defs"]
    fields = {
        **definitions["receiver"]["properties"],
        **definitions["cluster"]["properties"],
        **definitions["cluster"]["properties"]["metrics"]["properties"],
        **definitions["auth"]["properties"]["oauth"]["properties"],
    }
    addresses = {name for name, field in fields.items() if "#/$defs/address" in json.dumps(field)}

    assert addresses >= {
        *("url", "urls", "proxy", "tokenUrl", "prometheus", "scrape"),
        *("alertmanager", "webhook", "slack"),
    }
    assert fields["kafka"]["required"] == ["bootstrap.servers"]
