"""Take secrets and control characters out of free text."""

import base64
import html
import json
import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote, quote_plus

_SHORTEST: Final = 6
_MASK: Final = "(redacted)"
_ANY_TEXT: Final = "surrogatepass"  # an environment may hold bytes that are no UTF-8
_HEX: Final = re.compile(r"\\u([0-9a-f]{4})")
_PERCENT: Final = re.compile(r"%[0-9A-F]{2}")
_KEPT_CONTROLS: Final = frozenset("\n\t")
# GitHub's runner obeys `::name::` where a line begins, and it and Azure's `##[name]`, `##vso[name]`
# anywhere; whatever is printed may end up in the log of one.
_COMMAND: Final = re.compile(r"^(\s*):(?=:[A-Za-z])|#(?=#\w*\[)", re.MULTILINE)
# Python calls these printable: Unicode's Default_Ignorable_Code_Point, and the empty Braille cell.
_UNSEEN: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


class Redactor:
    """Replace known secrets, in every form they travel in, by a mask.

    Secrets shorter than 6 characters are left alone: masking them would tear up ordinary words
    and so reveal them. What is learned later is masked from then on.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: set[str] = set()
        self._compiled: tuple[int, re.Pattern[str]] | None = None
        self.learn(secrets)

    def learn(self, secrets: Iterable[str]) -> None:
        """Remember more secrets."""
        self._secrets.update(secret for secret in secrets if len(secret) >= _SHORTEST)

    def redact(self, text: str) -> str:
        """Return the text with every known secret masked."""
        if not self._secrets:
            return text
        # Threads learn and redact at once: a pattern knows how many secrets it was made from.
        compiled = self._compiled
        if compiled is None or compiled[0] != len(self._secrets):
            secrets = tuple(self._secrets)
            forms = {form for secret in secrets for form in forms_of(secret)}
            longest_first = sorted(forms, key=lambda form: (-len(form), form))
            compiled = (len(secrets), re.compile("|".join(map(re.escape, longest_first))))
            self._compiled = compiled
        return compiled[1].sub(_MASK, text)

    def __repr__(self) -> str:
        """Return how many secrets are known, and none of them."""
        return f"Redactor({len(self._secrets)} secrets)"


def forms_of(secret: str) -> frozenset[str]:
    """Return a secret as it appears in plain text, JSON, URLs, base64, HTML and Python's repr."""
    forms = {
        secret,
        html.escape(secret),
        html.escape(secret, quote=False),
        repr(secret)[1:-1],
        *_json_forms(secret),
        *_url_forms(secret),
        *_base64_forms(secret),
    }
    return frozenset(form for form in forms if len(form) >= _SHORTEST)


def _json_forms(secret: str) -> set[str]:
    """Return the secret inside JSON text; writers differ in what they escape and in hex case."""
    escaped = json.dumps(secret)[1:-1]
    forms = {
        escaped,
        _HEX.sub(lambda found: "\\u" + found[1].upper(), escaped),
        json.dumps(secret, ensure_ascii=False)[1:-1],
    }
    return forms | {form.replace("/", "\\/") for form in forms}


def _url_forms(secret: str) -> set[str]:
    """Return the secret in URLs, with escapes in upper and in lower case."""
    forms = {
        quote(secret, safe="", errors=_ANY_TEXT),
        quote(secret, errors=_ANY_TEXT),
        quote_plus(secret, errors=_ANY_TEXT),
    }
    return forms | {_PERCENT.sub(lambda found: found[0].lower(), form) for form in forms}


def _base64_forms(secret: str) -> set[str]:
    """Return the stable middle of the secret's base64 at each of the three alignments."""
    raw = secret.encode(errors=_ANY_TEXT)
    forms = {base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode()}
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + raw).decode()
        start = -(-shift * 8 // 6)
        end = (shift + len(raw)) * 8 // 6
        forms.add(encoded[start:end])
    return forms


def visible(text: str) -> str:
    """Return the text with control characters, ANSI escapes and what cannot be seen escaped.

    Spaces that are none, fillers and direction overrides cannot be told from other text. Commands to a pipeline's runner lose their first character in the same way. Line breaks and
    tabs stay. Text from a cluster is data: shown, never obeyed.
    """
    if "::" in text or "##" in text:
        text = _COMMAND.sub(_disarmed, text)
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character if _is_harmless(character) else _escaped(character) for character in text
    )


def one_line(text: str) -> str:
    """Return the text on one line, control characters escaped."""
    return visible(text).replace("\n", "\\n").replace("\t", "\\t")


def _disarmed(found: re.Match[str]) -> str:
    margin = found[1] or ""
    return f"{margin}\\x{ord(found[0][len(margin)]):02x}"


def _is_harmless(character: str) -> bool:
    if character in _KEPT_CONTROLS:
        return True
    return character.isprintable() and not _UNSEEN.match(character)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
