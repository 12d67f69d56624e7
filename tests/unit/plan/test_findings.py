from array import array

import pytest

from reconcile.model.codes import Code
from reconcile.model.desired import IgnoreRule, Layer, TargetState
from reconcile.model.marks import Marks, pack
from reconcile.model.plan import ValidationMode
from reconcile.model.plugin import SettingError, SettingType, Validation
from reconcile.model.problem import Location, Severity
from tests.unit.plan.worlds import (
    SINK,
    definition,
    live_connector,
    plan_one,
    plugin,
    setting,
)

KNOWN = frozenset({"connector.class", "tasks.max", "topics", "file"})


def answer(*errors, **more):
    return Validation(
        connector="orders",
        **(
            {
                "errors": tuple(SettingError(key=key, messages=texts) for key, *texts in errors),
                "known_keys": KNOWN,
            }
            | more
        ),
    )


def problems(wanted, found=None, validation=None, mode=ValidationMode.LIVE, **more):
    answers = [validation] if validation is not None else []
    return plan_one(wanted, found, validations=answers, validation=mode, **more).problems


def with_places(*keys, **more):
    """Return a definition whose document sets keys on the lines from 11 on."""
    paths = tuple(("spec", "config", key) for key in keys)
    packed = array("Q", [pack(11 + index, 5) for index in range(len(keys))])
    marks = Marks("connectors/orders.yaml", paths, packed)
    return definition(layers=(Layer(marks=marks, config=("spec", "config")),), **more)


def places(found):
    return [(problem.location.line, problem.code) for problem in found]


def messages(*arguments, **more):
    return [problem.message for problem in problems(*arguments, **more)]


def test_what_the_worker_says_against_a_key_stands_at_the_line_of_the_key():
    wanted = with_places("file", "topics")
    (problem,) = problems(wanted, validation=answer(("topics", "Must not be empty")))
    assert problem.code is Code.VALIDATION
    assert problem.severity is Severity.ERROR
    assert problem.connector == "orders"
    assert problem.message == "topics: Must not be empty"
    assert problem.hint == "see what the documentation of the plugin says of it"
    assert problem.location == Location("connectors/orders.yaml", 12, 5)


def test_all_messages_are_reported_and_each_once():
    validation = answer(("topics", "topics is odd", "and wrong", "and wrong"), ("file", "odd too"))
    assert messages(definition(), validation=validation) == [
        "file: odd too",
        "topics is odd",
        "topics: and wrong",
    ]


def test_a_message_that_quotes_a_secret_loses_it():
    wanted = definition(
        config={"a.password": "hunter2-x", "pin.secret": "77", "file": "open"},
        references={"a.password": "${{ env.PW }}"},
    )
    validation = answer(
        ("a.password", "Invalid value hunter2-x for a.password"),
        ("pin.secret", "Invalid value 77 for pin.secret, 771 is fine"),
        ("file", "Invalid value open for file"),
        known_keys=KNOWN | {"a.password", "pin.secret"},
    )
    assert messages(wanted, validation=validation) == [
        "Invalid value (redacted) for a.password",
        "Invalid value (redacted) for pin.secret, 771 is fine",
        "Invalid value open for file",
    ]


@pytest.mark.parametrize("secret", ["hunter2-x", "ab"])
def test_a_secret_in_a_key_of_the_worker_is_masked(secret):
    wanted = definition(
        config={"transforms": f"unwrap,{secret}", "ab.mode": "x"},
        references={"transforms": "unwrap,${{ env.NAME }}"},
    )
    validation = answer(
        ("ab.mode", "must be another"),
        (f"transforms.{secret}.type", f"transforms.{secret}.type is required", "odd"),
        ("transforms.unwrap.type", "is required"),
        ("transforms.(redacted).else", "transforms.(redacted).else: is required"),
        known_keys=KNOWN | {"transforms", "ab.mode"},
    )
    assert set(messages(wanted, validation=validation)) == {
        "ab.mode: must be another",
        "transforms.(redacted).type is required",
        "transforms.(redacted).type: odd",
        "transforms.unwrap.type: is required",
        "transforms.(redacted).else: is required",
    }


def test_what_an_unknown_key_is_taken_for_shows_no_secret():
    wanted = definition(
        config={"roles": "hunter2-x", "role.hunter-x.kind": "a"},
        references={"roles": "${{ env.NAME }}"},
    )
    known = KNOWN | {"roles", "role.hunter2-x.kind"}
    (problem,) = problems(wanted, validation=answer(known_keys=known))
    assert problem.message == (f"role.hunter-x.kind is no setting of {SINK}, which ignores it")
    assert problem.hint == "did you mean role.(redacted).kind?"


