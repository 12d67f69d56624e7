import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from reconcile.connect.answers import HealthStatus
from reconcile.connect.connection import Connection, RequestCount
from reconcile.connect.failures import WriteFailure, WriteFailureKind
from reconcile.connect.reads import get_config, get_connector, get_health, list_names
from reconcile.connect.writes import pause, put_config
from reconcile.errors import ClusterError
from reconcile.model.codes import Code
from reconcile.model.config import Config, Secret
from reconcile.model.flavor import Flavor
from reconcile.model.project import (
    BasicAuth,
    BearerAuth,
    OAuthClientCredentials,
    Timeouts,
    Tls,
)
from reconcile.redact import Redactor
from tests.fake_clock import FakeClock
from tests.unit.connect.connecting import ROOT, Observed, answering, connected
from tests.unit.http.canned_server import (
    HTML_404,
    Received,
    answer,
    by_path,
    canned_server,
    error_answer,
    free_port,
    in_turn,
    json_answer,
)
from tests.unit.http.certificates import Authority, server_context

NAMES = json_answer(200, '["orders"]')
HTML = {"Content_Type": "text/html"}
STARTING = answer(404, HTML_404, **HTML)
BUSY = error_answer(500, "Request cannot be completed because a rebalance is expected")
BAD_GATEWAY = answer(502, "<html><h1>502 Bad Gateway</h1><hr>nginx</html>", **HTML)
CONFIG = Config({"connector.class": "FileStreamSink"})


def the_problem_of(connection: Connection) -> tuple[Code, str, str]:
    with pytest.raises(ClusterError) as caught:
        list_names(connection)
    (problem,) = caught.value.problems
    return problem.code, problem.message, problem.hint


def the_problem_of_opening(*urls: str, **options: object) -> tuple[Code, str, str]:
    with pytest.raises(ClusterError) as caught, connected(*urls, **options):
        pytest.fail("it connected")
    problem = caught.value.problems[0]
    return problem.code, problem.message, problem.hint


def test_the_first_worker_that_answers_is_spoken_to() -> None:
    dead = f"http://127.0.0.1:{free_port()}"
    with (
        canned_server(by_path({"GET /": ROOT, "GET /connectors": NAMES})) as server,
        connected(dead, server.url + "/") as connection,
    ):
        assert list_names(connection) == ("orders",)
        assert connection.worker.url == server.url
        assert connection.worker.identity.version == "4.3.1"
        assert connection.requests_made == RequestCount(reads=3, writes=0)


def test_every_worker_that_does_not_answer_is_named() -> None:
    urls = [f"http://127.0.0.1:{free_port()}" for _ in range(2)]
    with pytest.raises(ClusterError) as caught, connected(*urls):
        pytest.fail("it connected")

    assert [problem.code for problem in caught.value.problems] == [Code.CLUSTER_UNREACHABLE] * 2
    for problem, url in zip(caught.value.problems, urls, strict=True):
        assert problem.message == f"cluster prod: cannot reach {url}: Connection refused"
        assert "clusters.prod.url" in problem.hint


def test_a_starting_worker_is_waited_for() -> None:
    observed = Observed()
    with (
        canned_server(in_turn(STARTING, STARTING, ROOT)) as server,
        connected(server.url, observed=observed) as connection,
    ):
        assert connection.worker.identity.version == "4.3.1"
    assert len(observed.waits) == 2
    assert "has not started yet" in observed.waits[0].reason


def test_a_worker_that_never_starts_is_given_up() -> None:
    clock = FakeClock()
    with canned_server(lambda _: STARTING) as server:
        code, message, hint = the_problem_of_opening(server.url, clock=clock)

    assert code is Code.CLUSTER_STARTING
    assert message == f"cluster prod: the worker at {server.url} has not started yet"
    assert "clusters.prod.url" in hint
    assert clock.monotonic() == pytest.approx(60)


@pytest.mark.parametrize(
    ("reply", "code", "said"),
    [
        (answer(401), Code.NOT_AUTHENTICATED, "does not accept the credentials"),
        (answer(403), Code.NOT_AUTHORISED, "GET / of http"),
        (BAD_GATEWAY, Code.SERVER_ERROR, "answered with 502: 502 Bad Gateway nginx"),
        (answer(200, "<html>log in</html>"), Code.UNEXPECTED_ANSWER, "answered with 200: not JSON"),
        (json_answer(200, "[]"), Code.UNEXPECTED_ANSWER, "no worker in it"),
        (answer(302, Location="https://login/?a=b"), Code.UNEXPECTED_ANSWER, "go to https://login"),
        (error_answer(404, "HTTP 404 Not Found"), Code.UNSUPPORTED_VERSION, "there is no GET /"),
        (None, Code.CLUSTER_UNREACHABLE, "the connection broke during GET /"),
    ],
)
def test_what_is_no_connect_worker_is_said_so(reply: bytes | None, code: Code, said: str) -> None:
    with canned_server(lambda _: reply) as server:
        found, message, hint = the_problem_of_opening(server.url)

    assert found is code
    assert said in message
    assert message.startswith("cluster prod: ")
    assert hint


