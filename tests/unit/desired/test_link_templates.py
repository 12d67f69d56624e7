"""Links to dashboards and logs, which everybody sees who reads a report."""

import pytest

from reconcile.report.links import links_of
from tests.unit.desired.repository import PROJECT, problems_with, repository

LOGS = "https://logs.example.com/?q={connector}"


def project(text: str) -> str:
    return f"{PROJECT}links: {{logs: {text!r}}}\n"


def test_links_are_kept_as_written(tmp_path):
    loaded = repository(tmp_path, {}, project=project(LOGS))

    assert loaded.project.links == {"logs": LOGS}


def test_without_links_there_are_none(tmp_path):
    assert repository(tmp_path, {}).project.links == {}


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("ftp://logs.example.com", "http or https address"),
        ("javascript:alert(1)", "http or https address"),
        ("https://", "is no http or https address"),
        ("https://[::1", "is no address"),
        ("https://a b.example.com", "is no http or https address"),
        ("https://ada:pw@logs.example.com", "holds credentials"),
        ("https://{connector}.example.com", "takes its host from the name of a connector"),
        ("https://logs.example.com/{name}", "holds {name}, which nothing is known for"),
        ("https://logs.example.com/?t=${{ env.TOKEN }}", "holds a reference"),
    ],
)
def test_what_is_no_usable_address_is_told_with_its_place(tmp_path, url, message):
    (line,) = problems_with(tmp_path, {}, project=project(url))

    assert message in line
    assert "connectform.yaml:" in line
    assert "pw" not in line


@pytest.mark.parametrize(
    "url", ["https://{cluster}.logs.example.com/", "http://logs/{connector}#a"]
)
def test_usable_addresses(tmp_path, url):
    assert repository(tmp_path, {}, project=project(url)).project.links == {"logs": url}


@pytest.mark.parametrize(
    ("connector", "query"),
    [("orders-sink", "orders-sink"), ("a/b&c#d?{cluster}", "a%2Fb%26c%23d%3F%7Bcluster%7D")],
)
def test_names_are_filled_in_so_that_they_stay_names(connector, query):
    (found,) = links_of({"logs": LOGS}, cluster="local", connector=connector)

    assert found.label == "logs"
    assert found.url == f"https://logs.example.com/?q={query}"
