"""The simulated cluster over real sockets."""

import http.client
import json
import socket
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from reconcile.sandbox.simulated_cluster import SimulatedCluster
from reconcile.sandbox.simulated_faults import Effect, dropped, silent
from reconcile.sandbox.simulated_server import serve
from reconcile.sandbox.simulated_timing import Timing
from tests.fake_clock import FakeClock
from tests.simulated import SINK

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def cluster():
    return SimulatedCluster(clock=FakeClock(), timing=Timing.instant())


def connect(url, **options):
    return http.client.HTTPConnection(urlsplit(url).netloc, timeout=10, **options)


def ask(connection, method, target, body=None):
    connection.request(method, target, None if body is None else json.dumps(body), JSON)
    answer = connection.getresponse()
    return answer, answer.read()


def test_one_connection_carries_many_requests(cluster):
    with serve(cluster) as served:
        connection = connect(served.url)
        answer, _ = ask(connection, "PUT", "/connectors/sink/config", SINK)
        first = connection.sock
        assert (answer.status, answer.getheader("Location")) == (
            201,
            f"{served.url}/connectors/sink",
        )
        answer, body = ask(connection, "GET", "/connectors/sink/status")
        assert json.loads(body)["connector"]["worker_id"] == urlsplit(served.url).netloc
        answer, body = ask(connection, "PUT", "/connectors/sink/pause")
        assert (answer.status, answer.getheader("Content-Type"), body) == (202, None, b"")
        answer, _ = ask(connection, "DELETE", "/connectors/sink")
        assert answer.status == 204
        answer, body = ask(connection, "GET", "/connectors")
        assert body == b"[]"
        assert connection.sock is first
        connection.close()


def test_errors_of_the_http_layer_are_json_without_a_content_type(cluster):
    with serve(cluster) as served:
        connection = connect(served.url)
        answer, body = ask(connection, "GET", "/nope")
        assert answer.getheader("Content-Type") is None
        assert json.loads(body) == {"error_code": 404, "message": "HTTP 404 Not Found"}
        connection.close()


def test_every_worker_has_a_port_and_all_serve_one_group():
    cluster = SimulatedCluster(clock=FakeClock(), timing=Timing.instant(), workers=3)
    with serve(cluster) as served:
        assert len(set(served.urls)) == 3
        cluster.put("sink", SINK)
        for url in served.urls:
            connection = connect(url)
            assert ask(connection, "GET", "/connectors")[1] == b'["sink"]'
            connection.close()


def test_a_killed_worker_breaks_its_connections_and_the_others_go_on():
    cluster = SimulatedCluster(clock=FakeClock(), workers=2)
    with serve(cluster) as served:
        cluster.kill_worker(0)
        connection = connect(served.urls[0])
        with pytest.raises(ConnectionError):
            ask(connection, "GET", "/connectors")
        connection.close()
        connection = connect(served.urls[1])
        assert ask(connection, "GET", "/connectors")[0].status == 200
        connection.close()


def test_a_port_can_be_asked_for(cluster):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        free = probe.getsockname()[1]
    with serve(cluster, port=free) as served:
        assert served.url == f"http://127.0.0.1:{free}"


def test_a_dropped_connection_may_have_changed_something(cluster):
    cluster.inject(dropped("PUT /connectors/*/config", effect=Effect.NOW))
    with serve(cluster) as served:
        connection = connect(served.url)
        with pytest.raises(ConnectionError):
            ask(connection, "PUT", "/connectors/sink/config", SINK)
        connection.close()
    assert set(cluster.configs()) == {"sink"}
    assert cluster.requests == [("PUT", "/connectors/sink/config", 0)]


def test_a_silent_server_leaves_the_client_to_its_own_time_out(cluster):
    cluster.inject(silent("GET /connectors", seconds=60))
    with serve(cluster) as served:
        connection = http.client.HTTPConnection(urlsplit(served.url).netloc, timeout=0.05)
        with pytest.raises(TimeoutError):
            ask(connection, "GET", "/connectors")
        connection.close()


def test_nothing_is_left_running_when_the_block_ends(cluster):
    before = set(threading.enumerate())
    with serve(cluster) as served:
        idle = connect(served.url)
        ask(idle, "GET", "/connectors")
    assert set(threading.enumerate()) == before
    with pytest.raises(ConnectionError):
        ask(connect(served.url), "GET", "/connectors")
    idle.close()


def test_requests_in_parallel_are_all_carried_out(cluster):
    def create(number):
        connection = connect(served.url)
        answer, _ = ask(connection, "PUT", f"/connectors/sink-{number}/config", SINK)
        connection.close()
        return answer.status

    with serve(cluster) as served, ThreadPoolExecutor(16) as pool:
        statuses = list(pool.map(create, range(64)))
    assert statuses == [201] * 64
    assert len(cluster.configs()) == 64
    assert cluster.writes == 64


def test_a_password_is_asked_for_everywhere_and_refused_in_plain_text():
    cluster = SimulatedCluster(clock=FakeClock(), users={"ci": "s3cret"})
    with serve(cluster) as served:
        connection = connect(served.url)
        for path in ("/", "/connectors"):
            answer, body = ask(connection, "GET", path)
            assert (answer.status, body) == (401, b"User cannot access the resource.")
            assert answer.getheader("Content-Type") == "application/json"
        connection.request("GET", "/connectors", headers={"Authorization": "Basic Y2k6czNjcmV0"})
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (200, b"[]")
        connection.close()
    assert "s3cret" not in repr(cluster)


def test_it_speaks_tls_and_outlives_clients_that_do_not(cluster, tmp_path):
    certificate = make_certificate(tmp_path)
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(certificate)
    with serve(cluster, tls=server_side) as served:
        assert served.url.startswith("https://")
        plain = connect(served.url)
        with pytest.raises((ConnectionError, http.client.BadStatusLine)):
            ask(plain, "GET", "/connectors")
        plain.close()
        client_side = ssl.create_default_context(cafile=str(certificate))
        connection = http.client.HTTPSConnection(
            urlsplit(served.url).netloc, timeout=10, context=client_side
        )
        answer, _ = ask(connection, "PUT", "/connectors/sink/config", SINK)
        assert answer.getheader("Location") == f"{served.url}/connectors/sink"
        connection.close()


def make_certificate(folder):
    """Write a key and a certificate for 127.0.0.1 to one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    start = datetime(2024, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=36500))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "both.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path
