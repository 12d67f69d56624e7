"""What a dashboard asks Prometheus, with its variables filled in as Grafana does."""

from collections.abc import Iterator
from typing import Any

Document = dict[str, Any]


def questions(document: Document, *, cluster: str = "prod") -> Iterator[tuple[str, str]]:
    """Yield each expression with the title of its panel, or the name of its variable.

    Of variables with listed values the last is chosen, of the others all values, and `cluster`.
    """
    variables = document["templating"]["list"]
    chosen = {one["name"]: one["options"][-1]["value"] for one in variables if one.get("options")}
    for variable in variables:
        if variable["type"] == "query":
            vector, _, _ = variable["query"].removeprefix("label_values(").rpartition(",")
            yield variable["name"], _filled(vector, chosen, cluster)
    for panel in document["panels"]:
        for target in panel.get("targets", ()):
            yield panel["title"], _filled(target["expr"], chosen, cluster)


def _filled(expression: str, chosen: dict[str, str], cluster: str) -> str:
    texts = {f"${{{name}:raw}}": value for name, value in chosen.items()}
    texts |= {"$__rate_interval": "1m", "$cluster": cluster, "$connector": ".*"}
    for text, value in texts.items():
        expression = expression.replace(text, value)
    assert "$" not in expression.replace('"$1"', ""), expression
    return expression
