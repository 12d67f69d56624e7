"""From files to definitions, with all that can go wrong on the way."""

import pytest

from reconcile.desired.load import check_files
from reconcile.errors import DefinitionError, UsageError
from reconcile.model.codes import Code
from reconcile.model.desired import TargetState, TasksRange
from reconcile.model.plan import Selection
from reconcile.model.problem import Location, Severity
from tests.unit.desired.repository import (
    CONNECTOR,
    PROJECT,
    lines_of,
    load,
    problems_with,
    repository,
)

HEAD = "apiVersion: connectform/v1\nkind: Connector\n"


def connector(name, rest="", spec="class: X"):
    return f"{HEAD}metadata: {{name: {name}{rest}}}\nspec: {{{spec}}}\n"


def one(loaded, name="orders", cluster="local", **options):
    return load(loaded, clusters=(cluster,), **options).clusters[cluster].definitions[name]


def test_definitions_come_from_every_file_of_every_format(tmp_path):
    loaded = repository(
        tmp_path,
        {
            "connectors/a.yaml": f"{connector('a1')}---\n{connector('a2')}",
            "connectors/deep/b.yml": connector("b"),
            "connectors/c.json": '{"name": "c", "config": {"connector.class": "X"}}',
            "connectors/d.json": '{"connector.class": "X"}',
            "connectors/.hidden.yaml": "nonsense: [",
            "connectors/.git/e.yaml": "nonsense: [",
            "connectors/notes.txt": "nonsense: [",
        },
    )
    desired = load(loaded).clusters["local"]

    assert desired.project == "shop"
    assert desired.complete
    assert sorted(desired.definitions) == ["a1", "a2", "b", "c", "d"]
    assert desired.definitions["a2"].location == Location("connectors/a.yaml", 8, 12)
    assert [problem.severity for problem in desired.problems] == [Severity.NOTICE]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("a.yaml", connector("orders", spec="class: ' a.b.X '")),
        ("a.json", '{"name": "orders", "config": {"connector.class": " a.b.X"}}'),
    ],
)
def test_the_class_alone_loses_the_space_around_it(tmp_path, file, text):
    loaded = repository(tmp_path, {f"connectors/{file}": text})

    assert one(loaded).config.reveal() == {"connector.class": "a.b.X"}


def test_layers_are_merged_key_by_key_and_null_removes(tmp_path):
    loaded = repository(
        tmp_path,
        {
            "connectors/a.yaml": f"{HEAD}metadata: {{name: orders, labels: {{tier: '1'}}}}\n"
            "spec:\n  class: X\n  tasksMax: {min: 2, max: 8}\n  state: running\n"
            "  config: {b: definition, c: definition}\n"
            "  ignore: [{keys: [i2], reason: r}]\n"
            "overlays:\n"
            "  local: {spec: {wave: 2, tasksMax: 3, state: null, config: {c: overlay, d: null}}}\n"
            "  prod: {spec: {errors: null}}\n"
        },
        project=f"{PROJECT}defaults:\n"
        "  - spec: {config: {a: first, d: first}, ignore: [{keys: [i1], reason: r}], wave: 1}\n"
        "  - match: {labels: {tier: 1}}\n"
        "    spec: {config: {a: second, b: second}, errors: {tolerance: all}}\n"
        "  - match: {labels: {tier: 2}}\n"
        "    spec: {config: {a: no}}\n"
        "  - match: {clusters: [prod]}\n"
        "    spec: {config: {e: prod}, state: paused}\n"
        "  - match: {names: [pay-*]}\n"
        "    spec: {config: {a: no}}\n",
    )
    local, prod = one(loaded), one(loaded, cluster="prod")

    assert dict(local.config.reveal()) == {
        "connector.class": "X",
        "tasks.max": "3",
        "errors.tolerance": "all",
        "a": "second",
        "b": "definition",
        "c": "overlay",
    }
    assert (local.state, local.tasks_range, local.wave) == (None, None, 2)
    assert [rule.keys for rule in local.ignore] == [("i1",), ("i2",)]
    assert dict(prod.config.reveal()) == {
        "connector.class": "X",
        "tasks.max": "2",
        "a": "second",
        "b": "definition",
        "c": "definition",
        "d": "first",
        "e": "prod",
    }
    assert (prod.state, prod.tasks_range, prod.wave) == (
        TargetState.RUNNING,
        TasksRange(2, 8),
        1,
    )


