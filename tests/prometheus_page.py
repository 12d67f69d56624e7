"""Write the parts of docs/prometheus.md that follow from the pack of alerts."""

from collections.abc import Iterator
from pathlib import Path

from reconcile.generate.rules import cause
from reconcile.generate.scope import Scope
from reconcile.measure.dialects import Naming
from reconcile.model.alert import OF_CLUSTERS
from reconcile.watch.pack import PACK

PAGE = Path(__file__).parents[1] / "docs" / "prometheus.md"
_SCOPE = Scope(cluster="prod", connectors=("orders",), match={"job": "connect"})
_TOLD = [name for name in PACK if any(cause(name, _SCOPE, naming) for naming in Naming)]


def _rules() -> Iterator[str]:
    """Yield which alerts each dialect can tell."""
    yield f"| Alert | {' | '.join(f'`{naming}`' for naming in Naming)} |"
    yield "| --- " * (len(Naming) + 1) + "|"
    for name in PACK:
        told = ("yes" if cause(name, _SCOPE, naming) else "" for naming in Naming)
        yield f"| [{name}](alerts.md#{name.lower()}) | {' | '.join(told)} |"


def _mutes() -> Iterator[str]:
    """Yield what Alertmanager is to know of the alerts of connectors that say all that others do."""
    yield "<!-- file: alertmanager.yml -->"
    yield "```yaml"
    yield "route: {receiver: everyone, group_by: [cluster, alertname]}"
    yield "receivers: [{name: everyone}]"
    yield "inhibit_rules:"
    for name in _TOLD:
        muted = [other for other in _TOLD if other in PACK[name].mutes]
        if name not in OF_CLUSTERS and muted:
            yield f"  - source_matchers: ['alertname=\"{name}\"']"
            yield f"    target_matchers: ['alertname=~\"{'|'.join(muted)}\"']"
            yield "    equal: [cluster, connector]"
    yield "```"


def page() -> str:
    """Return the page with these parts as they should be."""
    text = PAGE.read_text("utf-8")
    for name, lines in (("rules", _rules()), ("mutes", _mutes())):
        begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        text = f"{before}{begin}\n" + "\n".join(lines) + f"\n\n{end}{after}"
    return text


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
