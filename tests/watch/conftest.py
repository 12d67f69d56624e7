"""Where a cluster is watched from, who is told, and a page of metrics."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.watch.inbox import Inbox, inbox
from tests.watch.post import Post, post_in
from tests.watch.sources import Page, page_served


@pytest.fixture
def box() -> Iterator[Inbox]:
    with inbox() as found:
        yield found


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    with post_in(tmp_path) as found:
        yield found


@pytest.fixture
def page() -> Iterator[Page]:
    with page_served() as found:
        yield found
