"""The page on alerts lists all that there are, and no others."""

from reconcile.model.alert import AlertName
from reconcile.watch.pack import PACK
from tests import alerts_page


def test_the_catalogue_is_up_to_date():
    assert alerts_page.PAGE.read_text("utf-8") == alerts_page.page(), "run make rules"


def test_every_alert_has_a_rule():
    assert set(PACK) == set(AlertName) - {AlertName.TEST}
