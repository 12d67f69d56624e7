"""Texts that try to be more than text, and nouns that hold one of them wherever they hold text."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any, TypeVar

Noun = TypeVar("Noun")
_COMPUTED = {"digest", "plan_digest", "fingerprint", "fingerprint_key", "secrets"}

HOSTILE = {
    "nothing at all": "",
    "emphasis": "**bold** _it_ ~~gone~~ \\* __init__",
    "a heading": "# heading",
    "a rule": "---",
    "a list": "- item",
    "a numbered list": "1. item",
    "a quote": "> quote",
    "a task": "- [ ] task",
    "a table": "a | b |\n--- | ---",
    "a cell in code": "`a | b`",
    "a bar behind a backslash": "a \\| b \\",
    "a link": "[click](https://evil.example/)",
    "a link of a reference": "[click][ref]\n\n[ref]: https://evil.example/",
    "a footnote": "[^1]\n\n[^1]: note",
    "an image": "![x](https://evil.example/pixel.png)",
    "a script": "<script>alert(1)</script>",
    "an element with a handler": '<img src=x onerror="alert(1)">',
    "the end of an attribute": '" onmouseover="alert(1)" x="',
    "the end of an attribute in single quotes": "' autofocus onfocus='alert(1)",
    "the end of details": "</summary></details><details open>",
    "the end of a table cell": "</td></tr></table><h1>",
    "a comment": "<!-- connectform:plan:local -->",
    "the end of a comment": "--> <b>",
    "an entity": "&lt;b&gt; &#60; &amp;",
    "an address": "https://evil.example/?a=b see www.evil.example",
    "an address in brackets": "<https://evil.example/>",
    "a script as address": "javascript:alert(1)",
    "a mail address": "ada@evil.example mailto:ada@evil.example",
    "a mention": "@ada and @org/team",
    "a reference": "#123 GH-123 org/repo#123 !45 &6 %7 $8 ~bug ^9",
    "an emoji": ":tada: :+1:",
    "mathematics": "$\\href{javascript:alert(1)}{x}$ and $$x$$",
    "a fence": "```",
    "a long fence": "`````\n~~~~~\n",
    "a fence with a language": "```sh\nrm -rf ~\n```",
    "ticks": "a `b` ``c`` `",
    "an indented block": "    code",
    "a second line": "first\n# second\n\nthird",
    "a return": "first\rsecond\r\nthird",
    "a separator of lines": "first\u2028second\u2029third\u0085fourth",
    "a colour": "\x1b[31mred\x1b[0m",
    "a title": "\x1b]0;title\x07",
    "a line taken back": "\x1b[2K\x1b[1A\rno changes",
    "a section of a log": "\x1b[0Ksection_start:1:x\r\x1b[0Ktitle",
    "a zero byte": "a\x00b",
    "a lone surrogate": "a\udc80b",
    "no character of XML": "a\x01\x0b\ufffe\uffffb",
    "the end of a section of XML": "]]>",
    "a right-to-left override": "gpj.\u202eexe",
    "spaces that are none": "a\u00a0b\u200bc\u3000d",
    "an isolate": "a\u2066b\u2069\u200fc",
    "a zero-width space": "a\u200bb\ufeffc",
    "a workflow command": "::error file=a,line=1::injected",
    "a workflow command behind a margin": "  ::set-output name=x::y",
    "a workflow command on a second line": "first\n::add-mask::second",
    "an old workflow command": "first ##[error]second",
    "a command of another runner": "##vso[task.setvariable variable=x]y",
    "an expression": "${{ secrets.TOKEN }} ${HOME} $(id) `id`",
    "a delimiter of outputs": "x\nEOF\nadmin=true",
    "a format": "%s %(a)s {0} {connector} %0A",
    "a sign of a diff": "+ added\n- removed\n! changed",
    "a long word": "x" * 400,
    "words of all the world": "größe \u65e5\u672c\u8a9e \u0639\u0631\u0628\u064a \U0001f600 e\u0301",
}


def poisoned(noun: Noun, text: str) -> Noun:
    """Return a noun with every text in it, however deep, made this one; words and digests of ours stay."""
    return _poisoned(noun, text)


def _poisoned(value: Any, text: str) -> Any:
    if isinstance(value, str):
        return value if isinstance(value, Enum) else text
    if isinstance(value, tuple):
        return tuple(_poisoned(item, text) for item in value)
    if isinstance(value, Mapping):
        return {_poisoned(key, text): _poisoned(item, text) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        changed = {
            field.name: _poisoned(getattr(value, field.name), text)
            for field in fields(value)
            if field.init and field.name not in _COMPUTED
        }
        return replace(value, **changed)
    return value
