"""Put together what several plans approve."""

from collections.abc import Mapping, Sequence
from typing import Any

from reconcile.model.plan import Action
from reconcile.plan.change_parse import read_change
from reconcile.plan.digest import digest_of
from reconcile.plan.document import counts_of
from reconcile.plan.saved import changes_digest

Json = Mapping[str, Any]


def approvals_document(documents: Sequence[Json]) -> Json:
    """Return one plan for each cluster with what any of these documents approves, the newest first.

    Of a connector the newest that changes it counts, or leaves it alone and says so. The documents are plans that can be used; what
    is of another project than the newest is left out.
    """
    plans: dict[str, Json] = {}
    for document in documents:
        for plan in document["plans"]:
            name = plan["cluster"]["name"]
            plans[name] = _with(plans[name], plan) if name in plans else plan
    content = {**documents[0], "plans": [*plans.values()], "failures": []}
    content.pop("checksum")
    return {**content, "checksum": digest_of(content)}


def _with(newer: Json, older: Json) -> Json:
    """Return a plan with the changes of an older one, for connectors that it leaves as they are."""
    known = {change["name"] for change in newer["changes"]}
    known |= {item["change"]["name"] for item in newer.get("withheld", ())}
    added = [change for change in older["changes"] if change["name"] not in known]
    if newer["project"] != older["project"] or not added:
        return newer
    changes = [*newer["changes"], *added]
    return {
        **newer,
        "changes": changes,
        "digest": changes_digest([read_change(change) for change in changes]),
        "summary": {
            **newer["summary"],
            **counts_of(Action(change["action"]) for change in changes),
        },
    }
