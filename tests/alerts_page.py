"""Write the catalogue in docs/alerts.md from the pack of rules."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from reconcile.desired.durations import duration
from reconcile.model.alert import AlertName, Terms
from reconcile.watch.pack import PACK

PAGE = Path(__file__).parents[1] / "docs" / "alerts.md"
_BEGIN, _END = "<!-- catalogue -->\n", "<!-- end of catalogue -->"


def _text(length: timedelta) -> str:
    return duration(int(length / timedelta(milliseconds=1))) if length else "0s"


def _over(name: AlertName, terms: Terms) -> str:
    if terms.over is None:
        return ""
    if name is AlertName.ERROR_RATIO:
        return f"{terms.over:.0%}"
    return _text(timedelta(seconds=terms.over))


def _rows() -> Iterator[str]:
    yield "| Alert | `severity` | `for` | `keepFiringFor` | `over` |"
    yield "| --- | --- | --- | --- | --- |"
    for name, rule in PACK.items():
        terms = rule.terms
        lengths = f"{_text(terms.wait)} | {_text(terms.keep)}"
        yield f"| [{name}](#{name.lower()}) | {terms.severity} | {lengths} | {_over(name, terms)} |"
    for name, rule in PACK.items():
        yield f"\n### {name}\n"
        yield f"{rule.meaning}\n"
        yield f"**Likely cause:** {rule.cause}\n"
        yield f"**What to do:** {rule.remedy}"
        if rule.mutes:
            others = ", ".join(f"`{other}`" for other in PACK if other in rule.mutes)
            yield f"\nWhile it fires, nobody is told of {others}."


def page() -> str:
    """Return the page with its catalogue as it should be."""
    before, _, rest = PAGE.read_text("utf-8").partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGIN}\n" + "\n".join(_rows()) + f"\n\n{_END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
