"""The page on Prometheus tells of the alerts that rules have, and no others."""

from tests import prometheus_page


def test_the_table_of_alerts_is_up_to_date():
    assert prometheus_page.PAGE.read_text("utf-8") == prometheus_page.page(), "run make rules"
