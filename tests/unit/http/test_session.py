import base64
import json
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from reconcile.http.failures import FailureKind, HttpFailure
from reconcile.http.session import Answer, SessionSettings, open_session
from reconcile.model.config import Secret
from reconcile.model.project import (
    BasicAuth,
    BearerAuth,
    OAuthClientCredentials,
    Timeouts,
    Tls,
)
from reconcile.redact import Redactor
from tests.fake_clock import FakeClock
from tests.unit.http.canned_server import (
    Received,
    answer,
    canned_server,
    free_port,
    in_turn,
    json_answer,
)
from tests.unit.http.certificates import Authority, server_context

FINE = json_answer(200, "{}")


def asked(url: str, settings: SessionSettings | None = None, **request) -> Answer:
    with open_session(
        settings or SessionSettings(), clock=FakeClock(), redactor=Redactor()
    ) as session:
        return session.request(request.pop("method", "GET"), url, **request)


def test_an_answer_comes_back_whole() -> None:
    with canned_server(lambda _: answer(418, "short and stout", X_Kind="Teapot")) as server:
        got = asked(server.url + "/tea?milk=no", method="PUT", body=b"{}")

    assert (got.status, got.body, got.headers["x-kind"]) == (418, b"short and stout", "Teapot")
    assert server.paths == ["PUT /tea?milk=no"]
    assert server.requests[0].body == b"{}"
    assert server.requests[0].headers["user-agent"].startswith("connectform/")


def test_an_answer_does_not_print_its_body() -> None:
    assert "hunter22" not in repr(Answer(status=200, body=b"hunter22", headers={"a": "hunter22"}))


@pytest.mark.parametrize(
    ("auth", "expected"),
    [
        (
            BasicAuth("ci", Secret("pä:ss")),
            "Basic " + base64.b64encode("ci:pä:ss".encode()).decode(),
        ),
        (BearerAuth(Secret("abc")), "Bearer abc"),
    ],
)
def test_fixed_credentials_go_with_every_request(auth, expected: str) -> None:
    with canned_server(lambda _: FINE) as server:
        asked(server.url, SessionSettings(auth=auth, headers={"X-Team": "payments"}))

    assert server.requests[0].headers["authorization"] == expected
    assert server.requests[0].headers["x-team"] == "payments"


def test_credentials_in_a_url_become_a_header() -> None:
    with canned_server(lambda _: FINE) as server:
        asked(server.url.replace("//", "//ci:p%40ss@") + "/x")

    pair = base64.b64encode(b"ci:p@ss").decode()
    assert server.requests[0].headers["authorization"] == f"Basic {pair}"
    assert server.requests[0].path == "/x"


def test_a_redirect_is_an_answer_and_no_order() -> None:
    with (
        canned_server(lambda _: FINE) as elsewhere,
        canned_server(lambda _: answer(302, Location=elsewhere.url)) as server,
    ):
        got = asked(server.url, SessionSettings(auth=BearerAuth(Secret("abc"))))

    assert got.status == 302
    assert elsewhere.requests == []


def test_dots_in_a_path_stay_as_they_are() -> None:
    with canned_server(lambda _: FINE) as server:
        asked(server.url + "/connectors/../config?a=b")
        asked(server.url + "/connectors/a%2Fb%20c/config")

    assert server.paths == ["GET /connectors/../config?a=b", "GET /connectors/a%2Fb%20c/config"]


def test_nobody_listening_means_that_nothing_was_sent() -> None:
    with pytest.raises(HttpFailure) as caught:
        asked(f"http://127.0.0.1:{free_port()}/")

    assert caught.value.kind is FailureKind.UNREACHABLE
    assert not caught.value.sent
    assert caught.value.detail == "Connection refused"


