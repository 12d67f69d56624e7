"""Write the tables of docs/metrics.md and docs/metrics-reference.md from those of the code."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from reconcile.expose.names import BUCKETS, METRICS, Kind
from reconcile.measure.dialects import ATTRIBUTES, JAVA, Dialect, names

DOCS = Path(__file__).parents[1] / "docs"
PAGE, REFERENCE = DOCS / "metrics.md", DOCS / "metrics-reference.md"
_COLUMNS = (Dialect.RULES, Dialect.BEANS, Dialect.OPEN_TELEMETRY)


def _names() -> Iterator[str]:
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


def _metrics() -> Iterator[str]:
    yield "| Name | Kind | Labels | Meaning |"
    yield "| --- | --- | --- | --- |"
    for metric in METRICS:
        labels = ", ".join(f"`{label}`" for label in metric.labels)
        yield f"| `{metric.series}` | {metric.kind} | {labels} | {metric.meaning} |"
    yield ""
    for metric in METRICS:
        if metric.kind is Kind.STATESET:
            yield f"States of `{metric.name}`: {', '.join(f'`{one}`' for one in metric.states)}."
            yield ""
    yield f"Bounds of the histogram, in seconds: {', '.join(f'{bound:g}' for bound in BUCKETS)}."


def _filled(path: Path, mark: str, rows: Iterable[str]) -> str:
    begin, end = f"<!-- {mark} -->\n", f"<!-- end of {mark} -->"
    before, _, rest = path.read_text("utf-8").partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}\n" + "\n".join(rows) + f"\n\n{end}{after}"


def pages() -> dict[Path, str]:
    """Return the pages with their tables as they should be."""
    return {
        PAGE: _filled(PAGE, "names", _names()),
        REFERENCE: _filled(REFERENCE, "metrics", _metrics()),
    }


if __name__ == "__main__":
    for written, text in pages().items():
        written.write_text(text, "utf-8")
