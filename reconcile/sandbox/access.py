"""Make what a sandbox is guarded with: certificates and a password."""

import os
import secrets
import ssl
from pathlib import Path

from reconcile.model.flavor import Flavor
from reconcile.sandbox.certificates import Certificates, certificate_files, make_certificates
from reconcile.sandbox.real_tools import Tools
from reconcile.sandbox.simulated_flavors import AIVEN_USER
from reconcile.sandbox.spec import SimulatedSpec, Spec
from reconcile.sandbox.state import PASSWORD, Access

USERNAME = "sandbox"


def make_access(spec: Spec, directory: Path, tools: Tools) -> tuple[Access, Certificates | None]:
    """Write the certificates and the password that a sandbox asks for, if any.

    Returns what clients need, and the server's side of the certificates. All files are readable
    by the user alone.
    """
    certificates = make_certificates(directory / "tls", tools) if spec.tls else None
    password, password_file = "", None
    if spec.basic_auth:
        password, password_file = secrets.token_urlsafe(18), directory / PASSWORD
        write_private(password_file, password)
    identified = certificates if spec.client_certificate else None
    access = Access(
        ca=certificates.ca if certificates else None,
        certificate=identified.client_certificate if identified else None,
        key=identified.client_key if identified else None,
        username=_username(spec) if spec.basic_auth else "",
        password_file=password_file,
        password=password,
    )
    return access, certificates


def server_context(spec: Spec, directory: Path) -> ssl.SSLContext | None:
    """Return how a server in Python speaks TLS with what `make_access` wrote, None without TLS."""
    if not spec.tls:
        return None
    made = certificate_files(directory / "tls")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=made.ca)
    context.load_cert_chain(made.server_certificate, made.server_key)
    if spec.client_certificate:
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def _username(spec: Spec) -> str:
    aiven = isinstance(spec, SimulatedSpec) and spec.flavor is Flavor.AIVEN
    return AIVEN_USER if aiven else USERNAME


def write_private(path: Path, text: str) -> None:
    """Write a file that only the user can read, from its first byte on."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