@pytest.mark.parametrize(
    "reply",
    [None, b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf of it", b"garbage\r\n\r\n"],
)
def test_a_connection_that_breaks_leaves_the_outcome_open(reply: bytes | None) -> None:
    with canned_server(lambda _: reply) as server, pytest.raises(HttpFailure) as caught:
        asked(server.url, method="PUT", body=b"{}")

    assert caught.value.kind is FailureKind.BROKEN
    assert caught.value.sent


def test_a_silent_server_is_given_up() -> None:
    with canned_server(lambda _: server.let_go.wait(30) and None) as server:
        with pytest.raises(HttpFailure) as caught:
            asked(server.url, timeout=0.05)
        server.let_go.set()

    assert caught.value.kind is FailureKind.TIMEOUT
    assert caught.value.sent


def test_a_server_that_drips_is_given_up() -> None:
    clock = FakeClock()

    def drip(_: Received) -> bytes:
        clock.advance(60)
        return answer(200, b"x" * 1000)

    with (
        canned_server(drip) as server,
        open_session(SessionSettings(), clock=clock, redactor=Redactor()) as session,
        pytest.raises(HttpFailure) as caught,
    ):
        session.request("GET", server.url, timeout=30)

    assert caught.value.kind is FailureKind.TIMEOUT


def test_a_header_that_is_not_http_is_a_failure_without_its_text() -> None:
    settings = SessionSettings(auth=BearerAuth(Secret("hunter22\nX-Evil: 1")))
    with canned_server(lambda _: FINE) as server, pytest.raises(HttpFailure) as caught:
        asked(server.url, settings)

    assert caught.value.kind is FailureKind.PROTOCOL
    assert "hunter22" not in "".join(traceback.format_exception(caught.value))
    assert server.requests == []


@pytest.mark.parametrize("url", ["ftp://host/", "http://:bad:port/", "nonsense"])
def test_an_unusable_url_is_a_failure(url: str) -> None:
    with pytest.raises(HttpFailure) as caught:
        asked(url)

    assert caught.value.kind is FailureKind.PROTOCOL
    assert not caught.value.sent


@pytest.mark.parametrize("proxy", ["nonsense", "ftp://ci:hunter22@proxy:1"])
def test_an_unusable_proxy_is_a_failure_without_its_password(proxy: str) -> None:
    with pytest.raises(HttpFailure) as caught:
        asked("http://127.0.0.1:1/", SessionSettings(proxy=proxy))

    assert "hunter22" not in "".join(traceback.format_exception(caught.value))


def test_a_proxy_is_asked_for_the_whole_url() -> None:
    with canned_server(lambda _: FINE) as proxy:
        asked("http://connect.example.com/connectors", SessionSettings(proxy=proxy.url))

    assert proxy.paths == ["GET http://connect.example.com/connectors"]


def test_proxies_of_the_environment_are_heeded(monkeypatch: pytest.MonkeyPatch) -> None:
    with canned_server(lambda _: FINE) as proxy, canned_server(lambda _: FINE) as server:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        asked("http://connect.example.com/")
        asked(server.url)

    assert proxy.paths == ["GET http://connect.example.com/"]
    assert server.paths == ["GET /"]


def test_a_refusing_proxy_means_that_nothing_was_sent() -> None:
    with canned_server(lambda _: answer(407)) as proxy, pytest.raises(HttpFailure) as caught:
        asked("https://connect.example.com/", SessionSettings(proxy=proxy.url))

    assert caught.value.kind is FailureKind.UNREACHABLE
    assert not caught.value.sent
    assert "407" in caught.value.detail


def test_connections_are_kept_and_shared_between_threads() -> None:
    with (
        canned_server(lambda request: answer(200, request.path)) as server,
        open_session(SessionSettings(), clock=FakeClock(), redactor=Redactor()) as session,
        ThreadPoolExecutor(32) as pool,
    ):
        urls = [f"{server.url}/{number}" for number in range(200)]
        bodies = list(pool.map(lambda url: session.request("GET", url).body, urls))

    assert bodies == [f"/{number}".encode() for number in range(200)]


def test_a_certificate_of_our_own_authority_is_trusted(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    tls = server_context(authority.sign("server"))
    with canned_server(lambda _: FINE, tls=tls) as server:
        got = asked(server.url, SessionSettings(tls=Tls(ca=str(authority.path))))

    assert got.status == 200


@pytest.mark.parametrize(
    ("signed", "said"),
    [
        ({}, "unable to get local issuer certificate"),
        ({"address": "127.0.0.2"}, "IP address mismatch"),
        ({"expired": True}, "certificate has expired"),
    ],
)
def test_a_wrong_certificate_is_refused_with_its_reason(
    tmp_path: Path, signed: dict[str, object], said: str
) -> None:
    authority = Authority(tmp_path)
    trusted = authority if signed else Authority(tmp_path, "another authority")
    tls = server_context(authority.sign("server", **signed))
    settings = SessionSettings(tls=Tls(ca=str(trusted.path)))

    with canned_server(lambda _: FINE, tls=tls) as server, pytest.raises(HttpFailure) as caught:
        asked(server.url, settings)

    assert caught.value.kind is FailureKind.TLS
    assert not caught.value.sent
    assert said in caught.value.detail
    assert server.requests == []


def test_a_wrong_certificate_is_accepted_where_that_is_asked_for(tmp_path: Path) -> None:
    tls = server_context(Authority(tmp_path).sign("server", expired=True))
    with canned_server(lambda _: FINE, tls=tls) as server:
        got = asked(server.url, SessionSettings(tls=Tls(verify=False)))

    assert got.status == 200


def test_a_client_certificate_is_shown_to_a_server_that_wants_one(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    tls = server_context(authority.sign("server"), client_ca=authority.path)
    client = authority.sign("client")
    with canned_server(lambda _: FINE, tls=tls) as server:
        got = asked(
            server.url,
            SessionSettings(
                tls=Tls(ca=str(authority.path), cert=str(client.certificate), key=str(client.key))
            ),
        )

    assert got.status == 200


def test_a_missing_client_certificate_is_no_answer(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    tls = server_context(authority.sign("server"), client_ca=authority.path)
    with canned_server(lambda _: FINE, tls=tls) as server, pytest.raises(HttpFailure) as caught:
        asked(server.url, SessionSettings(tls=Tls(ca=str(authority.path))))

    assert caught.value.kind in {FailureKind.TLS, FailureKind.BROKEN}
    assert server.requests == []


def test_speaking_tls_to_a_plain_server_is_a_failure_of_tls() -> None:
    with canned_server(lambda _: FINE) as server, pytest.raises(HttpFailure) as caught:
        asked(server.url.replace("http:", "https:"))

    assert caught.value.kind in {FailureKind.TLS, FailureKind.BROKEN, FailureKind.UNREACHABLE}


def test_a_session_without_https_trusts_nobody_by_accident(tmp_path: Path) -> None:
    tls = server_context(Authority(tmp_path).sign("server"))
    with canned_server(lambda _: FINE, tls=tls) as server, pytest.raises(HttpFailure) as caught:
        asked(server.url, SessionSettings(secure=False))

    assert caught.value.kind is FailureKind.TLS


class TokenServer:
    """Hands out token after token, and remembers who asked."""

    def __init__(self) -> None:
        self.given = 0
        self._lock = threading.Lock()

    def __call__(self, _: Received) -> bytes:
        with self._lock:
            self.given += 1
            body = {"access_token": f"token-number-{self.given}", "expires_in": 600}
        return json_answer(200, json.dumps(body))


def oauth(url: str) -> SessionSettings:
    credentials = OAuthClientCredentials(
        token_url=url, client_id="ci", client_secret=Secret("hunter22")
    )
    return SessionSettings(auth=credentials, headers={"X-Api-Key": "for connect alone"})


def test_one_token_serves_all_threads() -> None:
    tokens = TokenServer()
    with (
        canned_server(tokens) as login,
        canned_server(lambda _: FINE) as server,
        open_session(oauth(login.url), clock=FakeClock(), redactor=Redactor()) as session,
        ThreadPoolExecutor(16) as pool,
    ):
        list(pool.map(lambda _: session.request("GET", server.url), range(50)))

    assert tokens.given == 1
    assert {r.headers["authorization"] for r in server.requests} == {"Bearer token-number-1"}
    assert "x-api-key" not in login.requests[0].headers


def test_a_refused_token_is_renewed_once_and_the_request_sent_again() -> None:
    redactor = Redactor()
    with (
        canned_server(TokenServer()) as login,
        canned_server(in_turn(answer(401), FINE)) as server,
        open_session(oauth(login.url), clock=FakeClock(), redactor=redactor) as session,
    ):
        got = session.request("PUT", server.url, body=b"{}")

    assert got.status == 200
    assert [r.headers["authorization"] for r in server.requests] == [
        "Bearer token-number-1",
        "Bearer token-number-2",
    ]
    assert redactor.redact("token-number-2") == "(redacted)"


def test_a_token_refused_twice_is_the_answer() -> None:
    with canned_server(TokenServer()) as login, canned_server(lambda _: answer(401)) as server:
        got = asked(server.url, oauth(login.url))

    assert got.status == 401
    assert len(server.requests) == 2


def test_an_unreachable_token_server_is_named_as_such() -> None:
    with canned_server(lambda _: FINE) as server, pytest.raises(HttpFailure) as caught:
        asked(server.url, oauth(f"http://127.0.0.1:{free_port()}/token"))

    assert caught.value.kind is FailureKind.TOKEN
    assert "token server" in caught.value.detail
    assert server.requests == []


def test_time_outs_are_those_of_the_cluster_where_none_is_given() -> None:
    settings = SessionSettings(timeouts=Timeouts(read=0.05))
    with canned_server(lambda _: server.let_go.wait(30) and None) as server:
        with pytest.raises(HttpFailure) as caught:
            asked(server.url, settings)
        server.let_go.set()

    assert caught.value.kind is FailureKind.TIMEOUT
