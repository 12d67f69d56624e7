"""Hundreds of connectors fail within a second: one page, few restarts at a time, and all heal."""

from tests.watch.inbox import inbox
from tests.watch.post import REFUSED, post_in

CONNECTORS = 500
PER_MINUTE = 60


def test_a_storm_is_met_with_one_page_one_canary_and_restarts_within_the_budget(tmp_path):
    with inbox() as box, post_in(tmp_path) as post:
        post.write_project(
            restart="{enabled: true, backoff: {initial: 30s, max: 5m}, maxAttempts: null}",
            watch=f"{{restarts: {{perMinute: {PER_MINUTE}, concurrent: {PER_MINUTE}}}}}",
            alerts=f"{{receivers: {{pager: {{webhook: '{box.url}'}}}}}}",
        )
        names = [f"orders-{number:03}" for number in range(CONNECTORS)]
        for name in names:
            post.declare(name)
        post.round()
        for name in names:
            post.cluster.fail_task(name, 0, REFUSED, for_good=True)

        ill = [post.round(60).restarts for _ in range(6)]
        for name in names:
            post.cluster.heal(name)
        healing = [post.round(60).restarts for _ in range(13)]
        post.round(300)
        last = post.round(300)

        assert all(len(restarts) <= 1 for restarts in ill)
        assert max(map(len, healing)) == PER_MINUTE
        assert healing[-1] == ()
        assert all(verdict.health.value == "healthy" for verdict in last.judged.verdicts.values())
        assert box.statuses() == [
            ("firing", "ConnectorsFailTogether", ""),
            ("resolved", "ConnectorsFailTogether", ""),
        ]
