import ssl
from pathlib import Path

import pytest

from reconcile.http.failures import FailureKind, HttpFailure
from reconcile.http.tls import tls_context
from reconcile.model.config import Secret
from reconcile.model.project import Tls
from tests.unit.http.certificates import Authority


def test_a_context_that_is_not_needed_trusts_nobody() -> None:
    context = tls_context(Tls(), needed=False)

    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.get_ca_certs() == []


def test_without_a_ca_the_system_decides_whom_to_trust() -> None:
    context = tls_context(Tls())

    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


def test_a_ca_of_its_own_is_the_only_one_trusted(tmp_path: Path) -> None:
    context = tls_context(Tls(ca=str(Authority(tmp_path).path)))

    assert len(context.get_ca_certs()) == 1


def test_verification_can_be_turned_off() -> None:
    context = tls_context(Tls(verify=False))

    assert context.verify_mode is ssl.CERT_NONE


def test_a_key_may_have_a_password(tmp_path: Path) -> None:
    pair = Authority(tmp_path).sign("client", password="open sesame")

    context = tls_context(
        Tls(cert=str(pair.certificate), key=str(pair.key), key_password=Secret("open sesame"))
    )

    assert isinstance(context, ssl.SSLContext)


@pytest.mark.parametrize("password", [None, "wrong password"])
def test_a_key_without_its_password_is_an_error_and_no_question(
    tmp_path: Path, password: str | None
) -> None:
    pair = Authority(tmp_path).sign("client", password="open sesame")
    secret = Secret(password) if password else None

    with pytest.raises(HttpFailure) as caught:
        tls_context(Tls(cert=str(pair.certificate), key=str(pair.key), key_password=secret))

    assert caught.value.kind is FailureKind.TLS
    assert str(pair.certificate) in caught.value.detail


def test_files_that_are_not_there_are_named(tmp_path: Path) -> None:
    pair = Authority(tmp_path).sign("client")
    missing = str(tmp_path / "missing.pem")

    with pytest.raises(HttpFailure, match=r"cannot read .*missing\.pem"):
        tls_context(Tls(ca=missing))
    with pytest.raises(HttpFailure, match=r"missing\.pem"):
        tls_context(Tls(cert=str(pair.certificate), key=missing))


def test_a_ca_that_is_no_certificate_is_named(tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    path.write_text("not a certificate")

    with pytest.raises(HttpFailure, match="no usable CA certificate"):
        tls_context(Tls(ca=str(path)))


def test_the_key_of_another_certificate_is_refused(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    one, other = authority.sign("one"), authority.sign("other")

    with pytest.raises(HttpFailure, match="not a pair"):
        tls_context(Tls(cert=str(one.certificate), key=str(other.key)))


def test_a_system_without_certificates_gets_those_that_came_with_us(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nowhere = ssl.get_default_verify_paths()._replace(cafile=None, capath=None)
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: nowhere)

    assert tls_context(Tls()).get_ca_certs()
