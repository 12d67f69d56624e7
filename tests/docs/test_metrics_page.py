"""The pages on metrics list the names that are read, those that are shown, and no others."""

from tests import metrics_page


def test_the_tables_of_metrics_are_up_to_date():
    pages = metrics_page.pages()

    assert {path: path.read_text("utf-8") for path in pages} == pages, "run make rules"
