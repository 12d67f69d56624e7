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
_KEPT_CONTROLS: Final = frozenset("\n\t")
_BIDI: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Redactor:
    """Replace known secrets, in every form they travel in, by a mask.

    Secrets shorter than 6 characters are left alone: masking them would tear up ordinary words
    and so reveal them. What is learned later is masked from then on.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self.learn(secrets)

    def learn(self, secrets: Iterable[str]) -> None:
        """Remember more secrets."""
        new = {secret for secret in secrets if len(secret) >= _SHORTEST} - self._secrets
        if new:
            self._secrets |= new
            self._pattern = None

    def redact(self, text: str) -> str:
        """Return the text with every known secret masked."""
        if not self._secrets:
            return text
        if self._pattern is None:
            forms = {form for secret in self._secrets for form in forms_of(secret)}
            longest_first = sorted(forms, key=lambda form: (-len(form), form))
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))
        return self._pattern.sub(_MASK, text)

    def __repr__(self) -> str:
        """Return how many secrets are known, and none of them."""
        return f"Redactor({len(self._secrets)} secrets)"


def forms_of(secret: str) -> frozenset[str]:
    """Return a secret as it appears in plain text, JSON, URLs, base64, HTML and Python's repr."""
    forms = {
        secret,
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1].replace("/", "\\/"),
        quote(secret, safe=""),
        quote(secret),
        quote_plus(secret),
        html.escape(secret),
        html.escape(secret, quote=False),
        repr(secret)[1:-1],
        *_base64_forms(secret),
    }
    return frozenset(form for form in forms if len(form) >= _SHORTEST)


def _base64_forms(secret: str) -> set[str]:
    """Return the stable middle of the secret's base64 at each of the three alignments."""
    raw = secret.encode()
    forms = {base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode()}
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + raw).decode()
        start = -(-shift * 8 // 6)
        end = (shift + len(raw)) * 8 // 6
        forms.add(encoded[start:end])
    return forms


def visible(text: str) -> str:
    """Return the text with control characters, ANSI escapes and direction overrides escaped.

    Line breaks and tabs stay. Text from a cluster is data: shown, never obeyed.
    """
    if text.isprintable():
        return text
    return "".join(
        character if _is_harmless(character) else _escaped(character) for character in text
    )


def one_line(text: str) -> str:
    """Return the text on one line, control characters escaped."""
    return visible(text).replace("\n", "\\n").replace("\t", "\\t")


def _is_harmless(character: str) -> bool:
    if character in _KEPT_CONTROLS:
        return True
    return (character.isprintable() or character == "\u00a0") and character not in _BIDI


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
