"""How metrics are shown, as the project file says."""

import pytest

from reconcile.desired.listening import parse_address
from reconcile.model.exposure import Address, Exposure, StateEncoding
from tests.unit.desired.repository import PROJECT, problems_with, repository


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:9464", ("127.0.0.1", 9464)),
        ("9464", ("127.0.0.1", 9464)),
        ("10.0.0.7:80", ("10.0.0.7", 80)),
        ("[::1]:9464", ("::1", 9464)),
        ("metrics.example.com:0", ("metrics.example.com", 0)),
    ],
)
def test_an_address_has_a_port_and_is_loopback_unless_it_says_otherwise(text, address):
    assert parse_address(text) == Address(host=address[0], port=address[1])


@pytest.mark.parametrize(
    "text",
    ["", ":9464", "localhost", "localhost:", "::1:9464", "a:65536", "http://a:1", "a:1\n", "a:١"],
)
def test_what_is_no_address_is_none(text):
    assert parse_address(text) is None


def exposure(folder, text):
    loaded = repository(folder, {}, project=f"{PROJECT}watch: {{expose: {text}}}\n")
    return loaded.project.watch.expose


def test_without_an_address_nothing_is_shown(tmp_path):
    assert exposure(tmp_path, "{}") == Exposure(listen=None)


def test_labels_are_called_as_metrics_can_call_them(tmp_path):
    found = exposure(
        tmp_path,
        "{listen: '9464', states: active-only, labels: [team, app.kubernetes.io/name]}",
    )

    assert found == Exposure(
        listen=Address(host="127.0.0.1", port=9464),
        encoding=StateEncoding.ACTIVE_ONLY,
        labels={"label_team": "team", "label_app_kubernetes_io_name": "app.kubernetes.io/name"},
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{listen: ':9464'}", "watch.expose.listen: :9464 is no HOST:PORT, such as 127.0.0.1:9464"),
        ("{labels: [a.b, a-b]}", "watch.expose.labels: a.b and a-b are both label_a_b in metrics"),
        ("{states: some}", 'watch.expose.states must be all or active-only, not "some"'),
    ],
)
def test_what_cannot_be_shown_is_told_with_its_place(tmp_path, text, message):
    project = f"{PROJECT}watch: {{expose: {text}}}\n"
    (problem,) = problems_with(tmp_path, {}, project=project)

    assert message in problem
    assert problem.startswith("connectform.yaml:7:")
