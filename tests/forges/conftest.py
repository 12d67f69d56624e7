"""The world of these tests: once on GitHub, once on GitLab."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from reconcile.ci.pipeline import ForgeKind
from tests.forges.world import World, open_world


@pytest.fixture(params=[ForgeKind.GITHUB, ForgeKind.GITLAB], ids=str)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """A forge with one pull request."""
    with ExitStack() as stack:
        yield open_world(request.param, stack)
