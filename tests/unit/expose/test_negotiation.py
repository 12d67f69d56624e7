"""Which of the two formats a client gets."""

import pytest

from reconcile.expose.negotiation import prefers_openmetrics

PROMETHEUS_3 = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
    "application/openmetrics-text;version=0.0.1;q=0.5,"
    "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
)
PROMETHEUS_2 = (
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
)
CLASSIC_ONLY = "text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
CLASSIC_FIRST = "text/plain;version=0.0.4;q=0.6,application/openmetrics-text;version=1.0.0;q=0.5"


@pytest.mark.parametrize(
    ("accept", "openmetrics"),
    [
        ("", False),
        ("*/*", False),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", False),
        (PROMETHEUS_3, True),
        (PROMETHEUS_2, True),
        (CLASSIC_ONLY, False),
        (CLASSIC_FIRST, False),
        ("application/openmetrics-text", True),
        ("Application/OpenMetrics-Text ; Version=1.0.0", True),
        ("application/openmetrics-text;version=abc", True),
        ("application/openmetrics-text;q=0", False),
        ("application/openmetrics-text;q=0,text/plain;q=0", False),
        ("application/openmetrics-text;q=much, text/plain;q=0.1", False),
        ("text/plain, application/openmetrics-text", False),
        ("application/openmetrics-text, text/plain", True),
        (",;q=;,", False),
    ],
)
def test_a_client_gets_what_it_likes_better(accept, openmetrics):
    assert prefers_openmetrics(accept) is openmetrics