def test_a_class_made_from_a_secret_is_masked():
    wanted = definition(
        config={"connector.class": "hunter2.x"}, references={"connector.class": "${{ env.C }}"}
    )
    (problem,) = problems(wanted)
    assert problem.message == "local has no connector class (redacted)"


def test_a_validation_that_could_not_be_had_quotes_no_secret():
    wanted = definition(config={"file": "ab"}, references={"file": "${{ env.C }}"})
    validation = answer(failure="it broke: ab", known_keys=frozenset())
    (problem,) = problems(wanted, validation=validation)
    assert problem.message.endswith(": it broke: (redacted)")


def test_nothing_is_said_against_a_secret_that_was_not_resolved():
    wanted = definition(references={"token": "${{ env.T }}"})
    validation = answer(("token", "is required"), known_keys=KNOWN | {"token"})
    found = problems(wanted, validation=validation)
    assert [problem.code for problem in found] == [Code.SECRETS_NOT_RESOLVED]
    assert found[0].severity is Severity.NOTICE


def test_a_key_that_the_worker_does_not_know_is_a_warning_with_a_guess():
    wanted = definition(config={"tasks.max": None, "task.max": "2", "colour": "x"})
    colour, task = problems(wanted, validation=answer())
    assert (colour.code, colour.severity) == (Code.UNKNOWN_SETTING, Severity.WARNING)
    assert colour.message == f"colour is no setting of {SINK}, which ignores it"
    assert colour.hint == "check the spelling, or leave it out"
    assert task.hint == "did you mean tasks.max?"


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("FileStreamSnk", "did you mean FileStreamSink?"),
        ("com.example.Nothing", "install the plugin on every worker"),
    ],
)
def test_an_unknown_class_is_an_error_with_a_guess(written, hint):
    (problem,) = problems(definition(config={"connector.class": written}))
    assert problem.code is Code.UNKNOWN_CLASS
    assert problem.message == f"local has no connector class {written}"
    assert problem.hint == hint


def test_the_worker_knows_better_which_classes_there_are():
    wanted = definition(config={"connector.class": "S3_SINK"})
    assert not problems(wanted, validation=answer())
    (problem,) = problems(
        definition(), validation=answer(unknown_class=True, known_keys=frozenset())
    )
    assert problem.code is Code.UNKNOWN_CLASS


@pytest.mark.parametrize(
    ("strict", "severity"), [(False, Severity.WARNING), (True, Severity.ERROR)]
)
def test_a_validation_that_could_not_be_had_is_a_warning_unless_strict(strict, severity):
    validation = answer(failure="it took more than 90 s", known_keys=frozenset())
    (problem,) = problems(definition(), validation=validation, strict=strict)
    assert problem.code is Code.VALIDATION_SKIPPED
    assert problem.severity is severity
    assert problem.message == (
        "the settings of orders could not be validated: it took more than 90 s"
    )
    assert problem.hint == "run again, or use --validate schema to check against definitions alone"
    assert problem.location == Location("connectors/orders.yaml", 1, 1)


@pytest.mark.parametrize(
    ("mode", "validation"),
    [
        (ValidationMode.SCHEMA, None),
        (ValidationMode.LIVE, None),
        (ValidationMode.LIVE, answer(failure="time-out", known_keys=frozenset())),
    ],
)
def test_without_an_answer_the_definitions_of_the_plugin_are_asked(mode, validation):
    known = plugin(setting("tasks.max", SettingType.INT), setting("needed", required=True))
    found = messages(
        definition(config={"tasks.max": "two"}),
        validation=validation,
        mode=mode,
        plugins={SINK: known},
    )
    assert 'tasks.max must be a whole number of 32 bits, not "two"' in found
    assert "needed is required and has no default" in found
    assert any(text.startswith("file is no setting") for text in found)


def test_nothing_is_checked_where_validation_is_off():
    wanted = definition(config={"connector.class": "com.example.Nothing"})
    assert not problems(wanted, mode=ValidationMode.OFF)


def test_what_is_not_written_is_not_checked():
    wanted = definition(state=TargetState.PAUSED)
    assert not problems(wanted, live_connector(), answer(("topics", "odd")))


@pytest.mark.parametrize(("version", "refused"), [("4.0.1", True), ("4.1.0", False)])
def test_a_plugin_version_needs_connect_4_1(version, refused):
    wanted = definition(config={"connector.plugin.version": "[4.0,5.0)"})
    found = problems(wanted, version=version)
    assert [problem.code for problem in found] == [Code.NOT_SUPPORTED_BY_CLUSTER] * refused
    assert [problem.severity for problem in found] == [Severity.ERROR] * refused
    assert [(problem.message, problem.hint) for problem in found] == [
        (
            "Connect 4.0.1 cannot choose the version of a plugin (needs 4.1)",
            "leave out `version`",
        )
    ] * refused


