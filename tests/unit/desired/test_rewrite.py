"""What is accepted changes its own lines, and nothing else of the file."""

import pytest

from reconcile.desired.rewrite import Wish, rewrite
from reconcile.model.desired import TargetState
from tests.unit.desired.repository import PROJECT, repository

ONE = PROJECT.partition("  prod:")[0]
PATH = "connectors/a.yaml"


@pytest.fixture
def accept(tmp_path):
    """Return a function that rewrites one file: its text, the reasons of what it leaves alone."""

    def run(
        text, values=None, *, state=None, name="orders", project=ONE, path=PATH, cluster="local"
    ):
        loaded = repository(tmp_path, {path: text}, project=project)
        wish = Wish(name=name, values=values or {}, state=state)
        found = rewrite(loaded, text, path, cluster, [wish])
        return found.text, {item: why for (_, item), why in found.stuck.items()}

    return run


HEAD = "apiVersion: connectform/v1\nkind: Connector\nmetadata: {name: orders}\n"
FULL = """\
# about orders
apiVersion: connectform/v1
kind: Connector
metadata:
  name: orders   # the name
spec:
  class: "FileStreamSink"
  tasksMax: 4  # measured
  state: 'running'

  config:
    # where to
    file: out.txt   # a file
    topics: "orders"
    'quoted.key': 'it''s'
    "double.key": "é \\" x"
    on: yes
    query: |
      select *
      from orders
    folded: > # folds
      one
      two
    # between
    batch.size: 500
    url: jdbc:x://y?a=b&c=d

  errors:
    tolerance: none
    retry: {timeout: 10m, maxDelay: 60s}
    deadLetterQueue:
      topic: dlq
      headers: true
"""


@pytest.mark.parametrize(
    ("key", "value", "before", "after"),
    [
        ("batch.size", "1000", "    batch.size: 500\n", "    batch.size: 1000\n"),
        ("batch.size", "1.50", "    batch.size: 500\n", '    batch.size: "1.50"\n'),
        ("batch.size", "", "    batch.size: 500\n", '    batch.size: ""\n'),
        ("file", "b c.txt", "    file: out.txt   # a file\n", "    file: b c.txt   # a file\n"),
        ("file", "a: # b", "    file: out.txt   #", '    file: "a: # b"   #'),
        ("file", "no", "    file: out.txt   #", '    file: "no"   #'),
        ("file", "${{ x }}", "    file: out.txt   #", "    file: $${{ x }}   #"),
        ("file", "${file:/a/b:c}", "    file: out.txt   #", "    file: ${file:/a/b:c}   #"),
        (
            "file",
            "a\nb",
            "    file: out.txt   # a file\n",
            "    file: |-   # a file\n      a\n      b\n",
        ),
        ("topics", "a,b", '    topics: "orders"\n', '    topics: "a,b"\n'),
        ("quoted.key", "o'clock", "'it''s'\n", "'o''clock'\n"),
        ("quoted.key", "tab\there", "'it''s'\n", '"tab\\there"\n'),
        ("double.key", 'new "é"', '"é \\" x"\n', '"new \\"é\\""\n'),
        ("on", "no", "    on: yes\n", '    on: "no"\n'),
        (
            "query",
            "select a\nfrom orders\n",
            "      select *\n",
            "      select a\n",
        ),
        (
            "query",
            "select 1",
            "    query: |\n      select *\n      from orders\n",
            "    query: select 1\n",
        ),
        (
            "folded",
            "x",
            "    folded: > # folds\n      one\n      two\n",
            "    folded: x # folds\n",
        ),
        ("tasks.max", "8", "  tasksMax: 4  # measured\n", "  tasksMax: 8  # measured\n"),
        ("errors.tolerance", "all", "    tolerance: none\n", "    tolerance: all\n"),
        ("errors.retry.timeout", "90000", "{timeout: 10m,", "{timeout: 90s,"),
        ("errors.retry.delay.max.ms", "1", "maxDelay: 60s}", "maxDelay: 1ms}"),
        ("errors.retry.timeout", "-1", "{timeout: 10m,", "{timeout: -1,"),
        (
            "errors.deadletterqueue.context.headers.enable",
            "false",
            "      headers: true\n",
            "      headers: false\n",
        ),
        (
            "new.key",
            "x",
            "    url: jdbc:x://y?a=b&c=d\n",
            "    url: jdbc:x://y?a=b&c=d\n    new.key: x\n",
        ),
        (
            "new.text",
            "a\nb\n",
            "    url: jdbc:x://y?a=b&c=d\n",
            "    url: jdbc:x://y?a=b&c=d\n    new.text: |\n      a\n      b\n",
        ),
        ("batch.size", None, "    batch.size: 500\n", ""),
        ("query", None, "    query: |\n      select *\n      from orders\n", ""),
        ("folded", None, "    folded: > # folds\n      one\n      two\n", ""),
        ("url", None, "    url: jdbc:x://y?a=b&c=d\n", ""),
        ("tasks.max", None, "  tasksMax: 4  # measured\n", ""),
        ("errors.retry.timeout", None, "{timeout: 10m, maxDelay", "{maxDelay"),
        ("errors.retry.delay.max.ms", None, "10m, maxDelay: 60s}", "10m}"),
        ("errors.tolerance", None, "    tolerance: none\n", ""),
    ],
)
@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
@pytest.mark.parametrize("around", ["alone", "among others"])
def test_a_value_is_spliced_in_at_its_place(
    accept, *, key, value, before, after, line_break, around
):
    other = FULL.replace("name: orders ", "name: other ").replace("query: |", "query: |-")
    text = (
        FULL if around == "alone" else f"{other}---\n{FULL}---\n{other.replace('other', 'third')}"
    )
    text = text.replace("\n", line_break)
    begin = text.index("name: orders ")
    before, after = before.replace("\n", line_break), after.replace("\n", line_break)
    assert text[begin:].count(before) >= 1

    found, stuck = accept(text, {key: value})

    assert stuck == {}
    assert found == text[:begin] + text[begin:].replace(before, after, 1)


