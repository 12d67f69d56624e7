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
    found = [plan for document in documents for plan in document["plans"]]
    of_clusters: dict[str, list[Json]] = {}
    for plan in found:
        if plan["project"] == found[0]["project"]:
            of_clusters.setdefault(str(plan["cluster"]["name"]), []).append(plan)
    plans = [_sum_of(plans) for plans in of_clusters.values()]
    content = {**documents[0], "plans": plans, "failures": []}
    content.pop("checksum")
    return {**content, "checksum": digest_of(content)}


def _sum_of(plans: Sequence[Json]) -> Json:
    """Return the newest plan with those changes of older ones that no plan after them has a say in."""
    newest, changes, known = plans[0], list[Json](), set[str]()
    for plan in plans:
        changes += [change for change in plan["changes"] if str(change["name"]) not in known]
        known |= _named(plan)
    if len(changes) == len(newest["changes"]):
        return newest
    return {
        **newest,
        "changes": changes,
        "digest": changes_digest([read_change(change) for change in changes]),
        "summary": {
            **newest["summary"],
            **counts_of(Action(change["action"]) for change in changes),
        },
    }


def _named(plan: Json) -> set[str]:
    """Return the connectors that a plan changes, or leaves alone and says so."""
    withheld = [item["change"] for item in plan.get("withheld", ())]
    return {str(change["name"]) for change in (*plan["changes"], *withheld)}
