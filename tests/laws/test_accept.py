"""What git accepts is what is live, and every line that is not about it stays as it was."""

import random
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import assume
from hypothesis import strategies as st

from reconcile.desired.declared import read_content
from reconcile.desired.rewrite import Wish, rewrite
from reconcile.desired.write import (
    double_quoted,
    fits_literal,
    key_text,
    literal_text,
    scalar_text,
    single_quoted,
)
from reconcile.model.config import Config
from reconcile.model.desired import Desired, TargetState
from reconcile.model.live import LiveConnector, LiveState, LiveStatus, State
from reconcile.plan.drift import drift_of
from tests.laws.law import law
from tests.unit.desired.repository import PROJECT, repository
from tests.unit.plan.worlds import SINK, live, plan

KEYS = (
    *("topics", "file", "batch.size", "on", "größe", "a b", "x:y", "#z", "-w"),
    *("errors.tolerance", "errors.retry.timeout", "transforms", "query", "${{", "'q'"),
)
SNIPPETS = (
    *("", "x", "500", "true", "False", "null", "~", "no", "1.50", "0777", "a,b", "a: b", "a #b"),
    *("${file:/a:b}", "${{ x", "it's", 'a "b"', "\\n", "a\nb\n", "a\n b", "line\n\nend", " pad "),
    *(
        "\t",
        "é😀",
        "{a}",
        "[1]",
        "*a",
        "&a",
        "!a",
        "%",
        "@",
        "`",
        "|",
        ">",
        "- a",
        "---",
        "...",
        "\x07",
    ),
)
values = (
    st.sampled_from(SNIPPETS)
    | st.text(max_size=12)
    | st.lists(st.sampled_from(SNIPPETS), max_size=3).map("".join)
)
keys = st.sampled_from(KEYS)
configs = st.dictionaries(keys, values, max_size=8)


def written(text: str, style: str, indent: int) -> str:
    """Return a scalar in a style, if it can be written in that."""
    if style == "'" and text.isprintable():
        return single_quoted(text)
    if style == "|" and fits_literal(text):
        return literal_text(text, indent)
    return double_quoted(text) if style == '"' else scalar_text(text, indent)


Row = tuple[str, str]
"""A line of a file, after what it is about: a key, the state, or nothing."""


def entries(config: dict[str, str], indent: int, rng: random.Random) -> list[Row]:
    """Return a mapping as somebody would have written it: comments, blank lines, mixed quotes."""
    lines: list[Row] = []
    for key, value in config.items():
        if rng.random() < 0.3:
            lines.append(("", rng.choice(["", f"{' ' * indent}# about it", "# far out"])))
        style = rng.choice(["", "'", '"', "|"])
        text = written(value.replace("${{", "$${{"), style, indent + 2)
        note = "  # why" if "\n" not in text and rng.random() < 0.3 else ""
        rows = f"{' ' * indent}{key_text(key)}: {text}{note}".split("\n")
        lines += [(key, row) for row in rows]
    return lines


def document(
    name: str, config: dict[str, str], overlay: dict[str, str], state: str, rng: random.Random
) -> list[Row]:
    """Return the lines of a definition."""
    plain = ("# by hand", "apiVersion: connectform/v1", "kind: Connector")
    lines = [("", row) for row in (*plain, f"metadata: {{name: {name}}}", "spec:")]
    lines += [("", f"  class: {SINK}"), ("(state)", f"  state: {state}")]
    if rng.random() < 0.5:
        lines.append(("tasks.max", "  tasksMax: 2  # enough"))
    lines += [("(config)", "  config:"), *entries(config, 4, rng)] if config else []
    lines += [] if config else [("(config)", "  config: {}")]
    if overlay:
        lines += [("", row) for row in ("overlays:", "  local:", "    spec:")]
        lines += [("(config)", "      config:"), *entries(overlay, 8, rng)]
    return lines


