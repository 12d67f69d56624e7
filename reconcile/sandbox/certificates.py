"""Make a certificate authority, and certificates of it for a server and a client on loopback."""

import os
import secrets
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from reconcile.errors import SandboxError
from reconcile.model.codes import Code
from reconcile.model.problem import Problem
from reconcile.sandbox.real_tools import Tools

_DAYS = "3650"
_PASSWORD_VARIABLE = "STORE_PASSWORD"  # noqa: S105 - the name of a variable
_EXTENSIONS = """\
[req]
distinguished_name = name
prompt = no
[name]
CN = connectform sandbox authority
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = CA:FALSE
subjectAltName = IP:127.0.0.1, DNS:localhost
extendedKeyUsage = serverAuth, clientAuth
authorityKeyIdentifier = keyid
[client]
basicConstraints = CA:FALSE
extendedKeyUsage = clientAuth
authorityKeyIdentifier = keyid
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificates:
    """Files of a sandbox's own authority, readable by the user alone."""

    ca: Path
    server_certificate: Path
    server_key: Path
    client_certificate: Path
    client_key: Path
    key_store: Path
    trust_store: Path
    store_password: str = field(default="", repr=False)


def certificate_files(directory: Path) -> Certificates:
    """Return the paths of all files in a directory of certificates."""
    return Certificates(
        ca=directory / "ca.pem",
        server_certificate=directory / "server.pem",
        server_key=directory / "server.key",
        client_certificate=directory / "client.pem",
        client_key=directory / "client.key",
        key_store=directory / "server.p12",
        trust_store=directory / "trust.p12",
    )


def make_certificates(directory: Path, tools: Tools) -> Certificates:
    """Write PEM files for clients and Python, and PKCS 12 stores for Java.

    The stores are left out where `tools` has no keytool. Raises SandboxError (CF602) when a tool
    fails.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    extensions = directory / "openssl.cnf"
    extensions.write_text(_EXTENSIONS, encoding="ascii")
    made = replace(certificate_files(directory), store_password=secrets.token_urlsafe(18))
    _make_authority(directory, extensions, tools)
    _make_certificate("server", directory, extensions, tools)
    _make_certificate("client", directory, extensions, tools)
    if tools.keytool:
        _make_stores(made, tools)
    for file in directory.iterdir():
        file.chmod(0o600)
    return made


def _make_authority(directory: Path, extensions: Path, tools: Tools) -> None:
    _run(
        (
            *(tools.openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-sha256"),
            *("-days", _DAYS, "-config", str(extensions), "-extensions", "authority"),
            *("-keyout", str(directory / "ca.key"), "-out", str(directory / "ca.pem")),
        )
    )


def _make_certificate(name: str, directory: Path, extensions: Path, tools: Tools) -> None:
    request = directory / f"{name}.csr"
    _run(
        (
            *(tools.openssl, "req", "-new", "-newkey", "rsa:2048", "-nodes", "-sha256"),
            *("-config", str(extensions), "-subj", f"/CN=connectform sandbox {name}"),
            *("-keyout", str(directory / f"{name}.key"), "-out", str(request)),
        )
    )
    _run(
        (
            *(tools.openssl, "x509", "-req", "-in", str(request), "-sha256", "-days", _DAYS),
            *("-CA", str(directory / "ca.pem"), "-CAkey", str(directory / "ca.key")),
            *("-set_serial", f"0x{secrets.token_hex(15)}", "-extfile", str(extensions)),
            *("-extensions", name, "-out", str(directory / f"{name}.pem")),
        )
    )
    request.unlink()


def _make_stores(made: Certificates, tools: Tools) -> None:
    password = {_PASSWORD_VARIABLE: made.store_password}
    _run(
        (
            *(tools.openssl, "pkcs12", "-export", "-name", "server"),
            *("-in", str(made.server_certificate), "-inkey", str(made.server_key)),
            *("-certfile", str(made.ca), "-out", str(made.key_store)),
            *("-passout", f"env:{_PASSWORD_VARIABLE}"),
        ),
        password,
    )
    # Java trusts only entries that carry a mark of its own, which keytool sets.
    _run(
        (
            *(tools.keytool, "-importcert", "-noprompt", "-alias", "ca", "-file", str(made.ca)),
            *("-keystore", str(made.trust_store), "-storetype", "PKCS12"),
            *("-storepass:env", _PASSWORD_VARIABLE),
        ),
        password,
    )


def _run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
    done = subprocess.run(  # noqa: S603 - programs that were found for this, and paths of ours
        command,
        capture_output=True,
        text=True,
        check=False,
        umask=0o077,
        env={**os.environ, **(environment or {})},
    )
    if done.returncode:
        raise SandboxError(
            Problem(
                code=Code.SANDBOX_START_FAILED,
                message=f"`{command[0]} {command[1]}` failed: {(done.stderr or done.stdout).strip()}",
                hint="sandboxes need OpenSSL 1.1.1 or later for TLS",
            )
        )
