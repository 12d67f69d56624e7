"""Dashboards are whole, the same each time, and as Grafana's own model has them."""

import json
from itertools import combinations

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

from reconcile.generate.dashboard import dashboard_document
from reconcile.measure.dialects import Naming
from reconcile.model.alert import AlertName, TermsChange
from tests.unit.generate.sheets import sheet
from tests.unit.plan.worlds import definition

TEAMS = sheet(
    definition("a", labels={"team": "x, y"}),
    definition("b.c", labels={"team": "x, y"}),
    definition("größe", labels={"team": "z"}),
    definition("d"),
)


def variables_of(document):
    return {one["name"]: one for one in document["templating"]["list"]}


@pytest.mark.parametrize("naming", Naming)
def test_grafanas_model_knows_every_field(naming):
    document = dashboard_document(TEAMS, naming, "team")
    register_default_plugins()

    read = Dashboard.from_json(json.loads(json.dumps(document)))

    assert json.loads(json.dumps(read, cls=JSONEncoder)) == document


def test_a_dashboard_is_the_same_each_time_and_has_an_id_of_its_own():
    every = [dashboard_document(TEAMS, naming, "team") for naming in Naming]

    assert every == [dashboard_document(TEAMS, naming, "team") for naming in Naming]
    assert len({one["uid"] for one in every}) == len(Naming)
    assert all(8 <= len(one["uid"]) <= 40 for one in every)


@pytest.mark.parametrize("naming", Naming)
def test_panels_have_ids_of_their_own_and_do_not_cover_each_other(naming):
    panels = dashboard_document(TEAMS, naming, "team")["panels"]

    assert [panel["id"] for panel in panels] == list(range(1, len(panels) + 1))
    places = [panel["gridPos"] for panel in panels]
    assert all(place["x"] + place["w"] <= 24 for place in places)
    assert not [pair for pair in combinations(places, 2) if overlap(*pair)]


def overlap(one, other):
    return all(
        one[at] < other[at] + other[size] and other[at] < one[at] + one[size]
        for at, size in (("x", "w"), ("y", "h"))
    )


@pytest.mark.parametrize("naming", Naming)
def test_every_panel_asks_the_chosen_data_source_and_says_what_it_shows(naming):
    for panel in dashboard_document(TEAMS, naming, "team")["panels"]:
        if panel["type"] != "row":
            assert panel["description"]
            assert {target["datasource"]["uid"] for target in panel["targets"]} == {"${datasource}"}


def test_connectors_can_be_chosen_by_a_label_that_they_have_in_git():
    chooser = variables_of(dashboard_document(TEAMS, Naming.OURS, "team"))["label"]

    assert chooser["label"] == "team"
    assert {one["text"]: one["value"] for one in chooser["options"]} == {
        "All": ".*",
        "x, y": r"a|b\\.c",
        "z": "größe",
    }
    assert chooser["query"] == r"All : .*,x\, y : a|b\\.c,z : größe"


def test_a_label_that_nothing_has_is_no_choice():
    document = dashboard_document(TEAMS, Naming.OURS, "tier")

    assert list(variables_of(document)) == ["datasource", "cluster", "connector"]
    assert "${label" not in json.dumps(document)


@pytest.mark.parametrize(
    ("match", "value"),
    [({"job": "connect", "env": "prod"}, 'job="connect",env="prod"'), ({}, 'job=~".*"')],
)
def test_the_workers_of_a_cluster_are_picked_by_their_labels(match, value):
    document = dashboard_document(sheet(match=match), Naming.CONFLUENT, "team")

    assert variables_of(document)["cluster"]["current"] == {
        "selected": True,
        "text": "prod",
        "value": value,
    }


@pytest.mark.parametrize(
    ("naming", "cluster"),
    [
        (Naming.OURS, "${__data.fields.Cluster:percentencode}"),
        (Naming.CONFLUENT, "${cluster:text}"),
    ],
)
def test_a_connector_leads_to_the_addresses_of_the_project(naming, cluster):
    links = {"logs": "https://logs.example.com/{cluster}?q={connector}"}
    panels = dashboard_document(sheet(links=links), naming, "team")["panels"]

    (table,) = [panel for panel in panels if panel["type"] == "table"]
    (override,) = [
        one for one in table["fieldConfig"]["overrides"] if one["matcher"]["options"] == "Connector"
    ]

    (link,) = override["properties"][0]["value"]
    name = "${__data.fields.Connector:percentencode}"
    assert link["url"] == f"https://logs.example.com/{cluster}?q={name}"


def test_the_lag_that_is_allowed_is_a_line_in_its_graph():
    slow = {AlertName.LAG_SECONDS: TermsChange(over=60.0)}
    off = {AlertName.LAG_SECONDS: TermsChange(over=7.0, enabled=False)}
    found = sheet(definition("a"), definition("b", alerts=slow), definition("c", alerts=off))

    panels = dashboard_document(found, Naming.OURS, "team")["panels"]

    (graph,) = [panel for panel in panels if panel["title"] == "Lag in seconds"]
    steps = graph["fieldConfig"]["defaults"]["thresholds"]["steps"]
    assert [(step["value"], step["color"]) for step in steps] == [
        (None, "transparent"),
        (60.0, "yellow"),
        (240.0, "red"),
        (300.0, "yellow"),
        (1200.0, "red"),
    ]
