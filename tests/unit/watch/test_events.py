"""What is worth a log entry: what is new in a round, each thing once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from reconcile.model.codes import Code
from reconcile.model.drift import Drift
from reconcile.model.metrics import Flows
from reconcile.model.problem import Location, Problem
from reconcile.watch.budget import Standing
from reconcile.watch.events import Happening, entries_of
from reconcile.watch.flowing import Stream
from reconcile.watch.heals import Healing
from reconcile.watch.judging import Judged
from reconcile.watch.restarts import Ruling
from reconcile.watch.rounds import Round
from reconcile.watch.trends import Trends, followed
from tests.golden.nouns import IDENTITY, UPDATED
from tests.unit.expose.rounds import DONE

NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)
NOTHING = Drift(project="shop", cluster="prod", identity=IDENTITY, created_at=NOW)
CHANGED = replace(NOTHING, changed=(replace(UPDATED, name="a"),))


def told(*healings: Healing) -> list[list[tuple[Happening, str]]]:
    before, found = Round(cluster="prod"), []
    for healing in healings:
        this = of(healing)
        found.append([(one.event, one.connector) for one in entries_of(before, this)])
        before = this
    return found


def test_drift_is_told_when_it_begins_when_it_is_set_back_and_when_it_is_over():
    assert told(
        Healing(drift=CHANGED),
        Healing(drift=CHANGED),
        Healing(drift=CHANGED, heals=("a",), result=DONE),
        Healing(drift=NOTHING),
        Healing(drift=NOTHING),
    ) == [
        [(Happening.DRIFT, "a")],
        [],
        [(Happening.SET_BACK, "a")],
        [(Happening.DRIFT_OVER, "a")],
        [],
    ]


def test_what_was_not_written_is_not_told_as_set_back():
    assert told(Healing(drift=CHANGED, heals=("a",))) == [[(Happening.DRIFT, "a")]]


def test_what_is_set_back_is_told_under_the_run_that_the_history_has():
    done = Healing(drift=CHANGED, heals=("a",), result=DONE, run="run-7")
    runs = {one.event: one.run for one in entries_of(Round(cluster="prod"), of(done))}

    assert runs == {Happening.DRIFT: "", Happening.SET_BACK: "run-7"}


def test_that_setting_back_was_given_up_is_told_once():
    given_up = Healing(drift=CHANGED, standings={"a": Standing(ruling=Ruling.GIVEN_UP, attempts=5)})

    assert told(Healing(drift=CHANGED), given_up, given_up) == [
        [(Happening.DRIFT, "a")],
        [(Happening.HEAL_GIVEN_UP, "a")],
        [],
    ]


def test_tasks_of_a_worker_that_is_gone_are_told_once_and_once_they_are_found():
    well, gone = Round(cluster="prod"), Round(cluster="prod", judged=Judged(lost={"w:1": 2}))

    entries = [[*entries_of(*pair)] for pair in ((well, gone), (gone, gone), (gone, well))]
    assert [[(one.event, one.fields) for one in some] for some in entries] == [
        [(Happening.LOST, {"worker": "w:1", "assignments": 2})],
        [],
        [(Happening.FOUND, {"worker": "w:1"})],
    ]


def of(healing: Healing) -> Round:
    return Round(cluster="prod", healing=healing)


def test_a_problem_in_a_file_is_told_with_its_place_and_anew_in_another_one():
    first, second = (
        Problem(code=Code.SYNTAX, message="no", location=Location(path, 3, 5))
        for path in ("a.yaml", "b.yaml")
    )
    broken = replace(Round(cluster="prod"), problems=(first,))
    worse = replace(broken, problems=(first, second))

    entries = [[*entries_of(*pair)] for pair in ((Round(cluster="prod"), broken), (broken, worse))]
    assert [[one.fields["place"] for one in some] for some in entries] == [
        ["a.yaml:3:5"],
        ["b.yaml:3:5"],
    ]


def test_what_is_read_again_of_one_source_says_nothing_of_another():
    def doubts(seconds: int, *problems: Problem, before: Trends) -> Trends:
        return followed(before, Flows(problems=problems), None, NOW + timedelta(seconds=seconds))

    page, group = (
        Problem(code=Code.METRICS_UNREADABLE, message="no page"),
        Problem(code=Code.LAG_UNREADABLE, message="no lag", connector="a"),
    )
    first = doubts(0, page, group, before=Trends())
    second = doubts(30, page, before=first)
    third = doubts(90, before=second)

    def entries(before: Trends, found: Trends) -> list[tuple[str, str, object]]:
        pair = (reading(one) for one in (before, found))
        return [
            (one.connector, one.fields["code"], one.fields["seconds"]) for one in entries_of(*pair)
        ]

    assert entries(first, second) == [("a", "CF317", 30)]
    assert entries(second, third) == [("", "CF315", 90)]


def reading(trends: Trends) -> Round:
    return Round(cluster="prod", reading=SimpleNamespace(stream=Stream(trends=trends)))
