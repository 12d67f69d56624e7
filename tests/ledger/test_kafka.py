"""A ledger in Kafka says what is wrong with its topic, and outlives brokers that die at any moment."""

import pytest

from reconcile.errors import LedgerError
from reconcile.kafka.compacted_topic import CompactedTopic
from reconcile.ledger.kafka_store import KafkaStore
from reconcile.ledger.store import Store
from reconcile.model.codes import Code
from reconcile.redact import Redactor
from tests.fake_clock import FakeClock
from tests.ledger.fake_kafka import Broker, client_of

SECRET = "a secret of the brokers"

# After it the end of the log is asked for, and the message and the end are read.
COMMIT_FROM_END = 3


def store_on(broker: Broker) -> Store:
    topic = CompactedTopic(
        {}, "t", transactional_id="x", clock=FakeClock(), client=client_of(broker)
    )
    return KafkaStore(topic, name="t", cluster="prod", redact=Redactor([SECRET]).redact)


def problem_of(work):
    with pytest.raises(LedgerError) as caught:
        work()
    (problem,) = caught.value.problems
    return problem


def calls_of_a_write() -> int:
    broker = Broker()
    assert store_on(broker).swap({"run/1": "a"}, given={"run/1": None})
    return broker.calls


def test_the_broker_in_memory_keeps_a_ledger() -> None:
    broker = Broker()
    first, second = store_on(broker), store_on(broker)
    assert first.swap({"run/1": "a"}, given={"run/1": None})
    assert not second.swap({"run/1": "b"}, given={"run/1": None})
    assert second.swap({"run/1": None, "run/2": "c"}, given={"run/1": "a"})
    assert first.swap({"run/3": "d"}, given={"run/2": "c"})
    assert dict(second.read("run/")) == {"run/2": "c", "run/3": "d"}


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("dies_at", range(1, calls_of_a_write() + 1))
def test_a_broker_that_dies_at_any_call_of_a_write_loses_nothing(dies_at: int, moment: str) -> None:
    broker = Broker(dies_at=dies_at, late=moment == "after")
    store = store_on(broker)
    problem = problem_of(lambda: store.swap({"run/1": "a", "run/2": "b"}, given={"run/1": None}))

    assert problem.code is Code.LEDGER_UNWRITABLE
    assert "broker down" in problem.message
    broker.down = False
    seen = [dict(one.read("run/")) for one in (store, store_on(broker))]
    assert seen[0] == seen[1]
    assert seen[0] in ({}, {"run/1": "a", "run/2": "b"})
    assert store.swap({"run/3": "c"}, given={"run/1": seen[0].get("run/1")})
    assert dict(store_on(broker).read("run/")) == {**seen[0], "run/3": "c"}


@pytest.mark.parametrize("dies_at", range(1, 6))
def test_a_broker_that_dies_while_it_is_read_is_told(dies_at: int) -> None:
    broker = Broker()
    store_on(broker).swap({"run/1": "a", "run/2": "b"}, given={})
    broker.dies_at = broker.calls + dies_at
    store = store_on(broker)

    assert problem_of(lambda: store.read("run/")).code is Code.LEDGER_UNREADABLE
    broker.down = False
    assert dict(store.read("run/")) == {"run/1": "a", "run/2": "b"}


def test_a_broker_that_is_gone_is_not_told_as_a_partition_that_is() -> None:
    broker = Broker(error="_UNKNOWN_PARTITION", says="Local: Unknown partition")
    store = store_on(broker)
    store.swap({"run/1": "a"}, given={})
    broker.down = True

    problem = problem_of(lambda: store.read("run/"))
    assert problem.message == "the ledger kafka:t does not answer: no broker can be reached"
    assert "brokers are up" in problem.hint


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_commit_without_an_answer_is_looked_for_and_made_once(moment: str) -> None:
    commit = calls_of_a_write() - COMMIT_FROM_END
    broker = Broker(dies_at=commit, late=moment == "after", once=True)
    store = store_on(broker)

    assert store.swap({"run/1": "a", "run/2": None}, given={"run/1": None})
    assert broker.log.count(("prod/run/1", "a")) == 1
    assert not store.swap({"run/1": "b"}, given={"run/1": None})


def test_who_is_overtaken_between_its_commit_and_the_answer_writes_nothing() -> None:
    broker = Broker(dies_at=calls_of_a_write() - COMMIT_FROM_END, once=True)
    overtaken, other = store_on(broker), store_on(broker)
    broker.when_dying = lambda: other.swap({"run/1": "theirs"}, given={"run/1": None})

    assert not overtaken.swap({"run/1": "ours"}, given={"run/1": None})
    assert dict(overtaken.read("run/")) == {"run/1": "theirs"}


def test_what_a_broker_says_shows_no_secret() -> None:
    for work in (
        lambda store: store.read(""),
        lambda store: store.swap({"run/1": "a"}, given={}),
    ):
        store = store_on(Broker(dies_at=1, says=f"no such user: {SECRET}"))
        message = problem_of(lambda work=work, store=store: work(store)).message
        assert SECRET not in message
        assert "no such user: (redacted)" in message


@pytest.mark.parametrize(
    ("broker", "said"),
    [
        (Broker(exists=True, partitions=3), "3 partitions"),
        (Broker(exists=True, policy="delete"), "cleanup.policy=delete"),
        (Broker(exists=True, policy="compact,delete"), "cleanup.policy=compact,delete"),
    ],
)
def test_a_topic_of_the_wrong_shape_is_refused(broker: Broker, said: str) -> None:
    for work in (
        lambda: store_on(broker).read(""),
        lambda: store_on(broker).swap({"run/1": "a"}, given={}),
    ):
        problem = problem_of(work)
        assert problem.code is Code.LEDGER_TOPIC
        assert said in problem.message
    assert broker.log == []
