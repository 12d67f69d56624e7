import pytest

from reconcile.model.codes import Code
from reconcile.model.desired import TargetState
from reconcile.model.plan import (
    Action,
    Effect,
    EffectKind,
    IgnoredKeys,
    KeyChange,
    Part,
    PartChange,
    Reason,
    StateChange,
)
from reconcile.model.problem import Location, Problem, Severity
from reconcile.report.change_text import change_lines, sentence
from reconcile.report.spans import plain
from tests.unit.report.plans import change, key_change, secret_value


def test_an_update_shows_all_that_a_reader_needs() -> None:
    update = change(
        keys=(
            key_change("batch.size", "100", "500"),
            KeyChange(
                key="database.password",
                before=secret_value(1),
                after=secret_value(2, "${{ env.DB_PASSWORD }}"),
            ),
            key_change("errors.tolerance", None, "all"),
            key_change("flush.size", "3", None),
        ),
        state=StateChange(before=TargetState.RUNNING, after=TargetState.PAUSED),
        effects=(Effect(EffectKind.RESTARTS_TASKS, 4),),
        ignored=(IgnoredKeys(keys=("b", "a"), reason="set by the platform"),),
        unchanged=31,
    )

    assert plain(change_lines(update)) == (
        "  # orders-sink will be updated in-place\n"
        "  ~ orders-sink (FileStreamSink)  # connectors/orders.yaml:12\n"
        '      ~ batch.size        = "100" -> "500"\n'
        "      ~ database.password = (sensitive value #1) -> (sensitive value #2)"
        "  # from ${{ env.DB_PASSWORD }}\n"
        '      + errors.tolerance  = "all"\n'
        '      - flush.size        = "3"\n'
        "      ~ state             = running -> paused\n"
        "        # (31 unchanged keys hidden)\n"
        "        # (2 keys ignored: set by the platform; a, b)\n"
        "      ! restarts the connector and 4 tasks\n"
    )


def test_a_create_lists_every_key_and_the_state() -> None:
    create = change(
        Action.CREATE,
        reason=Reason.NOT_LIVE,
        keys=(key_change("file", None, "out.txt"), key_change("tasks.max", None, "1")),
        state=StateChange(before=None, after=TargetState.STOPPED),
    )

    assert plain(change_lines(create)) == (
        "  # orders-sink will be created\n"
        "  + orders-sink (FileStreamSink)  # connectors/orders.yaml:12\n"
        '      + file      = "out.txt"\n'
        '      + tasks.max = "1"\n'
        "      + state     = stopped\n"
    )


def test_a_delete_says_why_on_a_line_of_its_own() -> None:
    delete = change(Action.DELETE, reason=Reason.NOT_DECLARED, location=None, class_name="")

    assert plain(change_lines(delete)) == (
        "  # orders-sink will be destroyed\n"
        "  # (because no definition in git declares it)\n"
        "  - orders-sink\n"
    )


@pytest.mark.parametrize(
    ("action", "more", "text"),
    [
        (Action.CREATE, {}, "orders-sink will be created"),
        (Action.UPDATE, {}, "orders-sink will be updated in-place"),
        (Action.DELETE, {}, "orders-sink will be destroyed"),
        (Action.RESTART, {}, "orders-sink will be restarted"),
        (
            Action.RESTART,
            {"only_failed": True},
            "orders-sink will be restarted where it has failed",
        ),
        (
            Action.SET_STATE,
            {"state": StateChange(before=TargetState.PAUSED, after=TargetState.RUNNING)},
            "orders-sink will be resumed",
        ),
        (
            Action.SET_STATE,
            {"state": StateChange(before=TargetState.RUNNING, after=TargetState.PAUSED)},
            "orders-sink will be paused",
        ),
        (
            Action.SET_STATE,
            {"state": StateChange(before=TargetState.RUNNING, after=TargetState.STOPPED)},
            "orders-sink will be stopped",
        ),
        (Action.SET_STATE, {}, "orders-sink will be changed"),
    ],
)
def test_a_sentence_carries_the_action(action: Action, more: dict[str, object], text: str) -> None:
    assert sentence(change(action, **more)) == text


def test_a_very_long_key_does_not_push_the_others_aside() -> None:
    update = change(keys=(key_change("k" * 60, "1", "2"), key_change("short", "1", "2")))

    text = plain(change_lines(update))

    assert f'~ {"k" * 60} = "1" -> "2"\n' in text
    assert '~ short = "1" -> "2"\n' in text


def test_parts_of_a_long_value_are_shown_instead_of_the_value() -> None:
    parts = (
        PartChange(part=Part.ADDED, path="", after="orders"),
        PartChange(part=Part.REMOVED, path="$.b", before="2"),
        PartChange(part=Part.CHANGED, path="$.c", before="3", after="4"),
    )
    update = change(keys=(key_change("topics", "a" * 200, "a" * 1210, parts=parts),))

    assert plain(change_lines(update)).splitlines()[2:] == [
        "      ~ topics = (200 characters) -> (1,210 characters)",
        '          + "orders"',
        '          - $.b = "2"',
        '          ~ $.c = "3" -> "4"',
    ]


def test_very_many_parts_are_counted() -> None:
    parts = tuple(PartChange(part=Part.ADDED, path="", after=str(n)) for n in range(33))
    update = change(keys=(key_change("topics", "a" * 200, "b" * 200, parts=parts),))

    assert plain(change_lines(update)).splitlines()[-1] == "          # (3 more parts changed)"


def test_a_short_value_is_shown_whole_without_its_parts() -> None:
    parts = (PartChange(part=Part.ADDED, path="", after="c"),)
    update = change(keys=(key_change("topics", "a,b", "a,b,c", parts=parts),))

    assert plain(change_lines(update)).splitlines()[2:] == [
        '      ~ topics = "a,b" -> "a,b,c"',
    ]


def test_a_value_that_became_secret_is_not_taken_apart() -> None:
    parts = (PartChange(part=Part.CHANGED, path="$.p", before="hunter2", after="hunter3"),)
    mixed = KeyChange(
        key="jaas", before=key_change("", "x" * 200, "").before, after=secret_value(1), parts=parts
    )

    assert "hunter" not in plain(change_lines(change(keys=(mixed,))))


def test_a_class_is_shown_without_its_package() -> None:
    update = change(class_name="org.apache.kafka.connect.file.FileStreamSinkConnector")

    assert "  ~ orders-sink (FileStreamSinkConnector)  #" in plain(change_lines(update))


def test_a_whole_file_is_a_place_too() -> None:
    update = change(location=Location("connectors/orders.json"))

    assert plain(change_lines(update)).endswith("# connectors/orders.json\n")


def test_problems_stand_below_the_change_they_speak_of() -> None:
    problem = Problem(
        code=Code.UNKNOWN_SETTING,
        message="FileStreamSink has no setting task.max",
        location=Location("connectors/orders.yaml", 14, 5),
        hint="did you mean tasks.max?",
        severity=Severity.WARNING,
        connector="orders-sink",
    )

    assert plain(change_lines(change(), [problem])).splitlines()[2:] == [
        "      connectors/orders.yaml:14:5: warning: FileStreamSink has no setting task.max  [CF402]",
        "        hint: did you mean tasks.max?",
    ]


def test_a_name_from_a_cluster_cannot_act_on_the_terminal() -> None:
    delete = change(Action.DELETE, name="evil\x1b[2J\nname", class_name="\x07bell")

    text = plain(change_lines(delete))

    assert "\x1b" not in text
    assert "\x07" not in text
    assert len(text.splitlines()) == 2
