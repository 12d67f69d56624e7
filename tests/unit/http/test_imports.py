import subprocess
import sys

LISTED = "import reconcile.http.session, sys; print(*sorted(sys.modules))"


def test_speaking_http_loads_nothing_that_is_for_terminals() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", LISTED], check=True, capture_output=True, text=True
    ).stdout.split()

    assert "httpx" in loaded
    assert {"rich", "click", "typer", "pygments", "yaml", "deepdiff"}.isdisjoint(loaded)
