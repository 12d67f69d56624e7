"""Tell which settings must not be shown: by their type, their name, then their value."""

import re
from functools import lru_cache
from typing import Final

from reconcile.model.plugin import Setting, SettingType
from reconcile.plugins.suggest import words_of

_HARMLESS_TYPES: Final = frozenset(
    {
        SettingType.BOOLEAN,
        SettingType.INT,
        SettingType.SHORT,
        SettingType.LONG,
        SettingType.DOUBLE,
        SettingType.CLASS,
    }
)
_SECRET_WORD: Final = re.compile(
    r"password|passwd|passphrase|passcode|credential|secret|token$|^(pwd|pass|jaas|userinfo)$"
    r"|(api|app|access|account|master|private|secret|shared|storage|signing|encryption|sas)key$"
    r"|^license$|^(key|store)pass$"
)
_KEY_OF: Final = re.compile(
    "access|account|api|app|auth|consumer|encryption|function|keystore|master|private|sas|secret"
    "|shared|signing|ssl|storage|subscription|tls"
)
_AFTER_A_KEY: Final = frozenset({"id", "pem", "base64", "value", "json", "text", "data"})
_ABOUT_A_SECRET: Final = re.compile(
    "algorithm|alias|class|column|count|days|enabled?|endpoint|expiry|fields?|file|filename|format"
    "|handler|header|hours|interval|issuer|length|location|manager|minutes|mode|ms|name|pattern"
    "|path|policy|provider|regex|required|retries|scope|seconds|size|source|timeout|ttl|type|uri"
    "|url|username|version"
)
_BOOLEANS: Final = frozenset({"true", "false"})
_PLACEHOLDER: Final = re.compile(r"\$\{[^{}:]+:[^{}]+\}")
_MASK: Final = re.compile(r"[*•●]{3,}|\[hidden\]|\[masked\]", re.IGNORECASE)
_TELLTALE: Final = (
    r"(?:password|passwd|passphrase|pwd|secret|token|credential|"
    r"(?:api|app|access|account|master|private|secret|shared|sharedaccess)[._-]?key)"
)
# "-----BEGIN " and PRIVATE, RSA, EC, ENCRYPTED, OPENSSH or DSA, as far as base64 fixes it.
_PRIVATE_PEM_IN_BASE64: Final = "LS0tLS1CRUdJTiB(?:QUkl|SU0Eg|FQyBQ|FTkNS|PUEVO|EU0Eg)"
_SECRET_INSIDE: Final = tuple(
    (sign, re.compile(pattern, re.IGNORECASE))
    for sign, pattern in (
        ("-----", r"-----BEGIN [A-Z ]*PRIVATE KEY"),
        ("@", r"[a-z][a-z0-9+.-]*://[^\s/@:,]*:[^\s@,]+@"),
        ("@", r"jdbc:oracle:\w+:[^\s/@:]+/[^\s@]+@"),
        ("=", rf"{_TELLTALE}\w*\s*=\s*[\"']?[^\s&;,\"']"),
        ('"', rf"\"[^\"]*{_TELLTALE}[^\"]*\"\s*:\s*\"[^\"]"),
        (" ", r"\b(?:Bearer|Basic)\s+[\w~+/.=-]{8,}"),
        (" ", r"\bauthorization\W{1,8}(?:Bearer|Basic|Token|ApiKey)\s+[\w~+/.=-]"),
        ("eyJ", r"(?<![a-z0-9])eyJ[\w-]{4,}\.[\w-]{4,}"),
        ("LS0tLS1CRUdJTiB", _PRIVATE_PEM_IN_BASE64),
        ("/", r"\bhooks\.slack\.com/(?:services|workflows|triggers)/\w"),
        ("/", r"\bdiscord(?:app)?\.com/api/(?:v\d+/)?webhooks/\d+/[\w-]"),
        ("/", r"\b(?:webhook|outlook)\.office(?:365)?\.com/webhook\w*/\w"),
        ("=", r"[?&]sig=[^\s&]"),
    )
)
_JAAS: Final = "jaas"
_PUBLIC: Final = ("access.key.id", "access-key-id", "accesskeyid", "access_key_id")
_KEYS_REMEMBERED: Final = 4096


def is_sensitive(key: str, value: str | None, setting: Setting | None = None) -> bool:
    """Tell whether a value must be kept from view.

    A PASSWORD type settles it; else the words of the key speak, then the value itself: user info
    in a URL, credentials in a JAAS or JDBC string, a private key. A value made only of Connect's
    own placeholders (`${provider:path:key}`) names a place, not a secret. Without a value, the
    key alone is judged.
    """
    kept = _PLACEHOLDER.sub("", value).strip() if value is not None else None
    if kept == "":
        return False
    if setting is not None and setting.type is SettingType.PASSWORD:
        return True
    if _key_is_sensitive(key, setting) and (kept or "").lower() not in _BOOLEANS:
        return True
    return kept is not None and _holds_a_secret(kept)


def holds_secret(key: str, value: str) -> bool:
    """Tell whether a value is a secret that is written out, by its key or by itself.

    The id of an access key is no secret, and a JAAS string is one only with a password in it.
    """
    if key.lower().endswith(_PUBLIC):
        return False
    return is_sensitive("value" if _JAAS in key else key, value)


def is_masked(value: str) -> bool:
    """Tell whether a server put a mask in place of the value (Confluent servers do)."""
    return _MASK.fullmatch(value) is not None


def _holds_a_secret(value: str) -> bool:
    """Search the value; the sign of a pattern is looked for first, which is quick."""
    return any(sign in value and pattern.search(value) for sign, pattern in _SECRET_INSIDE)


def _key_is_sensitive(key: str, setting: Setting | None) -> bool:
    if setting is not None and setting.type in _HARMLESS_TYPES:
        return False
    return _speaks_of_a_secret(key)


@lru_cache(maxsize=_KEYS_REMEMBERED)
def _speaks_of_a_secret(key: str) -> bool:
    words = words_of(key)
    if not words or _ABOUT_A_SECRET.fullmatch(words[-1]):
        return False
    return any(_SECRET_WORD.search(word) for word in words) or _ends_in_a_key(words)


def _ends_in_a_key(words: tuple[str, ...]) -> bool:
    named = words[:-1] if words[-1] in _AFTER_A_KEY else words
    if named[-2:] == ("user", "info"):
        return True
    return len(named) > 1 and named[-1] == "key" and _KEY_OF.fullmatch(named[-2]) is not None
