"""The access to one cluster, its references resolved."""

import pytest

from reconcile.desired.project import read_access
from reconcile.errors import DefinitionError
from reconcile.model.flavor import Flavor
from reconcile.model.project import BasicAuth, BearerAuth, OAuthClientCredentials, Timeouts, Tls
from tests.unit.desired.repository import lines_of, repository

HEAD = "apiVersion: connectform/v1\nkind: Project\nmetadata: {name: shop}\nclusters:\n  prod:\n"


def access(folder, cluster, environment=None, files=None, overrides=()):
    loaded = repository(folder, files or {}, project=f"{HEAD}{cluster}")
    return read_access(loaded, "prod", environment or {}, overrides)


def problems(folder, cluster, environment=None, files=None):
    with pytest.raises(DefinitionError) as caught:
        access(folder, cluster, environment, files)
    return lines_of(caught.value.problems)


def test_all_parts_are_resolved(tmp_path):
    found = access(
        tmp_path,
        "    urls: ['https://a.example.com:8083/', '${{ env.URL }}']\n"
        "    auth: {basic: {username: ci, password: '${{ env.PASSWORD }}'}}\n"
        "    tls: {ca: certs/ca.pem, cert: certs/ci.pem, key: certs/ci.pem, "
        "keyPassword: '${{ file.key.txt }}', verify: false}\n"
        "    proxy: 'http://me:${{ env.PASSWORD }}@proxy:3128'\n"
        "    headers: {X-Team: '${{ var.TEAM }}', X-Key: '${{ env.KEY }}'}\n"
        "    timeouts: {connect: 500ms, write: 3m}\n"
        "    vars: {TEAM: payments}\n",
        {"URL": "https://b.example.com/connect", "PASSWORD": "hunter2!", "KEY": "k-1234567"},
        {"certs/ca.pem": "", "certs/ci.pem": "", "key.txt": "pass phrase\n"},
    )

    assert found.cluster == "prod"
    assert found.urls == ("https://a.example.com:8083", "https://b.example.com/connect")
    assert isinstance(found.auth, BasicAuth)
    assert found.auth.password.reveal() == "hunter2!"
    assert found.tls.ca == str(tmp_path.resolve() / "certs" / "ca.pem")
    assert not found.tls.verify
    assert found.tls.key_password.reveal() == "pass phrase"
    assert found.headers == {"X-Team": "payments", "X-Key": "k-1234567"}
    assert found.timeouts == Timeouts(connect=0.5, read=120.0, write=180.0)
    assert found.proxy == "http://me:hunter2!@proxy:3128"


def test_a_url_alone_is_enough(tmp_path):
    found = access(tmp_path, "    url: http://127.0.0.1:8083\n")

    assert found.urls == ("http://127.0.0.1:8083",)
    assert found.auth is None
    assert found.tls == Tls()
    assert found.timeouts == Timeouts()


def test_a_token_is_a_way_in(tmp_path):
    found = access(
        tmp_path,
        "    url: http://a\n    auth: {bearer: {token: '${{ env.TOKEN }}'}}\n",
        {"TOKEN": "t-1"},
    )

    assert isinstance(found.auth, BearerAuth)
    assert found.auth.token.reveal() == "t-1"


def test_client_credentials_are_a_way_in(tmp_path):
    found = access(
        tmp_path,
        "    url: http://a\n    auth: {oauth: {tokenUrl: 'https://t', clientId: 1, "
        "clientSecret: '${{ env.S }}', scope: s}}\n",
        {"S": "secret-1"},
    )

    assert isinstance(found.auth, OAuthClientCredentials)
    assert (found.auth.client_id, found.auth.scope, found.auth.audience) == ("1", "s", "")
    assert found.auth.client_secret.reveal() == "secret-1"


def test_addresses_may_be_given_instead(tmp_path):
    found = access(tmp_path, "    url: '${{ env.UNSET }}'\n", overrides=("http://127.0.0.1:1",))

    assert found.urls == ("http://127.0.0.1:1",)


