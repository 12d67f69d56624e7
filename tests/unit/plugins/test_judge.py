"""Connectors judged without a cluster, by a catalog alone."""

from array import array

import pytest

from reconcile.model.codes import Code
from reconcile.model.desired import Layer
from reconcile.model.marks import Marks, pack
from reconcile.model.problem import Location, Severity
from reconcile.plugins.judge import judge_definition
from tests.unit.plan.worlds import definition
from tests.unit.plugins.catalogs import CDC, SINK, catalog

PLUGINS = catalog()


def judged(config, references=None, *, release=(4, 3), places=()):
    keys = tuple(("spec", "config", key) for key in places)
    packed = array("Q", [pack(11 + index, 5) for index in range(len(keys))])
    marks = Marks("connectors/orders.yaml", keys, packed)
    wanted = definition(
        config={"connector.class": SINK, **config},
        references=references,
        layers=(Layer(marks=marks, config=("spec", "config")),),
    )
    version = ".".join(map(str, release))
    return judge_definition(wanted, PLUGINS, version=version, release=release)


def test_a_connector_that_is_right_has_no_problem():
    assert judged({}) == ()
    assert judged({"connector.class": " LinesSink "}) == ()


def test_a_problem_stands_at_the_line_of_its_key_and_says_where_it_is_explained():
    (problem,) = judged({"connector.class": "LinesSink", "tasks.max": "x"}, places=["tasks.max"])

    assert problem.code is Code.VALIDATION
    assert problem.location == Location("connectors/orders.yaml", 11, 5)
    assert problem.hint == "see `connectform schema show LinesSink tasks.max --cluster local`"
    assert problem.connector == "orders"


def test_what_is_missing_stands_where_the_definition_does():
    (problem,) = judged({"topics": None})
    assert problem.message == "Must configure one of topics or topics.regex"
    assert problem.location == Location("connectors/orders.yaml", 1, 1)


def test_an_unknown_key_is_a_warning_with_a_guess():
    (problem,) = judged({"task.max": "1", "tasks.max": None})

    assert (problem.code, problem.severity) == (Code.UNKNOWN_SETTING, Severity.WARNING)
    assert problem.message == f"task.max is no setting of {SINK}, which ignores it"
    assert problem.hint == "did you mean tasks.max?"


def test_a_key_below_a_transform_is_known_by_its_class():
    config = {
        "transforms": "a",
        "transforms.a.type": "org.example.transforms.InsertField$Value",
        "transforms.a.static.feild": "x",
    }
    (problem,) = judged(config)
    assert problem.hint == "did you mean transforms.a.static.field?"


def test_a_value_that_is_not_proposed_is_a_warning_with_a_guess():
    config = {
        "connector.class": CDC,
        "database.hostname": "db",
        "snapshot.mode": "nevr",
        "topics": None,
        "file": None,
    }
    (problem,) = judged(config)
    assert problem.severity is Severity.WARNING
    assert problem.hint == "did you mean never?"


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("LinesSnk", "did you mean LinesSink?"),
        (
            "com.acme.Nothing",
            "install the plugin on every worker",
        ),
    ],
)
def test_a_class_that_the_cluster_lacks_is_an_error(written, hint):
    (problem,) = judged({"connector.class": written, "tasks.max": "x"})

    assert problem.code is Code.UNKNOWN_CLASS
    assert problem.message == f"local has no connector class {written}"
    assert problem.hint == hint


def test_a_class_that_is_not_known_before_it_runs_is_not_judged():
    assert judged({"connector.class": "${env:CLASS}", "tasks.max": "x"}) == ()
    references = {"connector.class": "${{ env.CLASS }}"}
    assert judged({"connector.class": None}, references) == ()


def test_connect_before_4_1_cannot_choose_a_version():
    (problem,) = judged({"connector.plugin.version": "4.3.1"}, release=(3, 9))

    assert problem.code is Code.NOT_SUPPORTED_BY_CLUSTER
    assert problem.message == "Connect 3.9 cannot choose the version of a plugin (needs 4.1)"


def test_no_secret_of_git_is_quoted():
    config = {
        "connector.class": CDC,
        "topics": None,
        "file": None,
        "database.hostname": "db",
        "database.password": "hunter2-x",
        "snapshot.mode": "hunter2-x",
        "database.port": "hunter2-x",
    }
    problems = judged(config)

    assert {problem.code for problem in problems} == {Code.VALIDATION}
    assert len(problems) == 2
    assert not any("hunter2" in f"{problem.message}{problem.hint}" for problem in problems)


def test_nothing_is_said_against_a_secret():
    references = {"tasks.max": "${{ env.TASKS }}", "file": "${{ env.FILE }}"}
    assert judged({"tasks.max": None, "file": None}, references) == ()