def test_a_wrong_certificate_says_how_to_trust_it(tmp_path: Path) -> None:
    tls = server_context(Authority(tmp_path).sign("server"))
    other = Authority(tmp_path, "another authority")
    with canned_server(lambda _: ROOT, tls=tls) as server:
        code, message, hint = the_problem_of_opening(server.url, tls=Tls(ca=str(other.path)))

    assert code is Code.CERTIFICATE
    assert "certificate verify failed" in message
    assert "clusters.prod.tls.ca" in hint


@pytest.mark.parametrize(
    ("signed", "hint"),
    [({"expired": True}, "renew"), ({"address": "127.0.0.2"}, "host name")],
)
def test_other_faults_of_a_certificate_have_hints_of_their_own(
    tmp_path: Path, signed: dict[str, object], hint: str
) -> None:
    authority = Authority(tmp_path)
    tls = server_context(authority.sign("server", **signed))
    with canned_server(lambda _: ROOT, tls=tls) as server:
        found = the_problem_of_opening(server.url, tls=Tls(ca=str(authority.path)))

    assert found[0] is Code.CERTIFICATE
    assert hint in found[2]


def test_a_missing_client_certificate_says_what_to_set(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    tls = server_context(authority.sign("server"), client_ca=authority.path)
    with canned_server(lambda _: ROOT, tls=tls) as server:
        _, _, hint = the_problem_of_opening(server.url, tls=Tls(ca=str(authority.path)))

    assert "tls.cert" in hint


def test_a_connection_that_breaks_behind_tls_speaks_of_client_certificates(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    tls = server_context(authority.sign("server"))
    with canned_server(lambda _: None, tls=tls) as server:
        code, _, hint = the_problem_of_opening(server.url, tls=Tls(ca=str(authority.path)))

    assert code is Code.CLUSTER_UNREACHABLE
    assert "clusters.prod.tls.cert" in hint


def test_a_token_that_cannot_be_had_is_a_matter_of_credentials() -> None:
    with canned_server(lambda _: answer(500)) as login, canned_server(lambda _: ROOT) as server:
        auth = OAuthClientCredentials(
            token_url=login.url, client_id="ci", client_secret=Secret("hunter22")
        )
        code, message, hint = the_problem_of_opening(server.url, auth=auth)

    assert code is Code.NOT_AUTHENTICATED
    assert "there is no token" in message
    assert "clusters.prod.auth" in hint


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    code, message, hint = the_problem_of_opening(
        "https://127.0.0.1:1", tls=Tls(ca=str(tmp_path / "none.pem"))
    )

    assert code is Code.CERTIFICATE
    assert "none.pem" in message
    assert "clusters.prod.tls" in hint


def test_unverified_certificates_are_a_warning_of_the_connection(tmp_path: Path) -> None:
    tls = server_context(Authority(tmp_path).sign("server"))
    with (
        canned_server(lambda _: ROOT, tls=tls) as server,
        connected(server.url, tls=Tls(verify=False)) as connection,
    ):
        assert [problem.code for problem in connection.problems] == [Code.INSECURE_TLS]


def test_a_rebalance_is_waited_for() -> None:
    observed = Observed()
    routes = {"GET /connectors": in_turn(BUSY, BUSY, NAMES)}
    with answering(routes, observed=observed) as connection:
        assert list_names(connection) == ("orders",)

    assert len(observed.waits) == 2
    assert [exchange.failure for exchange in observed.exchanges] == ["", "busy", "busy", ""]
    assert [exchange.status for exchange in observed.exchanges] == [200, 500, 500, 200]


@pytest.mark.parametrize(
    ("reply", "seconds", "code"),
    [
        (BUSY, 90, Code.CONFLICT),
        (error_answer(409, "Cannot complete request momentarily due to ..."), 90, Code.CONFLICT),
        (STARTING, 0, Code.UNSUPPORTED_VERSION),
        (BAD_GATEWAY, 15, Code.SERVER_ERROR),
        (answer(503), 15, Code.SERVER_ERROR),
        (None, 15, Code.CLUSTER_UNREACHABLE),
        (error_answer(500, "Request timed out"), 0, Code.TIMED_OUT),
        (error_answer(500, "Something else"), 0, Code.SERVER_ERROR),
        (answer(401), 0, Code.NOT_AUTHENTICATED),
        (answer(403), 0, Code.NOT_AUTHORISED),
        (json_answer(200, '{"a":'), 0, Code.UNEXPECTED_ANSWER),
        (json_answer(200, '{"a":1}'), 0, Code.UNEXPECTED_ANSWER),
    ],
)
def test_a_read_is_tried_again_as_long_as_that_can_help(
    reply: bytes | None, seconds: float, code: Code
) -> None:
    clock = FakeClock()
    with answering({"GET /connectors": reply}, clock=clock) as connection:
        found, _, _ = the_problem_of(connection)

    assert found is code
    assert clock.monotonic() == pytest.approx(seconds)


def test_a_server_says_when_to_come_back() -> None:
    clock = FakeClock()
    busy = answer(429, Retry_After="7")
    with answering({"GET /connectors": in_turn(busy, NAMES)}, clock=clock) as connection:
        list_names(connection)

    assert clock.monotonic() == pytest.approx(7)


def test_a_read_moves_to_another_worker_where_its_own_is_gone() -> None:
    with (
        canned_server(by_path({"GET /": ROOT, "GET /connectors": NAMES})) as second,
        canned_server(by_path({"GET /": ROOT, "GET /connectors": None})) as first,
        connected(first.url, second.url) as connection,
    ):
        before = connection.worker
        assert list_names(connection) == ("orders",)
        assert before.url == first.url
        assert connection.worker.url == second.url


def test_thirty_two_threads_move_together() -> None:
    gone = by_path({"GET /": ROOT, "GET /connectors": None})
    with (
        canned_server(by_path({"GET /": ROOT, "GET /connectors": NAMES})) as second,
        canned_server(gone) as first,
        connected(first.url, second.url) as connection,
        ThreadPoolExecutor(32) as pool,
    ):
        found = list(pool.map(lambda _: list_names(connection), range(64)))

    assert found == [("orders",)] * 64
    assert second.paths.count("GET /") == 1


def test_workers_of_another_kafka_cluster_are_refused() -> None:
    other = json_answer(200, '{"version":"4.3.1","kafka_cluster_id":"another"}')
    with (
        canned_server(by_path({"GET /": other, "GET /connectors": NAMES})) as second,
        canned_server(by_path({"GET /": ROOT, "GET /connectors": None})) as first,
        connected(first.url, second.url) as connection,
    ):
        code, message, hint = the_problem_of(connection)

    assert code is Code.UNEXPECTED_ANSWER
    assert "different Kafka clusters" in message
    assert "clusters.prod.urls" in hint


def test_when_all_workers_are_gone_a_read_ends_in_an_error() -> None:
    clock = FakeClock()
    gone = by_path({"GET /": in_turn(ROOT, None), "GET /connectors": None})
    with (
        canned_server(gone) as first,
        canned_server(gone) as second,
        connected(first.url, second.url, clock=clock) as connection,
    ):
        code, _, _ = the_problem_of(connection)

    assert code is Code.CLUSTER_UNREACHABLE


def test_a_silent_worker_is_left_for_another() -> None:
    def silent(_: Received) -> None:
        first.let_go.wait(30)

    with (
        canned_server(by_path({"GET /": ROOT, "GET /connectors": NAMES})) as second,
        canned_server(by_path({"GET /": ROOT}, silent)) as first,
        connected(first.url, second.url, timeouts=Timeouts(read=0.05)) as connection,
    ):
        assert list_names(connection) == ("orders",)


def test_a_silent_worker_alone_is_an_error() -> None:
    with canned_server(by_path({"GET /": ROOT}, lambda _: server.let_go.wait(30) and None)) as (
        server
    ):
        with connected(server.url, timeouts=Timeouts(read=0.05)) as connection:
            code, message, hint = the_problem_of(connection)
        server.let_go.set()

    assert code is Code.TIMED_OUT
    assert "no answer in time to GET /connectors" in message
    assert "clusters.prod.timeouts" in hint


def test_a_404_of_connect_means_absent() -> None:
    missing = error_answer(404, "Connector orders not found")
    with answering({"GET /connectors/orders": missing}) as connection:
        assert get_connector(connection, "orders") is None


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (STARTING, Code.UNSUPPORTED_VERSION),
        (error_answer(404, "HTTP 404 Not Found"), Code.UNSUPPORTED_VERSION),
        (json_answer(404, '{"detail":"Not Found"}'), Code.UNSUPPORTED_VERSION),
    ],
)
def test_any_other_404_never_means_absent(reply: bytes, code: Code) -> None:
    with (
        answering({"GET /connectors/orders/config": reply}) as connection,
        pytest.raises(ClusterError) as caught,
    ):
        get_config(connection, "orders")

    assert caught.value.problems[0].code is code