@pytest.mark.parametrize(
    ("cluster", "lines"),
    [
        (
            "    url: '${{ env.URL }}'\n",
            ["6:5 CF201 clusters.prod.url: the environment variable URL is not set"],
        ),
        (
            "    urls: ['http://a', '${{ env.URL }}']\n",
            ["6:24 CF201 clusters.prod.urls[1]: the environment variable URL is not set"],
        ),
        (
            "    url: connect:8083\n",
            ["6:5 CF105 clusters.prod.url must be an http or https address"],
        ),
        ("    url: 'http://'\n", ["6:5 CF105 clusters.prod.url must be an http or https address"]),
        (
            "    url: 'http://[::1'\n",
            ["6:5 CF105 clusters.prod.url must be an http or https address"],
        ),
        (
            "    url: 'http://a:99999'\n",
            ["6:5 CF105 clusters.prod.url must be an http or https address"],
        ),
        ("    url: http://me:pw@a\n", ["6:5 CF105 clusters.prod.url holds credentials"]),
        (
            "    url: https://api.aiven.io/v1/project/shop/service/kc\n",
            [
                (
                    "6:5 CF105 clusters.prod.url leads to Aiven's platform API, which is not Kafka"
                    " Connect"
                ),
            ],
        ),
        ("    url: http://a?b=c\n", ["6:5 CF105 clusters.prod.url holds a query"]),
        (
            "    url: http://a\n    tls: {ca: none.pem}\n",
            ["7:11 CF115 tls.ca of cluster prod: there is no such file"],
        ),
        (
            "    url: http://a\n    tls: {key: connectform.yaml}\n",
            ["7:5 CF106 clusters.prod.tls has a key without a certificate"],
        ),
        (
            "    url: http://a\n    headers: {X: '${{ connector.name }}'}\n",
            ["7:15 CF201 clusters.prod.headers.X: there is no connector.name here"],
        ),
        (
            "    url: http://a\n    auth: {basic: {username: '${{ env.U }}', password: '${{ env.P }}'}}\n",
            [
                "7:20 CF201 clusters.prod.auth.basic.username: the environment variable U is not set",
                "7:46 CF201 clusters.prod.auth.basic.password: the environment variable P is not set",
            ],
        ),
        (
            "    url: http://a\n    auth: {bearer: {token: '${{ file.../../etc/passwd }}'}}\n",
            [
                (
                    "7:21 CF203 clusters.prod.auth.bearer.token: the file ../../etc/passwd lies outside "
                    "the project"
                )
            ],
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path, cluster, lines):
    assert problems(tmp_path, cluster) == [f"connectform.yaml:{line}" for line in lines]


def test_an_address_from_a_secret_may_hold_a_password(tmp_path):
    url = "https://me:hunter2@connect"

    assert access(tmp_path, "    url: '${{ env.URL }}'\n", {"URL": url}).urls == (url,)


def test_an_address_from_a_secret_is_not_shown(tmp_path):
    (line,) = problems(tmp_path, "    url: '${{ env.URL }}'\n", {"URL": "ftp://me:hunter2@a"})

    assert "hunter2" not in line


def test_the_secrets_of_an_access_are_known_but_its_addresses_are_not_among_them(tmp_path):
    found = access(
        tmp_path,
        "    url: '${{ env.URL }}'\n"
        "    auth: {basic: {username: ci, password: '${{ env.PASSWORD }}'}}\n"
        "    headers: {X-Tenant: '${{ env.TENANT }}', X-Team: payments}\n",
        {"URL": "https://b.example.com", "PASSWORD": "hunter2!", "TENANT": "t-1234567"},
    )

    assert sorted(secret.reveal() for secret in found.secrets) == ["hunter2!", "t-1234567"]
    assert "t-1234567" not in repr(found)


@pytest.mark.parametrize(
    ("line", "flavor"),
    [("", None), *((f"    flavor: {flavor}\n", flavor) for flavor in Flavor)],
)
def test_a_cluster_may_say_whose_connect_it_is(tmp_path, line, flavor):
    assert access(tmp_path, f"    url: http://a\n{line}").flavor is flavor