def on_cluster(config: Config, state: TargetState) -> LiveConnector:
    states = {TargetState.PAUSED: State.PAUSED, TargetState.STOPPED: State.STOPPED}
    status = LiveStatus(state=states.get(state, State.RUNNING))
    return LiveConnector(name="orders", config=config, status=status)


def difference(path: Path, loaded: object, text: str, found: LiveState) -> object:
    content = read_content(loaded, text, "connectors/a.yaml")  # type: ignore[arg-type]
    assert not content.problems
    definitions = {
        name: each for (cluster, name), each in content.definitions.items() if cluster == "local"
    }
    wanted = Desired(project="shop", cluster="local", definitions=definitions)
    return drift_of(plan(wanted, found))


@law(
    config=configs,
    overlay=configs,
    edits=st.dictionaries(keys, st.none() | values, max_size=5),
    tasks=st.sampled_from(["1", "2", "3", "999", "many"]),
    state=st.sampled_from(TargetState),
    clusters=st.sampled_from([PROJECT, PROJECT.partition("  prod:")[0]]),
    line_break=st.sampled_from(["\n", "\r\n"]),
    seed=st.integers(0, 2**32),
    examples=60,
)
def test_what_is_accepted_is_live_and_no_other_line_changes(
    *, config, overlay, edits, tasks, state, clusters, line_break, seed
):
    rng = random.Random(seed)  # noqa: S311  # how a file looks, not secrecy
    blocks = [
        document("before", config, {}, "running", rng),
        document("orders", config, overlay, rng.choice(["running", "paused"]), rng),
        document("after", overlay, {}, "running", rng),
    ]
    text = line_break.join(part for block in blocks for part in (*(row for _, row in block), "---"))
    with TemporaryDirectory() as folder:
        path = Path(folder)
        loaded = repository(path, {"connectors/a.yaml": text}, project=clusters)
        before = read_content(loaded, text, "connectors/a.yaml")
        assume(not before.problems)
        old = before.definitions["local", "orders"]
        changed = {key: value for key, value in edits.items() if value is not None}
        gone = [key for key, value in edits.items() if value is None]
        changed["tasks.max"] = tasks
        other = on_cluster(old.config.replaced(changed, without=gone), state)
        drift = drift_of(
            plan(Desired(project="shop", cluster="local", definitions={"orders": old}), live(other))
        )
        (change,) = drift.changed or drift.state or (None,)
        assume(change is not None)
        wish = Wish(
            name="orders",
            values={key.key: other.config.get(key.key) for key in change.keys},
            state=change.state.before if change.state else None,
        )

        found = rewrite(loaded, text, "connectors/a.yaml", "local", [wish])

        after = read_content(loaded, found.text, "connectors/a.yaml")
        assert not after.problems
        new = after.definitions["local", "orders"]
        accepted = found.accepted.get("orders", ())
        assert {*accepted, *(item for _, item in found.stuck)} == {*wish.items}
        # Whatever is a text can be written; the field for the tasks takes numbers alone.
        assert {item for _, item in found.stuck} <= ({"tasks.max"} if tasks == "many" else set())
        for key in wish.values:
            assert new.config.get(key) == (
                other.config.get(key) if key in accepted else old.config.get(key)
            )
        if None in accepted:
            assert new.state is state
        if not found.stuck:
            again = plan(
                Desired(project="shop", cluster="local", definitions={"orders": new}), live(other)
            )
            assert again.changes == ()
        check_untouched(blocks, text, found.text, wish)


def check_untouched(blocks, before, after, wish):
    """Check that no line is lost, moved or changed but those of what was wished for."""
    about = {*wish.values, "(state)" if wish.state else "", "(config)"} - {""}
    kept = [row for _, row in blocks[0]]
    kept += ["---", *(row for owner, row in blocks[1] if owner not in about), "---"]
    kept += [row for _, row in blocks[2]]
    left = iter(after.replace("\r\n", "\n").split("\n"))
    for row in kept:
        assert row in left, row
    assert after.count("\r\n") == (after.count("\n") if "\r\n" in before else 0)
