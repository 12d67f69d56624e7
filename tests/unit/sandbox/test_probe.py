import pytest

from reconcile.clock import SystemClock
from reconcile.sandbox.probe import answers, error_lines, last_lines
from reconcile.sandbox.simulated_cluster import SimulatedCluster
from reconcile.sandbox.simulated_faults import starting
from reconcile.sandbox.simulated_server import serve
from reconcile.sandbox.state import Access


@pytest.fixture
def cluster():
    return SimulatedCluster(clock=SystemClock(), cluster_id="mine", users={"me": "hush"})


ME = Access(username="me", password="hush")


def test_a_worker_that_lists_its_connectors_answers(cluster):
    with serve(cluster) as server:
        assert answers(server.url, ME)
        assert answers(server.url, ME, kafka_cluster_id="mine")


def test_the_worker_of_another_sandbox_does_not_count(cluster):
    with serve(cluster) as server:
        assert not answers(server.url, ME, kafka_cluster_id="theirs")


def test_a_wrong_password_is_no_answer(cluster):
    with serve(cluster) as server:
        assert not answers(server.url, Access(username="me", password="guess"))
        assert not answers(server.url, Access())


def test_a_worker_that_is_still_starting_does_not_answer(cluster):
    cluster.inject(starting())
    with serve(cluster) as server:
        assert not answers(server.url, ME)
        assert answers(server.url, ME)


def test_nobody_there_is_no_answer(cluster):
    with serve(cluster) as server:
        url = server.url
    assert not answers(url, ME)


def test_the_end_of_a_log_is_read(tmp_path):
    log = tmp_path / "x.log"
    log.write_text("one\ntwo\nthree é\n", encoding="utf-8")
    assert last_lines(log, 2) == ("two", "three é")
    assert last_lines(log, 9) == ("one", "two", "three é")
    assert last_lines(log, 0) == ()
    assert last_lines(tmp_path / "none.log", 2) == ()


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        (("[t] INFO fine", "[t] ERROR broken", "[t] INFO bye"), ("[t] ERROR broken",)),
        (
            ("Caused by: x.BindException: in use", "at line"),
            ("Caused by: x.BindException: in use",),
        ),
        (("Error: Could not find or load main class kafka.Kafka",),) * 2,
        (
            (
                '{"@timestamp":"t","log.level":"ERROR","message":"broken","error.stack_trace":"x\\n\\tat y\\nCaused by: z.BindException: in use"}',
                '{"@timestamp":"t","log.level":"INFO","message":"bye"}',
            ),
            ("[t] ERROR broken", "Caused by: z.BindException: in use"),
        ),
        (("killed", "", "bye"), ("killed", "bye")),
        ((), ()),
    ],
)
def test_a_log_is_searched_for_errors(lines, shown):
    assert error_lines(lines, 2) == shown
