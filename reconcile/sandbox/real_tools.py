"""Find the programs that a real sandbox needs, and say which are missing."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reconcile.errors import SandboxError
from reconcile.model.codes import Code
from reconcile.model.problem import Problem

OLDEST_JAVA = 17
_VERSION = re.compile(r'version "(\d+)(?:\.(\d+))?')
_JAVA_HINT = (
    "install a Java runtime 17 or later (Debian, Ubuntu: openjdk-17-jre-headless; Fedora: "
    "java-21-openjdk-headless; macOS: brew install openjdk@21), or set JAVA_HOME to one"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """Paths of the programs that were found; "" for one that was not asked for."""

    java: str
    maven: str = ""
    openssl: str = ""
    keytool: str = ""


def find_tools(*, java: bool = True, maven: bool = False, certificates: bool = False) -> Tools:
    """Find the programs that are asked for.

    Raises SandboxError (CF601) with one problem for each that is missing or too old.
    """
    found = find_java() if java else ""
    tools = Tools(
        java=found,
        maven=shutil.which("mvn") or "" if maven else "",
        openssl=shutil.which("openssl") or "" if certificates else "",
        keytool=_keytool(found) if java and certificates else "",
    )
    problems = list(_java_problems(found)) if java else []
    if maven and not tools.maven:
        problems.append(_missing("mvn", "Apache Maven (the package is called maven everywhere)"))
    if certificates and not tools.openssl:
        problems.append(_missing("openssl", "OpenSSL (the package is called openssl everywhere)"))
    if java and certificates and not tools.keytool:
        problems.append(_missing("keytool", "a Java runtime that comes with it"))
    if problems:
        raise SandboxError(*problems)
    return tools


def find_java() -> str:
    """Return the path of `java`, from JAVA_HOME or else the PATH; "" if there is none."""
    home = os.environ.get("JAVA_HOME", "")
    return (
        (home and shutil.which("java", path=str(Path(home, "bin")))) or shutil.which("java") or ""
    )


def java_major(text: str) -> int:
    """Return the major version from what `java -version` prints, 0 if it is not there."""
    found = _VERSION.search(text)
    if found is None:
        return 0
    major = int(found[1])
    return int(found[2] or 0) if major == 1 else major  # 1.8 was Java 8


def java_version(java: str) -> int:
    """Ask a `java` for its major version, 0 if it gives none."""
    try:
        shown = subprocess.run(  # noqa: S603 - the user's own java
            (java, "-version"), capture_output=True, text=True, check=False
        )
    except OSError:
        return 0
    return java_major(shown.stderr + shown.stdout)


def _java_problems(java: str) -> Iterator[Problem]:
    if not java:
        yield _problem("Java is needed for a real sandbox and was not found", _JAVA_HINT)
        return
    version = java_version(java)
    if version < OLDEST_JAVA:
        shown = f"is version {version}" if version else "does not say its version"
        yield _problem(f"Java 17 or later is needed, and {java} {shown}", _JAVA_HINT)


def _missing(program: str, package: str) -> Problem:
    return _problem(f"`{program}` is needed for this and was not found", f"install {package}")


def _keytool(java: str) -> str:
    beside = str(Path(java).resolve().parent) if java else None
    return (beside and shutil.which("keytool", path=beside)) or shutil.which("keytool") or ""


def _problem(message: str, hint: str) -> Problem:
    return Problem(code=Code.SANDBOX_TOOL_MISSING, message=message, hint=hint)
