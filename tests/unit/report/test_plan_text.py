from dataclasses import replace

import pytest

from reconcile.model.codes import Code
from reconcile.model.live import ClusterIdentity
from reconcile.model.plan import Action, Change, Plan, Reason, Selection, ValidationMode
from reconcile.model.problem import Problem, Severity
from reconcile.report.plan_text import plan_lines, summary_text, total_lines
from reconcile.report.spans import plain
from tests.unit.report.plans import change, key_change, plan


def _text(value: Plan) -> str:
    return plain(plan_lines(value))


def _error(connector: str = "") -> Problem:
    return Problem(code=Code.VALIDATION, message="topics is missing", connector=connector)


def test_a_plan_reads_like_terraform_s() -> None:
    mixed = plan(
        change(Action.CREATE, "audit", keys=(key_change("file", None, "a.txt"),), location=None),
        change(keys=(key_change("batch.size", "100", "500"),), unchanged=3),
        change(Action.DELETE, "old", reason=Reason.NOT_DECLARED, location=None),
        in_sync=12,
        commit="1a2b3c4d5e6f7a8b9c0d",
    )

    assert _text(mixed) == (
        "Cluster local (Connect 4.3.1, Kafka cluster 4L6g3nShT-eMCtK--X86sw, commit 1a2b3c4d5e6f)\n"
        "\n"
        "  + create\n"
        "  ~ update in-place\n"
        "  - destroy\n"
        "\n"
        "  # audit will be created\n"
        "  + audit (FileStreamSink)\n"
        '      + file = "a.txt"\n'
        "\n"
        "  # orders-sink will be updated in-place\n"
        "  ~ orders-sink (FileStreamSink)  # connectors/orders.yaml:12\n"
        '      ~ batch.size = "100" -> "500"\n'
        "        # (3 unchanged keys hidden)\n"
        "\n"
        "  # old will be destroyed\n"
        "  # (because no definition in git declares it)\n"
        "  - old (FileStreamSink)\n"
        "\n"
        "# (12 connectors in sync hidden)\n"
        "Plan: 1 to add, 1 to change, 1 to destroy.\n"
    )


@pytest.mark.parametrize(
    ("actions", "text"),
    [
        ([], "Plan: 0 to add, 0 to change, 0 to destroy."),
        ([Action.CREATE] * 1200, "Plan: 1200 to add, 0 to change, 0 to destroy."),
        (
            [Action.UPDATE, Action.SET_STATE, Action.RESTART],
            "Plan: 0 to add, 3 to change, 0 to destroy.",
        ),
        ([Action.DELETE], "Plan: 0 to add, 0 to change, 1 to destroy."),
    ],
)
def test_the_summary_has_exactly_the_form_that_tools_parse(
    actions: list[Action], text: str
) -> None:
    assert summary_text([plan(*(change(action) for action in actions))]) == text


@pytest.mark.parametrize(
    ("declared", "selection", "text"),
    [
        (0, Selection(), "No changes. Git declares no connector for local."),
        (1, Selection(), "No changes. The connector on local matches git."),
        (12, Selection(), "No changes. All 12 connectors on local match git."),
        (
            3,
            Selection(select=("team=payments",)),
            "No changes. All 3 selected connectors on local match git.",
        ),
    ],
)
def test_a_plan_without_changes_says_what_matches(
    declared: int, selection: Selection, text: str
) -> None:
    settled = plan(declared=declared, in_sync=declared, selection=selection)

    assert _text(settled).splitlines()[-1] == text


@pytest.mark.parametrize(
    ("declared", "text"),
    [
        (0, "Nothing was written to a connector on local since."),
        (1, "The connector on local matches what was applied then."),
        (3, "All 3 connectors on local match what was applied then."),
    ],
)
def test_a_way_back_without_changes_says_that_it_was_then(declared: int, text: str) -> None:
    found = plan(declared=declared, in_sync=declared, returning=True)

    assert text in plain(plan_lines(found))


def test_the_legend_shows_only_the_signs_in_use() -> None:
    text = _text(plan(change(Action.UPDATE), change(Action.RESTART, "b")))

    assert "  ~ update in-place, restart\n" in text
    assert "+ create" not in text
    assert "- destroy" not in text
    assert "  ~ set state\n" in _text(plan(change(Action.SET_STATE)))


def test_a_selection_is_announced() -> None:
    chosen = plan(selection=Selection(select=("team=payments", "name=a*"), exclude=("name=b",)))

    assert (
        "Only a part of the cluster was compared "
        "(selected: team=payments, name=a*; excluded: name=b)." in _text(chosen)
    )


