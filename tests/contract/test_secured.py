"""TLS with client certificates and basic authentication, on a real worker."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from reconcile.clock import SystemClock
from reconcile.connect import reads
from reconcile.connect.connection import Connection, open_connection
from reconcile.errors import ClusterError
from reconcile.live.snapshot import take_snapshot
from reconcile.model.codes import Code
from reconcile.model.config import Secret
from reconcile.model.project import Access, BasicAuth, Tls
from reconcile.redact import Redactor
from reconcile.sandbox.real_cluster import real_sandbox
from reconcile.sandbox.spec import RealSpec
from tests.contract.world import World
from tests.real_clusters import real_versions
from tests.requirements import require_real

pytestmark = pytest.mark.real


@contextmanager
def connected(access: Access) -> Iterator[Connection]:
    with open_connection(
        access,
        redactor=Redactor(),
        clock=SystemClock(),
        rng=random.Random(7),  # noqa: S311  # spreads waits, guards nothing
    ) as connection:
        yield connection


@pytest.fixture(scope="module")
def secured() -> Iterator[Access]:
    """What a client needs to speak to a guarded worker."""
    require_real()
    spec = RealSpec(
        version=real_versions()[0],
        tls=True,
        client_certificate=True,
        basic_auth=True,
        heartbeat_ms=300,
    )
    with real_sandbox(spec) as sandbox:
        given = sandbox.access
        yield Access(
            cluster="guarded",
            urls=sandbox.urls,
            auth=BasicAuth(given.username, Secret(given.password)),
            tls=Tls(ca=str(given.ca), cert=str(given.certificate), key=str(given.key)),
        )


def refused(access: Access) -> Code:
    with pytest.raises(ClusterError) as caught, connected(access) as connection:
        reads.list_names(connection)
    return caught.value.problems[0].code


def test_whoever_has_it_all_can_read_and_write(secured: Access, tmp_path: Path) -> None:
    with connected(secured) as connection:
        world = World(connection=connection, clock=SystemClock(), folder=tmp_path)
        name = world.running(world.source())
        assert name in take_snapshot(connection, clock=SystemClock()).connectors
        world.delete(name)


@pytest.mark.parametrize("auth", [None, BasicAuth("sandbox", Secret("wrong password"))])
def test_without_the_right_password_nothing_is_read(
    secured: Access, auth: BasicAuth | None
) -> None:
    assert refused(replace(secured, auth=auth)) is Code.NOT_AUTHENTICATED


def test_without_a_client_certificate_there_is_no_answer(secured: Access) -> None:
    code = refused(replace(secured, tls=Tls(ca=secured.tls.ca)))

    assert code in {Code.CERTIFICATE, Code.CLUSTER_UNREACHABLE}


def test_a_worker_of_an_unknown_authority_is_not_trusted(secured: Access) -> None:
    tls = replace(secured.tls, ca=None)

    assert refused(replace(secured, tls=tls)) is Code.CERTIFICATE


def test_a_certificate_for_another_host_is_not_trusted(secured: Access) -> None:
    (url,) = secured.urls

    code = refused(replace(secured, urls=(url.replace("127.0.0.1", "127.0.0.2"),)))

    assert code in {Code.CERTIFICATE, Code.CLUSTER_UNREACHABLE}
