"""The worked example of the page on moves, on real workers."""

from pathlib import Path

import pytest

from reconcile.sandbox.real_cluster import real_sandbox
from reconcile.sandbox.spec import VERSIONS, RealSpec
from tests.docs.commands import follow
from tests.docs.pages import ROOT, SHOWN_ID, SHOWN_URL
from tests.real.stand import Stand
from tests.real.stand import real as on_real
from tests.real_clusters import real_versions
from tests.requirements import require_real
from tests.sandbox_command import wait_for

pytestmark = pytest.mark.real
# The page shows what the newest version prints.
SHOWN_VERSIONS = [version for version in real_versions() if version == VERSIONS[0]]


@pytest.mark.parametrize("version", SHOWN_VERSIONS)
def test_the_page_on_moves_shows_what_real_workers_do(version: str, tmp_path: Path) -> None:
    require_real()
    # What other tests leave on a cluster that is shared would show in the plans.
    with (
        real_sandbox(RealSpec(version=version, heartbeat_ms=300)) as sandbox,
        on_real(version, sandbox.url, tmp_path) as stand,
    ):
        lines = tmp_path / "lines.txt"
        lines.write_text("one\ntwo\n", encoding="ascii")
        shown = {
            SHOWN_URL: sandbox.url,
            SHOWN_ID: sandbox.kafka_cluster_id,
            "/tmp/orders.txt": str(lines),  # noqa: S108  # what the page says
            "payments-orders-source": f"{stand.prefix}-after",
            "orders-source": f"{stand.prefix}-before",
            "topic: orders": f"topic: orders-{stand.prefix}",
        }

        follow(ROOT / "docs/moves.md", tmp_path, shown, put=stand.put)

        assert stand.names() == [f"{stand.prefix}-after"]
        assert wait_for(lambda: position(stand) == lines.stat().st_size)


def position(stand: Stand) -> int | None:
    found = stand.ask("GET", f"/connectors/{stand.prefix}-after/offsets")["offsets"]
    return found[0]["offset"]["position"] if found else None
