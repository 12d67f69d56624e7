import socket
from pathlib import Path

import pytest

from reconcile.errors import SandboxError
from reconcile.sandbox.ports import busy_ports, choose_ports, first_choice, free_ports

HERE = Path("/projects/shop/.connectform/sandboxes/default")


@pytest.fixture
def taken():
    """A port that somebody listens on."""
    for port in range(30000, 31000):
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
                listener.listen()
            except OSError:
                continue
            yield port
            return


def test_the_same_directory_begins_at_the_same_port():
    assert first_choice(HERE) == first_choice(HERE)
    assert first_choice(HERE) != first_choice(HERE.with_name("other"))
    assert first_choice(HERE, 1) != first_choice(HERE)


@pytest.mark.parametrize("attempt", range(5))
def test_ports_lie_below_those_of_outgoing_connections(attempt):
    assert 20000 <= first_choice(HERE, attempt) < 32000


def test_free_ports_follow_each_other_and_pass_over_taken_ones(taken):
    first, second = free_ports(2, taken - 1)
    assert second == first + 1
    assert taken not in (first, second)


def test_looking_goes_on_at_the_bottom():
    assert 20000 <= free_ports(3, 31999)[0] < 32000


def test_a_taken_port_is_busy(taken):
    assert busy_ports((taken,)) == (taken,)


def test_a_wanted_port_that_is_taken_is_refused_by_its_number(taken):
    with pytest.raises(SandboxError, match=str(taken)):
        choose_ports(1, HERE, wanted=taken, attempt=0, others=2)


def test_the_broker_never_gets_a_port_of_the_workers():
    wanted = first_choice(HERE)
    if busy_ports((wanted, wanted + 1)):
        pytest.skip("somebody else listens there")
    workers, others = choose_ports(2, HERE, wanted=wanted, attempt=0, others=2)
    assert workers == (wanted, wanted + 1)
    assert not set(workers) & set(others)
    assert len(others) == 2
