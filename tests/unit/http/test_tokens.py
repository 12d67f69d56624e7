import base64
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs

import pytest

from reconcile.http.failures import FailureKind, HttpFailure
from reconcile.http.tokens import TokenSource
from reconcile.model.config import Secret
from reconcile.model.project import OAuthClientCredentials
from tests.fake_clock import FakeClock

CREDENTIALS = OAuthClientCredentials(
    token_url="https://login.example.com/token",
    client_id="ci bot",
    client_secret=Secret("s/cret+é"),
    scope="connect",
    audience="https://connect",
)


class TokenServer:
    """Answers one token after the other."""

    def __init__(self, *, lifetime: object = 600, only_form: bool = False) -> None:
        self.asked: list[tuple[Mapping[str, str], dict[str, list[str]]]] = []
        self.lifetime = lifetime
        self.only_form = only_form

    def __call__(self, _: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        form = parse_qs(body.decode())
        self.asked.append((headers, form))
        if self.only_form and "client_secret" not in form:
            return 401, b'{"error":"invalid_client"}'
        token = {"access_token": f"token-{len(self.asked)}", "expires_in": self.lifetime}
        return 200, json.dumps(token).encode()


def a_source(server, clock: FakeClock, learned: list[str] | None = None) -> TokenSource:
    seen = [] if learned is None else learned
    return TokenSource(CREDENTIALS, post=server, clock=clock, learn=seen.append)


def test_a_token_is_kept_until_shortly_before_it_ends() -> None:
    server, clock = TokenServer(lifetime=600), FakeClock()
    source = a_source(server, clock)

    first = source.token()
    clock.advance(569)
    again = source.token()
    clock.advance(1)
    later = source.token()

    assert (first, again, later) == ("token-1", "token-1", "token-2")


@pytest.mark.parametrize("lifetime", [None, 0, "300"])
def test_a_token_of_unknown_lifetime_is_kept_for_minutes(lifetime: object) -> None:
    server, clock = TokenServer(lifetime=lifetime), FakeClock()
    source = a_source(server, clock)

    source.token()
    clock.advance(269)
    source.token()

    assert len(server.asked) == 1


def test_a_refused_token_is_replaced_once_for_all_threads() -> None:
    server = TokenServer()
    source = a_source(server, FakeClock())
    refused = source.token()

    with ThreadPoolExecutor(8) as pool:
        renewed = set(pool.map(source.renewed, [refused] * 32))

    assert renewed == {"token-2"}


def test_the_credentials_go_into_the_header_in_form_encoding() -> None:
    server = TokenServer()
    a_source(server, FakeClock()).token()

    headers, form = server.asked[0]
    pair = base64.b64decode(headers["Authorization"].removeprefix("Basic ")).decode()
    assert pair == "ci+bot:s%2Fcret%2B%C3%A9"
    assert form == {
        "grant_type": ["client_credentials"],
        "scope": ["connect"],
        "audience": ["https://connect"],
    }


def test_a_server_that_wants_the_credentials_in_the_form_gets_them_there() -> None:
    server = TokenServer(only_form=True)

    assert a_source(server, FakeClock()).token() == "token-2"
    headers, form = server.asked[1]
    assert "Authorization" not in headers
    assert form["client_secret"] == ["s/cret+é"]


def test_the_redactor_learns_each_token() -> None:
    learned: list[str] = []
    a_source(TokenServer(), FakeClock(), learned).token()

    assert learned == ["token-1"]


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (401, b'{"error":"invalid_client"}', "401 (invalid_client)"),
        (401, b'{"error":"<b>s/cret</b>"}', "401"),
        (500, b"<html>", "500"),
        (200, b"<html>", "something else"),
        (200, b"[]", "something else"),
        (200, b'{"token":"x"}', "something else"),
        (200, b'{"access_token":""}', "empty"),
        (200, b'{"access_token":7}', "empty"),
    ],
)
def test_no_token_is_a_failure_that_quotes_nothing(status: int, body: bytes, said: str) -> None:
    source = a_source(lambda *_: (status, body), FakeClock())

    with pytest.raises(HttpFailure) as caught:
        source.token()

    assert caught.value.kind is FailureKind.TOKEN
    assert not caught.value.sent
    assert said in caught.value.detail
    assert "s/cret" not in caught.value.detail
