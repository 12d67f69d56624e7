import ssl
import stat

import pytest
from cryptography import x509

from reconcile.sandbox.access import make_access, server_context
from reconcile.sandbox.real_tools import Tools
from reconcile.sandbox.spec import SimulatedSpec
from tests.requirements import require

OPEN = SimulatedSpec()
GUARDED = SimulatedSpec(tls=True, client_certificate=True, basic_auth=True)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The directory and the access of a sandbox with every guard."""
    tools = Tools(java="", openssl=require("openssl", "certificates"))
    directory = tmp_path_factory.mktemp("guarded")
    return directory, make_access(GUARDED, directory, tools)[0]


def test_an_open_sandbox_gets_no_files(tmp_path):
    access, certificates = make_access(OPEN, tmp_path, Tools(java=""))
    assert certificates is None
    assert (access.ca, access.username, access.password) == (None, "", "")
    assert list(tmp_path.iterdir()) == []
    assert server_context(OPEN, tmp_path) is None


def test_keys_and_passwords_are_readable_by_the_user_alone(made):
    directory, access = made
    files = [access.password_file, *(directory / "tls").iterdir()]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert access.password_file.read_text(encoding="utf-8") == access.password != ""


def test_client_and_server_agree_on_their_certificates(made):
    directory, access = made
    server_side = server_context(GUARDED, directory)
    client_side = ssl.create_default_context(cafile=access.ca)
    client_side.load_cert_chain(access.certificate, access.key)
    assert handshake(client_side, server_side) == "connectform sandbox client"


def test_a_client_without_a_certificate_is_refused(made):
    directory, access = made
    with pytest.raises(ssl.SSLError):
        handshake(ssl.create_default_context(cafile=access.ca), server_context(GUARDED, directory))


def test_the_server_is_the_one_on_loopback_only(made):
    directory, _ = made
    pem = (directory / "tls" / "server.pem").read_bytes()
    names = x509.load_pem_x509_certificate(pem).extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )
    assert [str(name.value) for name in names.value] == ["127.0.0.1", "localhost"]


def handshake(client_side, server_side):
    """Let two sides meet in memory; return the name on the client's certificate."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_side.wrap_bio(to_client, to_server, server_hostname="127.0.0.1")
    server = server_side.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(4):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    subject = dict(pair for part in server.getpeercert()["subject"] for pair in part)
    return subject["commonName"]