def test_each_setting_is_located_where_the_last_layer_wrote_it(tmp_path):
    loaded = repository(
        tmp_path,
        {
            "connectors/a.yaml": f"{CONNECTOR}    b: 1\noverlays:\n  local:\n    spec:\n"
            "      config:\n        b: 2\n"
        },
        project=f"{PROJECT}defaults:\n  - spec:\n      config:\n        b: 0\n        c: 0\n",
    )
    definition = one(loaded)

    assert definition.locate("b") == Location("connectors/a.yaml", 13, 9)
    assert definition.locate("topics") == Location("connectors/a.yaml", 7, 5)
    assert definition.locate("c") == Location("connectform.yaml", 11, 9)
    assert definition.locate("connector.class") == Location("connectors/a.yaml", 5, 3)
    assert definition.locate("none") == Location("connectors/a.yaml", 3, 12)


def test_references_are_filled_in_definitions_overlays_and_defaults(tmp_path):
    loaded = repository(
        tmp_path,
        {
            "connectors/a.yaml": f"{HEAD}metadata: {{name: orders, labels: {{team: pay}}}}\n"
            "spec:\n  class: X\n  config:\n    host: ${{ var.HOST }}\n"
            "    url: jdbc://${{ var.HOST }}/?p=${{ env.PW }}\n    literal: $${{ x }}\n"
            "    theirs: ${file:/a:b}\n    pem: ${{ file.secrets/key.pem }}\n",
            "secrets/key.pem": "-----\nline\n-----\n",
        },
        project=f"{PROJECT}defaults:\n"
        '  - spec: {errors: {deadLetterQueue: {topic: "${{ connector.name }}.${{ label.team }}.'
        '${{ cluster.name }}"}}}\n',
    )
    found = load(loaded, environment={"PW": "hunter2!"})
    config = found.clusters["local"].definitions["orders"].config

    assert dict(config.reveal()) == {
        "connector.class": "X",
        "errors.deadletterqueue.topic.name": "orders.pay.local",
        "host": "db.local",
        "url": "jdbc://db.local/?p=hunter2!",
        "literal": "${{ x }}",
        "theirs": "${file:/a:b}",
        "pem": "-----\nline\n-----",
    }
    assert dict(config.references()) == {
        "url": "jdbc://db.local/?p=${{ env.PW }}",
        "pem": "${{ file.secrets/key.pem }}",
    }
    assert {secret.reveal() for secret in found.secrets} == {"hunter2!", "-----\nline\n-----"}


def test_without_secrets_they_stay_as_references(tmp_path):
    loaded = repository(
        tmp_path,
        {
            "connectors/a.yaml": f"{CONNECTOR}    pw: ${{{{ env.PW }}}}\n    f: ${{{{ file.none }}}}\n"
        },
    )
    found = load(loaded, environment={"PW": "hunter2!"}, secrets=False)
    config = found.clusters["local"].definitions["orders"].config

    assert config.unresolved() == {"pw", "f"}
    assert config.reference("pw") == "${{ env.PW }}"
    assert found.secrets == ()


def test_only_selected_definitions_have_their_secrets_resolved(tmp_path):
    secret = "class: X, config: {pw: '${{ env.PW }}'}"
    loaded = repository(
        tmp_path,
        {
            "connectors/a.yaml": connector("orders", ", labels: {team: pay}", secret),
            "connectors/b.yaml": connector("other", spec=secret.replace("PW", "UNSET")),
        },
    )
    found = load(loaded, environment={"PW": "hunter2!"}, selection=Selection(select=("team=pay",)))
    definitions = found.clusters["local"].definitions

    assert definitions["orders"].config.get("pw") == "hunter2!"
    assert definitions["other"].config.unresolved() == {"pw"}


def test_a_malformed_selection_is_wrong_usage(tmp_path):
    loaded = repository(tmp_path, {"connectors/a.yaml": CONNECTOR})

    with pytest.raises(UsageError):
        load(loaded, selection=Selection(select=("orders",)))


