"""Hold together what the handlers of requests work on."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconcile.sandbox.simulated_answers import Answer, error
from reconcile.sandbox.simulated_flavors import Traits
from reconcile.sandbox.simulated_herder import Herder
from reconcile.sandbox.simulated_rules import Rules
from reconcile.sandbox.simulated_steps import Surroundings
from reconcile.sandbox.simulated_timing import Timing
from reconcile.sandbox.simulated_versions import Features
from reconcile.sandbox.simulated_views import Views

REBALANCE_EXPECTED = "Request cannot be completed because a rebalance is expected"
COMMIT = "c0ffee0123456789"
NO_LEADER = (
    "Cannot complete request momentarily due to no known leader URL, "
    "likely because a rebalance was underway."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One Connect group: its state, what readers see of it, and what it judges configs by."""

    traits: Traits
    cluster_id: str
    herder: Herder
    views: Views
    rules: Rules
    users: Mapping[str, str] = field(repr=False)

    @property
    def around(self) -> Surroundings:
        """Return what the lifecycle knows."""
        return self.herder.around

    @property
    def features(self) -> Features:
        """Return what this release can do."""
        return self.herder.around.features

    @property
    def timing(self) -> Timing:
        """Return how long things take here."""
        return self.herder.around.timing


def new_group(
    herder: Herder,
    rules: Rules,
    *,
    traits: Traits,
    cluster_id: str,
    users: Mapping[str, str],
) -> Group:
    """Return a group without connectors."""
    views = Views(herder=herder, traits=traits)
    return Group(
        traits=traits,
        cluster_id=cluster_id,
        herder=herder,
        views=views,
        rules=rules,
        users=users,
    )


def not_found(name: str) -> Answer:
    """Return the answer for a connector that is not there."""
    return error(404, f"Connector {name} not found")


def timed_out(group: Group) -> Answer:
    """Return the answer after a write or a herder's read ran out of time (KAFKA-15563)."""
    stage = ""
    if group.features.timeouts_name_the_stage:
        began = group.herder.clock.now().strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        stage = (
            f". The worker is currently ensuring membership in the cluster, which began at {began}"
        )
    return error(500, f"Request timed out{stage}")
