"""Rules about secrets, placeholders and what is left to fill in."""

import re
from collections.abc import Iterator
from typing import Final

from reconcile.lint.rule import Fault, ForConnector, Rule
from reconcile.lint.subject import Subject
from reconcile.model.codes import Code
from reconcile.model.lint import LintLevel
from reconcile.plugins.sensitive import holds_secret, is_masked, is_sensitive

_STUB: Final = re.compile(
    r"<[^<>/]{1,60}>|\[[A-Z][A-Za-z_ -]{2,60}\]|\{\{[^{}]{1,60}\}\}|\{[A-Z][A-Z_ -]{3,60}\}"
    r"|_[A-Z][A-Z0-9_]*_|(?:CHANGE|REPLACE|FILL)[ _-]?(?:ME|IN|THIS)\w*|FILL_VIA_\w+|TODO|TBD|XXX+"
    r"|your[-_ ][\w -]{2,40}",
    re.IGNORECASE,
)
_SECRET_STUB: Final = re.compile(
    r"(?:[A-Z]+[_-])*(?:PASSWORD|PASSPHRASE|SECRET|TOKEN|KEY|CREDENTIALS?)(?:[_-][A-Z]+)*"
)
_NO_SECRET: Final = frozenset({"unused", "not-used", "none", "null", "n/a"})
_STUB_INSIDE: Final = re.compile(r"<[A-Z][A-Z0-9_ -]{2,60}>")
_PLACEHOLDER: Final = re.compile(r"\$\{(?:[^{}:]+):(?:[^{}]+)\}")
_OPEN: Final = re.compile(r"\$\{(?:[a-zA-Z][\w-]*:[^{}$\s]*)(?:$|(?=\$\{)|(?=[\s,;&@]))")
_WITHOUT_DOLLAR: Final = re.compile(r"\{(?:file|env|dir|directory|secrets|vault):[^{}:\s]+[^{}]*\}")
_SHELL: Final = re.compile(r"\$\{(?P<name>[A-Z][A-Z0-9_]{2,})\}")
_WHOLE_SHELL: Final = re.compile(
    r"\$(?:\{(?P<braced>[A-Z][A-Z0-9_]{2,})\}|(?P<bare>[A-Z][A-Z0-9_]{2,}))"
)
_EMPTY_MEANS_OFF: Final = "ssl.endpoint.identification.algorithm"
_UNSAFE_SWITCHES: Final = (
    "trustservercertificate",
    "tlsallowinvalidcertificates",
    "tlsallowinvalidhostnames",
    "tlsinsecure",
    "ssl.trust.all.certs",
    "ssl.trust.all.certificates",
    "trust.all.certificates",
    "insecure.skip.verify",
)
_UNSAFE_IN_URL: Final = re.compile(
    r"(?i)\b(?:trustServerCertificate|tlsAllowInvalid\w+|tlsInsecure)=true|\bverifyServerCertificate=false"
)
_VERIFYING: Final = ("splunk.hec.ssl.validate.certs", "ssl.verify", "verify.ssl")
_TEMPLATES: Final = re.compile(r"\{\{\s*(?:topic|partition|start_offset|timestamp|key)\b")


def _inline_secrets(subject: Subject) -> Iterator[Fault]:
    for key, value in subject.config.reveal().items():
        if key in subject.config.references() or is_masked(value):
            continue
        if value.strip().lower() in _NO_SECRET:
            continue
        if not is_sensitive(key, None) or not holds_secret(key, value):
            continue
        if not _is_gap(key, value) and not _is_variable(value):
            yield Fault(key, f"{key} holds a secret as plain text")


def _is_gap(key: str, value: str) -> bool:
    if is_sensitive(key, None) and _SECRET_STUB.fullmatch(value.strip()):
        return True
    return is_stub(value)


def _is_variable(value: str) -> bool:
    return _WHOLE_SHELL.fullmatch(value.strip()) is not None


def _secrets_in_values(subject: Subject) -> Iterator[Fault]:
    for key, value in subject.config.reveal().items():
        if key in subject.config.references() or is_sensitive(key, None):
            continue
        if is_sensitive(key, value):
            yield Fault(key, f"{key} holds a password, a token or a key inside a longer value")


def _stubs(subject: Subject) -> Iterator[Fault]:
    for key, value in subject.config.reveal().items():
        if key == "connector.class":
            continue
        if _is_gap(key, value) or _has_gap(value):
            yield Fault(key, f"the value of {key} looks like a gap to be filled in")


def _has_gap(value: str) -> bool:
    return "\n" not in value and "</" not in value and _STUB_INSIDE.search(value) is not None


