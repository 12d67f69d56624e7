import base64
import html
import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reconcile.redact import Redactor, forms_of, one_line, visible

SECRET = 'p"a/ss é+wörd'

FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "json": json.dumps,
    "json with unicode": lambda text: json.dumps(text, ensure_ascii=False),
    "json with escaped slashes": lambda text: json.dumps(text, ensure_ascii=False).replace(
        "/", "\\/"
    ),
    "json as Java writes it": lambda text: (
        json.dumps(text).replace("00e9", "00E9").replace("00f6", "00F6")
    ),
    "ascii json with escaped slashes": lambda text: json.dumps(text).replace("/", "\\/"),
    "url": lambda text: quote(text, safe=""),
    "url path": quote,
    "url with escapes in lower case": lambda text: (
        (quote(text, safe="").replace("%C3", "%c3").replace("%2F", "%2f").replace("%B6", "%b6"))
        .replace("%A9", "%a9")
        .replace("%2B", "%2b")
    ),
    "form": quote_plus,
    "html": html.escape,
    "html without quotes": lambda text: html.escape(text, quote=False),
    "repr": repr,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "url-safe base64": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "basic auth": lambda text: base64.b64encode(f"user:{text}".encode()).decode(),
    "base64 inside more": lambda text: base64.b64encode(f"ab{text}cd".encode()).decode(),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_is_masked_in_every_form_it_travels_in(form: str) -> None:
    travelling = FORMS[form](SECRET)

    redacted = Redactor([SECRET]).redact(f"before {travelling} after")

    assert "(redacted)" in redacted
    assert redacted.startswith("before ")
    assert redacted.endswith(" after")
    for part in ("p%22a", 'p"a', 'p\\"a', "ss é", "w\u00f6rd", "w\\u00f6rd", "p&quot;a"):
        assert part.lower() not in redacted.lower()


@given(st.text(min_size=6, max_size=30), st.text(max_size=20), st.text(max_size=20))
def test_no_secret_survives_in_plain_text(secret: str, before: str, after: str) -> None:
    assume(secret not in "(redacted)")

    assert secret not in Redactor([secret]).redact(f"{before}\x00{secret}\x00{after}")


def test_a_text_without_secrets_stays_as_it_is() -> None:
    assert Redactor().redact("password=hunter2") == "password=hunter2"
    assert Redactor(["another-secret"]).redact("password=hunter2") == "password=hunter2"


def test_short_secrets_are_left_alone() -> None:
    assert Redactor(["abc", ""]).redact("abcdef") == "abcdef"


def test_a_secret_inside_another_one_does_not_uncover_the_rest() -> None:
    redactor = Redactor(["hunter2", "hunter2-and-more"])

    assert redactor.redact("x hunter2-and-more y") == "x (redacted) y"


def test_what_is_learned_later_is_masked_from_then_on() -> None:
    redactor = Redactor(["first-secret"])
    redactor.redact("warm")
    redactor.learn(["second-secret"])
    redactor.learn(["first-secret"])

    for _ in range(2):
        assert redactor.redact("first-secret second-secret") == "(redacted) (redacted)"


def test_a_redactor_shows_no_secret_of_its_own() -> None:
    assert repr(Redactor(["hunter2-hunter2"])) == "Redactor(1 secrets)"


def test_bytes_that_are_no_text_can_be_secret_too() -> None:
    assert Redactor(["\udcff-secret"]).redact("x \udcff-secret") == "x (redacted)"


def test_forms_too_short_to_search_for_are_left_out() -> None:
    assert all(len(form) >= 6 for form in forms_of("abcdef"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("\r\x00\x07", "\\r\\x00\\x07"),
        ("\u202eabc\u2066", "\\u202eabc\\u2066"),
        ("\u2028", "\\u2028"),
        ("a\u00a0b", "a\\xa0b"),
        ("a\u3164b", "a\\u3164b"),
        ("a\u200b\u2060\ufeffb", "a\\u200b\\u2060\\ufeffb"),
        ("a\u034f\u115f\uffa0\u2800b", "a\\u034f\\u115f\\uffa0\\u2800b"),
        ("a\ufe0f\U000e0100b", "a\\ufe0f\\U000e0100b"),
        ("größe 接続 e\u0301", "größe 接続 e\u0301"),
        ("\ud800", "\\ud800"),
        ("注文", "注文"),
    ],
)
def test_what_acts_on_a_terminal_becomes_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_one_line_is_one_line() -> None:
    assert one_line("a\nb\tc\r\n") == "a\\nb\\tc\\r\\n"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::error::x", r"\x3a:error::x"),
        ("  ::add-mask::x", r"  \x3a:add-mask::x"),
        ("a\n::stop-commands::x", "a\n" + r"\x3a:stop-commands::x"),
        ("a ##[error]x", r"a \x23#[error]x"),
        ("##vso[task.x]y", r"\x23#vso[task.x]y"),
        ("::1 and fe80::1", "::1 and fe80::1"),
        ("a::b::c", "a::b::c"),
        ("## heading [x]", "## heading [x]"),
    ],
)
def test_no_text_commands_a_runner(text: str, shown: str) -> None:
    assert visible(text) == shown