@pytest.mark.parametrize(
    ("mode", "text"),
    [
        (ValidationMode.SCHEMA, "checked by definitions alone (--validate schema)"),
        (ValidationMode.OFF, "not checked (--validate off)"),
    ],
)
def test_a_check_that_was_left_out_is_announced(mode: ValidationMode, text: str) -> None:
    assert text in _text(plan(change(Action.CREATE), validation=mode))
    assert text not in _text(plan(validation=mode))


def test_a_small_plan_that_finds_nothing_to_do_says_nothing_of_git() -> None:
    text = _text(plan(asked=True, declared=1))

    assert "No changes. There is nothing to do for 1 connector." in text
    assert "Settings" not in _text(plan())


def test_unmanaged_connectors_are_counted_and_the_first_are_listed() -> None:
    names = tuple(f"other-{number:02}" for number in range(33))

    text = _text(plan(unmanaged=names, undeclared=names[:2]))

    assert "Unmanaged: 33 live connectors that git does not declare, left alone.\n" in text
    assert "    other-00  # matches ownership.owns\n" in text
    assert "    other-19\n    and 13 more\n" in text
    assert "other-20" not in text
    assert "  2 of them match ownership.owns; --prune deletes only what was adopted.\n" in text


def test_few_unmanaged_connectors_are_all_listed() -> None:
    text = _text(plan(unmanaged=("other",)))

    assert "Unmanaged: 1 live connector that git does not declare, left alone.\n    other\n" in text
    assert "--prune" not in text


def test_an_error_is_said_last_and_nothing_claims_to_match() -> None:
    text = _text(plan(problems=(_error(),), declared=2))

    assert "No changes." not in text
    assert text.endswith("Planning failed: 1 error; nothing can be applied.\n")
    assert "error: topics is missing  [CF401]\n" in text


def test_a_refusal_is_said_first_with_its_override_and_again_below_the_sum() -> None:
    refusal = Problem(code=Code.LIMIT_EXCEEDED, message="too many", hint="--allow-deletes 2")
    text = _text(plan(change(), refusals=(refusal,)))

    assert text.split("\n\n")[1] == (
        "Refused: apply does nothing of this as it stands, for 1 reason.\n"
        "    error: too many  [CF405]\n"
        "      hint: --allow-deletes 2"
    )
    assert text.endswith(
        "Plan: 0 to add, 1 to change, 0 to destroy.\n"
        "Refused: apply does nothing of this as it stands, for 1 reason.\n"
    )


def test_an_error_in_a_change_stands_with_it_and_only_there() -> None:
    text = _text(plan(change(), problems=(_error("orders-sink"),)))

    assert text.count("topics is missing") == 1
    assert text.index("topics is missing") < text.index("Plan: 0 to add, 1 to change")
    assert text.endswith("Planning failed: 1 error; nothing can be applied.\n")


def test_what_speaks_of_a_change_stands_there_by_its_weight() -> None:
    ranks = [Severity.NOTICE, Severity.WARNING, Severity.ERROR]
    found = tuple(replace(_error("orders-sink"), message=rank, severity=rank) for rank in ranks)

    text = _text(plan(change(), problems=found))

    assert text.index("error: ") < text.index("warning: ") < text.index("notice: ")


def test_a_warning_does_not_fail_a_plan() -> None:
    warning = Problem(
        code=Code.IGNORE_EXPIRED, message="the rule expired", severity=Severity.WARNING
    )

    text = _text(plan(problems=(warning,), declared=1))

    assert "warning: the rule expired" in text
    assert text.endswith("No changes. The connector on local matches git.\n")


def test_keys_left_alone_by_rules_are_counted() -> None:
    assert "# (2 differing keys ignored by rules)\n" in _text(plan(ignored=2))


def test_a_cluster_that_says_little_of_itself_gets_a_short_header() -> None:
    text = _text(plan(identity=ClusterIdentity(version="7.9.0-ccs")))

    assert text.startswith("Cluster local (Connect 7.9.0-ccs)\n")


def _totals(*plans: Plan) -> str:
    return plain(total_lines(plans))


def test_several_clusters_are_summed_up() -> None:
    one: Change = change(Action.CREATE)

    assert _totals(plan(one), plan(one, one), plan()) == (
        "Plan: 3 to add, 0 to change, 0 to destroy. (3 clusters)\n"
    )
    assert _totals(plan(), plan()) == "No changes. All 2 clusters match git.\n"
    assert _totals(plan(), plan(problems=(_error(),))) == ""


def test_connectors_that_fail_are_named_on_one_line_below_the_sum() -> None:
    one = plain(plan_lines(plan(declared=3, in_sync=3, failing=("orders-sink",))))
    many = plain(plan_lines(plan(declared=9, failing=tuple("abcdefg"))))

    assert one.endswith(
        "No changes. All 3 connectors on local match git.\n"
        "1 connector is failing: orders-sink; see connectform status.\n"
    )
    assert "7 connectors are failing: a, b, c, d, e, and 2 more; see" in many