def test_a_page_in_the_place_of_one_path_is_of_a_proxy_and_told_so() -> None:
    clock = FakeClock()
    with answering({"GET /connectors": STARTING}, clock=clock) as connection:
        code, message, hint = the_problem_of(connection)

    assert code is Code.UNSUPPORTED_VERSION
    assert message.startswith("cluster prod: there is no GET /connectors of http://127.0.0.1:")
    assert message.endswith("; this answer is not Connect's own")
    assert "a proxy may keep it back" in hint
    assert clock.monotonic() == 0


def test_a_worker_that_comes_up_in_between_is_no_proxy() -> None:
    with answering({"GET /connectors": in_turn(STARTING, NAMES)}) as connection:
        assert list_names(connection) == ("orders",)


def test_a_worker_that_restarts_is_waited_for_in_the_middle_of_a_run() -> None:
    observed = Observed()
    root = in_turn(ROOT, STARTING, STARTING, ROOT)
    with (
        canned_server(
            by_path({"GET /": root, "GET /connectors": in_turn(STARTING, STARTING, NAMES)})
        ) as server,
        connected(server.url, observed=observed) as connection,
    ):
        assert list_names(connection) == ("orders",)

    assert len(observed.waits) == 2


def test_a_write_that_a_proxy_keeps_back_is_rejected_and_not_tried_for_ever() -> None:
    with (
        answering({"PUT /connectors/orders/config": STARTING}) as connection,
        pytest.raises(WriteFailure) as caught,
    ):
        put_config(connection, "orders", CONFIG)

    assert caught.value.kind is WriteFailureKind.REJECTED
    assert caught.value.problem.code is Code.UNSUPPORTED_VERSION


