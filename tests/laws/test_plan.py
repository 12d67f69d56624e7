"""Laws that hold for every plan, whatever git and the cluster say."""

import json
import random
from dataclasses import replace

from hypothesis import assume
from hypothesis import strategies as st

from reconcile.model.config import Config
from reconcile.model.desired import Definition, Desired, IgnoreRule, TargetState, TasksRange
from reconcile.model.live import LiveConnector, LiveState, LiveStatus, State
from reconcile.model.plan import Action, Change, Plan
from reconcile.model.plugin import SettingError, SettingType, Validation
from reconcile.model.problem import Location
from reconcile.plan.digest import still_holds
from reconcile.plan.document import drifts_document, plans_document
from reconcile.plan.drift import drift_of
from reconcile.plan.explain import explain
from reconcile.plugins.sensitive import is_masked, is_sensitive
from reconcile.redact import forms_of
from tests.laws.law import law
from tests.unit.plan.worlds import SINK, SOURCE, live, plan, plugin, setting

NAMES = st.sampled_from(["orders-a", "orders-b", "orders-c", "legacy", "other/odd"])
CLASSES = st.sampled_from([SINK, SOURCE, "FileStreamSink", " FileStreamSource", "S3_SINK"])
KEYS = st.sampled_from(["file", "topics", "batch.size", "db.password", "url", "errors.tolerance"])
VALUES = st.sampled_from(["", "1", "2", "a,b", "a,c", '{"a": 1}', '{"a": 2}', "é", "${file:/p:k}"])
MASKS = st.sampled_from(["********", "[hidden]"])
STATES = {
    TargetState.RUNNING: State.RUNNING,
    TargetState.PAUSED: State.PAUSED,
    TargetState.STOPPED: State.STOPPED,
}


@st.composite
def configs(draw, values=VALUES):
    settings_ = draw(st.dictionaries(KEYS, values, max_size=4))
    tasks = draw(st.sampled_from(["1", "2", "4", "9"]))
    return {"connector.class": draw(CLASSES), "tasks.max": tasks, **settings_}


@st.composite
def definitions(draw, name, *, references=True):
    values = draw(configs())
    secret = draw(st.dictionaries(KEYS, VALUES, max_size=2)) if references else {}
    range_ = draw(st.sampled_from([None, None, TasksRange(2, 4)]))
    if range_ is not None:
        values["tasks.max"] = str(range_.minimum)
    return Definition(
        name=name,
        cluster="local",
        config=Config(
            {**values, **secret}, {key: f"${{{{ env.{key.upper()} }}}}" for key in secret}
        ),
        location=Location(f"connectors/{name}.yaml", 1, 1),
        tasks_range=range_,
        state=draw(st.sampled_from([None, *TargetState])),
        wave=draw(st.integers(-1, 2)),
    )


@st.composite
def desired_states(draw, **more):
    names = draw(st.lists(NAMES, unique=True, max_size=4))
    found = {name: draw(definitions(name, **more)) for name in names}
    return Desired(project="shop", cluster="local", definitions=found, complete=draw(st.booleans()))


@st.composite
def live_connectors(draw, name, values=VALUES):
    state = draw(st.sampled_from(list(State)))
    return LiveConnector(
        name=name,
        config=Config(draw(configs(values))),
        status=LiveStatus(state=state),
        stray_name=draw(st.sampled_from(["", "", "foo"])),
    )


@st.composite
def live_states(draw, values=VALUES, version="4.3.1"):
    names = draw(st.lists(NAMES, unique=True, max_size=4))
    return live(*(draw(live_connectors(name, values)) for name in names), version=version)


@st.composite
def requests(draw):
    return {
        "owns": tuple(draw(st.sets(st.sampled_from(["orders-*", "legacy", "*"])))),
        "prune": draw(st.booleans()),
        "ignore": tuple(
            IgnoreRule(keys=(glob,), reason="platform")
            for glob in draw(st.sets(st.sampled_from(["batch.*", "url", "db.*", "tasks.max"])))
        ),
    }


def carried_out(found: Plan, before: LiveState) -> LiveState:
    """Return the cluster after a plan; a server that masked a value masks it again."""
    connectors = dict(before.connectors)
    for change in found.changes:
        if change.action is Action.DELETE:
            del connectors[change.name]
        else:
            connectors[change.name] = after(change, connectors.get(change.name))
    return replace(before, connectors=connectors)


