"""The page on metrics lists the names that are read, and no others."""

from tests import metrics_page


def test_the_table_of_names_is_up_to_date():
    assert metrics_page.PAGE.read_text("utf-8") == metrics_page.page(), "run make rules"