def test_a_state_is_spliced_in_as_well(accept):
    found, stuck = accept(FULL, state=TargetState.PAUSED)

    assert stuck == {}
    assert found == FULL.replace("state: 'running'", "state: 'paused'")


def test_many_values_at_once(accept):
    found, stuck = accept(
        FULL,
        {"batch.size": "1", "url": None, "b.new": "2", "a.new": "1", "tasks.max": "1"},
        state=TargetState.STOPPED,
    )

    assert stuck == {}
    assert found == (
        FULL.replace("batch.size: 500", "batch.size: 1")
        .replace("    url: jdbc:x://y?a=b&c=d\n", "    a.new: 1\n    b.new: 2\n")
        .replace("tasksMax: 4", "tasksMax: 1")
        .replace("'running'", "'stopped'")
    )


@pytest.mark.parametrize(
    ("config", "values", "changed"),
    [
        ("{a: 1, b: 2}", {"a": "3"}, "{a: 3, b: 2}"),
        ("{a: 1, b: 2}", {"a": None}, "{b: 2}"),
        ("{a: 1, b: 2}", {"b": None}, "{a: 1}"),
        ("{a: 1}", {"a": None}, "{}"),
        ("{}", {"a": "x"}, "{a: x}"),
        ("{ a: 1 }  # c", {"k": "x,y"}, '{ a: 1, k: "x,y" }  # c'),
        ("{a: [x, 'y']}", {"a": "x,z"}, "{a: [x, z]}"),
        ("{a: }", {"a": "x"}, "{a: x }"),
        ("\n    a: 1\t# one\t\n    b: 2\t", {"a": "3"}, "\n    a: 3\t# one\t\n    b: 2"),
        (
            "\n    a:\t1\n    b: é😀\t# x\n    c: 3",
            {"c": "4", "b": "z"},
            "\n    a:\t1\n    b: z\t# x\n    c: 4",
        ),
        ("{a: jdbc:x://h/d?s=true, b: 2}", {"b": "3"}, "{a: jdbc:x://h/d?s=true, b: 3}"),
        ("{a: jdbc:x://h/d?s=true, b: c?d}", {"a": "x?y"}, "{a: x?y, b: c?d}"),
        ("{a: b?, c: 1}", {"c": "2"}, "{a: b?, c: 2}"),
        ("{\n    a: 1,\n    b: 2,  # two\n  }", {"a": None}, "{\n    b: 2,  # two\n  }"),
        (
            "{\n    a: 1,\n    b: 2  # two\n  }",
            {"k": "x"},
            "{\n    a: 1,\n    b: 2,  # two\n    k: x\n  }",
        ),
        ("{\n    a: 1,\n  }", {"k": "x"}, "{\n    a: 1,\n    k: x\n  }"),
        ("# none yet", {"k": "x"}, "# none yet\n    k: x"),
        ("null", {"k": "x"}, "\n    k: x"),
        ("\n    a: 1", {"a": None}, "{}"),
        ("\n    a: 1  # c\n    b: 2", {"b": "", "a": None}, '\n    b: ""'),
        ("\n    a:\n    b: 2", {"a": "x"}, "\n    a: x\n    b: 2"),
        ("\n    a: # c\n    b: 2", {"a": "x"}, "\n    a: x # c\n    b: 2"),
        ("\n    a: 'x\n      y'\n    b: 2", {"a": "z"}, "\n    a: 'z'\n    b: 2"),
        ("\n    a: x\n      y\n    b: 2", {"a": "z"}, "\n    a: z\n    b: 2"),
        ("\n    a: [x, y]\n    b: 2", {"a": "x"}, "\n    a: [x]\n    b: 2"),
        ("\n        a: 1", {"k": "x"}, "\n        a: 1\n        k: x"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "", "\n  wave: 3\n", "\n# the end\n"])
def test_mappings_of_every_form_are_written_into(accept, config, values, changed, end):
    text = f"{HEAD}spec:\n  class: X\n  config: {config}{end}"

    found, stuck = accept(text, values)

    assert stuck == {}
    assert [row.rstrip() for row in found.splitlines()] == [
        row.rstrip() for row in f"{HEAD}spec:\n  class: X\n  config: {changed}{end}".splitlines()
    ]


def test_a_definition_on_one_line_stays_on_it(accept):
    text = f"{HEAD}spec: {{class: X, state: running, config: {{a: 1}}}}\n"

    found, stuck = accept(text, {"a": "2", "b": "x", "tasks.max": "3"}, state=TargetState.PAUSED)

    assert stuck == {}
    assert found == (
        f"{HEAD}spec: {{class: X, state: paused, config: {{a: 2, b: x}}, tasksMax: 3}}\n"
    )


@pytest.mark.parametrize(
    ("spec", "values", "key"),
    [
        ("config: {a: &x 1, b: *x}", {"a": "2"}, "a"),
        ("config:\n    a:\n      - x\n        y\n      - z", {"a": "z"}, "a"),
        ("config:\n    a: [x,  # one\n      y]", {"a": "x"}, "a"),
        ("config: {a: '${{ var.HOST }}'}", {"a": "db.other"}, "a"),
        ("config: {a: 'x${{ env.PASSWORD }}'}", {"a": "y"}, "a"),
        (
            "config: {a: 1}\n  errors: {tolerance: all}",
            {"errors.tolerance": "most"},
            "errors.tolerance",
        ),
        ("config: {a: 1}\n  tasksMax: 2", {"tasks.max": "many"}, "tasks.max"),
        (
            "config: {a: 1}\n  errors: {retry: {timeout: 1m}}",
            {"errors.retry.timeout": "x"},
            "errors.retry.timeout",
        ),
    ],
)
def test_what_cannot_be_written_safely_is_left_with_its_reason(accept, spec, values, key):
    text = f"{HEAD}spec:\n  class: X\n  {spec}\n"

    found, stuck = accept(text, values)

    assert found == text
    assert list(stuck) == [key]
    assert stuck[key]


def test_what_cannot_be_written_keeps_nothing_else_from_being_written(accept):
    text = f"{HEAD}spec:\n  class: X\n  config:\n    a: &x 1\n    b: *x\n    c: 2\n"

    found, stuck = accept(text, {"a": "5", "b": "6", "c": "7"})

    assert found == text.replace("b: *x", "b: 6").replace("c: 2", "c: 7")
    assert list(stuck) == ["a"]


def test_a_mapping_that_is_shared_by_an_anchor_is_never_changed_for_one(accept):
    text = (
        f"{HEAD}spec:\n  class: X\n  config: &shared\n    a: 1\n    b: 2\n"
        "overlays:\n  prod:\n    spec:\n      config:\n        <<: *shared\n        b: 3\n"
    )

    found, stuck = accept(text, {"a": "5", "b": "9"}, project=PROJECT, cluster="prod")

    assert stuck == {}
    assert found == text.replace("        b: 3\n", "        b: 9\n        a: 5\n")


def test_a_merged_value_gets_a_line_of_its_own(accept):
    text = (
        "apiVersion: connectform/v1\nkind: Connector\nmetadata: {name: orders}\n"
        "spec:\n  class: X\n  config:\n    <<: {a: 1}\n    b: 2\n"
    )

    found, stuck = accept(text, {"a": "5"})

    assert stuck == {}
    assert found == text + "    a: 5\n"


LAYERED = f"""\
{HEAD}spec:
  class: X
  tasksMax: 2
  config:
    shared: 1
    both: 1   # local has its own
overlays:
  local: {{spec: {{config: {{both: 2}}}}}}
  prod:
    spec:
      config:
        mine: 3
"""


@pytest.mark.parametrize(
    ("cluster", "values", "before", "after"),
    [
        ("prod", {"mine": "4"}, "mine: 3", "mine: 4"),
        ("prod", {"mine": None}, "      config:\n        mine: 3", "      config: {}"),
        ("prod", {"shared": "4"}, "mine: 3\n", "mine: 3\n        shared: 4\n"),
        ("prod", {"shared": None}, "mine: 3\n", "mine: 3\n        shared: null\n"),
        ("prod", {"both": "4"}, "both: 1 ", "both: 4 "),
        ("prod", {"new": "4"}, "mine: 3\n", "mine: 3\n        new: 4\n"),
        ("prod", {"tasks.max": "9"}, "mine: 3\n", "mine: 3\n      tasksMax: 9\n"),
        ("local", {"both": "4"}, "{both: 2}", "{both: 4}"),
        ("local", {"both": None}, "{both: 2}", "{both: null}"),
        ("local", {"shared": "4"}, "{both: 2}", "{both: 2, shared: 4}"),
        ("local", {"tasks.max": "9"}, "{both: 2}}", "{both: 2}, tasksMax: 9}"),
    ],
)
def test_a_value_goes_into_the_layer_that_no_other_cluster_shares(
    accept, cluster, values, before, after
):
    found, stuck = accept(LAYERED, values, project=PROJECT, cluster=cluster)

    assert stuck == {}
    assert found == LAYERED.replace(before, after)


def test_an_overlay_is_made_where_there_is_none(accept):
    text = f"{HEAD}spec:\n  class: X\n  config: {{a: 1}}  # end\n"

    found, stuck = accept(text, {"a": "2"}, state=None, project=PROJECT, cluster="prod")

    assert stuck == {}
    assert found == text + "overlays:\n  prod:\n    spec:\n      config:\n        a: 2\n"


def test_what_defaults_say_is_answered_in_the_definition_and_never_changed_for_all(accept):
    project = f"{ONE}defaults:\n  - spec: {{tasksMax: 2, state: running, config: {{a: 1, b: 2}}}}\n"
    text = f"{HEAD}spec:\n  class: X\n  config:\n    c: 3\n"

    found, stuck = accept(
        text,
        {"a": "5", "b": None, "tasks.max": "4"},
        project=project,
        state=TargetState.PAUSED,
    )

    assert stuck == {}
    assert found == text + "    a: 5\n    b: null\n  tasksMax: 4\n  state: paused\n"


@pytest.mark.parametrize(
    ("live", "after"),
    [("12", "{min: 2, max: 12}"), ("1", "{min: 1, max: 8}"), ("5", "{min: 2, max: 8}")],
)
def test_a_range_of_tasks_stays_a_range(accept, live, after):
    text = (
        f"{HEAD}spec:\n  class: X\n  tasksMax: {{min: 2, max: 8}}  # measured\n  config: {{a: 1}}\n"
    )

    found, stuck = accept(text, {"tasks.max": live})

    assert stuck == {}
    assert found == text.replace("{min: 2, max: 8}", after)


STRIMZI = """\
apiVersion: kafka.strimzi.io/v1beta2
kind: KafkaConnector
metadata:
  name: orders
  annotations: {strimzi.io/use: "yes"}
spec:
  class: FileStreamSink
  tasksMax: 2
  pause: true
  config:
    file: "/out/x"   # there
    topic: a
"""


def test_a_kafka_connector_of_strimzi_is_written_into(accept):
    found, stuck = accept(
        STRIMZI,
        {"file": "/out/y", "tasks.max": "3", "topic": None, "new": "x"},
        state=TargetState.RUNNING,
    )

    assert stuck == {}
    assert found == (
        STRIMZI.replace("/out/x", "/out/y")
        .replace("tasksMax: 2", "tasksMax: 3")
        .replace("pause: true", "pause: false")
        .replace("    topic: a\n", "    new: x\n")
    )


def test_a_format_without_overlays_is_left_alone_where_clusters_share_it(accept):
    found, stuck = accept(STRIMZI, {"file": "x"}, project=PROJECT, cluster="prod")

    assert found == STRIMZI
    assert "local" in stuck["file"]


JSON = """\
{
\t"name": "orders",
\t"config": {
\t\t"connector.class": "X",
\t\t"tasks.max": 1,
\t\t"flag": true,
\t\t"text": "a \\ud83d\\ude00",
\t\t"last": "z"
\t},
\t"initial_state": "RUNNING"
}
"""


def test_json_of_connect_is_written_into(accept):
    found, stuck = accept(
        JSON,
        {"tasks.max": "2", "flag": "false", "text": 'b "é"', "last": None, "new": "5"},
        state=TargetState.STOPPED,
        path="connectors/a.json",
    )

    assert stuck == {}
    assert found == (
        JSON.replace('"tasks.max": 1', '"tasks.max": 2')
        .replace('"flag": true', '"flag": false')
        .replace('"a \\ud83d\\ude00"', '"b \\"é\\""')
        .replace('"last": "z"', '"new": "5"')
        .replace("RUNNING", "STOPPED")
    )


def test_json_on_one_line_is_written_into(accept):
    text = '{"connector.class": "X", "name": "orders", "a": "1"}'

    found, stuck = accept(text, {"a": None, "b": "2"}, path="connectors/a.json")

    assert stuck == {}
    assert found == '{"connector.class": "X", "name": "orders", "b": "2"}'


@pytest.mark.parametrize(
    ("config", "values", "changed"),
    [
        ("    a : 1\n    b: 2\n", {"a": "5"}, "    a : 5\n    b: 2\n"),
        ("    ? a\n    : 1\n", {"a": "5"}, "    ? a\n    : 5\n"),
        ("    a:\n      # why\n      1\n", {"a": "5"}, "    a:\n      # why\n      5\n"),
        ("    a: 1\r\n    b: 2\n", {"k": "1"}, "    a: 1\r\n    b: 2\n    k: 1\n"),
        ("    a: 1\n    b: 2\r\n", {"k": "1"}, "    a: 1\n    b: 2\r\n    k: 1\r\n"),
        ("    a: |+\n      x\n\n\n    b: 1\n", {"a": "z"}, "    a: z\n\n\n    b: 1\n"),
        (
            "    a:\n      # one\n      - x  # first\n      - 'y'\n\n      - z\n    b: 1\n",
            {"a": "x,q,z,last one"},
            "    a:\n      # one\n      - x  # first\n      - q\n\n      - z\n      - last one\n    b: 1\n",
        ),
        ("    a:\r\n    - x\r\n    - y", {"a": "y,z"}, "    a:\r\n    - y\r\n    - z"),
        ("    b: 1\n    a:\n    - x\n    - y\n", {"a": None}, "    b: 1\n"),
        ("    a: 1\n...\n---\n# empty\n", {"k": "1"}, "    a: 1\n    k: 1\n...\n---\n# empty\n"),
        ("    {a: 1, # one\n    b: 2}\n", {"a": None}, "    { # one\n    b: 2}\n"),
        ("    {a: 1, b: 2 # two\n    , c: 3}\n", {"c": None}, "    {a: 1, b: 2 # two\n    }\n"),
    ],
)
def test_unusual_ways_to_write_are_kept(accept, config, values, changed):
    head = f"{HEAD}spec:\n  class: X\n  config:\n"

    found, stuck = accept(head + config, values)

    assert stuck == {}
    assert found == head + changed


@pytest.mark.parametrize(
    ("config", "values"),
    [
        ("    ? a\n    : 1\n    b: 2\n", {"k": "1"}),
        ("    ? a\n    : 1\n    b: 2\n", {"a": None}),
        ("    b: 2\n    a: |+\n      x\n\n\n", {"k": "1"}),
        ("    *shared\n", {"a": "5"}),
    ],
)
def test_what_would_change_more_is_left_alone(accept, config, values):
    anchor = "  labels: &shared {a: x}\n"
    text = (
        f"{HEAD.replace('{name: orders}', '')}  name: orders\n{anchor}"
        f"spec:\n  class: X\n  config:\n{config}"
    )

    found, stuck = accept(text, values)

    assert found == text
    assert len(stuck) == 1
