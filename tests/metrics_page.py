"""Write the table of names in docs/metrics.md from the table that reads them."""

from collections.abc import Iterator
from pathlib import Path

from reconcile.measure.dialects import ATTRIBUTES, JAVA, Dialect, names

PAGE = Path(__file__).parents[1] / "docs" / "metrics.md"
_BEGIN, _END = "<!-- names -->\n", "<!-- end of names -->"
_COLUMNS = (Dialect.RULES, Dialect.BEANS, Dialect.OPEN_TELEMETRY)


def _rows() -> Iterator[str]:
    yield f"| What | {' | '.join(_COLUMNS)} |"
    yield "| --- " * (len(_COLUMNS) + 1) + "|"
    for attribute in ATTRIBUTES:
        found = {meaning.dialect: name for name, meaning in names(attribute)}
        cells = (f"`{found[one]}`" if one in found else "" for one in _COLUMNS)
        yield f"| {attribute.measure} | {' | '.join(cells)} |"
    yield ""
    yield "Of the Java machine:"
    yield ""
    yield "| What | Name |"
    yield "| --- | --- |"
    for name, meaning in JAVA:
        where = f'{{{meaning.where[0]}="{meaning.where[1]}"}}' if meaning.where else ""
        yield f"| {meaning.measure} | `{name}{where}` |"


def page() -> str:
    """Return the page with its table as it should be."""
    before, _, rest = PAGE.read_text("utf-8").partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGIN}\n" + "\n".join(_rows()) + f"\n\n{_END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