def test_definitions_go_to_the_clusters_they_name(tmp_path):
    loaded = repository(
        tmp_path,
        {
            "connectors/a.yaml": connector("everywhere"),
            "connectors/b.yaml": connector("here", ", clusters: [local]"),
            "connectors/c.yaml": connector("twice", ", clusters: [local]"),
            "connectors/d.yaml": connector("twice", ", clusters: [prod]"),
        },
    )
    found = load(loaded, clusters=("local", "prod")).clusters

    assert sorted(found["local"].definitions) == ["everywhere", "here", "twice"]
    assert sorted(found["prod"].definitions) == ["everywhere", "twice"]
    assert found["prod"].definitions["twice"].location.path == "connectors/d.yaml"


@pytest.mark.parametrize(
    ("files", "lines"),
    [
        (
            {"connectors/a.yaml": connector("x"), "connectors/b.yaml": connector("x")},
            [
                (
                    "connectors/b.yaml:3:12 CF107 x is already defined for cluster local at "
                    "connectors/a.yaml:3:12"
                )
            ],
        ),
        (
            {"connectors/a.yaml": connector("x", ", clusters: [locl]")},
            [
                'connectors/a.yaml:3:32 CF118 the project has no cluster "locl"',
            ],
        ),
        (
            {"connectors/a.yaml": f"{connector('x')}overlays: {{prd: {{spec: {{}}}}}}\n"},
            ['connectors/a.yaml:5:12 CF118 the project has no cluster "prd"'],
        ),
        (
            {"connectors/a.yaml": connector("x", spec="config: {a: 1}")},
            ["connectors/a.yaml:3:12 CF106 x has no class"],
        ),
        (
            {"connectors/a.yaml": connector("x", spec="class: X, config: {a: '${{ env.NONE }}'}")},
            [
                "connectors/a.yaml:4:27 CF201 a: the environment variable NONE is not set",
            ],
        ),
        (
            {
                "connectors/a.yaml": connector(
                    "x", spec="class: X, config: {a: '${{ file.../../../etc/passwd }}'}"
                )
            },
            [
                (
                    "connectors/a.yaml:4:27 CF203 a: the file ../../../etc/passwd lies outside the "
                    "project"
                )
            ],
        ),
        (
            {
                "connectors/a.yaml": connector(
                    "x", spec="class: X, errors: {deadLetterQueue: {topic: '${{ var.NO }}'}}"
                )
            },
            [
                (
                    "connectors/a.yaml:4:45 CF201 errors.deadletterqueue.topic.name: cluster local has "
                    'no variable "NO"'
                )
            ],
        ),
        (
            {"connectors/a.yaml": b"name: caf\xe9\n"},
            ["connectors/a.yaml:1:10 CF120 this file is no UTF-8 text"],
        ),
        (
            {"connectors/a.yaml": "name: x\n".encode("utf-16")},
            ["connectors/a.yaml:1:1 CF120 this file is no UTF-8 text"],
        ),
        (
            {"connectors/a.yaml": f"{connector('x')}a: [\n"},
            ["connectors/a.yaml:5:5 CF101 did not find expected node content"],
        ),
        (
            {"connectors/a.yaml": f"{connector('x')}---\na: [\n---\n{connector('y')}"},
            ["connectors/a.yaml:7:1 CF101 did not find expected node content"],
        ),
        (
            {
                "connectors/a.yaml": f"{HEAD}metadata: {{name: x}}\nspec:\n  class: X\n  config:\n    a: {'x' * 10_000_000}\n"
            },
            ["connectors/a.yaml:1:1 CF108 this document has more than 1,000,000 characters"],
        ),
        ({}, ["connectors CF116 there is no definition for cluster local"]),
        (
            {"connectors/a.yaml": "# nothing yet\n"},
            ["connectors CF116 there is no definition for cluster local"],
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path, files, lines):
    assert problems_with(tmp_path, files) == lines


def test_files_with_a_byte_order_mark_are_read(tmp_path):
    assert (
        problems_with(tmp_path, {"connectors/a.yaml": b"\xef\xbb\xbf" + CONNECTOR.encode()}) == []
    )


def test_a_folder_that_is_not_there_is_told_where_it_is_named(tmp_path):
    project = f"{PROJECT}definitions: [connectors, none]\n"

    assert problems_with(tmp_path, {"connectors/a.yaml": CONNECTOR}, project=project) == [
        "connectform.yaml:7:27 CF115 there is no file or folder none"
    ]


def test_the_project_file_is_no_definition(tmp_path):
    project = f"{PROJECT}definitions: ['.']\n"

    assert problems_with(tmp_path, {"a.yaml": CONNECTOR}, project=project) == []


def test_problems_of_all_files_are_told_at_once(tmp_path):
    lines = problems_with(
        tmp_path,
        {
            "connectors/a.yaml": "a: [",
            "connectors/b.yaml": connector("b", spec="clas: X"),
            "connectors/c.json": "{",
            "connectors/d.yaml": connector("d", spec="class: X, config: {a: '${{ var.NO }}'}"),
        },
    )

    assert [line.split()[1] for line in lines] == ["CF101", "CF103", "CF101", "CF201"]


def test_with_keep_going_the_rest_is_kept_and_known_to_be_incomplete(tmp_path):
    loaded = repository(
        tmp_path,
        {
            "connectors/a.yaml": f"{connector('a')}---\na: [",
            "connectors/b.yaml": connector("b"),
            "connectors/c.yaml": connector("c", spec="class: X, config: {a: '${{ env.NO }}'}"),
            "connectors/d.yaml": connector("b"),
        },
    )
    desired = load(loaded, keep_going=True).clusters["local"]

    assert list(desired.definitions) == []
    assert not desired.complete
    assert {problem.code for problem in desired.problems} == {
        Code.SYNTAX,
        Code.UNRESOLVED_REFERENCE,
        Code.DUPLICATE_CONNECTOR,
    }


def test_without_keep_going_nothing_is_returned(tmp_path):
    loaded = repository(tmp_path, {"connectors/a.yaml": CONNECTOR, "connectors/b.yaml": "a: ["})

    with pytest.raises(DefinitionError):
        load(loaded)


def test_an_empty_project_is_noticed(tmp_path):
    desired = load(repository(tmp_path, {})).clusters["local"]

    assert desired.complete
    assert [(problem.code, problem.severity) for problem in desired.problems] == [
        (Code.NO_DEFINITIONS, Severity.NOTICE)
    ]


def test_checking_counts_and_never_resolves_secrets(tmp_path):
    loaded = repository(
        tmp_path,
        {
            "connectors/a.yaml": f"{CONNECTOR}    pw: ${{{{ env.NONE }}}}\n",
            "connectors/b.yaml": connector("b", ", clusters: [prod]"),
            "connectors/c.yaml": connector("c", spec="class: X, config: {a: '${{ env.A.B }}'}"),
        },
    )
    checked = check_files(loaded, clusters=("local", "prod"))

    assert checked.files == 3
    counts = {name: len(desired.definitions) for name, desired in checked.desired.items()}
    assert counts == {"local": 1, "prod": 2}
    assert lines_of(checked.problems) == [
        'connectors/c.yaml:4:27 CF204 a: "A.B" is no name of an environment variable'
    ]


def test_a_definition_behind_a_link_out_of_the_project_is_refused_unread(tmp_path):
    (tmp_path / "elsewhere").write_text("root:x:0:0: not: yaml")
    root = tmp_path / "root"
    root.mkdir()
    loaded = repository(root, {"connectors/a.yaml": CONNECTOR})
    (root / "connectors" / "b.yaml").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "folder").mkdir()
    (root / "connectors" / "linked").symlink_to(tmp_path / "folder")
    (root / "connectors" / "inside").symlink_to(root / "connectors")

    checked = check_files(loaded, clusters=("local",))

    assert lines_of(checked.problems) == [
        "connectors/linked CF115 this is not read: a symbolic link leads outside the project",
        "connectors/b.yaml CF115 this is not read: a symbolic link leads outside the project",
    ]
    assert "true place" in checked.problems[0].hint
    assert len(checked.desired["local"].definitions) == 1