def test_a_write_is_sent_once() -> None:
    with (
        canned_server(by_path({"GET /": ROOT, "PUT /connectors/orders/config": BUSY})) as server,
        connected(server.url) as connection,
    ):
        with pytest.raises(WriteFailure) as caught:
            put_config(connection, "orders", CONFIG)
        assert connection.requests_made == RequestCount(reads=1, writes=1)

    assert caught.value.kind is WriteFailureKind.RETRY
    assert caught.value.problem.connector == "orders"
    assert server.paths == ["GET /", "PUT /connectors/orders/config"]


def test_a_write_that_was_surely_not_sent_moves() -> None:
    alive = by_path({"GET /": ROOT, "PUT /connectors/orders/pause": answer(202)})
    with canned_server(alive) as second, ExitStack() as stack:
        with canned_server(lambda _: ROOT) as first:
            connection = stack.enter_context(connected(first.url, second.url))
        pause(connection, "orders")

    assert second.paths == ["GET /", "PUT /connectors/orders/pause"]


def test_a_write_that_may_have_been_sent_does_not_move() -> None:
    alive = by_path({"GET /": ROOT, "PUT /connectors/orders/pause": answer(202)})
    with (
        canned_server(alive) as second,
        canned_server(by_path({"GET /": ROOT})) as first,
        connected(first.url, second.url) as connection,
        pytest.raises(WriteFailure) as caught,
    ):
        pause(connection, "orders")

    assert caught.value.kind is WriteFailureKind.UNKNOWN_OUTCOME
    assert second.requests == []


def test_a_write_without_any_worker_was_not_sent() -> None:
    with ExitStack() as stack:
        with canned_server(lambda _: ROOT) as server:
            connection = stack.enter_context(connected(server.url))
        with pytest.raises(WriteFailure) as caught:
            pause(connection, "orders")

    assert caught.value.kind is WriteFailureKind.NOT_SENT


def test_a_write_without_an_answer_has_an_unknown_outcome() -> None:
    with canned_server(by_path({"GET /": ROOT}, lambda _: server.let_go.wait(30) and None)) as (
        server
    ):
        with (
            connected(server.url, timeouts=Timeouts(write=0.05)) as connection,
            pytest.raises(WriteFailure) as caught,
        ):
            pause(connection, "orders")
        server.let_go.set()

    assert caught.value.kind is WriteFailureKind.UNKNOWN_OUTCOME
    assert caught.value.problem.code is Code.TIMED_OUT


