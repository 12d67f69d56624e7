"""What ours finds in generated traffic."""

from random import Random

from reconcile.anomaly.detect import Finding, step
from reconcile.anomaly.profile import profile_for
from tests.traffic import DAY, METRIC_OF, Fault, Injected, metric_of, traffic

CLEAN_SERIES = 50
CLEAN_DAYS = 14
FAULTS = tuple(Fault)[:4] * 2 + tuple(Fault) * 2
_FIRST_WITH_FAULT = 1000


def clean_findings(number: int) -> list[Finding]:
    """Return all that is found in two clean weeks."""
    metric = metric_of(number)
    profile = profile_for(metric)
    state, found = None, []
    for sample in traffic(number, metric, CLEAN_DAYS):
        state, finding = step(state, sample, profile)
        found += [finding] if finding else []
    return found


def found_after(number: int, fault: Fault) -> int | None:
    """Return after how many minutes a fault is found, None where it is not within an hour.

    It begins at a minute of the 15th or 16th day that chance chooses. A finding before it is none
    of it.
    """
    number += _FIRST_WITH_FAULT
    begins = CLEAN_DAYS * DAY + Random(number).randrange(2 * DAY)  # noqa: S311  # seeded
    metric = METRIC_OF[fault]
    profile, state = profile_for(metric), None
    samples = traffic(number, metric, (begins + 60) / DAY, Injected(fault, begins))
    for minute, sample in enumerate(samples):
        state, finding = step(state, sample, profile)
        if finding and minute >= begins:
            return minute - begins
    return None
