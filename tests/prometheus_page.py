"""Write the table in docs/prometheus.md of the alerts that each dialect can tell."""

from collections.abc import Iterator
from pathlib import Path

from reconcile.generate.rules import cause
from reconcile.generate.scope import Scope
from reconcile.measure.dialects import Naming
from reconcile.watch.pack import PACK

PAGE = Path(__file__).parents[1] / "docs" / "prometheus.md"
_BEGIN, _END = "<!-- rules -->\n", "<!-- end of rules -->"
_SCOPE = Scope(cluster="prod", connectors=("orders",), match={"job": "connect"})


def _rows() -> Iterator[str]:
    yield f"| Alert | {' | '.join(f'`{naming}`' for naming in Naming)} |"
    yield "| --- " * (len(Naming) + 1) + "|"
    for name in PACK:
        told = ("yes" if cause(name, _SCOPE, naming) else "" for naming in Naming)
        yield f"| [{name}](alerts.md#{name.lower()}) | {' | '.join(told)} |"


def page() -> str:
    """Return the page with its table as it should be."""
    before, _, rest = PAGE.read_text("utf-8").partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGIN}\n" + "\n".join(_rows()) + f"\n\n{_END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