def test_health_is_asked_once_whatever_it_is() -> None:
    sick = json_answer(500, '{"status":"unhealthy","message":"..."}')
    with answering({"GET /health": sick}) as connection:
        assert get_health(connection).status is HealthStatus.UNHEALTHY
        assert connection.requests_made == RequestCount(reads=2, writes=0)


def test_no_text_of_a_server_shows_a_secret() -> None:
    redactor = Redactor(['s3cr"et/é'])
    said = error_answer(500, 'cannot use s3cr"et/é for orders')
    with answering({"GET /connectors": said}, redactor=redactor) as connection:
        _, message, _ = the_problem_of(connection)

    assert "s3cr" not in message
    assert "(redacted)" in message


def test_the_credentials_of_the_cluster_are_secrets() -> None:
    redactor = Redactor()
    auth = BasicAuth("ci", Secret("hunter22"))
    with canned_server(lambda _: answer(401, "hunter22 is wrong")) as server:
        found = the_problem_of_opening(server.url, auth=auth, redactor=redactor)

    assert found[0] is Code.NOT_AUTHENTICATED
    assert "hunter22" not in found[1]
    assert "clusters.prod.auth" in found[2]


def test_credentials_in_a_url_are_sent_and_not_shown() -> None:
    observed = Observed()
    with canned_server(lambda _: ROOT) as server:
        url = server.url.replace("//", "//ci:hunter22@")
        with connected(url, observed=observed) as connection:
            assert connection.worker.url == server.url

    assert server.requests[0].headers["authorization"].startswith("Basic ")
    assert "hunter22" not in repr(observed.events)


def test_headers_of_the_cluster_go_with_every_request() -> None:
    with (
        canned_server(by_path({"GET /": ROOT, "GET /connectors": NAMES})) as server,
        connected(
            server.url, auth=BearerAuth(Secret("token")), headers={"X-Team": "payments"}
        ) as connection,
    ):
        list_names(connection)

    for request in server.requests:
        assert request.headers["x-team"] == "payments"
        assert request.headers["authorization"] == "Bearer token"
        assert request.headers["accept"] == "application/json"


def test_a_connection_behind_a_path_prefix() -> None:
    routes = {"GET /connect-a/": ROOT, "GET /connect-a/connectors": NAMES}
    with (
        canned_server(by_path(routes)) as server,
        connected(server.url + "/connect-a/") as connection,
    ):
        assert list_names(connection) == ("orders",)


def test_requests_are_counted_from_all_threads() -> None:
    barrier = threading.Barrier(8)

    def read(connection: Connection) -> None:
        barrier.wait()
        for _ in range(10):
            list_names(connection)

    with answering({"GET /connectors": NAMES}) as connection, ThreadPoolExecutor(8) as pool:
        list(pool.map(read, [connection] * 8))
        assert connection.requests_made.reads == 81


PLATFORM_401 = json_answer(
    401,
    '{"errors":[{"message":"Missing (expired) db token","status":401}],'
    '"message":"Missing (expired) db token"}',
)


def test_an_answer_of_aivens_platform_api_is_told_from_wrong_credentials() -> None:
    with canned_server(by_path({"GET /": PLATFORM_401})) as server:
        code, message, hint = the_problem_of_opening(server.url)

    assert code is Code.NOT_AUTHENTICATED
    assert message.endswith("does not accept the credentials: Missing (expired) db token")
    assert hint.startswith("this is Aiven's platform API, not Kafka Connect: clusters.prod.url")


@pytest.mark.parametrize(
    ("flavor", "hint"),
    [(Flavor.AIVEN, "user avnadmin"), (None, "check clusters.prod.auth, and that its variables")],
)
def test_wrong_credentials_at_aiven_name_the_user_to_take(flavor: Flavor | None, hint: str) -> None:
    routes = {"GET /": ROOT, "GET /connectors": error_answer(401, "No")}
    with (
        canned_server(by_path(routes)) as server,
        connected(server.url, flavor=flavor) as connection,
    ):
        assert hint in the_problem_of(connection)[2]


def test_what_the_project_says_of_the_flavor_is_part_of_the_identity() -> None:
    root = json_answer(200, '{"version":"8.0.0"}')
    with canned_server(by_path({"GET /": root})) as server:
        with connected(server.url) as connection:
            assert connection.worker.identity.release == (4, 0)
        with connected(server.url, flavor=Flavor.APACHE) as connection:
            assert connection.worker.identity.release == (8, 0)
