"""A cluster and a project on it; the tests do not ask whether the cluster is a real one."""

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest

from reconcile.clock import SystemClock
from reconcile.sandbox.simulated_cluster import SimulatedCluster
from reconcile.sandbox.simulated_providers import Providers
from reconcile.sandbox.simulated_server import serve
from reconcile.sandbox.simulated_timing import Timing
from reconcile.sandbox.spec import VERSIONS
from tests.cli.harness import Workplace
from tests.real_clusters import real_id
from tests.sandbox_command import wait_for

# What the workers' file provider finds in `Stand.properties`.
PROPERTIES = {"user": "scott", "password": "not-for-git-1"}


@dataclass(frozen=True, kw_only=True)
class Stand:
    """A project folder, its cluster, and names that nobody else uses there."""

    place: Workplace
    version: str
    properties: Path
    prefix: str = field(default_factory=lambda: uuid.uuid4().hex[:8])

    @property
    def real(self) -> bool:
        return self.place.cluster is None

    @property
    def creates_in_a_state(self) -> bool:
        return not self.version.startswith("3.6")

    def write_project(self, more: str = "", *, cluster: str = "", folder: str = ".") -> None:
        """Write a project file with one cluster, more lines below it, and more lines at its end."""
        self.place.write(
            f"{folder}/connectform.yaml",
            "apiVersion: connectform/v1\nkind: Project\nmetadata: {name: tests}\n"
            "definitions: [connectors]\nclusters:\n"
            f'  here:\n    url: "{self.place.url}"\n{cluster}{more}',
        )

    def inside(self, folder: str) -> Workplace:
        """Return the place of another project on the same cluster."""
        (self.place.folder / folder / "connectors").mkdir(parents=True, exist_ok=True)
        return Workplace(self.place.folder / folder, self.place.cluster, self.place.url)

    def config(self, name: str) -> dict[str, str]:
        """Return the config that the cluster has stored."""
        config = self.ask("GET", f"/connectors/{quote(name, safe='')}/config")
        assert config.pop("name") == name
        return config

    def state(self, name: str) -> str:
        """Return the state of a connector, "" while it has none."""
        status = self._status(name)
        return status["connector"]["state"] if status else ""

    def states(self, name: str) -> set[str]:
        """Return the states of a connector and its tasks."""
        status = self._status(name)
        return (
            {part["state"] for part in (status["connector"], *status["tasks"])} if status else set()
        )

    def names(self) -> list[str]:
        """Return the names of the connectors of this stand."""
        return [name for name in self.ask("GET", "/connectors") if name.startswith(self.prefix)]

    def put(self, name: str, config: Mapping[str, str]) -> None:
        """Change a connector by hand, as somebody with curl does."""
        path = f"/connectors/{quote(name, safe='')}/config"
        assert wait_for(lambda: self.accepts("PUT", path, dict(config)))

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Send one request past everything that is under test."""
        request = Request(  # noqa: S310 - loopback
            f"{self.place.url}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urlopen(request, timeout=100) as answer:  # noqa: S310 - loopback
            content = answer.read()
        return json.loads(content) if content else None

    def clear(self) -> None:
        """Delete the connectors of this stand."""
        for name in self.names():
            path = f"/connectors/{quote(name, safe='')}"
            assert wait_for(lambda path=path: self.accepts("DELETE", path))
        assert wait_for(lambda: not self.names())

    def _status(self, name: str) -> dict[str, Any] | None:
        try:
            return self.ask("GET", f"/connectors/{quote(name, safe='')}/status")
        except HTTPError:
            return None

    def accepts(self, method: str, path: str, body: object = None) -> bool:
        """Tell whether a write was accepted; a rebalance refuses any for a moment."""
        try:
            self.ask(method, path, body)
        except HTTPError as error:
            if error.code not in {409, 500}:
                raise
            return False
        return True


def clusters(real: Sequence[str]) -> list[object]:
    """Return parameters for the fixture `stand`: every simulated version, and some real ones."""
    return [
        *(pytest.param((version, False), id=f"simulated-{version}") for version in VERSIONS),
        *(
            pytest.param((version, True), id=real_id(version), marks=pytest.mark.real)
            for version in real
        ),
    ]


@contextmanager
def simulated(version: str, folder: Path) -> Iterator[Stand]:
    """Start a simulated cluster, and yield a project on it."""
    properties = _properties(folder)
    cluster = SimulatedCluster(
        clock=SystemClock(),
        version=version,
        timing=Timing.quick(),
        providers=Providers(files={str(properties): PROPERTIES}),
    )
    with serve(cluster) as served:
        yield _stand(folder, version, properties, cluster=cluster, url=served.url)


@contextmanager
def real(version: str, url: str, folder: Path) -> Iterator[Stand]:
    """Yield a project on a real cluster, and take its connectors away in the end."""
    stand = _stand(folder, version, _properties(folder), cluster=None, url=url)
    yield stand
    stand.clear()


def _stand(
    folder: Path, version: str, properties: Path, *, cluster: SimulatedCluster | None, url: str
) -> Stand:
    place = Workplace(folder, cluster, url)
    (folder / "connectors").mkdir()
    return Stand(place=place, version=version, properties=properties)


def _properties(folder: Path) -> Path:
    path = folder / "worker.properties"
    text = "".join(f"{key}={value}\n" for key, value in PROPERTIES.items())
    path.write_text(text, encoding="ascii")
    return path
