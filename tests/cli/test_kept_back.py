"""Endpoints that a proxy, a permission or a flavour of Connect keeps back: told, and done without."""

import pytest

from reconcile.sandbox.simulated_answers import error, page
from reconcile.sandbox.simulated_faults import Fault, answered, forbidden
from tests.cli.harness import Workplace

DEFINITIONS = "GET /connector-plugins/*/config"
PLUGINS = "GET /connector-plugins"
LINES = "org.apache.kafka.connect.file.FileStreamSinkConnector"


def kept_back(match: str) -> dict[str, Fault]:
    """Return the ways in which a path can be kept back, for good."""
    return {
        "as Connect says 404": Fault(
            match=match, answer=error(404, "HTTP 404 Not Found"), times=None
        ),
        "by a page": Fault(match=match, answer=page(404, "Not Found"), times=None),
        "by JSON": answered(match, 404, '{"message":"no Route matched"}', times=None),
        "as Connect says 405": Fault(
            match=match, answer=error(405, "HTTP 405 Method Not Allowed"), times=None
        ),
        "by a permission": forbidden(match),
    }


@pytest.mark.parametrize("way", kept_back("*"))
def test_without_definitions_a_plan_says_what_was_not_checked_and_applies(
    workplace: Workplace, way: str
):
    workplace.cluster.inject(kept_back(DEFINITIONS)[way])
    workplace.write_sink("orders")

    planned = workplace.run("plan")
    applied = workplace.run("apply", "--auto-approve")

    assert planned.code == 0, planned.both
    assert "1 to add" in planned.out
    assert (
        f"notice: cluster local: the settings of {LINES} could not be checked by definitions:"
        in planned.both
    )
    assert "GET /connector-plugins/" in planned.both
    assert "[CF404]" in planned.both
    assert applied.code == 0, applied.both
    assert set(workplace.cluster.configs()) == {"orders"}
    again = workplace.run("plan")
    assert "No changes." in again.out


@pytest.mark.parametrize("way", kept_back("*"))
def test_without_the_list_of_plugins_classes_are_compared_as_written(
    workplace: Workplace, way: str
):
    workplace.cluster.inject(kept_back(PLUGINS)[way])
    workplace.write_sink("orders")

    applied = workplace.run("apply", "--auto-approve")

    assert applied.code == 0, applied.both
    assert "does not list its plugins" in applied.both
    assert "No changes." in workplace.run("plan").out
    assert set(workplace.cluster.configs()) == {"orders"}


def test_live_validation_still_finds_what_is_wrong(workplace: Workplace):
    workplace.cluster.inject(forbidden(DEFINITIONS))
    workplace.cluster.inject(forbidden(PLUGINS))
    path = workplace.write_sink("orders")
    path.write_text(path.read_text().replace("topics: lines", "topisc: lines"))

    planned = workplace.run("plan")

    assert planned.code == 1
    assert "[CF401]" in planned.both


def test_an_export_says_that_secrets_are_told_by_name_alone(workplace: Workplace):
    workplace.cluster.put("orders", {"connector.class": "FileStreamSink", "topics": "lines"})
    workplace.cluster.inject(forbidden(DEFINITIONS))

    exported = workplace.run("export")

    assert exported.code == 0, exported.both
    assert "what is secret is told by the names and values of settings alone" in exported.err
    assert (workplace.folder / "connectors" / "orders.yaml").exists()


def test_what_explains_settings_says_who_keeps_them_back(workplace: Workplace):
    workplace.cluster.inject(forbidden(PLUGINS))
    workplace.cluster.inject(forbidden(DEFINITIONS))

    explained = workplace.run("explain", "FileStreamSink")

    assert explained.code == 1
    assert "[CF314]" in explained.err
    assert "does not tell the settings of FileStreamSink: GET /connector-plugins/" in explained.err
    assert "is not allowed" in explained.err


@pytest.mark.parametrize("way", kept_back("*"))
def test_connectors_that_are_kept_back_stop_a_plan(workplace: Workplace, way: str):
    workplace.cluster.put("orders", {"connector.class": "FileStreamSink", "topics": "lines"})
    workplace.cluster.inject(kept_back("GET /connectors*")[way])
    workplace.write_sink("orders")

    planned = workplace.run("plan")

    assert planned.code == 1
    assert "to add" not in planned.out
    assert "[CF302]" not in planned.err
    assert "GET /connectors of http://" in planned.err