def after(change: Change, before: LiveConnector | None) -> LiveConnector:
    config = change.config if change.config is not None else before.config
    masked = {
        key: value
        for key, value in (before.config.reveal() if before else {}).items()
        if is_masked(value) and key in config
    }
    target = before.target_state if before else TargetState.RUNNING
    target = change.state.after if change.state else target
    return LiveConnector(
        name=change.name,
        config=Config({**config.reveal(), **masked}),
        status=LiveStatus(state=STATES[target]),
        stray_name="" if change.config is not None or before is None else before.stray_name,
    )


@law(desired_states(), live_states(values=VALUES | MASKS), requests())
def test_carrying_out_a_plan_leaves_nothing_to_do(wanted, before, request):
    found = plan(wanted, before, **request)
    again = plan(wanted, carried_out(found, before), **request)
    assert again.changes == ()
    assert again.in_sync == again.declared == len(wanted.definitions)


@law(desired_states(), live_states(), requests(), st.randoms(use_true_random=False))
def test_the_order_of_what_is_read_does_not_matter(wanted, before, request, rng):
    one = plan(wanted, before, **request)
    other = plan(shuffled_desired(wanted, rng), shuffled_live(before, rng), **request)
    assert plans_document([one]) == plans_document([other])


def shuffled(mapping, rng: random.Random):
    items = list(mapping.items())
    rng.shuffle(items)
    return dict(items)


def shuffled_desired(wanted, rng):
    return replace(
        wanted,
        definitions={
            name: replace(
                item,
                config=Config(
                    shuffled(item.config.reveal(), rng), shuffled(item.config.references(), rng)
                ),
            )
            for name, item in shuffled(wanted.definitions, rng).items()
        },
    )


def shuffled_live(before, rng):
    return replace(
        before,
        connectors={
            name: replace(item, config=Config(shuffled(item.config.reveal(), rng)))
            for name, item in shuffled(before.connectors, rng).items()
        },
    )


@law(definitions("orders-a"), live_connectors("orders-a"))
def test_a_change_names_exactly_the_keys_that_differ(wanted, before):
    wanted = replace(wanted, tasks_range=None)
    changes = plan(desired_of(wanted), live(before)).changes
    named = {key.key for change in changes for key in change.keys}
    ours, theirs = wanted.config.reveal(), before.config.reveal()
    differing = {key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key)}
    if class_of(ours) == class_of(theirs):
        differing -= {"connector.class"}
    assert named == differing | ({"name"} if before.stray_name else set())


def class_of(values):
    full = {"FileStreamSink": SINK, "FileStreamSource": SOURCE}
    written = values["connector.class"].strip()
    return full.get(written, written)


def desired_of(*wanted):
    return Desired(
        project="shop", cluster="local", definitions={item.name: item for item in wanted}
    )


@law(desired_states(), live_states(), requests())
def test_a_plan_never_touches_what_is_not_owned(wanted, before, request):
    for change in plan(wanted, before, **request).changes:
        if change.name in wanted.definitions:
            assert change.action is not Action.DELETE
        else:
            assert change.action is Action.DELETE
            assert request["prune"]
            assert wanted.complete
            assert any(
                glob in {"*", change.name} or change.name.startswith(glob.removesuffix("*"))
                for glob in request["owns"]
            )


@law(desired_states(), live_states(), requests())
def test_every_live_connector_is_declared_deleted_or_listed(wanted, before, request):
    found = plan(wanted, before, **request)
    deleted = {change.name for change in found.changes if change.action is Action.DELETE}
    listed = {*found.unmanaged, *found.orphaned}
    assert before.connectors.keys() - wanted.definitions.keys() == deleted | listed
    assert set(found.undeclared) <= set(found.unmanaged)


@law(definitions("orders-a", references=False), live_states(), KEYS, VALUES)
def test_the_digest_changes_with_every_written_value(wanted, before, key, value):
    values = wanted.config.reveal()
    assume(not is_sensitive(key, value) and not is_sensitive(key, values.get(key)))
    live_one = before.connectors.get("orders-a")
    assume(live_one is None or not is_sensitive(key, live_one.config.get(key)))
    other = replace(wanted, config=wanted.config.replaced({key: value}))
    one, two = plan(desired_of(wanted), before), plan(desired_of(other), before)
    assert (one.digest == two.digest) is (values.get(key) == value)


@law(desired_states(), live_states(values=VALUES | MASKS), requests())
def test_no_mask_is_ever_written(wanted, before, request):
    for change in plan(wanted, before, **request).changes:
        if change.config is not None:
            assert not any(map(is_masked, change.config.reveal().values()))


