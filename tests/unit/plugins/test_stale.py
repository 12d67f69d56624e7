from reconcile.model.codes import Code
from reconcile.model.plugin import Catalog
from reconcile.model.problem import Severity
from reconcile.plugins.stale import stale_problems
from tests.unit.plugins.catalogs import CDC, SINK, info


def listed(*infos):
    return Catalog(infos=infos)


def test_the_same_versions_are_up_to_date():
    kept = listed(info(CDC, "source", "3.2.0"), info(SINK, "sink", "4.3.1"))
    assert stale_problems("prod", kept, kept, [CDC, SINK]) == ()


def test_another_version_of_a_class_in_use_is_told_once_for_the_cluster():
    kept = listed(info(CDC, "source", "3.2.0"), info(SINK, "sink", "4.3.0"))
    live = listed(info(CDC, "source", "3.4.1"), info(SINK, "sink", "4.3.1"))

    (problem,) = stale_problems("prod", kept, live, [SINK, CDC, SINK])

    assert problem.code is Code.STALE_SNAPSHOT
    assert problem.severity is Severity.NOTICE
    assert problem.message == (
        f"the plugin snapshots of prod are of other versions: {CDC} is of 3.2.0 there, the cluster"
        f" runs 3.4.1; {SINK} is of 4.3.0 there, the cluster runs 4.3.1"
    )
    assert "connectform schema pull --cluster prod" in problem.hint


def test_a_class_that_is_new_on_the_cluster_is_told():
    live = listed(info(CDC, "source", "3.4.1"), info(CDC, "source", "3.2.0"))
    (problem,) = stale_problems("prod", listed(), live, [CDC])
    assert "is of no version there, the cluster runs 3.2.0, 3.4.1" in problem.message


def test_what_the_cluster_does_not_list_is_not_compared():
    kept = listed(info(CDC, "source", "3.2.0"))
    assert stale_problems("prod", kept, listed(), [CDC]) == ()
    assert stale_problems("prod", kept, listed(info(CDC, "source", "3.4.1")), []) == ()


def test_of_many_classes_the_first_are_named():
    live = listed(*(info(f"a.C{number}", "sink") for number in range(9)))
    (problem,) = stale_problems("prod", listed(), live, [one.class_name for one in live.infos])
    assert problem.message.count("the cluster runs") == 5
    assert problem.message.endswith("; and 4 more")
