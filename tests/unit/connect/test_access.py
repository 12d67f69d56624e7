from reconcile.connect.access import credentials_of, session_settings, shown_url, warnings_of
from reconcile.model.codes import Code
from reconcile.model.config import Secret
from reconcile.model.problem import Severity
from reconcile.model.project import (
    Access,
    BasicAuth,
    BearerAuth,
    OAuthClientCredentials,
    Tls,
)

OAUTH = OAuthClientCredentials(
    token_url="https://login", client_id="ci", client_secret=Secret("oauth-secret")
)


def test_every_credential_is_kept_secret() -> None:
    access = Access(
        cluster="prod",
        urls=("https://ci:url%20secret@one", "https://two"),
        auth=BasicAuth("ci", Secret("password")),
        tls=Tls(key_password=Secret("key-secret")),
        proxy="http://me:proxy-secret@proxy:3128",
        headers={"X-Api-Key": "header-secret", "X-Team": "payments"},
    )

    assert set(credentials_of(access)) == {
        "password",
        "key-secret",
        "url secret",
        "proxy-secret",
        "header-secret",
    }


def test_every_kind_of_credentials_is_known() -> None:
    for auth, secret in (
        (None, set()),
        (BearerAuth(Secret("bearer")), {"bearer"}),
        (OAUTH, {"oauth-secret"}),
    ):
        assert set(credentials_of(Access(cluster="c", urls=("http://a",), auth=auth))) == secret


def test_a_shown_url_has_no_credentials() -> None:
    assert shown_url("https://ci:hunter22@host:8083/connect/") == "https://host:8083/connect"
    assert shown_url("http://host/@path") == "http://host/@path"


def test_tls_is_loaded_only_where_something_is_https() -> None:
    plain = Access(cluster="c", urls=("http://a",))

    assert not session_settings(plain).secure
    assert session_settings(Access(cluster="c", urls=("http://a", "HTTPS://b"))).secure
    assert session_settings(Access(cluster="c", urls=("http://a",), auth=OAUTH)).secure
    assert session_settings(Access(cluster="c", urls=("http://a",), proxy="https://p")).secure


def test_unverified_certificates_are_said_loudly() -> None:
    (problem,) = warnings_of(Access(cluster="prod", urls=("https://a",), tls=Tls(verify=False)))

    assert problem.code is Code.INSECURE_TLS
    assert problem.severity is Severity.WARNING
    assert "prod" in problem.message
    assert warnings_of(Access(cluster="prod", urls=("https://a",))) == ()