def is_stub(value: str) -> bool:
    """Tell whether a value only stands for one that somebody was to fill in."""
    text = value.strip()
    return _STUB.fullmatch(text) is not None and _TEMPLATES.match(text) is None


def _broken_placeholders(subject: Subject) -> Iterator[Fault]:
    for key, value in subject.config.reveal().items():
        rest = _PLACEHOLDER.sub("", value)
        if "{" not in rest:
            continue
        if _OPEN.search(rest):
            yield Fault(key, f"a placeholder in {key} is not closed", "close it with }")
        elif _WITHOUT_DOLLAR.fullmatch(rest.strip()):
            yield Fault(key, f"{key} holds a placeholder without its $", "write ${ in place of {")


def _shell_placeholders(subject: Subject) -> Iterator[Fault]:
    for key, value in subject.config.reveal().items():
        name = _shell_variable(key, value)
        if name:
            message = (
                f"{key} names a variable, {name}, that neither connectform nor Connect fills in"
            )
            yield Fault(key, message, f"write ${{{{ env.{name} }}}} or ${{env:{name}}}")


def _shell_variable(key: str, value: str) -> str:
    """Return the name of a variable; of a secret only where it is all that the value holds."""
    if is_sensitive(key, None):
        found = _WHOLE_SHELL.fullmatch(value.strip())
        return (found["braced"] or found["bare"]) if found else ""
    inside = _SHELL.search(value)
    return inside["name"] if inside else ""


def _turns_off(key: str, text: str) -> bool:
    if text == "true":
        return key.lower().endswith(_UNSAFE_SWITCHES)
    return text == "false" and key.endswith(_VERIFYING)


def _tls(subject: Subject) -> Iterator[Fault]:
    for key, value in subject.config.reveal().items():
        text = value.strip().lower()
        if key.endswith(_EMPTY_MEANS_OFF) and text in {"", "none"}:
            yield Fault(key, f"{key} is empty, so host names are not verified")
        elif _turns_off(key, text):
            yield Fault(key, f"{key} turns the verification of certificates off")
        elif _UNSAFE_IN_URL.search(value):
            yield Fault(key, f"an option inside {key} turns the verification of certificates off")


RULES: Final = (
    Rule(
        code=Code.INLINE_SECRET,
        title="A secret stands in the file",
        level=LintLevel.ERROR,
        why="Whoever can read the repository, now or in its history, can use the secret, and it cannot be rotated without a commit.",
        fix="refer to it: ${{ env.NAME }}, or a placeholder of a config provider on the workers; then change the secret",
        check=ForConnector(_inline_secrets),
    ),
    Rule(
        code=Code.SECRET_IN_VALUE,
        title="A secret inside a longer value",
        level=LintLevel.ERROR,
        why="User information in a URL, a JAAS string, a private key or a token is a secret as much as a password setting is, and tools that mask by the name of the key show it.",
        fix="put a reference in its place inside the value: jdbc:...?password=${{ env.NAME }}; then change the secret",
        check=ForConnector(_secrets_in_values),
    ),
    Rule(
        code=Code.STUB_VALUE,
        title="A gap that nobody filled in",
        level=LintLevel.WARN,
        why="A value such as `<PASSWORD>` or `CHANGEME` comes from an example. The connector takes it as it is and fails later, far from the cause.",
        fix="write the value, or a reference to it",
        check=ForConnector(_stubs),
    ),
    Rule(
        code=Code.BROKEN_PLACEHOLDER,
        title="A placeholder that Connect does not recognise",
        level=LintLevel.ERROR,
        why="Connect fills ${provider:path:key} only where it is written exactly so. Anything else is passed on as it stands, mostly as a password that is wrong.",
        fix="write ${provider:path:key}",
        check=ForConnector(_broken_placeholders),
    ),
    Rule(
        code=Code.SHELL_PLACEHOLDER,
        title="A variable that nobody fills in",
        level=LintLevel.WARN,
        why="${NAME} without a provider is the syntax of shells and envsubst. connectform and Connect both leave it as text.",
        fix="write ${{ env.NAME }} for a variable where connectform runs, ${env:NAME} for one on the workers",
        check=ForConnector(_shell_placeholders),
    ),
    Rule(
        code=Code.TLS_NOT_VERIFIED,
        title="Certificates are not verified",
        level=LintLevel.WARN,
        why="Without verification anybody between the worker and the other side can read along and change what is sent, credentials included.",
        fix="trust the authority of the other side by a truststore, and leave verification on",
        check=ForConnector(_tls),
    ),
)
