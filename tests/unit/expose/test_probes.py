"""Whether watching goes on, in one word or in as many as there are troubles."""

from reconcile.expose.probes import PATIENCE, Answer, Pulse, liveness, readiness

A, B = Pulse(cluster="a", due=100.0), Pulse(cluster="b", due=100.0, looked=True)
ENDED = Pulse(cluster="c", due=100.0, ended=True)


def test_loops_are_alive_until_one_is_late_by_more_than_a_round_can_take():
    assert liveness([A, B], 100 + PATIENCE) == Answer(fine=True, text="alive")
    assert liveness([A, B], 101 + PATIENCE) == Answer(
        fine=False,
        text="the round of cluster a has gone on for 901 s\nthe round of cluster b has gone on for 901 s",
    )


def test_a_loop_that_has_ended_is_not_alive():
    assert liveness([A, ENDED], 0) == Answer(fine=False, text="the loop of cluster c has ended")


def test_all_is_ready_once_each_cluster_was_looked_at():
    assert readiness([A, B]) == Answer(fine=False, text="cluster a has not been looked at yet")
    assert readiness([B]) == Answer(fine=True, text="ready")
