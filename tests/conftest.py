"""What all tests share."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.real_clusters import ByCluster, SharedSandbox, version_after_version

_SHARED = Path(__file__).parents[2] / "shared"
_LOUD = ("NOT TESTED", "NOT RUN")

# A busy machine is no reason to fail: nothing here is judged by how long it takes.
settings.register_profile("connectform", deadline=None)
settings.load_profile("connectform")


@pytest.fixture(scope="session")
def shared_folder() -> Callable[[str], Path]:
    """Find a folder of material that is kept beside the repository, or skip loudly."""

    def find(name: str) -> Path:
        folder = _SHARED / name
        if not folder.is_dir():
            pytest.skip(f"{_LOUD[0]}: ../shared/{name} is not beside this repository")
        return folder

    return find


@pytest.fixture(scope="session")
def shared_sandbox() -> Iterator[SharedSandbox]:
    """The real sandbox that tests share, one version at a time."""
    shared = SharedSandbox()
    yield shared
    shared.close()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByCluster | None:
    """Let the tests on one sandbox share a process where that is asked for."""
    return ByCluster(config, log) if config.getoption("dist") == "loadgroup" else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let real tests of one version come together, and the long ones first of all.

    Of several processes none is to be left alone with a long test while the others have ended.
    """
    items[:] = version_after_version(items)
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in red what was not tested, once for each reason."""
    skipped = terminalreporter.stats.get("skipped", [])
    texts = (
        report.longrepr[2].removeprefix("Skipped: ")
        for report in skipped
        if isinstance(report.longrepr, tuple)
    )
    reasons = Counter(text for text in texts if text.startswith(_LOUD))
    for reason, tests in reasons.items():
        terminalreporter.write_line(f"{reason} ({tests} tests skipped)", red=True, bold=True)
