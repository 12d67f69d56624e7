"""How what a pipeline stops goes on by hand: where it is started, and with which inputs."""

from collections.abc import Mapping, Sequence

from reconcile.ci.pipeline import ForgeKind, Pipeline
from reconcile.model.plan import Plan
from reconcile.plan.limits import exact_numbers, passes_by_number
from reconcile.report.links import Link
from reconcile.report.markdown_page import way_on_markdown
from reconcile.report.page import WayOn


def ways_on(plans: Sequence[Plan], pipeline: Pipeline) -> Mapping[str, WayOn]:
    """Return by cluster how a run by hand carries out what there is to do.

    A plan that is refused for more than its numbers would be refused there as well: it has none.
    """
    return {
        plan.cluster: _way_on(plan, pipeline)
        for plan in plans
        if plan.changes and passes_by_number(plan)
    }


def by_hand_markdown(plans: Sequence[Plan], pipeline: Pipeline) -> str:
    """Return where, and with what, an apply is started by hand for what is left."""
    ways = [f"- {way_on_markdown(way)}" for way in ways_on(plans, pipeline).values()]
    if not ways:
        return ""
    return "\n".join(
        ["### What is left", "", "It was not approved, or is above a limit:", "", *ways, ""]
    )


def _way_on(plan: Plan, pipeline: Pipeline) -> WayOn:
    later = pipeline.pull_request is not None
    label = "Once it is merged, start it by hand" if later else "Start it by hand"
    numbers = {option: str(number) for option, number in exact_numbers(plan).items()}
    given = {"cluster": plan.cluster, "expect": plan.digest, **numbers}
    inputs = tuple((_input(name, pipeline.kind), value) for name, value in given.items())
    return WayOn(Link(label, pipeline.manual_url), inputs)


def _input(name: str, kind: ForgeKind) -> str:
    """Return an input by the name under which people enter it."""
    return name.upper().replace("-", "_") if kind is ForgeKind.GITLAB else name
