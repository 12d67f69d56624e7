"""What git declares, for files to be generated from."""

from collections.abc import Mapping

from reconcile.generate.scope import Declared, Scope, Sheet
from reconcile.model.alert import TermsChanges
from reconcile.model.desired import Definition
from tests.unit.plan.worlds import definition

MATCH = {"job": "connect"}


def sheet(
    *definitions: Definition,
    match: Mapping[str, str] | None = None,
    rules: TermsChanges | None = None,
    links: Mapping[str, str] | None = None,
    docs: str = "",
) -> Sheet:
    """Return a project with one cluster, and one connector where none are given."""
    declared = {one.name: one for one in definitions or (definition(),)}
    scope = Scope(cluster="prod", match=MATCH if match is None else match)
    return Sheet(
        project="payments",
        declared=(Declared(scope=scope, definitions=declared),),
        rules=rules or {},
        links=links or {},
        docs=docs,
    )
