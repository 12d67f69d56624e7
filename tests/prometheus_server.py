"""A real Prometheus server on loopback, with rules and pages to scrape."""

import json
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from urllib.request import urlopen

from reconcile.clock import SystemClock, until
from tests.requirements import require

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs."""

    url: str

    def ask(self, path: str) -> Any:
        """Return what its API answers."""
        with urlopen(f"{self.url}{path}", timeout=10) as answer:  # noqa: S310 - loopback
            return json.load(answer)["data"]

    def query(self, expression: str) -> list[tuple[dict[str, str], float]]:
        """Return the series that an expression has now."""
        found = self.ask(f"/api/v1/query?query={quote(expression)}")["result"]
        return [(one["metric"], float(one["value"][1])) for one in found]

    def firing(self) -> list[dict[str, str]]:
        """Return the labels of the alerts that fire."""
        alerts = self.ask("/api/v1/alerts")["alerts"]
        return [one["labels"] for one in alerts if one["state"] == "firing"]


@contextmanager
def prometheus(folder: Path, rules: Path, pages: Mapping[str, Sequence[str]]) -> Iterator[Server]:
    """Run a server that scrapes the pages of each job every second, and evaluates rules as often."""
    program = require("prometheus", "rules in a real Prometheus")
    url = f"http://{LOOPBACK}:{free_port()}"
    config = folder / "prometheus.json"
    config.write_text(json.dumps(_config(rules, pages)))
    with subprocess.Popen(
        [
            program,
            f"--config.file={config}",
            f"--storage.tsdb.path={folder / 'tsdb'}",
            f"--web.listen-address={urlsplit(url).netloc}",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            assert until(SystemClock(), lambda: _is_ready(url), timeout=60)
            yield Server(url)
        finally:
            process.kill()


def _config(rules: Path, pages: Mapping[str, Sequence[str]]) -> dict[str, object]:
    return {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(rules)],
        "scrape_configs": [
            {
                "job_name": job,
                "honor_labels": True,
                "static_configs": [{"targets": [urlsplit(page).netloc for page in found]}],
            }
            for job, found in pages.items()
        ],
    }


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as found:
        found.bind((LOOPBACK, 0))
        port: int = found.getsockname()[1]
        return port


def _is_ready(url: str) -> bool:
    try:
        with urlopen(f"{url}/-/ready", timeout=5) as answer:  # noqa: S310 - loopback
            return answer.status == 200
    except OSError:
        return False