@pytest.mark.parametrize(
    ("version", "state", "found", "warned"),
    [
        ("3.6.2", TargetState.PAUSED, None, True),
        ("3.6.2", TargetState.RUNNING, None, False),
        ("3.6.2", None, None, False),
        ("3.7.0", TargetState.PAUSED, None, False),
        ("3.6.2", TargetState.PAUSED, live_connector(config={"file": "x"}), False),
    ],
)
def test_to_create_a_halted_connector_needs_connect_3_7(version, state, found, warned):
    result = problems(definition(state=state), found, version=version)
    assert [problem.severity for problem in result] == [Severity.WARNING] * warned
    assert [problem.code for problem in result] == [Code.NOT_SUPPORTED_BY_CLUSTER] * warned
    assert [(problem.message, problem.hint) for problem in result] == [
        (
            (
                "Connect 3.6.2 cannot create a connector that does not run (needs 3.7):"
                " orders runs for a moment"
            ),
            "make sure that a short run does no harm",
        )
    ] * warned


def test_an_update_that_cannot_keep_a_masked_value_is_refused():
    rule = IgnoreRule(keys=("token",), reason="platform")
    found = live_connector(config={"token": "********"})
    (problem,) = problems(definition(config={"file": "x"}), found, ignore=(rule,))
    assert problem.code is Code.MASKED_VALUE
    assert problem.severity is Severity.ERROR
    assert problem.message == (
        "token of orders is to keep its live value, but the server masks it, and an update would"
        " write the mask"
    )
    assert problem.hint == (
        "take token out of the ignore rule and give it a value, or leave the connector as it is"
    )
    assert not problems(definition(), found, ignore=(rule,))


def test_a_mask_in_git_is_refused_where_it_would_be_written():
    wanted = definition(config={"token": "********", "file": "x"})
    (problem,) = problems(wanted, live_connector(config={"token": "********"}))
    assert problem.code is Code.MASKED_VALUE
    assert problem.severity is Severity.ERROR
    assert problem.message == "the value of token is a mask, not a value"
    assert problem.hint == "put a reference to the secret there: ${{ env.NAME }}"


def test_secrets_that_were_not_resolved_are_named():
    wanted = definition(references={"token": "${{ env.T }}", "a.secret": "${{ env.A }}"})
    (problem,) = problems(wanted)
    assert problem.message == (
        "secrets of orders were not resolved (a.secret, token), and are not compared: apply writes,"
        " and tells, what they are then"
    )
    assert problem.hint == "apply where the secrets are; to see them compared before, plan there"


def test_every_finding_about_a_key_stands_at_its_line():
    rule = IgnoreRule(keys=("token",), reason="platform")
    wanted = with_places(
        "colour",
        "connector.plugin.version",
        "mask",
        "token",
        config={"colour": "x", "connector.plugin.version": "1", "mask": "********", "token": "t"},
    )
    found = problems(
        wanted,
        live_connector(config={"token": "********"}),
        answer(known_keys=KNOWN | {"connector.plugin.version", "mask"}),
        version="4.0.1",
        ignore=(rule,),
    )
    assert places(found) == [
        (11, Code.UNKNOWN_SETTING),
        (12, Code.NOT_SUPPORTED_BY_CLUSTER),
        (13, Code.MASKED_VALUE),
        (14, Code.UNKNOWN_SETTING),
        (14, Code.MASKED_VALUE),
    ]


def test_an_unknown_class_stands_at_the_line_of_the_class():
    wanted = with_places("file", "connector.class", config={"connector.class": "Nothing"})
    assert places(problems(wanted)) == [(12, Code.UNKNOWN_CLASS)]


def test_a_finding_about_no_key_stands_where_the_definition_does():
    wanted = with_places("", config={}, state=TargetState.PAUSED)
    assert places(problems(wanted, version="3.6.2")) == [(1, Code.NOT_SUPPORTED_BY_CLUSTER)]


def test_of_two_secrets_one_inside_the_other_nothing_is_left():
    wanted = definition(config={"a.password": "88", "b.password": "77-88"})
    validation = answer(
        ("b.password", "Invalid value 77-88 for b.password"),
        known_keys=KNOWN | {"a.password", "b.password"},
    )
    assert messages(wanted, validation=validation) == ["Invalid value (redacted) for b.password"]


def test_an_error_says_where_its_key_is_explained():
    found = problems(
        definition(config={"connector.class": " FileStreamSink"}),
        validation=answer(("topics", "odd"), ("file", "odd")),
        plugins={SINK: plugin(setting("topics"))},
    )
    assert [(problem.message, problem.hint) for problem in found] == [
        ("file: odd", "see what the documentation of the plugin says of it"),
        ("topics: odd", "see `connectform explain FileStreamSink topics --cluster local`"),
    ]