@law(desired_states(), live_states(), requests())
def test_ignored_keys_are_written_as_they_are_live(wanted, before, request):
    for change in plan(wanted, before, **request).changes:
        if change.action is Action.UPDATE:
            live_values = before.connectors[change.name].config.reveal()
            for rule in change.ignored:
                for key in rule.keys:
                    assert change.config.get(key) == live_values.get(key)


@law(desired_states(), live_states(), requests())
def test_a_plan_holds_on_the_cluster_it_was_made_from(wanted, before, request):
    found = plan(wanted, before, **request)
    later = carried_out(found, before)
    for change in found.changes:
        assert still_holds(change, before.connectors.get(change.name))
        assert not still_holds(change, later.connectors.get(change.name))


@law(desired_states(), live_states(), requests())
def test_only_a_declared_state_is_ever_set(wanted, before, request):
    for change in plan(wanted, before, **request).changes:
        declared = wanted.definitions.get(change.name)
        state = declared.state if declared is not None else None
        live_one = before.connectors.get(change.name)
        was = live_one.target_state if live_one is not None else None
        if state is None or state is was:
            assert change.state is None
        else:
            assert (change.state.before, change.state.after) == (was, state)


SECRETS = st.text(st.sampled_from("abcXYZ019+%&<é\"/\\' "), min_size=6, max_size=20).map(
    lambda text: f'hun"ter/é2{text}end'
)
PLACES = st.sampled_from(["db.password", "sasl.jaas.config", "colour", "file", "topics"])
SHAPES = st.sampled_from(["{}", "prefix-{}", "a,{},b", '{{"a": "{}"}}', "http://user:{}@host"])


def hides(key, text):
    return key == "colour" or is_sensitive(key, text)


@law(SECRETS, SECRETS, PLACES, SHAPES, st.booleans())
def test_no_document_and_no_repr_holds_a_secret(ours, theirs, key, shape, resolved):
    text = shape.replace("{{", "{").replace("}}", "}").replace("{}", ours)
    old = shape.replace("{{", "{").replace("}}", "}").replace("{}", theirs)
    base = {"connector.class": SINK, "topics": "t"}
    reference = shape.replace("{}", "${{ env.SECRET }}")
    literal = {key: text} if hides(key, text) else {}
    wanted = [
        Definition(
            name=name,
            cluster="local",
            config=Config(values, references),
            location=Location("a.yaml", 1, 1),
        )
        for name, values, references in (
            ("created", {**base, **({key: text} if resolved else {})}, {key: reference}),
            ("updated", {**base, **({key: text} if resolved else {})}, {key: reference}),
            ("literal", {**base, **literal}, {}),
        )
    ]
    found = live(
        LiveConnector(name="updated", config=Config({**base, "file": "x", key: old})),
        LiveConnector(name="literal", config=Config({**base, "db.password": old, "gone": "1"})),
        LiveConnector(name="deleted", config=Config({**base, "db.password": old})),
    )
    answers = [
        Validation(
            connector=name,
            errors=(SettingError(key=key, messages=(f"Invalid value {text} for {key}",)),),
            known_keys=frozenset({*base, key}),
        )
        for name in ("created", "updated", *(["literal"] if literal else []))
    ]
    planned = plan(
        desired_of(*wanted),
        found,
        owns=("*",),
        prune=True,
        plugins={SINK: plugin(setting("colour", SettingType.PASSWORD))},
        validations=answers if resolved else (),
    )
    document, drifts = plans_document([planned]), drifts_document([drift_of(planned)])
    told = "\n".join(
        [
            json.dumps(document),
            json.dumps(document, ensure_ascii=False),
            json.dumps(drifts, ensure_ascii=False),
            repr(document),
            repr(planned),
            repr(drift_of(planned)),
            repr(planned.problems),
        ]
    )
    for secret in (ours, theirs):
        assert not [form for form in forms_of(secret) if form in told]


JSON_VALUES = st.recursive(
    st.none() | st.integers(0, 3) | st.sampled_from(["", "a", "b"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    ),
    max_leaves=8,
)
JSON_TEXTS = st.dictionaries(st.sampled_from("abc"), JSON_VALUES, max_size=3)


@law(JSON_TEXTS, JSON_TEXTS)
def test_the_explanation_finds_a_difference_where_there_is_one(before, after_):
    parts = explain(json.dumps(before), json.dumps(after_))
    assert bool(parts) is (before != after_)
